// SPDX-License-Identifier: Apache-2.0
// schema.c -- schema.def turned into tables. Layer: gen/config.
#include "gen/config/schema.h"

#include <string.h>

#include "gen/config/config.h"

const char *const conf_reaches[CONF_NREACHES] = {
	"rootfs", "kernel", "initrd", "squashfs", "versions", "settings"};

#define CHOICES(name, ...) static const char *const choices_##name[] = {__VA_ARGS__, NULL};
#include "gen/config/schema.def"

// Each type takes what OF names: a sub-table, a list of words, or nothing.
#define SUB_STRING(of) NULL, NULL
#define SUB_INT(of) NULL, NULL
#define SUB_BOOL(of) NULL, NULL
#define SUB_STRINGS(of) NULL, NULL
#define SUB_TEXTS(of) NULL, NULL
#define SUB_INTS(of) NULL, NULL
#define SUB_MAP(of) NULL, NULL
#define SUB_CHOICE(of) NULL, choices_##of
#define SUB_TABLE_OF(of) &schema_##of, NULL
#define SUB_TABLES_OF(of) &schema_##of, NULL
#define SUB_ARRAY_OF(of) &schema_##of, NULL

#define TABLE(name, help)                                                                          \
	static const char help_##name[] = help;                                                    \
	static const struct conf_key keys_##name[] = {
#define KEY(table, key, type, of, presence, fallback, min, max, code, reaches, help)               \
	{#key, CONF_TYPE_##type, SUB_##type(of), offsetof(struct conf_##table, key),               \
		(presence) == REQUIRED, fallback, min, max, code, reaches, help},
#define END(table)                                                                                 \
	}                                                                                          \
	;                                                                                          \
	static const struct conf_schema schema_##table = {#table, sizeof(struct conf_##table),     \
		keys_##table, sizeof(keys_##table) / sizeof(*keys_##table), help_##table};
#include "gen/config/schema.def"

const struct conf_need conf_needs[] = {
#define NEEDS(table, key, word, needed, code) {#table, #key, word, #needed, code},
#include "gen/config/schema.def"
};

const size_t conf_nneeds = sizeof(conf_needs) / sizeof(*conf_needs);

const struct conf_root conf_roots[] = {
#define FILE_TABLE(member, path, key, table, presence, help)                                       \
	{path, key, &schema_##table, offsetof(struct config, member), (presence) == REQUIRED,      \
		NULL, help},
#define FOLDER_TABLES(member, path, table, noun, help)                                             \
	{path, NULL, &schema_##table, offsetof(struct config, member), false, noun, help},
#include "gen/config/schema.def"
};

const size_t conf_nroots = sizeof(conf_roots) / sizeof(*conf_roots);

static const struct {
	const char *table;
	size_t offset; // of the key's member
} ordered[] = {
#define ORDERED(table, key) {#table, offsetof(struct conf_##table, key)},
#include "gen/config/schema.def"
};

bool
conf_is_ordered(const struct conf_schema *s, const struct conf_key *k)
{
	for (size_t i = 0; i < sizeof(ordered) / sizeof(*ordered); i++) {
		if (strcmp(ordered[i].table, s->name) == 0 && ordered[i].offset == k->offset)
			return true;
	}
	return false;
}

bool
conf_is_own(const struct conf_key *k)
{
	return diag_codes[k->code].class == DIAG_CLASS_BUILD;
}

const struct conf_root *
conf_root_of(const char *rel)
{
	for (size_t i = 0; i < conf_nroots; i++) {
		const struct conf_root *r = &conf_roots[i];
		size_t n = strlen(r->path);
		struct str rest;

		if (strcmp(rel, r->path) == 0)
			return r;
		if (r->key || strncmp(rel, r->path, n) != 0 || rel[n] != '/')
			continue;
		rest = str_of(rel + n + 1);
		if (str_ends(rest, ".toml") && !memchr(rest.s, '/', rest.n))
			return r;
	}
	return NULL;
}
