// SPDX-License-Identifier: Apache-2.0
#include "gen/cmd/scaffold.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gen/base/die.h"
#include "gen/base/path.h"
#include "gen/base/utf8.h"
#include "gen/tmpl/tmpl.h"

enum { CASE = 'a' - 'A' }; // the bit in which letters of ASCII differ

const struct scaffold_info scaffold_infos[SCAFFOLD_KINDS] = {
	{"ai", "AI providers", "AI provider", ""},
	{"packages", "Package sets", "package set", "apt"},
	{"mcp", "MCP servers", "MCP server", "stdio"},
};

struct str
scaffold_render(const struct cmd_options *o, const char *name, cJSON *values)
{
	struct cmd_places places = cmd_locate(o->arena, o, path_cwd(o->arena));
	const char *dir = path_join(o->arena, places.share, "templates/scaffold");
	const char *path = path_join(o->arena, dir, name);
	struct source *src = source_load(o->arena, path, path);
	struct diags ds = {.arena = o->arena};
	const struct tmpl *t;
	struct buf text = {0};
	struct str copy;

	if (!src)
		die("open %s:", path);
	t = tmpl_parse(src, &ds);
	if (!t || !tmpl_render(t, values, &ds, &text)) {
		cmd_report(o, &ds, stderr, NULL);
		exit(1);
	}
	cJSON_Delete(values);
	copy = (struct str){arena_ndup(o->arena, text.s ? text.s : "", text.n), text.n};
	buf_free(&text);
	return copy;
}

// NAME for people: words with a capital letter. A digit parts words, as in "Gpt4All".
static const char *
display_name(struct arena *a, const char *name)
{
	char *display = arena_dup(a, name);
	bool inside = false;

	for (char *c = display; *c; c++) {
		bool letter = isalpha((unsigned char)*c);

		if (*c == '_' || *c == '-')
			*c = ' ';
		if (letter)
			*c = (char)((*c & ~CASE) | (inside ? CASE : 0));
		inside = letter;
	}
	return display;
}

struct str
scaffold_entry(const struct cmd_options *o, enum scaffold_kind kind, const char *name,
	const char *variant, bool schema)
{
	cJSON *values = cJSON_CreateObject();

	json_set_str(values, "key", name);
	json_set_str(values, "display", display_name(o->arena, name));
	json_set_str(values, "variant", variant);
	json_set_bool(values, "schema", schema);
	return scaffold_render(
		o, arena_printf(o->arena, "%s.toml.j2", scaffold_infos[kind].folder), values);
}

bool
scaffold_is_name(const char *name)
{
	const char *c = name;

	while (isalnum((unsigned char)*c) || *c == '_' || *c == '-')
		c++;
	return *c == '\0' && c != name;
}

static void
add_quoted(struct buf *out, uint32_t c)
{
	if (c == '"' || c == '\\') {
		buf_addf(out, "\\%c", (int)c);
	} else if (c < ' ' || c == 0x7f) {
		buf_addf(out, "\\u%04X", (unsigned)c);
	} else {
		utf8_add(out, c);
	}
}

const char *
scaffold_quote(struct arena *a, const char *text)
{
	struct str s = str_of(text);
	struct buf out = {0};
	const char *copy;

	buf_addc(&out, '"');
	while (s.n) {
		uint32_t c = 0xfffd;
		size_t n = utf8_decode(s, &c);

		add_quoted(&out, n ? c : 0xfffd);
		s = (struct str){s.s + (n ? n : 1), s.n - (n ? n : 1)};
	}
	buf_addc(&out, '"');
	copy = arena_dup(a, out.s);
	buf_free(&out);
	return copy;
}

void
scaffold_refuse(const struct cmd_options *o, const char *path)
{
	struct stat st;

	if (!cmd_is_set(o, OPT_FORCE) && lstat(path, &st) == 0)
		die("%s already exists (use --force to overwrite)", path);
}
