// SPDX-License-Identifier: Apache-2.0
// scalar.c -- one TOML value into one string, integer or boolean. Layer: gen/config.
//
// What the tool before took for an integer or a boolean is taken here too, with a warning that
// shows the native form.
#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gen/config/load.h"

struct str
conf_copy(struct diags *ds, struct str s)
{
	return (struct str){arena_ndup(ds->arena, s.s, s.n), s.n};
}

static enum diag_code
type_code(const struct conf_key *key)
{
	bool own = key && (key->code == E005 || diag_codes[key->code].class == DIAG_CLASS_BUILD);

	return own ? key->code : E003;
}

struct diag *
conf_wrong_type(struct diags *ds, const struct conf_key *key, const char *name, const char *wanted,
	const struct toml_value *value)
{
	return diag_add(ds, type_code(key), value->at, "'%s' must be %s, not %s", name, wanted,
		toml_type_name(value->type));
}

bool
conf_is_type(const struct conf_reading *r, enum toml_type type, const char *wanted)
{
	if (!r->value)
		return false;
	if (r->value->type != type)
		conf_wrong_type(r->ds, r->key, r->key->name, wanted, r->value);
	return r->value->type == type;
}

bool
conf_read_text(const struct conf_reading *r, const char *name, const struct toml_value *v,
	struct conf_string *out)
{
	if (v->type != TOML_STRING) {
		conf_wrong_type(r->ds, r->key, name, "a string", v);
		return false;
	}
	*out = (struct conf_string){conf_copy(r->ds, v->string), v->at, true};
	// what ends up in files and command lines cannot hold a NUL: it ends there
	if (memchr(v->string.s, '\0', v->string.n)) {
		diag_add(r->ds, E011, v->at, "'%s' holds a NUL character", name);
		out->v.n = strlen(out->v.s);
	}
	return true;
}

void
conf_read_string(const struct conf_reading *r)
{
	struct conf_string *out = r->out;

	*out = (struct conf_string){str_of(r->key->fallback), r->header, false};
	if (r->value && conf_read_text(r, r->key->name, r->value, out) &&
		out->v.n < (size_t)r->key->min) {
		diag_add(r->ds, r->key->code, out->at, "'%s' in [%s] must not be empty",
			r->key->name, r->table);
	}
}

static const char *
list_choices(struct arena *a, const char *const *choices)
{
	const char *list = arena_printf(a, "'%s'", choices[0]);

	for (size_t i = 1; choices[i]; i++) {
		list = arena_printf(
			a, "%s%s'%s'", list, choices[i + 1] ? ", " : " or ", choices[i]);
	}
	return list;
}

bool
conf_is_choice(const char *const *choices, const char *word)
{
	while (*choices && strcmp(*choices, word) != 0)
		choices++;
	return *choices != NULL;
}

void
conf_read_choice(const struct conf_reading *r)
{
	struct conf_string *out = r->out;
	const char *near;
	struct diag *d;

	conf_read_string(r);
	if (!out->set || conf_is_choice(r->key->choices, out->v.s))
		return;
	d = diag_add(r->ds, r->key->code, out->at, "'%s' must be %s, not '%s'", r->key->name,
		list_choices(r->ds->arena, r->key->choices), out->v.s);
	near = str_nearest(out->v.s, r->key->choices);
	if (near)
		diag_help(r->ds, d, "did you mean '%s'?", near);
	out->v = str_of(r->key->fallback ? r->key->fallback : r->key->choices[0]);
	out->set = false;
}

// Digits with single '_' between them, a sign in front and ".0" behind. Too large a number is the
// largest there is.
static bool
int_of_text(struct str s, long *out)
{
	struct str t = str_trim(s);
	bool minus = str_starts(t, "-"), digit = false;
	size_t i = minus || str_starts(t, "+");
	long n = 0;

	for (; i < t.n && (isdigit((unsigned char)t.s[i]) || (t.s[i] == '_' && digit)); i++) {
		digit = t.s[i] != '_';
		if (digit)
			n = n > (LONG_MAX - 9) / 10 ? LONG_MAX : n * 10 + (t.s[i] - '0');
	}
	if (!digit)
		return false;
	if (i + 1 < t.n && t.s[i] == '.') {
		for (i++; i < t.n && t.s[i] == '0';)
			i++;
	}
	*out = minus ? -n : n;
	return i == t.n;
}

