// SPDX-License-Identifier: Apache-2.0
// config.h -- the guest config as plain structs; every value keeps its place in its file.
// Layer: gen/config.
//
// The structs are made from schema.def: struct conf_arch, conf_build, conf_provider ... each with a
// head and one member per key. Contract: the config schema of the guest folder (README.md).
#ifndef GEN_CONFIG_CONFIG_H
#define GEN_CONFIG_CONFIG_H

#include "gen/base/diag.h"

// A value and where it stands; without a value of its own (set false) the default, and AT is the
// header of its table.
struct conf_string {
	struct str v; // NUL-ended
	struct span at;
	bool set;
};

struct conf_int {
	long v;
	struct span at;
	bool set;
};

struct conf_bool {
	bool v;
	struct span at;
	bool set;
};

struct conf_strings {
	struct conf_string *v;
	size_t n;
	struct span at;
	bool set;
};

struct conf_ints {
	struct conf_int *v;
	size_t n;
	struct span at;
	bool set;
};

struct conf_pair {
	struct conf_string key, value;
};

struct conf_map { // in the order of the file
	struct conf_pair *v;
	size_t n;
	struct span at;
	bool set;
};

// What every table starts with: its name (of a named table) and its header.
struct conf_head {
	struct str key;
	struct span key_at, at;
};

#define CONF_STRING(of) struct conf_string
#define CONF_CHOICE(of) struct conf_string // one of the words of CHOICES(of)
#define CONF_INT(of) struct conf_int
#define CONF_BOOL(of) struct conf_bool
#define CONF_STRINGS(of) struct conf_strings
#define CONF_INTS(of) struct conf_ints
#define CONF_TEXTS(of) struct conf_strings // a lone string is a list of one
#define CONF_MAP(of) struct conf_map
#define CONF_TABLE_OF(of) struct conf_##of * // NULL when there is none
#define CONF_TABLES_OF(of) struct conf_##of##_list
#define CONF_ARRAY_OF(of) struct conf_##of##_list

#define TABLE(name, help)                                                                          \
	struct conf_##name {                                                                       \
		struct conf_head head;
#define KEY(table, key, type, of, presence, fallback, min, max, code, reaches, help)               \
	CONF_##type(of) key;
#define END(name)                                                                                  \
	}                                                                                          \
	;                                                                                          \
	struct conf_##name##_list {                                                                \
		struct conf_##name *v;                                                             \
		size_t n;                                                                          \
	};
#include "gen/config/schema.def"

// The whole config. Optional files that are absent give their defaults.
struct config {
	const char *guest; // the guest folder, as messages show it
	const char *dir;   // GUEST/config
#define FILE_TABLE(member, path, key, table, presence, help) struct conf_##table member;
#define FOLDER_TABLES(member, path, table, noun, help) struct conf_##table##_list member;
#include "gen/config/schema.def"
	bool has_image; // manifest.toml exists
	bool found;     // config/ and build.toml exist
	bool broken;    // a file cannot be read or parsed: what is absent may be in it
	// Every file and folder that was looked at: what build.ninja depends on.
	VEC(const char *) reads;
};

// Read all of GUEST/config. Every mistake of every file is stored in DS; the config is complete and
// safe to look at even then, with defaults in place of what is wrong. Missing config/ or build.toml
// is the one mistake that stands alone. Everything lives in DS->arena.
struct config *config_load(const char *guest, struct diags *ds);

// Where LEN bytes at OFF of a value stand in its file.
struct span conf_inside(const struct conf_string *s, size_t off, size_t len);

// The architecture called NAME, NULL when there is none.
const struct conf_arch *config_arch(const struct config *c, const char *name);

#endif
