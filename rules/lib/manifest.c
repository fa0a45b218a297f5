// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/manifest.h"

#include <limits.h>
#include <string.h>

#include "gen/base/json.h"

// A version and the day it is of.
struct release {
	const char *version, *date;
};

// What is known while the manifest is made.
struct maker {
	struct arena *arena;
	cJSON *old, *arches; // arches: what goes into the new one, until it does
	const char *binary;
	char today[sizeof("YYYY-MM-DD")];
};

static const cJSON *
get(const cJSON *o, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(o, key);
}

// The text of member KEY; "" when there is none.
static const char *
get_text(const cJSON *o, const char *key)
{
	const char *s = cJSON_GetStringValue(get(o, key));

	return s ? s : "";
}

static cJSON *
make_arches(const struct assets *as)
{
	cJSON *arches = cJSON_CreateObject(), *arch = NULL, *file;

	for (size_t i = 0; i < as->list.n; i++) {
		const struct asset *a = &as->list.v[i];

		if (i == 0 || strcmp(a->arch, as->list.v[i - 1].arch) != 0)
			arch = json_add_object(arches, a->arch);
		file = json_add_object(arch, a->name);
		json_set_str(file, "hash", a->hash);
		json_set_int(file, "size", (long)a->st.st_size);
	}
	return arches;
}

// "2026.0421." of "2026-04-21"; NULL when DATE is no such date.
static const char *
version_prefix(struct arena *a, const char *date)
{
	static const char shape[] = "0000-00-00";

	for (size_t i = 0; i < sizeof(shape); i++) {
		bool digit = date[i] >= '0' && date[i] <= '9';

		if (shape[i] == '0' ? !digit : date[i] != shape[i])
			return NULL;
	}
	return arena_printf(a, "%.4s.%.2s%.2s.", date, date + 5, date + 8);
}

// The P of a version YYYY.MMDD.P with this PREFIX: -1 when it has another one, 0 when P is no
// number.
static long
patch_of(const char *version, const char *prefix)
{
	long p;

	if (!str_starts(str_of(version), prefix))
		return -1;
	return str_to_long(version + strlen(prefix), 10, 1, LONG_MAX - 1, &p) ? p : 0;
}

// The first P of today that no release of the old manifest has. Looking ends at the first version
// that cannot be read. Format 1 had one version, in "latest".
static long
next_patch(const struct maker *m)
{
	const char *prefix = version_prefix(m->arena, m->today);
	const cJSON *releases = get(get(m->old, "assets"), "releases"), *r;
	double format = cJSON_GetNumberValue(get(m->old, "format"));
	long next = 1, p;

	if (format != 2) {
		p = patch_of(get_text(m->old, "latest"), prefix);
		return p > 0 ? p + 1 : 1;
	}
	cJSON_ArrayForEach(r, releases)
	{
		p = r->string ? patch_of(r->string, prefix) : 0;
		if (p == 0)
			break;
		if (p >= next)
			next = p + 1;
	}
	return next;
}

// The release that "current" of KIND ("assets", "binaries") names in the old manifest, or NULL.
static const cJSON *
current_release(const struct maker *m, const char *kind)
{
	const cJSON *k = get(m->old, kind);

	if (cJSON_GetNumberValue(get(m->old, "format")) != 2)
		return NULL;
	return get(get(k, "releases"), get_text(k, "current"));
}

// The old release while its hashes hold, else a new one of today.
static struct release
asset_release(const struct maker *m)
{
	const cJSON *was = current_release(m, "assets");
	const char *date = get_text(was, "date"), *prefix = version_prefix(m->arena, date);

	if (prefix && patch_of(was->string, prefix) > 0 &&
		cJSON_Compare(get(was, "arches"), m->arches, true))
		return (struct release){was->string, date};
	prefix = version_prefix(m->arena, m->today);
	return (struct release){arena_printf(m->arena, "%s%ld", prefix, next_patch(m)), m->today};
}

// A binary release is of the day its version, or the assets beside it, last changed.
static const char *
binary_date(const struct maker *m, const char *version)
{
	const cJSON *was = current_release(m, "binaries");
	const char *date = get_text(was, "date");

	if (version_prefix(m->arena, date) && strcmp(was->string, m->binary) == 0 &&
		strcmp(get_text(was, "min_assets"), version) == 0)
		return date;
	return m->today;
}

// {current: VERSION, releases: {VERSION: {date, deprecated: false}}}; returns the innermost.
static cJSON *
add_release(cJSON *root, const char *kind, const char *version, const char *date)
{
	cJSON *k = json_add_object(root, kind), *release;

	json_set_str(k, "current", version);
	release = json_add_object(json_add_object(k, "releases"), version);
	json_set_str(release, "date", date);
	json_set_bool(release, "deprecated", false);
	return release;
}

static cJSON *
make_manifest(struct maker *m)
{
	struct release assets = asset_release(m);
	cJSON *root = cJSON_CreateObject(), *release;

	json_set_int(root, "format", 2);
	release = add_release(root, "assets", assets.version, assets.date);
	json_set_str(release, "min_binary", "1.0.0");
	json_set(release, "arches", m->arches);
	release = add_release(root, "binaries", m->binary, binary_date(m, assets.version));
	json_set_str(release, "min_assets", assets.version);
	return root;
}

void
manifest_print(const struct assets *as, struct str old, const char *binary, struct tm today,
	struct buf *out)
{
	struct maker m = {.arena = as->arena, .binary = binary, .arches = make_arches(as)};
	struct span at;
	cJSON *root;

	m.old = json_parse(source_of(as->arena, "manifest.json", old), &at);
	strftime(m.today, sizeof(m.today), "%Y-%m-%d", &today);
	root = make_manifest(&m);
	json_end(out, root);
	cJSON_Delete(m.old);
}
