// SPDX-License-Identifier: Apache-2.0
// web.c -- rules about domains and what may be reached. Layer: gen/check.
#include "gen/check/check.h"
#include "gen/check/patterns.h"

// Domains of one list. STRICT: a malformed one is an error.
static void
check_list(const struct conf_strings *list, const char *shown, bool strict, struct diags *ds)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct conf_string *d = &list->v[i];
		const char *odd = pattern_odd_domain(d->v);

		if (strict && pattern_is_bad_domain(d->v)) {
			diag_add(ds, E006, d->at, "invalid domain pattern '%s' in %s", d->v.s,
				shown);
		} else if (odd) {
			diag_add(ds, W023, d->at, "domain pattern '%s' in %s %s", d->v.s, shown,
				odd);
		}
	}
}

static void
check_broad(const struct conf_strings *list, const char *shown, struct diags *ds)
{
	for (size_t i = 0; i < list->n; i++) {
		if (pattern_is_broad(list->v[i].v)) {
			diag_add(ds, W007, list->v[i].at, "overly broad wildcard domain '%s' in %s",
				list->v[i].v.s, shown);
		}
	}
}

static void
check_services(const struct conf_service_list *list, const char *kind, struct diags *ds)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct conf_service *s = &list->v[i];
		const char *shown =
			arena_printf(ds->arena, "web.%s.%.*s.domains", kind, STR_FMT(s->head.key));

		check_list(&s->domains, shown, true, ds);
		check_broad(&s->domains, shown, ds);
	}
}

static void
check_table(const struct conf_strings *list, const char *kind, struct str key, const char *rest,
	bool strict, struct diags *ds)
{
	const char *shown = arena_printf(ds->arena, "%s.%.*s.%s", kind, STR_FMT(key), rest);

	check_list(list, shown, strict, ds);
	if (strict)
		check_broad(list, shown, ds);
}

void
check_domains(const struct config *c, struct diags *ds)
{
	for (size_t i = 0; i < c->ai.n; i++) {
		const struct conf_provider *ai = &c->ai.v[i];

		check_table(&ai->network->domains, "ai", ai->head.key, "network.domains", true, ds);
	}
	for (size_t i = 0; i < c->packages.n; i++) {
		const struct conf_package_set *set = &c->packages.v[i];

		if (set->network) {
			check_table(&set->network->domains, "packages", set->head.key,
				"network.domains", false, ds);
		}
	}
	check_list(&c->web.custom_allow, "custom_allow", false, ds);
	check_broad(&c->web.custom_allow, "custom_allow", ds);
	check_list(&c->web.custom_block, "custom_block", false, ds);
	check_services(&c->web.search, "search", ds);
	check_services(&c->web.registry, "registry", ds);
	check_services(&c->web.repository, "repository", ds);
}

void
check_web_policy(const struct config *c, struct diags *ds)
{
	for (size_t i = 0; i < c->web.custom_allow.n; i++) {
		const struct conf_string *allowed = &c->web.custom_allow.v[i];
		const struct conf_string *blocked = check_find(&c->web.custom_block, allowed->v);
		struct diag *d;

		if (!blocked)
			continue;
		d = diag_add(ds, W014, allowed->at, "domain in both allow and block lists: %s",
			allowed->v.s);
		diag_note(ds, d, blocked->at, "it is blocked here");
	}
	if (c->web.allow_read.v && c->web.allow_write.v && c->web.custom_block.n == 0) {
		diag_add(ds, W011, c->web.allow_write.at,
			"network policy is wide open: allow_read and allow_write are true, and "
			"nothing is blocked");
	}
}

// Whether the list PATH, parted by colons, holds exactly FOLDER.
static bool
has_folder(struct str path, const char *folder)
{
	size_t from = 0;

	for (size_t i = 0; i <= path.n; i++) {
		if (i < path.n && path.s[i] != ':')
			continue;
		if (str_is((struct str){path.s + from, i - from}, folder))
			return true;
		from = i + 1;
	}
	return false;
}

void
check_shell_path(const struct config *c, struct diags *ds)
{
	const struct conf_string *path = &c->environment.shell->path;

	if (!has_folder(path->v, "/usr/bin") && !has_folder(path->v, "/bin"))
		diag_add(ds, W010, path->at, "PATH is missing /usr/bin and /bin");
}
