// SPDX-License-Identifier: Apache-2.0
// build_dry_run.c -- the Dockerfiles of a build, and nothing else. Layer: gen/cmd.
#include "gen/base/die.h"
#include "gen/base/json.h"
#include "gen/cmd/build.h"
#include "gen/cmd/render.h"
#include "gen/cmd/work.h"

struct dry_run {
	const struct cmd_options *o;
	const struct plan *p;
	const char *template; // "rootfs" or "kernel"
	struct diags *ds;
};

// Append the Dockerfile of A. False after mistakes in its template.
static bool
render(const struct dry_run *d, const struct plan_arch *a, struct buf *out)
{
	const char *name = arena_printf(d->o->arena, "%s.Dockerfile", d->template);
	const struct edge *e = graph_maker(d->p->graph, plan_path(d->p, a, name));

	if (!e)
		die("nothing can be built for %s", a->name);
	return cmd_render(e, cmd_file_text(d->p, e->ins.v[0]), d->ds, out);
}

static bool
print_text(const struct dry_run *d, struct buf *out)
{
	bool fine = true;

	for (size_t i = 0; i < d->p->narchs; i++) {
		const struct plan_arch *a = &d->p->archs[i];

		if (d->p->narchs > 1)
			buf_addf(out, "# --- %s (%s) ---\n", a->name, d->template);
		fine = render(d, a, out) && fine;
		buf_addc(out, '\n');
	}
	return fine;
}

static bool
add_arch(const struct dry_run *d, cJSON *archs, const struct plan_arch *a)
{
	cJSON *arch = json_add_object(archs, a->name);
	struct buf text = {0};
	bool fine = render(d, a, &text);

	json_set_str(arch, "dockerfile", text.s ? text.s : "");
	json_set_str(arch, "platform", a->conf->docker_platform.v.s);
	json_set_str(arch, "rust_target", a->conf->rust_target.v.s);
	buf_free(&text);
	return fine;
}

static bool
print_json(const struct dry_run *d, struct buf *out)
{
	cJSON *root = cJSON_CreateObject(), *archs = json_add_object(root, "architectures");
	bool fine = true;

	for (size_t i = 0; i < d->p->narchs; i++)
		fine = add_arch(d, archs, &d->p->archs[i]) && fine;
	json_set_str(root, "template", d->template);
	json_set_str(root, "compression", d->p->conf->build.compression.v.s);
	json_set_int(root, "compression_level", d->p->conf->build.compression_level.v);
	json_end(out, root);
	return fine;
}

int
build_dry_run(const struct cmd_options *o, struct config *conf, const struct machine *m,
	const char *template)
{
	struct diags ignored = {.arena = o->arena}, ds = {.arena = o->arena};
	struct dry_run d = {.o = o, .template = template, .ds = &ds};
	struct buf text = {0};
	bool fine;

	d.p = cmd_plan_any(o, conf, m, &ignored); // what it finds wrong is about building
	fine = cmd_is_set(o, OPT_JSON) ? print_json(&d, &text) : print_text(&d, &text);
	if (fine)
		fputs(text.s, stdout);
	buf_free(&text);
	work_print_errors(&ds);
	return !fine;
}
