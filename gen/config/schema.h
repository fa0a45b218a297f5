// SPDX-License-Identifier: Apache-2.0
// schema.h -- schema.def as tables a program can walk. Layer: gen/config.
#ifndef GEN_CONFIG_SCHEMA_H
#define GEN_CONFIG_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "gen/base/diag.h"

enum conf_type {
	CONF_TYPE_STRING,
	CONF_TYPE_CHOICE,
	CONF_TYPE_INT,
	CONF_TYPE_BOOL,
	CONF_TYPE_STRINGS,
	CONF_TYPE_TEXTS,
	CONF_TYPE_INTS,
	CONF_TYPE_MAP,
	CONF_TYPE_TABLE_OF,
	CONF_TYPE_TABLES_OF,
	CONF_TYPE_ARRAY_OF,
};

// The outputs an edit can change, as bits.
enum conf_reach {
	NOTHING = 0,
	ROOTFS = 1,
	KERNEL = 2,
	INITRD = 4,
	SQUASHFS = 8,
	VERSIONS = 16,
	SETTINGS = 32,
};

enum { CONF_NREACHES = 6 };

// What they are called, in the order of the bits.
extern const char *const conf_reaches[CONF_NREACHES];

enum conf_presence { OPTIONAL, REQUIRED };

struct conf_key {
	const char *name;
	enum conf_type type;
	const struct conf_schema *sub; // TABLE_OF, TABLES_OF, ARRAY_OF
	const char *const *choices;    // CHOICE: the words, ended by NULL
	size_t offset;                 // of the member in struct conf_TABLE
	bool required;
	const char *fallback;
	long min, max; // see schema.def
	enum diag_code code;
	unsigned reaches; // enum conf_reach
	const char *help;
};

struct conf_schema {
	const char *name;
	size_t size; // of struct conf_NAME
	const struct conf_key *keys;
	size_t nkeys;
	const char *help;
};

// A file with one table (key is its name) or a folder of files whose top-level tables are all
// entries (key is NULL).
struct conf_root {
	const char *path, *key;
	const struct conf_schema *schema;
	size_t offset; // in struct config
	bool required;
	const char *noun, *help;
};

// In TABLE, the word WORD as value of KEY makes NEEDED necessary, and not empty.
struct conf_need {
	const char *table, *key, *word, *needed;
	enum diag_code code;
};

// The members and the size of a list of tables: struct conf_X_list is the same for every X but for
// the type V points to.
struct conf_any_list {
	const char *v;
	size_t n;
};

extern const struct conf_need conf_needs[];
extern const size_t conf_nneeds;

// Whether the order of the items of K, a key of S, matters.
bool conf_is_ordered(const struct conf_schema *s, const struct conf_key *k);

// Whether K is a key of ours, which the tool before does not know.
bool conf_is_own(const struct conf_key *k);

// Where the value of K in the struct of its TABLE stands, and whether it is one of the file's own.
// Values that are tables have none: their heads say where they are.
struct conf_place {
	struct span at;
	bool set;
};
struct conf_place conf_place_of(const struct conf_key *k, const void *table);

extern const struct conf_root conf_roots[];
extern const size_t conf_nroots;

// The root that the file REL below config/ belongs to, or that the folder REL is; NULL when no file
// there is read.
const struct conf_root *conf_root_of(const char *rel);

#endif
