// SPDX-License-Identifier: Apache-2.0
#include "gen/check/patterns.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define ALNUM "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define DIGITS "0123456789"
#define BLANKS " \t\n\v\f\r"

// How many bytes from OFF on are of SET.
static size_t
run_of(struct str s, size_t off, const char *set)
{
	size_t n = 0;

	while (off + n < s.n && s.s[off + n] && strchr(set, s.s[off + n]))
		n++;
	return n;
}

// A secret: a prefix, blanks when it wants some, and at least LEAST characters of a set.
static const struct {
	const char *prefix;
	bool blanks;
	const char *set;
	size_t least;
} secrets[] = {
	{"sk-ant-", false, ALNUM "_-", 10},
	{"AIza", false, ALNUM "_-", 10},
	{"sk-", false, ALNUM, 20},
	{"ghp_", false, ALNUM, 20},
	{"glpat-", false, ALNUM "_-", 10},
	{"Bearer", true, ALNUM "_.-", 20},
};

static struct part
secret_at(struct str s, size_t off)
{
	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++) {
		size_t n = strlen(secrets[i].prefix), blanks, more;

		if (off + n > s.n || memcmp(s.s + off, secrets[i].prefix, n) != 0)
			continue;
		blanks = secrets[i].blanks ? run_of(s, off + n, BLANKS) : 0;
		more = run_of(s, off + n + blanks, secrets[i].set);
		if ((blanks || !secrets[i].blanks) && more >= secrets[i].least)
			return (struct part){off, n + blanks + more};
	}
	return (struct part){0};
}

struct part
pattern_secret(struct str s)
{
	struct part found = {0};

	for (size_t off = 0; off < s.n && !found.n; off++) {
		if (strchr("sAgB", s.s[off])) // what the prefixes begin with
			found = secret_at(s, off);
	}
	return found;
}

bool
pattern_is_placeholder(struct str s)
{
	static const char *const words[] = {"TODO", "FIXME", "CHANGEME", "REPLACE_ME", "XXX", NULL};
	struct str t = str_trim(s);

	for (size_t i = 0; words[i]; i++) {
		if (t.n == strlen(words[i]) && strncasecmp(t.s, words[i], t.n) == 0)
			return true;
	}
	return false;
}

bool
pattern_is_bad_domain(struct str s)
{
	if (str_trim(s).n == 0 || memchr(s.s, '/', s.n))
		return true;
	for (size_t i = 0; i + 1 < s.n; i++) {
		if (s.s[i] == ':' && isdigit((unsigned char)s.s[i + 1]))
			return true;
	}
	return false;
}

bool
pattern_is_broad(struct str s)
{
	static const char *const zones[] = {
		"com", "net", "org", "io", "dev", "co", "us", "uk", "eu", "app", NULL};
	struct str rest;

	if (str_is(s, "*"))
		return true;
	if (!str_starts(s, "*."))
		return false;
	rest = (struct str){s.s + 2, s.n - 2};
	for (size_t i = 0; zones[i]; i++) {
		if (str_is(rest, zones[i]))
			return true;
	}
	return rest.n <= 3 && (rest.n == 0 || !memchr(rest.s, '.', rest.n));
}

const char *
pattern_odd_domain(struct str s)
{
	size_t label = 0;

	if (pattern_is_bad_domain(s))
		return "is empty or has a scheme, a path or a port";
	if (str_starts(s, "*."))
		s = (struct str){s.s + 2, s.n - 2};
	if (s.n == 1 && *s.s == '*') // as broad as can be, which is another matter
		return NULL;
	for (size_t i = 0; i <= s.n; i++) {
		if (i == s.n || s.s[i] == '.') {
			if (label == 0 || label > 63)
				return "has a part that is empty or longer than 63 characters";
			label = 0;
		} else if (s.s[i] == '*') {
			return "has a '*' that is not the whole first label";
		} else if (!strchr(ALNUM "-_", s.s[i]) || !s.s[i]) {
			return "has a character that host names do not have";
		} else {
			label++;
		}
	}
	return NULL;
}

struct part
pattern_any_of(struct str s, const char *set)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.s[i] && strchr(set, s.s[i]))
			return (struct part){i, 1};
	}
	return (struct part){0};
}

static bool
is_apt_name(struct str s)
{
	size_t n = run_of(s, 0, "abcdefghijklmnopqrstuvwxyz" DIGITS "+.-");

	// behind the name :ARCHITECTURE, =VERSION or /SUITE
	return n >= 2 && isalnum((unsigned char)*s.s) && (n == s.n || strchr(":=/", s.s[n]));
}

// A requirement of Python: a name, then extras, versions, an address or a condition.
static bool
is_python_name(struct str s)
{
	size_t n = run_of(s, 0, ALNUM "._-");

	if (n == 0 || !isalnum((unsigned char)*s.s))
		return false;
	return n == s.n || strchr("[=<>!~@; +:", s.s[n]);
}

static bool
is_npm_name(struct str s)
{
	size_t scope = 0, n;

	if (str_starts(s, "@")) {
		scope = 1 + run_of(s, 1, ALNUM "._~-");
		if (scope == 1 || scope >= s.n || s.s[scope++] != '/')
			return false;
	}
	n = run_of(s, scope, ALNUM "._~-");
	return n && s.s[scope] != '.' && s.s[scope] != '_' &&
	       (scope + n == s.n || strchr("@:+/", s.s[scope + n]));
}

static bool
is_url(struct str s)
{
	return (str_starts(s, "https://") && s.n > 8) || (str_starts(s, "http://") && s.n > 7);
}

const char *
pattern_odd_package(struct str s, const char *manager)
{
	static const struct {
		const char *manager;
		bool (*fits)(struct str s);
		const char *text;
	} rules[] = {
		{"apt", is_apt_name,
			"a Debian package has lower case letters, digits, '+', '-' and '.'"},
		{"uv", is_python_name, "a Python package has letters, digits, '.', '_' and '-'"},
		{"pip", is_python_name, "a Python package has letters, digits, '.', '_' and '-'"},
		{"npm", is_npm_name, "an npm package is called name or @scope/name"},
		{"curl", is_url, "curl installs from an https:// address"},
	};

	if (pattern_any_of(s, BLANKS ";&|<>()$`\\\"'*?{}#").n)
		return "it has a character that the shell of the build would take for itself";
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		if (strcmp(rules[i].manager, manager) == 0 && !rules[i].fits(s))
			return rules[i].text;
	}
	return NULL;
}

bool
pattern_is_sha256(struct str s)
{
	return s.n == 64 && run_of(s, 0, DIGITS "abcdefABCDEF") == 64;
}