static bool
int_of_float(double x, long *out)
{
	if (!isfinite(x) || x != floor(x))
		return false;
	*out = x >= 9e18 ? LONG_MAX : x <= -9e18 ? LONG_MIN : (long)x;
	return true;
}

static bool
int_of(const struct toml_value *v, long *out)
{
	switch (v->type) {
	case TOML_INT:
		*out = (long)v->integer;
		return true;
	case TOML_BOOL:
		*out = v->boolean;
		return true;
	case TOML_FLOAT:
		return int_of_float(v->real, out);
	case TOML_STRING:
		return int_of_text(v->string, out);
	default:
		return false;
	}
}

bool
conf_read_number(const struct conf_reading *r, const struct toml_value *v, struct conf_int *out)
{
	const struct conf_key *k = r->key;
	struct diag *d;
	long n;

	if (!int_of(v, &n)) {
		conf_wrong_type(r->ds, k, k->name, "an integer", v);
		return false;
	}
	*out = (struct conf_int){n, v->at, true};
	if (k->min != k->max && (n < k->min || n > k->max)) {
		diag_add(r->ds, k->code, v->at, "'%s' must be from %ld to %ld, not %ld", k->name,
			k->min, k->max, n);
		return diag_codes[k->code].class == DIAG_CLASS_WARNING;
	}
	if (v->type != TOML_INT) {
		d = diag_add(r->ds, W017, v->at, "'%s' is an integer, written as %s", k->name,
			toml_type_name(v->type));
		diag_help(r->ds, d, "write %ld", n);
	}
	return true;
}

void
conf_read_int(const struct conf_reading *r)
{
	struct conf_int *out = r->out, n;
	long fallback = r->key->fallback ? strtol(r->key->fallback, NULL, 10) : 0;

	*out = (struct conf_int){fallback, r->header, false};
	if (r->value && conf_read_number(r, r->value, &n))
		*out = n;
}

static bool
is_word(struct str s, const char *const *words)
{
	char word[8] = "";

	for (size_t i = 0; i < s.n && i < sizeof(word) - 1; i++)
		word[i] = (char)tolower((unsigned char)s.s[i]);
	return s.n < sizeof(word) && strlen(word) == s.n && conf_is_choice(words, word);
}

static bool
bool_of(const struct toml_value *v, bool *out)
{
	static const char *const yes[] = {"true", "t", "yes", "y", "on", "1", NULL};
	static const char *const no[] = {"false", "f", "no", "n", "off", "0", NULL};

	switch (v->type) {
	case TOML_BOOL:
		*out = v->boolean;
		return true;
	case TOML_INT:
		*out = v->integer == 1;
		return v->integer == 0 || v->integer == 1;
	case TOML_FLOAT:
		*out = v->real == 1;
		return v->real == 0 || v->real == 1;
	case TOML_STRING:
		*out = is_word(v->string, yes);
		return *out || is_word(v->string, no);
	default:
		return false;
	}
}

void
conf_read_bool(const struct conf_reading *r)
{
	struct conf_bool *out = r->out;
	const struct toml_value *v = r->value;
	struct diag *d;
	bool yes;

	*out = (struct conf_bool){
		r->key->fallback && strcmp(r->key->fallback, "true") == 0, r->header, false};
	if (!v)
		return;
	if (!bool_of(v, &yes)) {
		conf_wrong_type(r->ds, r->key, r->key->name, "true or false", v);
		return;
	}
	*out = (struct conf_bool){yes, v->at, true};
	if (v->type == TOML_BOOL)
		return;
	d = diag_add(r->ds, W017, v->at, "'%s' is true or false, written as %s", r->key->name,
		toml_type_name(v->type));
	diag_help(r->ds, d, "write %s", yes ? "true" : "false");
}
