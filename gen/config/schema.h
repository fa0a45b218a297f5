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

extern const struct conf_need conf_needs[];
extern const size_t conf_nneeds;

extern const struct conf_root conf_roots[];
extern const size_t conf_nroots;

// The root that the file REL below config/ belongs to, or that the folder REL is; NULL when no file
// there is read.
const struct conf_root *conf_root_of(const char *rel);

#endif
