// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/engine_config.h"

#include <stddef.h>
#include <string.h>

#include "gen/base/die.h"
#include "gen/base/json.h"

// One text member: where it stands in the file, where it goes, what it may be.
struct member {
	const char *table, *key; // table NULL: at the top
	size_t offset;
	const char *fallback;
	const char *const *choices; // NULL: any text
};

static const char *const runtimes[] = {"auto", "docker", "podman", "buildah", NULL};
static const char *const builders[] = {"auto", "classic", "buildkit", NULL};
static const char *const isolations[] = {"auto", "chroot", "oci", "rootless", NULL};

#define AT(field) offsetof(struct engine_config, field)
static const struct member members[] = {
	{NULL, "runtime", AT(runtime), "auto", runtimes},
	{NULL, "docker", AT(docker), "docker", NULL},
	{NULL, "podman", AT(podman), "podman", NULL},
	{NULL, "buildah", AT(buildah), "buildah", NULL},
	{NULL, "mmdebstrap", AT(mmdebstrap), "mmdebstrap", NULL},
	{NULL, "builder", AT(builder), "auto", builders},
	{NULL, "isolation", AT(isolation), "auto", isolations},
	{"network", "http_proxy", AT(http_proxy), NULL, NULL},
	{"network", "https_proxy", AT(https_proxy), NULL, NULL},
	{"network", "no_proxy", AT(no_proxy), NULL, NULL},
	{"network", "ca_bundle", AT(ca_bundle), NULL, NULL},
	{"mirrors", "debian", AT(mirror_debian), NULL, NULL},
	{"mirrors", "npm", AT(mirror_npm), NULL, NULL},
	{"mirrors", "pypi", AT(mirror_pypi), NULL, NULL},
	{"mirrors", "kernel", AT(mirror_kernel), NULL, NULL},
};
#undef AT

enum { NMEMBERS = sizeof(members) / sizeof(*members) };

static bool
same_table(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static const struct member *
find(const char *table, const char *key)
{
	for (size_t i = 0; i < NMEMBERS; i++) {
		if (same_table(members[i].table, table) && strcmp(members[i].key, key) == 0)
			return &members[i];
	}
	return NULL;
}

static bool
is_choice(const struct member *m, const char *value)
{
	const char *const *c = m->choices;

	while (c && *c && strcmp(*c, value) != 0)
		c++;
	return !c || *c;
}

static void
store(struct engine_config *c, const struct member *m, const char *value)
{
	*(const char **)((char *)c + m->offset) = value;
}

static void
read_member(struct engine_config *c, struct arena *a, const char *path, const char *table,
	const cJSON *v)
{
	const struct member *m = find(table, v->string);

	if (!table && strcmp(v->string, "keep_layers") == 0) {
		if (!cJSON_IsBool(v))
			die("%s: 'keep_layers' wants true or false", path);
		c->keep_layers = cJSON_IsTrue(v);
		return;
	}
	if (!m)
		die("%s: unknown member '%s'", path, v->string);
	if (!cJSON_IsString(v))
		die("%s: '%s' wants a text", path, v->string);
	if (*v->valuestring == '\0')
		return;
	if (!is_choice(m, v->valuestring))
		die("%s: '%s' cannot be '%s'", path, v->string, v->valuestring);
	store(c, m, arena_dup(a, v->valuestring));
}

// Mirrors are written into URLs with a '/' of their own.
static const char *
without_slash(struct arena *a, const char *url)
{
	size_t n = url ? strlen(url) : 0;

	while (n && url[n - 1] == '/')
		n--;
	return n ? arena_ndup(a, url, n) : NULL;
}

// What is for other programs that read the same file.
static bool
is_for_others(const char *key)
{
	return strcmp(key, "base") == 0;
}

static bool
is_table(const char *name)
{
	return strcmp(name, "network") == 0 || strcmp(name, "mirrors") == 0;
}

struct engine_config
engine_config_load(struct rule_args *a, const char *path)
{
	struct engine_config c = {0};
	cJSON *root = json_read(&a->arena, path);
	const cJSON *v, *inner;

	for (size_t i = 0; i < NMEMBERS; i++)
		store(&c, &members[i], members[i].fallback);
	cJSON_ArrayForEach(v, root)
	{
		if (is_for_others(v->string))
			continue;
		if (!is_table(v->string)) {
			read_member(&c, &a->arena, path, NULL, v);
			continue;
		}
		if (!cJSON_IsObject(v))
			die("%s: '%s' wants an object", path, v->string);
		cJSON_ArrayForEach(inner, v) read_member(&c, &a->arena, path, v->string, inner);
	}
	cJSON_Delete(root);
	c.mirror_debian = without_slash(&a->arena, c.mirror_debian);
	c.mirror_npm = without_slash(&a->arena, c.mirror_npm);
	c.mirror_pypi = without_slash(&a->arena, c.mirror_pypi);
	c.mirror_kernel = without_slash(&a->arena, c.mirror_kernel);
	return c;
}
