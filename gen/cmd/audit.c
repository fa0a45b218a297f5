// SPDX-License-Identifier: Apache-2.0
// audit.c -- what a vulnerability scanner found, in one form for two scanners. Layer: gen/cmd.
// Source: section 7 of the command line reference. What a scanner leaves out, or gives as null or
// as a value of another type, is empty.
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "gen/base/die.h"
#include "gen/base/json.h"
#include "gen/base/utf8.h"
#include "gen/check/json.h"
#include "gen/cmd/cmd.h"

struct finding {
	const char *id, *severity, *package, *installed, *fixed, *title; // borrowed from the tree
};

struct findings {
	struct arena *arena;
	VEC(struct finding) list;
};

static const char *const severities[] = {"CRITICAL", "HIGH", "MEDIUM", "LOW", "UNKNOWN"};

enum { HIGH = 1, UNKNOWN = 4, NSEVERITIES = 5 };

// Of two members with one name the later counts, as for Python's json module.
static const cJSON *
member(const cJSON *object, const char *key)
{
	const cJSON *found = NULL;

	for (const cJSON *m = cJSON_IsObject(object) ? object->child : NULL; m; m = m->next) {
		if (strcmp(m->string, key) == 0)
			found = m;
	}
	return found;
}

static const cJSON *
first_item(const cJSON *object, const char *key)
{
	const cJSON *list = member(object, key);

	return cJSON_IsArray(list) ? list->child : NULL;
}

static const char *
text(const cJSON *object, const char *key, const char *fallback)
{
	const cJSON *v = member(object, key);

	return cJSON_IsString(v) ? v->valuestring : fallback;
}

static void
add_trivy(struct findings *all, const cJSON *v)
{
	VEC_ADD(all->arena, &all->list,
		((struct finding){text(v, "VulnerabilityID", ""), text(v, "Severity", "UNKNOWN"),
			text(v, "PkgName", ""), text(v, "InstalledVersion", ""),
			text(v, "FixedVersion", ""), text(v, "Title", "")}));
}

static void
read_trivy(struct findings *all, const cJSON *root)
{
	for (const cJSON *r = first_item(root, "Results"); r; r = r->next) {
		for (const cJSON *v = first_item(r, "Vulnerabilities"); v; v = v->next)
			add_trivy(all, v);
	}
}

