// SPDX-License-Identifier: Apache-2.0
#include "gen/config/machine.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "gen/base/die.h"
#include "gen/base/path.h"
#include "gen/config/machine_set.h"

#define CHOICE(...)                                                                                \
	SETTING_CHOICE, (const char *const[])                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}
#define TEXT SETTING_TEXT, NULL
#define WORDS SETTING_WORDS, NULL
#define CODES SETTING_CODES, NULL
#define PATH SETTING_PATH, NULL
#define BOOL SETTING_BOOL, NULL
#define NUMBER SETTING_NUMBER, NULL
#define SETTING(section, key, kind, fallback, env, help) {section, key, kind, fallback, env, help},
const struct setting_info setting_infos[] = {
#include "gen/config/machine.def"
};
const size_t setting_ninfos = sizeof(setting_infos) / sizeof(*setting_infos);

static bool
is_arch_section(const char *section)
{
	return strncmp(section, "toolchain.", 10) == 0 && section[10];
}

// Sections are equal, or the table's is the pattern of all architectures.
static bool
section_matches(const char *pattern, const char *section)
{
	return strcmp(pattern, section) == 0 ||
	       (strcmp(pattern, "toolchain.ARCH") == 0 && is_arch_section(section));
}

static const struct setting_info *
find_info(const char *section, const char *key)
{
	for (size_t i = 0; i < setting_ninfos; i++) {
		const struct setting_info *info = &setting_infos[i];

		if (section_matches(info->section, section) && strcmp(info->key, key) == 0)
			return info;
	}
	return NULL;
}

static const struct setting *
find_setting(const struct machine *m, const char *section, const char *key)
{
	for (size_t i = 0; i < m->list.n; i++) {
		const struct setting *s = &m->list.v[i];

		if (strcmp(s->section, section) == 0 && strcmp(s->info->key, key) == 0)
			return s;
	}
	return NULL;
}

static void
put(struct machine *m, struct setting s)
{
	for (size_t i = 0; i < m->list.n; i++) {
		struct setting *old = &m->list.v[i];

		if (old->info == s.info && strcmp(old->section, s.section) == 0) {
			*old = s;
			return;
		}
	}
	VEC_ADD(m->arena, &m->list, s);
}

// Names of all sections, or of the keys of one, for "did you mean".
static const char **
names_of(struct arena *a, const char *section)
{
	const char **names = arena_alloc(a, (setting_ninfos + 1) * sizeof(*names));
	size_t n = 0;

	for (size_t i = 0; i < setting_ninfos; i++) {
		const struct setting_info *info = &setting_infos[i];

		if (!section) {
			names[n++] = info->section;
		} else if (section_matches(info->section, section)) {
			names[n++] = info->key;
		}
	}
	return names;
}

static const char *
list_words(struct arena *a, const char *const *words)
{
	const char *list = words[0];

	for (size_t i = 1; words[i]; i++)
		list = arena_printf(a, "%s%s%s", list, words[i + 1] ? ", " : " or ", words[i]);
	return list;
}

static bool
is_one_of(const char *const *words, const char *word)
{
	while (*words && strcmp(*words, word) != 0)
		words++;
	return *words != NULL;
}

static struct words
split(struct arena *a, const char *text, const char *between)
{
	VEC(const char *) list = {0};

	while (*(text += strspn(text, between))) {
		size_t n = strcspn(text, between);

		VEC_ADD(a, &list, arena_ndup(a, text, n));
		text += n;
	}
	return (struct words){list.v, list.n};
}

// The first of the CODES that is none.
static const char *
codes_mistake(struct arena *a, const char *value)
{
	struct words words = split(a, value, " \t,");
	struct diags ds = {.arena = a};
	const char *mistake = NULL;

	for (size_t i = 0; i < words.n && !mistake; i++)
		mistake = diag_allow(&ds, words.v[i]);
	return mistake;
}

