// SPDX-License-Identifier: Apache-2.0
// toml.h -- a TOML 1.0 text as a plain tree in which every key and value knows its place.
// Layer: gen/toml (over base). Source: https://toml.io/en/v1.0.0; the parser behind it is toml++.
#ifndef GEN_TOML_TOML_H
#define GEN_TOML_TOML_H

#include <stdbool.h>
#include <stdint.h>

#include "gen/base/source.h"

struct diags;

enum {
	TOML_MAX_BYTES = 16 << 20, // a longer text is a mistake, not a config file
	TOML_MAX_DEPTH = 256,      // brackets and dots open at the same time
};

enum toml_type {
	TOML_STRING,
	TOML_INT,
	TOML_FLOAT,
	TOML_BOOL,
	TOML_DATE,
	TOML_TIME,
	TOML_DATETIME,
	TOML_ARRAY,
	TOML_TABLE,
};

// For a date only the first three mean something, for a time only the next four.
struct toml_datetime {
	int year, month, day;
	int hour, minute, second, nanosecond;
	bool has_offset;
	int offset; // minutes east of UTC
};

struct toml_items {
	struct toml_value **v;
	size_t n;
};

struct toml_members {
	struct toml_member *v; // in the order in which the keys first appear in the text
	size_t n;
};

struct toml_value {
	enum toml_type type;
	// What stands for it in the text. A table or an array of tables with headers: the first
	// header that names it, brackets included (its own, [a], wins over [a.b]). A table made by
	// a dotted key: its part of that key. The root: nothing, at the start of the text.
	struct span at;
	union {
		struct str string; // NUL-ended; may hold NULs inside
		int64_t integer;
		double real;
		bool boolean;
		struct toml_datetime datetime; // DATE, TIME and DATETIME
		struct toml_items items;       // ARRAY
		struct toml_members members;   // TABLE
	};
};

struct toml_member {
	struct str key;     // NUL-ended; may hold NULs inside
	struct span key_at; // where it first appears, quotes included
	struct toml_value *value;
};

// Parse all of SRC: a table, or NULL after a mistake, which is then in DS as E002 at its place.
// Everything lives in DS->arena.
struct toml_value *toml_parse(const struct source *src, struct diags *ds);

// The member KEY of TABLE, or its value; NULL when there is none.
const struct toml_member *toml_find(const struct toml_value *table, const char *key);
const struct toml_value *toml_get(const struct toml_value *table, const char *key);

// Where LEN bytes at OFF of a string stand in the text, AT being the string with its quotes. AT
// itself when it is no string.
struct span toml_inside(struct span at, size_t off, size_t len);

// "a string", "an integer", ... as messages name it.
const char *toml_type_name(enum toml_type type);

#endif