static const char *
upper(struct arena *a, const char *s)
{
	char *copy = arena_dup(a, s);

	for (char *c = copy; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return copy;
}

static const char *
grype_fix(struct arena *a, const cJSON *vulnerability)
{
	const cJSON *fix = member(vulnerability, "fix");
	const char *versions = "", *between = "";

	if (strcmp(text(fix, "state", ""), "fixed") != 0)
		return "";
	for (const cJSON *v = first_item(fix, "versions"); v; v = v->next) {
		if (!cJSON_IsString(v))
			continue;
		versions = arena_printf(a, "%s%s%s", versions, between, v->valuestring);
		between = ", ";
	}
	return versions;
}

static void
read_grype(struct findings *all, const cJSON *root)
{
	struct arena *a = all->arena;

	for (const cJSON *m = first_item(root, "matches"); m; m = m->next) {
		const cJSON *v = member(m, "vulnerability"), *artifact = member(m, "artifact");

		VEC_ADD(a, &all->list,
			((struct finding){text(v, "id", ""),
				upper(a, text(v, "severity", "UNKNOWN")),
				text(artifact, "name", ""), text(artifact, "version", ""),
				grype_fix(a, v), ""}));
	}
}

// Its place in the list; a word that is not there is like UNKNOWN.
static size_t
rank(const struct finding *f)
{
	size_t i = 0;

	while (i < UNKNOWN && strcasecmp(f->severity, severities[i]) != 0)
		i++;
	return i;
}

// S as wide as N characters at least; control characters would mean something to a terminal.
static void
print_padded(struct arena *a, const char *s, size_t n)
{
	char *shown = arena_dup(a, s);
	size_t wide = utf8_count(str_of(s));

	for (char *c = shown; *c; c++) {
		if (iscntrl((unsigned char)*c))
			*c = '?';
	}
	printf("%s%*s", shown, wide < n ? (int)(n - wide) : 0, "");
}

static void
print_finding(struct arena *a, const struct finding *f)
{
	fputs("  ", stdout);
	print_padded(a, f->severity, 8);
	fputs("  ", stdout);
	print_padded(a, f->id, 20);
	fputs("  ", stdout);
	print_padded(a, f->package, 0);
	putchar(' ');
	print_padded(a, f->installed, 0);
	if (*f->fixed) {
		fputs(" (fix: ", stdout);
		print_padded(a, f->fixed, 0);
		putchar(')');
	}
	putchar('\n');
}

static void
print_text(const struct findings *all, const char *scanner, const size_t count[])
{
	printf("Scanner: %s\nTotal: %zu vulnerabilities\n", scanner, all->list.n);
	for (size_t i = 0; i < NSEVERITIES; i++) {
		if (count[i])
			printf("  %s: %zu\n", severities[i], count[i]);
	}
	if (all->list.n)
		putchar('\n');
	for (size_t i = 0; i < all->list.n; i++)
		print_finding(all->arena, &all->list.v[i]);
}

static void
print_json(const struct findings *all, const char *scanner)
{
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < all->list.n; i++) {
		const struct finding *f = &all->list.v[i];
		cJSON *item = json_push_object(list);

		json_set_str(item, "id", f->id);
		json_set_str(item, "severity", f->severity);
		json_set_str(item, "package", f->package);
		json_set_str(item, "installed_version", f->installed);
		json_set_str(item, "fixed_version", f->fixed);
		json_set_str(item, "title", f->title);
		json_set_str(item, "scanner", scanner);
	}
	json_put(stdout, list);
}

static const struct source *
read_input(const struct cmd_options *o)
{
	const char *path = cmd_value(o, OPT_INPUT);
	const struct source *src;

	if (!path || strcmp(path, "-") == 0) {
		src = source_read(o->arena, stdin, "stdin");
		path = "the standard input";
	} else {
		src = source_load(o->arena, path, path);
	}
	if (!src && (errno == ENOENT || errno == ENOTDIR))
		cmd_usage(o, "Invalid value for '--input': Path '%s' does not exist.", path);
	if (!src)
		die("read %s:", path);
	if (!str_trim(src->text).n)
		die("no input (provide --input or pipe via stdin)");
	return src;
}

static void __attribute__((noreturn))
refuse(const char *scanner, const char *reason, struct span at)
{
	struct place place = span_place(at);

	die("Invalid %s JSON: %s: line %zu column %zu", scanner, reason, place.line, place.column);
}

static cJSON *
parse(const char *scanner, const struct source *src)
{
	struct span at = {src, utf8_valid(src->text), 1};
	const char *mistake = at.off < src->text.n ? "not UTF-8" : check_json(src->text, &at.off);
	cJSON *root;

	if (mistake)
		refuse(scanner, mistake, at);
	root = json_parse(src, &at);
	if (!root)
		refuse(scanner, "no value that JSON has", at);
	return root;
}

int
cmd_audit(const struct cmd_options *o)
{
	struct findings all = {.arena = o->arena};
	bool grype = cmd_choice(o, OPT_SCANNER) == 1;
	const char *scanner = grype ? "grype" : "trivy";
	cJSON *root = parse(scanner, read_input(o));
	size_t count[NSEVERITIES] = {0};

	if (grype) {
		read_grype(&all, root);
	} else {
		read_trivy(&all, root);
	}
	for (size_t i = 0; i < all.list.n; i++)
		count[rank(&all.list.v[i])]++;
	if (cmd_is_set(o, OPT_JSON)) {
		print_json(&all, scanner);
	} else {
		print_text(&all, scanner, count);
	}
	cJSON_Delete(root);
	return count[0] || count[HIGH];
}
