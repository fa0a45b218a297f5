// SPDX-License-Identifier: Apache-2.0
// changes_text.c -- changes as lines of text. Layer: gen/cmd.
//
//   KEY: OLD -> NEW
//   + KEY: NEW           one side has none; a table: a line for it and for each value in it
//   - KEY: ITEM          an item of a list whose order does not matter
//   - KEY[3]: ITEM       an item of another list, or a line of a text
#include <stdio.h>

#include "gen/base/json.h"
#include "gen/base/utf8.h"
#include "gen/cmd/changes.h"

// Characters that show nothing, or change how others are shown.
static const struct {
	uint32_t first, last;
} hidden[] = {{0, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x61c, 0x61c}, {0x200b, 0x200f},
	{0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xe0000, 0xe007f}};

static bool
is_hidden(uint32_t c)
{
	for (size_t i = 0; i < sizeof(hidden) / sizeof(*hidden); i++) {
		if (c >= hidden[i].first && c <= hidden[i].last)
			return true;
	}
	return false;
}

static void
show_character(struct buf *out, struct str s, uint32_t c)
{
	if (c == '"' || c == '\\') {
		buf_addf(out, "\\%c", (char)c);
	} else if (c == '\n') {
		buf_adds(out, "\\n");
	} else if (c == '\t') {
		buf_adds(out, "\\t");
	} else if (is_hidden(c)) {
		buf_addf(out, c > 0xffff ? "\\U%08x" : "\\u%04x", (unsigned)c);
	} else {
		buf_add(out, s.s, s.n);
	}
}

void
changes_show_string(struct buf *out, struct str s)
{
	buf_addc(out, '"');
	while (s.n) {
		uint32_t c = 0;
		size_t n = utf8_decode(s, &c);

		if (n) {
			show_character(out, (struct str){s.s, n}, c);
		} else {
			buf_addf(out, "\\x%02x", (unsigned char)*s.s);
		}
		n = n ? n : 1;
		s = (struct str){s.s + n, s.n - n};
	}
	buf_addc(out, '"');
}

static void
show_items(struct buf *out, const cJSON *v)
{
	for (const cJSON *item = v->child; item; item = item->next) {
		if (cJSON_IsObject(v)) {
			changes_show_string(out, str_of(item->string));
			buf_adds(out, ": ");
		}
		changes_show(out, item);
		buf_adds(out, item->next ? ", " : "");
	}
}

void
changes_show(struct buf *out, const cJSON *v)
{
	if (cJSON_IsString(v)) {
		changes_show_string(out, str_of(v->valuestring));
	} else if (cJSON_IsArray(v) || cJSON_IsObject(v)) {
		buf_addc(out, cJSON_IsArray(v) ? '[' : '{');
		show_items(out, v);
		buf_addc(out, cJSON_IsArray(v) ? ']' : '}');
	} else {
		json_print(out, v);
	}
}

static void
print_value(const char *before, const char *key, const cJSON *v)
{
	struct buf shown = {0};

	changes_show(&shown, v);
	printf("%s%s: %s\n", before, key, shown.s);
	buf_free(&shown);
}

// What says nothing beside its absence.
static bool
is_empty(const cJSON *v)
{
	return cJSON_IsNull(v) || (cJSON_IsString(v) && !*v->valuestring) ||
	       (cJSON_IsArray(v) && !v->child);
}

static void
print_tree(struct arena *a, const char *before, const char *key, const cJSON *v)
{
	if (!cJSON_IsObject(v)) {
		if (!is_empty(v))
			print_value(before, key, v);
		return;
	}
	for (const cJSON *item = v->child; item; item = item->next)
		print_tree(a, before, changes_key(a, key, str_of(item->string)), item);
}

// What one side lacks: of a table a line for itself, then one for each value.
static void
print_lone(struct arena *a, const char *before, const char *key, const cJSON *v)
{
	if (cJSON_IsObject(v)) {
		printf("%s%s\n", before, key);
		print_tree(a, before, key, v);
	} else {
		print_value(before, key, v);
	}
}

static void
print_items(const char *before, const char *key, const struct change_items *items)
{
	for (size_t i = 0; i < items->n; i++) {
		const struct change_item *item = &items->v[i];

		if (item->number) {
			printf("%s%s[%zu]: %s\n", before, key, item->number, item->text);
		} else {
			printf("%s%s: %s\n", before, key, item->text);
		}
	}
}

static void
print_change(struct arena *a, const struct change *c)
{
	struct buf old = {0}, new = {0};

	if (!c->old || !c->new) {
		print_lone(a, c->old ? "- " : "+ ", c->key, c->old ? c->old : c->new);
	} else if (c->removed.n || c->added.n) {
		print_items("- ", c->key, &c->removed);
		print_items("+ ", c->key, &c->added);
	} else {
		changes_show(&old, c->old);
		changes_show(&new, c->new);
		printf("%s: %s -> %s\n", c->key, old.s, new.s);
	}
	buf_free(&old);
	buf_free(&new);
}

void
changes_print(const struct changes *c)
{
	for (size_t i = 0; i < c->list.n; i++)
		print_change(c->arena, &c->list.v[i]);
}
