// SPDX-License-Identifier: Apache-2.0
#include "gen/base/diag_json.h"

#include <ctype.h>
#include <string.h>

#include "gen/base/json.h"
#include "gen/base/version.h"

#define SARIF_SCHEMA                                                                               \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"                      \
	"sarif-schema-2.1.0.json"

static struct place
end_of(struct span at)
{
	size_t left = at.src->text.n > at.off ? at.src->text.n - at.off : 0;

	return span_place((struct span){at.src, at.off + (at.len < left ? at.len : left), 0});
}

static const char *
word_of(const struct diag *d)
{
	return d->severity == DIAG_ERROR ? "error" : "warning";
}

static const char *
help_of(const struct diag *d)
{
	return d->help ? d->help : diag_codes[d->code].help;
}

static void
set_place(cJSON *object, struct span at)
{
	struct place place = span_place(at), end = end_of(at);

	json_set_str(object, "file", at.src->path);
	json_set_int(object, "line", (long)place.line);
	json_set_int(object, "column", (long)place.column);
	json_set_int(object, "end_line", (long)end.line);
	json_set_int(object, "end_column", (long)end.column);
}

static void
add_json(cJSON *list, const struct diag *d)
{
	cJSON *item = json_push_object(list), *aliases, *related;

	json_set_str(item, "severity", word_of(d));
	json_set_str(item, "code", diag_codes[d->code].name);
	json_set_str(item, "name", diag_codes[d->code].words);
	aliases = json_add_array(item, "aliases");
	if (*d->alias)
		json_push_str(aliases, d->alias);
	set_place(item, d->at);
	json_set_str(item, "message", d->text);
	json_set_str(item, "hint", help_of(d));
	related = json_add_array(item, "related");
	for (const struct diag_note *n = d->notes; n; n = n->next) {
		cJSON *note = json_push_object(related);

		if (n->at.src)
			set_place(note, n->at);
		json_set_str(note, "message", n->text);
	}
}

void
diag_print_json(struct diags *ds, FILE *f)
{
	cJSON *list = cJSON_CreateArray();

	diag_sort(ds);
	for (size_t i = 0; i < ds->list.n; i++)
		add_json(list, ds->list.v[i]);
	json_put(f, list);
}

static cJSON *
set_text(cJSON *object, const char *key, const char *text)
{
	cJSON *message = json_add_object(object, key);

	json_set_str(message, "text", text);
	return message;
}

// A path as a URI reference: all but the characters that need no escape as %XX.
static void
set_uri(cJSON *object, const char *path)
{
	struct buf uri = {0};

	buf_adds(&uri, *path == '/' ? "file://" : "");
	for (; *path; path++) {
		if (isalnum((unsigned char)*path) || strchr("/._-~", *path)) {
			buf_addc(&uri, *path);
		} else {
			buf_addf(&uri, "%%%02X", (unsigned char)*path);
		}
	}
	json_set_str(object, "uri", uri.s);
	buf_free(&uri);
}

static void
set_location(cJSON *object, struct span at)
{
	cJSON *physical = json_add_object(object, "physicalLocation"), *region;
	struct place place = span_place(at), end = end_of(at);

	set_uri(json_add_object(physical, "artifactLocation"), at.src->path);
	region = json_add_object(physical, "region");
	json_set_int(region, "startLine", (long)place.line);
	json_set_int(region, "startColumn", (long)place.column);
	json_set_int(region, "endLine", (long)end.line);
	json_set_int(region, "endColumn", (long)end.column);
}

static void
add_result(cJSON *results, const struct diag *d)
{
	cJSON *result = json_push_object(results), *related = NULL;

	json_set_str(result, "ruleId", diag_codes[d->code].name);
	json_set_int(result, "ruleIndex", (long)d->code);
	json_set_str(result, "level", word_of(d));
	set_text(result, "message", d->text);
	set_location(json_push_object(json_add_array(result, "locations")), d->at);
	for (const struct diag_note *n = d->notes; n; n = n->next) {
		cJSON *note;

		if (!n->at.src)
			continue;
		related = related ? related : json_add_array(result, "relatedLocations");
		note = json_push_object(related);
		set_location(note, n->at);
		set_text(note, "message", n->text);
	}
	json_set_str(json_add_object(result, "properties"), "help", help_of(d));
}

static void
add_rules(cJSON *driver)
{
	cJSON *rules = json_add_array(driver, "rules");

	for (int i = 0; i < DIAG_NCODES; i++) {
		const struct code_info *c = &diag_codes[i];
		cJSON *rule = json_push_object(rules);

		json_set_str(rule, "id", c->name);
		json_set_str(rule, "name", c->words);
		set_text(rule, "shortDescription", c->title);
		set_text(rule, "fullDescription", c->why);
		set_text(rule, "help", c->help);
		json_set_str(json_add_object(rule, "defaultConfiguration"), "level",
			c->class == DIAG_CLASS_WARNING ? "warning" : "error");
	}
}

void
diag_print_sarif(struct diags *ds, FILE *f)
{
	cJSON *log = cJSON_CreateObject(), *run, *driver, *results;

	diag_sort(ds);
	json_set_str(log, "$schema", SARIF_SCHEMA);
	json_set_str(log, "version", "2.1.0");
	run = json_push_object(json_add_array(log, "runs"));
	driver = json_add_object(json_add_object(run, "tool"), "driver");
	json_set_str(driver, "name", "capsem-configure");
	json_set_str(driver, "version", CAPSEM_VERSION);
	add_rules(driver);
	json_set_str(run, "columnKind", "unicodeCodePoints");
	results = json_add_array(run, "results");
	for (size_t i = 0; i < ds->list.n; i++)
		add_result(results, ds->list.v[i]);
	json_put(f, log);
}