// What is wrong with VALUE, NULL when it is fine.
static const char *
value_mistake(struct arena *a, const struct setting_info *info, const char *value)
{
	static const char *const yes_no[] = {"yes", "no", "true", "false", NULL};
	long n;

	if (info->kind == SETTING_CHOICE && !is_one_of(info->choices, value)) {
		return arena_printf(a, "'%s' must be %s, not '%s'", info->key,
			list_words(a, info->choices), value);
	}
	if (info->kind == SETTING_BOOL && !is_one_of(yes_no, value))
		return arena_printf(a, "'%s' must be yes or no, not '%s'", info->key, value);
	if (info->kind == SETTING_NUMBER && *value && !str_to_long(value, 10, 0, LONG_MAX, &n))
		return arena_printf(a, "'%s' must be a whole number, not '%s'", info->key, value);
	if (info->kind == SETTING_CODES && codes_mistake(a, value))
		return codes_mistake(a, value);
	if (strpbrk(value, "\n\r"))
		return arena_printf(a, "'%s' holds a line break", info->key);
	return NULL;
}

static const char *
unknown_name(struct arena *a, const char *section, const char *key)
{
	bool known = *names_of(a, section) != NULL;
	const char *near = str_nearest(known ? key : section, names_of(a, known ? section : NULL));
	const char *text = known ? arena_printf(a, "unknown setting '%s'", key)
				 : arena_printf(a, "unknown section '%s'", section);

	if (known && *section)
		text = arena_printf(a, "%s in [%s]", text, section);
	return near && *near ? arena_printf(a, "%s; did you mean '%s'?", text, near) : text;
}

// A path setting as the rest of the program wants it; "auto" and "none" stay words.
static const char *
resolve(struct machine *m, const struct setting_info *info, const char *folder, const char *value)
{
	if (info->kind != SETTING_PATH || !*value || strcmp(value, "auto") == 0 ||
		strcmp(value, "none") == 0)
		return arena_dup(m->arena, value);
	return path_absolute(m->arena, folder, value);
}

const char *
machine_set(struct machine *m, const struct assignment *as, enum diag_code *code)
{
	const struct setting_info *info = find_info(as->section, as->key);
	const char *mistake;

	if (!info) {
		*code = E501;
		return unknown_name(m->arena, as->section, as->key);
	}
	*code = E502;
	mistake = value_mistake(m->arena, info, as->value);
	if (!mistake) {
		put(m, (struct setting){info, arena_dup(m->arena, as->section),
			       resolve(m, info, as->folder, as->value),
			       arena_dup(m->arena, as->origin), as->from_env});
	}
	return mistake;
}

void
machine_env(struct machine *m, char *(*env)(const char *))
{
	for (size_t i = 0; i < setting_ninfos; i++) {
		const struct setting_info *info = &setting_infos[i];
		const char *value = info->env ? env(info->env) : NULL;
		struct assignment as = {info->section, info->key, value, m->cwd,
			arena_printf(m->arena, "environment %s", info->env ? info->env : ""), true};
		enum diag_code code;
		const char *mistake = value && *value ? machine_set(m, &as, &code) : NULL;

		if (mistake)
			warn("%s is ignored: %s", info->env, mistake);
	}
}

const char *
machine_argument(struct machine *m, const char *text, bool from_env)
{
	const char *equals = strchr(text, '=');
	char *name = arena_ndup(m->arena, text, (size_t)(equals - text)), *dot = strrchr(name, '.');
	struct assignment as = {
		"", name, equals + 1, m->cwd, from_env ? "environment" : "argument", from_env};
	enum diag_code code;

	if (dot) {
		*dot = '\0';
		as.section = name;
		as.key = dot + 1;
	}
	return machine_set(m, &as, &code);
}

const char *
machine_get(const struct machine *m, const char *section, const char *key)
{
	const struct setting *s = find_setting(m, section, key);
	const struct setting_info *info = s ? s->info : find_info(section, key);

	assert(info);
	return s ? s->value : info->fallback;
}

bool
machine_yes(const struct machine *m, const char *section, const char *key)
{
	const char *v = machine_get(m, section, key);

	return strcmp(v, "yes") == 0 || strcmp(v, "true") == 0;
}

const char *
machine_origin(const struct machine *m, const char *section, const char *key)
{
	const struct setting *s = find_setting(m, section, key);

	return s ? s->origin : "default";
}

struct words
machine_words(const struct machine *m, const char *section, const char *key)
{
	bool codes = find_info(section, key)->kind == SETTING_CODES;

	return split(m->arena, machine_get(m, section, key), codes ? " \t," : " \t");
}
