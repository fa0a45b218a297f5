// SPDX-License-Identifier: Apache-2.0
// value.h -- the values of a template: Python's, as far as templates see them.
// Layer: gen/tmpl (over base).
#ifndef GEN_TMPL_VALUE_H
#define GEN_TMPL_VALUE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "gen/base/diag.h"

enum value_kind {
	V_MISSING, // what a name without a value stands for, until somebody uses it
	V_EMPTY,   // "x if false" without an else: prints as nothing, and is not defined
	V_NONE,
	V_BOOL,
	V_INT,
	V_FLOAT,
	V_STR,
	V_LIST,
	V_TUPLE, // a list that prints with round brackets
	V_DICT,
	V_SPACE, // namespace(): a dict whose members can be set
	V_LOOP,
};

struct value {
	enum value_kind kind;
	union {
		bool boolean;
		int64_t integer;
		double real;
		struct str str;
		const struct list *list;
		struct dict *dict; // DICT, SPACE
		struct missing *missing;
		const struct loop *loop;
	};
};

struct list {
	struct value *v;
	size_t n, cap;
};

struct pair {
	struct value key, value;
};

struct dict {
	struct pair *v; // in the order in which the keys were added
	size_t n, cap;
};

// Why there is no value, for the message when it is used after all.
struct missing {
	struct span at;
	const char *text;
	struct str name;          // "" when it is no name
	const struct dict *among; // where NAME was looked for; NULL: the variables
	bool reported;
};

// The place in a for loop, for 'loop'.
struct loop {
	const struct list *items;
	size_t index;
};

enum { VALUE_MAX_TEXT = 16 << 20 }; // bytes; a text that grows beyond is a mistake

// A value of each type. Texts, lists and tuples are borrowed.
struct value value_none(void);
struct value value_bool(bool v);
struct value value_int(int64_t v);
struct value value_float(double v);
struct value value_str(struct str s);
struct value value_list(const struct list *l);
struct value value_tuple(const struct list *l);

// A tuple of two, in A.
struct value value_pair(struct arena *a, struct value x, struct value y);

// What an unknown name gives: an error only when it is printed or used.
struct value value_missing(struct arena *a, struct missing m);

// A copy of a JSON value in A.
struct value value_of_json(struct arena *a, const cJSON *json);

// "a string", "an integer", ... for messages.
const char *value_name(struct value v);

// The value of KEY in a dict, NULL when there is none. dict_set adds or replaces.
const struct value *dict_get(const struct dict *d, struct value key);
const struct value *dict_get_str(const struct dict *d, struct str key);
void dict_set(struct arena *a, struct dict *d, struct value key, struct value v);

// bool(V). V is not MISSING.
bool value_truth(struct value v);

// X == Y; what is nested too deeply is not equal.
bool value_equal(struct value x, struct value y);

// Whether X comes before Y: -1, 0, 1 in *order, or UNORDERED when a number is nan. False when the
// two have no order.
enum { VALUE_UNORDERED = 2 };
bool value_order(struct value x, struct value y, int *order);

// V as a number: an integer, a float, or a boolean, which counts as 0 or 1. False for others.
bool value_is_int(struct value v, int64_t *out);
bool value_is_number(struct value v, double *out);

// Whether V can be a key: everything but lists, dicts, and tuples that hold some.
bool value_is_hashable(struct value v);

// Append str(V), repr(V) or V as json.dumps(V, sort_keys=True) writes it. False when V is nested
// too deeply, makes OUT longer than VALUE_MAX_TEXT, or holds something that has no such form.
bool value_print(struct buf *out, struct value v);
bool value_repr(struct buf *out, struct value v);
bool value_json(struct buf *out, struct value v);

#endif
