// SPDX-License-Identifier: Apache-2.0
// providers.c -- rules about AI providers. Layer: gen/check.
#include "gen/check/check.h"
#include "gen/check/json.h"
#include "gen/check/patterns.h"

static void
check_json_content(const struct conf_provider *ai, const struct conf_file *f, struct diags *ds)
{
	size_t off;
	const char *mistake;

	if (!str_ends(f->path.v, ".json") || f->content.v.n == 0)
		return;
	mistake = check_json(f->content.v, &off);
	if (mistake) {
		diag_add(ds, E010, conf_inside(&f->content, off, 1),
			"invalid JSON in ai.%.*s.files.%.*s: %s", STR_FMT(ai->head.key),
			STR_FMT(f->head.key), mistake);
	}
}

static void
check_file(const struct conf_provider *ai, const struct conf_file *f, struct diags *ds)
{
	if (f->path.set && !str_starts(f->path.v, "/")) {
		diag_add(ds, E009, f->path.at,
			"file path must be absolute: '%s' in ai.%.*s.files.%.*s", f->path.v.s,
			STR_FMT(ai->head.key), STR_FMT(f->head.key));
	}
	check_json_content(ai, f, ds);
	if (pattern_is_placeholder(f->content.v)) {
		diag_add(ds, W006, f->content.at,
			"file content looks like a placeholder in ai.%.*s.files.%.*s",
			STR_FMT(ai->head.key), STR_FMT(f->head.key));
	}
}

void
check_files(const struct config *c, struct diags *ds)
{
	for (size_t i = 0; i < c->ai.n; i++) {
		const struct conf_provider *ai = &c->ai.v[i];

		for (size_t k = 0; k < ai->files.n; k++)
			check_file(ai, &ai->files.v[k], ds);
		if (ai->files.n && !ai->cli) {
			diag_add(ds, W016, ai->files.v[0].head.key_at,
				"files of '%.*s' have no effect: they are the files of its cli, "
				"and it has none",
				STR_FMT(ai->head.key));
		}
	}
}

// The first provider, in order, that names the variable WORD; its place goes to *AT.
static const struct conf_provider *
first_user(const struct config *c, struct str word, const struct conf_string **at)
{
	for (size_t i = 0; i < c->ai.n; i++) {
		*at = check_find(&c->ai.v[i].api_key->env_vars, word);
		if (*at)
			return &c->ai.v[i];
	}
	return NULL;
}

static void
check_env_vars(const struct config *c, const struct conf_provider *ai, struct diags *ds)
{
	const struct conf_strings *list = &ai->api_key->env_vars;

	for (size_t i = 0; i < list->n; i++) {
		const struct conf_string *var = &list->v[i], *at;
		const struct conf_provider *first = first_user(c, var->v, &at);
		struct diag *d;

		if (!first || at == var)
			continue;
		d = diag_add(ds, W008, var->at,
			"duplicate env_var '%s' in ai.%.*s (also in ai.%.*s)", var->v.s,
			STR_FMT(ai->head.key), STR_FMT(first->head.key));
		diag_note(ds, d, at->at, "first used here");
	}
}

void
check_provider_keys(const struct config *c, struct diags *ds)
{
	for (size_t i = 0; i < c->ai.n; i++) {
		const struct conf_provider *ai = &c->ai.v[i];

		check_env_vars(c, ai, ds);
		if (ai->enabled.v && ai->cli && ai->cli->version_command.v.n == 0) {
			diag_add(ds, W013, ai->cli->head.at,
				"AI provider '%.*s' has cli but no version_command: "
				"tool-versions.txt will not track it",
				STR_FMT(ai->head.key));
		}
	}
}

static void
check_sums(const struct conf_install *in, struct diags *ds)
{
	if (!in->sha256.set)
		return;
	if (!str_is(in->manager.v, "curl")) {
		diag_add(ds, W016, in->sha256.at,
			"'sha256' has no effect: %s checks what it installs by itself",
			in->manager.v.s);
		return;
	}
	if (in->sha256.n != in->packages.n) {
		diag_add(ds, E308, in->sha256.at,
			"'sha256' has %zu sums for %zu install scripts: each needs its own",
			in->sha256.n, in->packages.n);
	}
	for (size_t i = 0; i < in->sha256.n; i++) {
		if (!pattern_is_sha256(in->sha256.v[i].v)) {
			diag_add(ds, E308, in->sha256.v[i].at,
				"'sha256' must be 64 hexadecimal digits");
		}
	}
}

// The last enabled npm provider with a prefix: the one whose prefix is used.
static const struct conf_provider *
prefix_giver(const struct config *c)
{
	const struct conf_provider *last = NULL;

	for (size_t i = 0; i < c->ai.n; i++) {
		const struct conf_provider *ai = &c->ai.v[i];

		if (ai->enabled.v && ai->install && str_is(ai->install->manager.v, "npm") &&
			ai->install->prefix.v.n)
			last = ai;
	}
	return last;
}

static void
check_prefix(const struct conf_provider *giver, const struct conf_provider *ai, struct diags *ds)
{
	const struct conf_install *in = ai->install;
	struct diag *d;

	if (!in->prefix.v.n)
		return;
	if (!str_is(in->manager.v, "npm")) {
		diag_add(ds, W016, in->prefix.at,
			"'prefix' has no effect: only npm installs into one");
	} else if (ai->enabled.v && !str_eq(giver->install->prefix.v, in->prefix.v)) {
		d = diag_add(ds, W016, in->prefix.at,
			"prefix '%s' has no effect: npm installs everything into '%s'",
			in->prefix.v.s, giver->install->prefix.v.s);
		diag_note(ds, d, giver->install->prefix.at, "the last prefix is used");
	}
}

static void
check_install(const struct conf_provider *ai, struct diags *ds)
{
	const struct conf_install *in = ai->install;

	if (in->packages.set && in->packages.n == 0) {
		diag_add(ds, W016, in->packages.at,
			"'install' of '%.*s' has no effect: it has no packages",
			STR_FMT(ai->head.key));
	}
	for (size_t i = 0; i < in->packages.n; i++) {
		const struct conf_string *p = &in->packages.v[i];
		const struct conf_string *first = check_find(&in->packages, p->v);
		const char *mistake = pattern_odd_package(p->v, in->manager.v.s);
		struct diag *d;

		if (first != p) {
			d = diag_add(ds, W021, p->at,
				"package '%s' is named twice in [%.*s.install]", p->v.s,
				STR_FMT(ai->head.key));
			diag_note(ds, d, first->at, "first named here");
		}
		if (mistake) {
			d = diag_add(ds, W022, p->at, "'%s' is no package of %s", p->v.s,
				in->manager.v.s);
			diag_help(ds, d, "%s", mistake);
		}
	}
	check_sums(in, ds);
}

void
check_installs(const struct config *c, struct diags *ds)
{
	const struct conf_provider *giver = prefix_giver(c);

	for (size_t i = 0; i < c->ai.n; i++) {
		if (c->ai.v[i].install) {
			check_prefix(giver, &c->ai.v[i], ds);
			check_install(&c->ai.v[i], ds);
		}
	}
}
