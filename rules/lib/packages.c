// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/packages.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gen/base/json.h"
#include "gen/base/output.h"

enum database { NONE, DPKG, PIP, NPM };

static bool
is_python_folder(const char *dir, size_t n)
{
	struct str s = {dir, n};

	return (str_starts(s, "usr/lib/python3") || str_starts(s, "usr/local/lib/python3")) &&
	       (str_ends(s, "/dist-packages/") || str_ends(s, "/site-packages/"));
}

// .../dist-packages/NAME.dist-info/METADATA, or the older NAME.egg-info[/PKG-INFO].
static bool
is_pip(const char *path)
{
	struct str s = str_of(path);
	const char *info = strstr(path, ".dist-info/METADATA");
	const char *folder = strstr(path, "-packages/");

	if (!info)
		info = strstr(path, ".egg-info");
	if (!info || !folder || info < folder)
		return false;
	folder += strlen("-packages/");
	return is_python_folder(path, (size_t)(folder - path)) &&
	       !memchr(folder, '/', (size_t)(info - folder)) &&
	       (str_ends(s, ".dist-info/METADATA") || str_ends(s, ".egg-info") ||
		       str_ends(s, ".egg-info/PKG-INFO"));
}

// PREFIX/lib/node_modules/[@SCOPE/]NAME/package.json, and not below another package.
static bool
is_npm(const char *path)
{
	const char *name = strstr(path, "lib/node_modules/");

	if (!name || (name != path && name[-1] != '/'))
		return false;
	name += strlen("lib/node_modules/");
	if (*name == '@')
		name += strcspn(name, "/") + (strchr(name, '/') != NULL);
	name += strcspn(name, "/");
	return strcmp(name, "/package.json") == 0;
}

static enum database
database_of(const char *path)
{
	if (strcmp(path, "var/lib/dpkg/status") == 0)
		return DPKG;
	if (is_pip(path))
		return PIP;
	return is_npm(path) ? NPM : NONE;
}

bool
packages_want(const char *path)
{
	return database_of(path) != NONE;
}

static struct str
next_line(struct str *text)
{
	const char *end = memchr(text->s, '\n', text->n);
	struct str line = {text->s, end ? (size_t)(end - text->s) : text->n};
	size_t used = line.n + (end != NULL);

	*text = (struct str){text->s + used, text->n - used};
	return line;
}

// The value of LINE if it is "KEY: VALUE".
static const char *
field(struct arena *a, struct str line, const char *key)
{
	size_t n = strlen(key);
	struct str v;

	if (line.n <= n || strncasecmp(line.s, key, n) != 0 || line.s[n] != ':')
		return NULL;
	v = str_trim((struct str){line.s + n + 1, line.n - n - 1});
	return arena_ndup(a, v.s, v.n);
}

static void
set_field(const char **to, struct arena *a, struct str line, const char *key)
{
	const char *v = *to ? NULL : field(a, line, key);

	if (v)
		*to = v;
}

static void
read_dpkg(struct packages *p, const char *path, struct str text)
{
	while (text.n) {
		struct package found = {.path = path};
		const char *status = NULL;
		struct str line = next_line(&text);

		for (; str_trim(line).n; line = next_line(&text)) {
			set_field(&found.name, p->arena, line, "Package");
			set_field(&found.version, p->arena, line, "Version");
			set_field(&found.arch, p->arena, line, "Architecture");
			set_field(&status, p->arena, line, "Status");
			if (!text.n)
				break;
		}
		if (found.name && found.version && found.arch && status &&
			str_ends(str_of(status), " installed"))
			VEC_ADD(p->arena, &p->dpkg, found);
	}
}

// The head of a METADATA or PKG-INFO file, which ends at the first empty line.
static void
read_pip(struct packages *p, const char *path, struct str text)
{
	struct package found = {.path = path};

	while (text.n) {
		struct str line = next_line(&text);

		if (!str_trim(line).n)
			break;
		set_field(&found.name, p->arena, line, "Name");
		set_field(&found.version, p->arena, line, "Version");
	}
	if (found.name && found.version)
		VEC_ADD(p->arena, &p->pip, found);
}

