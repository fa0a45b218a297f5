// SPDX-License-Identifier: Apache-2.0
// packages.c -- rules about package sets. Layer: gen/check.
#include "gen/check/check.h"
#include "gen/check/patterns.h"

#define APT_COMMAND "apt-get install -y --no-install-recommends"

void
check_version_commands(const struct config *c, struct diags *ds)
{
	for (size_t i = 0; i < c->packages.n; i++) {
		const struct conf_package_set *set = &c->packages.v[i];

		for (size_t k = 0; k < set->version_commands.n; k++) {
			const struct conf_string *key = &set->version_commands.v[k].key;

			if (!check_find(&set->packages, key->v)) {
				diag_add(ds, E003, key->at,
					"version_commands: '%.*s' is not in 'packages' of [%.*s]",
					STR_FMT(key->v), STR_FMT(set->head.key));
			}
		}
	}
}

// What of a set the image's Dockerfile does not look at.
static void
check_effect(const struct conf_package_set *set, struct diags *ds)
{
	bool apt = str_is(set->head.key, "apt"), python = str_is(set->head.key, "python");
	bool pip = str_is(set->manager.v, "uv") || str_is(set->manager.v, "pip");

	if (!apt && !python) {
		diag_add(ds, W018, set->head.key_at, "package set '%.*s' is not installed",
			STR_FMT(set->head.key));
	}
	if (apt && set->manager.set && !str_is(set->manager.v, "apt")) {
		diag_add(ds, W016, set->manager.at,
			"manager '%s' has no effect: the set 'apt' is installed with apt",
			set->manager.v.s);
	}
	if (python && set->manager.set && !pip) {
		diag_add(ds, W016, set->manager.at,
			"manager '%s' has no effect: the set 'python' is installed with its "
			"install_cmd",
			set->manager.v.s);
	}
	if (apt && set->install_cmd.set && !str_is(set->install_cmd.v, APT_COMMAND)) {
		diag_add(ds, W016, set->install_cmd.at,
			"install_cmd has no effect: the set 'apt' is installed with " APT_COMMAND);
	}
}

void
check_sets(const struct config *c, struct diags *ds)
{
	for (size_t i = 0; i < c->packages.n; i++) {
		const struct conf_package_set *set = &c->packages.v[i];
		struct part bad = pattern_any_of(set->install_cmd.v, ";|&`$()");

		check_effect(set, ds);
		if (bad.n) {
			diag_add(ds, W009, conf_inside(&set->install_cmd, bad.off, bad.n),
				"shell metacharacters in install_cmd for %.*s",
				STR_FMT(set->head.key));
		}
	}
}

// A provider that installs with npm needs a registry as much as a package set does.
static const struct conf_provider *
npm_user(const struct config *c)
{
	for (size_t i = 0; i < c->ai.n; i++) {
		const struct conf_provider *ai = &c->ai.v[i];

		if (ai->enabled.v && ai->install && str_is(ai->install->manager.v, "npm") &&
			ai->install->packages.n)
			return ai;
	}
	return NULL;
}

static bool
allows_npm(const struct config *c)
{
	for (size_t i = 0; i < c->web.registry.n; i++) {
		const struct conf_service *s = &c->web.registry.v[i];

		for (size_t d = 0; d < s->domains.n; d++) {
			if (str_is(s->head.key, "npm") || str_ends(s->domains.v[d].v, "npmjs.org"))
				return true;
		}
	}
	return false;
}

static void
check_registry(const struct config *c, struct diags *ds)
{
	const struct conf_provider *npm = npm_user(c);

	if (c->packages.n && c->web.registry.n == 0) {
		diag_add(ds, W001, c->web.head.at,
			"package sets are configured, but web security allows no package registry");
	} else if (npm && !allows_npm(c)) {
		diag_add(ds, W001, npm->install->head.at,
			"'%.*s' is installed with npm, but web security allows no npm registry",
			STR_FMT(npm->head.key));
	}
}

void
check_set_networks(const struct config *c, struct diags *ds)
{
	if (!c->broken)
		check_registry(c, ds);
	for (size_t i = 0; i < c->packages.n; i++) {
		const struct conf_package_set *set = &c->packages.v[i];

		if (!set->network) {
			diag_add(ds, W004, set->head.at, "package set '%.*s' has no network table",
				STR_FMT(set->head.key));
		}
	}
}

static void
check_package(const struct conf_package_set *set, const struct conf_string *p, struct diags *ds)
{
	const struct conf_string *first = check_find(&set->packages, p->v);
	const char *mistake = pattern_odd_package(p->v, set->manager.v.s);
	struct diag *d;

	if (first != p) {
		d = diag_add(ds, W021, p->at, "package '%s' is named twice in [%.*s]", p->v.s,
			STR_FMT(set->head.key));
		diag_note(ds, d, first->at, "first named here");
	}
	if (str_ends(p->v, "-dev") || str_ends(p->v, "-devel")) {
		diag_add(ds, W002, p->at, "package '%s' looks like a development package in [%.*s]",
			p->v.s, STR_FMT(set->head.key));
	}
	if (mistake) {
		d = diag_add(ds, W022, p->at, "'%s' is no package of %s", p->v.s, set->manager.v.s);
		diag_help(ds, d, "%s", mistake);
	}
}

void
check_set_packages(const struct config *c, struct diags *ds)
{
	for (size_t i = 0; i < c->packages.n; i++) {
		const struct conf_package_set *set = &c->packages.v[i];

		for (size_t k = 0; k < set->packages.n; k++)
			check_package(set, &set->packages.v[k], ds);
	}
}
