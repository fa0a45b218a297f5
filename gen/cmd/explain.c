// SPDX-License-Identifier: Apache-2.0
// explain.c -- what a key, a table or a file is, and what an edit of it rebuilds. Layer: gen/cmd.
#include <string.h>

#include "gen/base/die.h"
#include "gen/base/json.h"
#include "gen/base/path.h"
#include "gen/cmd/impact.h"
#include "gen/cmd/subject.h"
#include "gen/emit/schema.h"

struct explaining {
	const struct cmd_options *o;
	struct arena *arena;
	struct config *conf;
	const struct machine *machine;
	struct snapshot now;
	struct impact impact;
};

// Called while an edit is in the config.
static void
compare(void *ctx)
{
	struct explaining *x = ctx;
	struct snapshot then = impact_snapshot(x->o, x->conf, x->machine);

	impact_of_change(&x->impact, &x->now, &then);
}

static void
print_effects(const struct explaining *x)
{
	if (x->impact.effects.n == 0) {
		printf("an edit rebuilds nothing\n");
		return;
	}
	printf("an edit runs, until a step makes again what was there before\n");
	for (size_t i = 0; i < x->impact.effects.n; i++) {
		printf("  %-17s %s\n", x->impact.effects.v[i].rule, x->impact.effects.v[i].out);
	}
}

static void
print_key(const struct subject *s)
{
	struct buf text = {0};
	struct span at = subject_place(s);

	printf("  %s\n\n", s->key->help);
	if (s->table) {
		subject_value(s, &text);
		printf("value    %s\n", text.s);
	} else {
		printf("value    none: there is no such table\n");
	}
	if (subject_is_set(s)) {
		struct place place = span_place(at);

		printf("set at   %s:%zu:%zu\n", at.src->path, place.line, place.column);
	} else if (at.src && !s->key->sub) {
		printf("set at   nowhere: it is the default\n");
	}
	if (s->key->fallback && !s->key->sub)
		printf("default  %s\n", *s->key->fallback ? s->key->fallback : "\"\"");
	buf_free(&text);
}

static void
print_table(const struct subject *s)
{
	struct span at = subject_place(s);

	printf("  %s\n\n", s->schema->help);
	if (at.src) {
		struct place place = span_place(at);

		printf("set at   %s:%zu:%zu\n", at.src->path, place.line, place.column);
	}
	printf("keys    ");
	for (size_t i = 0; i < s->schema->nkeys; i++)
		printf(" %s", s->schema->keys[i].name);
	putchar('\n');
}

static void
set_effects(cJSON *object, const struct explaining *x)
{
	cJSON *list = json_add_array(object, "rebuilds");

	for (size_t i = 0; i < x->impact.effects.n; i++) {
		cJSON *item = json_push_object(list);

		json_set_str(item, "rule", x->impact.effects.v[i].rule);
		json_set_str(item, "output", x->impact.effects.v[i].out);
	}
}

static void
set_key(cJSON *object, const struct subject *s)
{
	struct buf value = {0}, reaches = {0};
	struct span at = subject_place(s);

	json_set_str(object, "help", s->key ? s->key->help : s->schema->help);
	json_set_str(object, "table", s->schema->name);
	if (s->key)
		json_set_str(object, "key", s->key->name);
	json_set_bool(object, "set", subject_is_set(s));
	if (at.src) {
		struct place place = span_place(at);

		json_set_str(object, "file", at.src->path);
		json_set_int(object, "line", (long)place.line);
		json_set_int(object, "column", (long)place.column);
	}
	if (s->key && s->table && !s->key->sub) {
		subject_value(s, &value);
		json_set_str(object, "value", value.s);
	}
	if (s->key) {
		emit_reaches(&reaches, s->key->reaches);
		json_set_str(object, "reaches", reaches.s);
	}
	buf_free(&value);
	buf_free(&reaches);
}

static void
explain_subject(struct explaining *x, const struct subject *s)
{
	bool json = cmd_format(x->o) == FORMAT_JSON;
	cJSON *root;

	subject_edit(s, x->arena, compare, x);
	if (json) {
		root = cJSON_CreateObject();
		json_set_str(root, "name", cmd_word(x->o, 0));
		set_key(root, s);
		set_effects(root, x);
		json_put(stdout, root);
		return;
	}
	printf("%s\n", cmd_word(x->o, 0));
	if (s->key) {
		print_key(s);
	} else {
		print_table(s);
	}
	putchar('\n');
	print_effects(x);
}