static void
read_npm(struct packages *p, const char *path, struct str text)
{
	cJSON *root = cJSON_ParseWithLength(text.s, text.n);
	const cJSON *name = cJSON_GetObjectItemCaseSensitive(root, "name");
	const cJSON *version = cJSON_GetObjectItemCaseSensitive(root, "version");

	if (cJSON_IsString(name) && cJSON_IsString(version)) {
		struct package found = {.name = arena_dup(p->arena, name->valuestring),
			.version = arena_dup(p->arena, version->valuestring),
			.path = path};

		VEC_ADD(p->arena, &p->npm, found);
	}
	cJSON_Delete(root);
}

void
packages_read(struct packages *p, const char *path, struct str text)
{
	enum database db = database_of(path);

	path = arena_dup(p->arena, path);
	if (db == DPKG) {
		read_dpkg(p, path, text);
	} else if (db == PIP) {
		read_pip(p, path, text);
	} else if (db == NPM) {
		read_npm(p, path, text);
	}
}

static int
by_name(const void *x, const void *y)
{
	const struct package *a = x, *b = y;
	int c = strcmp(a->name, b->name);

	return c ? c : strcmp(a->path, b->path);
}

static int
by_arch(const void *x, const void *y)
{
	const struct package *a = x, *b = y;
	int c = strcmp(a->name, b->name);

	return c ? c : strcmp(a->arch, b->arch);
}

// pip does not tell 'Foo' from 'foo'; what is in /usr/local hides what is in /usr/lib.
static int
by_python_name(const void *x, const void *y)
{
	const struct package *a = x, *b = y;
	int c = strcasecmp(a->name, b->name);

	return c ? c : strcmp(b->path, a->path);
}

static void
write_dpkg(struct packages *p, const char *path)
{
	struct buf b = {0};

	if (p->dpkg.n)
		qsort(p->dpkg.v, p->dpkg.n, sizeof(*p->dpkg.v), by_arch);
	for (size_t i = 0; i < p->dpkg.n; i++) {
		buf_addf(&b, "%s\t%s\t%s\n", p->dpkg.v[i].name, p->dpkg.v[i].version,
			p->dpkg.v[i].arch);
	}
	output_write(path, buf_str(&b), 0644);
	buf_free(&b);
}

static void
write_json(const char *path, const cJSON *root)
{
	struct buf b = {0};

	json_print(&b, root);
	buf_addc(&b, '\n');
	output_write(path, buf_str(&b), 0644);
	buf_free(&b);
}

static void
write_pip(struct packages *p, const char *path)
{
	cJSON *list = cJSON_CreateArray();
	const char *last = NULL;

	if (p->pip.n)
		qsort(p->pip.v, p->pip.n, sizeof(*p->pip.v), by_python_name);
	for (size_t i = 0; i < p->pip.n; i++) {
		cJSON *item;

		if (last && strcasecmp(last, p->pip.v[i].name) == 0)
			continue;
		last = p->pip.v[i].name;
		item = json_push_object(list);
		json_set_str(item, "name", last);
		json_set_str(item, "version", p->pip.v[i].version);
	}
	write_json(path, list);
	cJSON_Delete(list);
}

static void
write_npm(struct packages *p, const char *path)
{
	cJSON *root = cJSON_CreateObject(), *all = json_add_object(root, "dependencies");

	if (p->npm.n)
		qsort(p->npm.v, p->npm.n, sizeof(*p->npm.v), by_name);
	for (size_t i = 0; i < p->npm.n; i++) {
		if (!cJSON_GetObjectItemCaseSensitive(all, p->npm.v[i].name)) {
			cJSON *item = json_add_object(all, p->npm.v[i].name);

			json_set_str(item, "version", p->npm.v[i].version);
		}
	}
	write_json(path, root);
	cJSON_Delete(root);
}

void
packages_write(struct packages *p, const char *prefix)
{
	write_dpkg(p, arena_printf(p->arena, "%s.dpkg", prefix));
	write_pip(p, arena_printf(p->arena, "%s.pip", prefix));
	write_npm(p, arena_printf(p->arena, "%s.npm", prefix));
}
