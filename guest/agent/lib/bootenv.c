// SPDX-License-Identifier: Apache-2.0
// bootenv.c -- the environment the host gives. Layer: guest/agent/lib.
#include "bootenv.h"

#include <stdlib.h>
#include <string.h>

static bool
starts(struct text t, const char *prefix)
{
	size_t n = strlen(prefix);

	return t.n >= n && memcmp(t.s, prefix, n) == 0;
}

// Names that make a loader or a shell run or read something of their own accord.
static bool
blocked(struct text key)
{
	static const char *const names[] = {"IFS", "BASH_ENV", "ENV", "CDPATH", "GLOBIGNORE",
		"SHELLOPTS", "BASHOPTS", "PROMPT_COMMAND", "PS4"};

	if (starts(key, "LD_") || starts(key, "BASH_FUNC_"))
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (text_is(key, names[i]))
			return true;
	}
	return false;
}

static bool
has(struct text t, char c)
{
	return t.n && memchr(t.s, c, t.n);
}

static const char *
refuse(struct text key, struct text value)
{
	if (key.n == 0)
		return "the key is empty";
	if (key.n > BOOTENV_MAX_KEY)
		return "the key is too long";
	if (has(key, '=') || has(key, '\0'))
		return "the key has '=' or NUL";
	if (blocked(key))
		return "the key is blocked";
	if (has(value, '\0'))
		return "the value has NUL";
	return value.n > BOOTENV_MAX_ENTRY - 1 - key.n ? "the value is too long" : NULL;
}

// Whether ENTRY, "KEY=VALUE", has this key.
static bool
is_of(const char *entry, struct text key)
{
	return strncmp(entry, key.s, key.n) == 0 && entry[key.n] == '=';
}

static size_t
find(const struct bootenv *e, struct text key)
{
	size_t i = 0;

	while (i < e->n && !is_of(e->v[i], key))
		i++;
	return i;
}

static char *
make_entry(struct text key, struct text value)
{
	char *entry = malloc(key.n + value.n + 2);

	if (!entry)
		return NULL;
	memcpy(entry, key.s, key.n);
	entry[key.n] = '=';
	if (value.n)
		memcpy(entry + key.n + 1, value.s, value.n);
	entry[key.n + 1 + value.n] = '\0';
	return entry;
}

// Whether one more entry for KEY fits beside those there are.
static bool
has_room(const struct bootenv *e, struct text key)
{
	size_t extra = text_is(key, "TZ") || bootenv_get(e, "TZ") ? 1 : 0;

	return e->n < BOOTENV_MAX + extra;
}

const char *
bootenv_set(struct bootenv *e, struct text key, struct text value)
{
	const char *reason = refuse(key, value);
	size_t i = reason ? 0 : find(e, key), old;
	char *entry;

	if (reason)
		return reason;
	old = i < e->n ? strlen(e->v[i]) + 1 : 0;
	if (!old && !has_room(e, key))
		return "there are too many";
	if (e->bytes - old + key.n + value.n + 2 > BOOTENV_MAX_TOTAL)
		return "they are too large together";
	entry = make_entry(key, value);
	if (!entry)
		return "memory is out";
	if (old) {
		free(e->v[i]);
	} else {
		e->n++;
	}
	e->v[i] = entry;
	e->bytes += key.n + value.n + 2 - old;
	return NULL;
}

const char *
bootenv_get(const struct bootenv *e, const char *key)
{
	size_t i = find(e, (struct text){key, strlen(key)});

	return i < e->n ? e->v[i] + strlen(key) + 1 : NULL;
}

// Put ENTRY in the place of one with the same key, or at the end.
static void
put(char **to, size_t *n, const char *entry)
{
	const char *eq = strchr(entry, '=');
	struct text key = {entry, eq ? (size_t)(eq - entry) : 0};
	size_t i = 0;

	if (!eq)
		return;
	while (i < *n && !is_of(to[i], key))
		i++;
	to[i] = (char *)(size_t)entry;
	if (i == *n)
		++*n;
}

char **
bootenv_merge(const struct bootenv *e, char *const base[], const char *const middle[])
{
	size_t max = e->n + 1, n = 0;
	char **to;

	for (size_t i = 0; base[i]; i++)
		max++;
	for (size_t i = 0; middle && middle[i]; i++)
		max++;
	to = calloc(max, sizeof(*to));
	if (!to)
		return NULL;
	for (size_t i = 0; base[i]; i++)
		put(to, &n, base[i]);
	for (size_t i = 0; middle && middle[i]; i++)
		put(to, &n, middle[i]);
	for (size_t i = 0; i < e->n; i++)
		put(to, &n, e->v[i]);
	return to;
}