// What the file says of one table: each key it sets, its value and what that reaches.
static void
print_entry(const struct conf_root *root, const struct subject *entry)
{
	const struct conf_head *head = entry->table;

	printf("\n[%s%.*s]  %s\n", root->key ? root->key : "", STR_FMT(head->key),
		root->schema->help);
	for (size_t i = 0; i < root->schema->nkeys; i++) {
		struct subject s = *entry;
		struct buf value = {0}, reaches = {0};

		s.key = &root->schema->keys[i];
		if (subject_is_set(&s)) {
			subject_value(&s, &value);
			emit_reaches(&reaches, s.key->reaches);
			printf("  %s = %s\n      %s; reaches: %s\n", s.key->name, value.s,
				s.key->help, reaches.s);
		}
		buf_free(&value);
		buf_free(&reaches);
	}
}

// The tables of a TOML file: that of the file, or the entries that stand in it.
static void
explain_toml(struct explaining *x, const struct conf_root *root, const char *path)
{
	char *member = (char *)x->conf + root->offset;
	struct {
		char *v;
		size_t n;
	} list;

	if (root->key) {
		list.v = member;
		list.n = 1;
	} else {
		memcpy(&list, member, sizeof(list));
	}
	for (size_t i = 0; i < list.n; i++) {
		struct subject s = {root, root->schema, NULL, list.v + i * root->schema->size};
		struct conf_head *head = s.table;

		if (!head->at.src || strcmp(head->at.src->path, path) != 0)
			continue;
		if (cmd_format(x->o) != FORMAT_JSON)
			print_entry(root, &s);
		subject_edit(&s, x->arena, compare, x);
	}
}

static void
explain_file(struct explaining *x, const char *path, const char *rel)
{
	const struct conf_root *root = rel ? conf_root_of(rel) : NULL;
	bool json = cmd_format(x->o) == FORMAT_JSON;
	cJSON *tree;

	if (!json)
		puts(path);
	if (!json && root)
		printf("  %s\n", root->help);
	if (root) {
		explain_toml(x, root, path);
	} else {
		impact_of_file(&x->impact, &x->now, path);
	}
	if (!json) {
		putchar('\n');
		print_effects(x);
		return;
	}
	tree = cJSON_CreateObject();
	json_set_str(tree, "name", path);
	set_effects(tree, x);
	json_put(stdout, tree);
}

// A file as it is called on the command line: below config/, below the guest folder, or from here.
static const char *
find_file(struct explaining *x, const char **rel)
{
	const char *subject = cmd_word(x->o, 0), *path = path_join(x->arena, x->conf->dir, subject);
	size_t n = strlen(x->conf->dir);

	if (!path_is_file(path))
		path = path_join(x->arena, x->conf->guest, subject);
	if (!path_is_file(path))
		path = subject;
	if (!path_is_file(path))
		return NULL;
	*rel = strncmp(path, x->conf->dir, n) == 0 && path[n] == '/' ? path + n + 1 : NULL;
	return path;
}

int
cmd_explain(const struct cmd_options *o)
{
	struct diags ds = {.arena = o->arena};
	struct explaining x = {.o = o, .arena = o->arena, .impact = {.arena = o->arena}};
	const char *path, *rel = NULL, *mistake;
	struct subject s;

	x.machine = cmd_settings(o, path_cwd(o->arena), &ds);
	if (!path_is_dir(o->guest))
		die("directory not found: %s", o->guest);
	x.conf = config_load(o->guest, &ds);
	if (ds.nerrors) { // what is wrong has no meaning to explain
		cmd_report(o, &ds, stderr, NULL);
		return 1;
	}
	x.now = impact_snapshot(o, x.conf, x.machine);
	path = find_file(&x, &rel);
	if (path) {
		explain_file(&x, path, rel);
		return 0;
	}
	mistake = subject_find(o->arena, x.conf, cmd_word(o, 0), &s);
	if (mistake)
		cmd_usage(o, "%s: %s", cmd_word(o, 0), mistake);
	explain_subject(&x, &s);
	return 0;
}
