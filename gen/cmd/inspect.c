// SPDX-License-Identifier: Apache-2.0
// inspect.c -- the config as it was understood, for people and for programs. Layer: gen/cmd.
// Source: section 5 of the command line reference.
#include "gen/base/die.h"
#include "gen/base/json.h"
#include "gen/cmd/cmd.h"
#include "gen/cmd/loaded.h"
#include "gen/emit/config_json.h"

// What a file says, for a terminal: control characters would mean something to it.
static const char *
shown(struct arena *a, struct str s)
{
	char *text = arena_ndup(a, s.s, s.n);

	for (char *c = text; *c; c++) {
		if (((unsigned char)*c < 0x20 && *c != '\n' && *c != '\t') || *c == 0x7f)
			*c = '?';
	}
	return text;
}

static void
print_joined(struct arena *a, const struct conf_strings *list)
{
	for (size_t i = 0; i < list->n; i++)
		printf("%s%s", i ? ", " : "", shown(a, list->v[i].v));
	putchar('\n');
}

static void
print_image(struct arena *a, const struct config *c)
{
	if (!c->has_image)
		return;
	printf("Image: %s v%s\n", shown(a, c->image.name.v), shown(a, c->image.version.v));
	if (c->image.description.v.n)
		printf("  %s\n", shown(a, c->image.description.v));
	putchar('\n');
}

static void
print_build(struct arena *a, const struct conf_build *b)
{
	printf("Build\n  compression: %s (level %ld)\n  architectures:\n", b->compression.v.s,
		b->compression_level.v);
	for (size_t i = 0; i < b->architectures.n; i++) {
		const struct conf_arch *arch = &b->architectures.v[i];

		printf("    %s: %s (%s)\n", shown(a, arch->head.key),
			shown(a, arch->docker_platform.v), shown(a, arch->rust_target.v));
	}
}

static void
print_providers(struct arena *a, const struct conf_provider_list *list)
{
	if (list->n)
		puts("\nAI Providers");
	for (size_t i = 0; i < list->n; i++) {
		const struct conf_provider *p = &list->v[i];

		printf("  %s: %s [%s]\n    domains: ", shown(a, p->head.key), shown(a, p->name.v),
			p->enabled.v ? "enabled" : "disabled");
		print_joined(a, &p->network->domains);
	}
}

static void
print_sets(struct arena *a, const struct conf_package_set_list *list)
{
	if (list->n)
		puts("\nPackage Sets");
	for (size_t i = 0; i < list->n; i++) {
		const struct conf_package_set *set = &list->v[i];

		printf("  %s: %s (%zu packages)\n", shown(a, set->head.key), set->manager.v.s,
			set->packages.n);
	}
}

static void
print_servers(struct arena *a, const struct conf_mcp_server_list *list)
{
	if (list->n)
		puts("\nMCP Servers");
	for (size_t i = 0; i < list->n; i++) {
		const struct conf_mcp_server *s = &list->v[i];

		printf("  %s: %s (%s)\n", shown(a, s->head.key), shown(a, s->name.v),
			s->transport.v.s);
	}
}

static void
print_text(struct arena *a, const struct config *c)
{
	const struct conf_resources *r = &c->resources;

	print_image(a, c);
	print_build(a, &c->build);
	print_providers(a, &c->ai);
	print_sets(a, &c->packages);
	print_servers(a, &c->mcp);
	printf("\nVM Resources\n  cpu: %ld cores, ram: %ld GB, disk: %ld GB\n", r->cpu_count.v,
		r->ram_gb.v, r->scratch_disk_size_gb.v);
}

// One line: the first mistake, and how many there are.
static void
refuse(struct arena *a, const struct diags *ds)
{
	const struct diag *d = ds->list.v[0];
	struct place at = span_place(d->at);
	const char *more = "";

	if (ds->nerrors > 1)
		more = arena_printf(a, " (and %zu more; 'validate' shows all)", ds->nerrors - 1);
	die("failed to load config: %s:%zu:%zu: [%s] %s%s", d->at.src->path, at.line, at.column,
		diag_codes[d->code].name, d->text, more);
}

int
cmd_inspect(const struct cmd_options *o)
{
	struct diags ds = {.arena = o->arena};
	const struct config *conf = cmd_load(o->guest, &ds);

	if (ds.nerrors)
		refuse(o->arena, &ds);
	if (cmd_is_set(o, OPT_JSON)) {
		json_put(stdout, emit_config(conf));
	} else {
		print_text(o->arena, conf);
	}
	return 0;
}
