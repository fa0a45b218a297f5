// SPDX-License-Identifier: Apache-2.0
#include "gen/cmd/render.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "gen/base/die.h"
#include "gen/base/path.h"
#include "gen/cmd/version.h"
#include "gen/emit/emit.h"
#include "gen/tmpl/tmpl.h"

const char *
cmd_host(struct arena *a)
{
	struct utsname u;

	if (uname(&u) != 0)
		die("find out the machine:");
	return arena_dup(a, u.machine);
}

static struct plan_input *
input_of(
	const struct cmd_options *o, struct config *conf, const struct machine *m, struct diags *ds)
{
	struct cmd_places places = cmd_locate(o->arena, o, path_cwd(o->arena));
	struct plan_input *in = arena_alloc(o->arena, sizeof(*in));

	*in = (struct plan_input){
		.share = places.share,
		.helpers = places.source ? "build/bin" : places.helpers,
		.configure = places.program,
		.guest = o->guest,
		.host = cmd_host(o->arena),
		.program_path = getenv("PATH"),
		.binary_version = cmd_binary_version(m, o->guest, conf, ds),
		.templates = o->option[OPT_TEMPLATES].v,
		.ntemplates = o->option[OPT_TEMPLATES].n,
		.archs = o->option[OPT_ARCH].v,
		.narchs = o->option[OPT_ARCH].n,
		.release = cmd_is_set(o, OPT_RELEASE),
	};
	return in;
}

struct plan *
cmd_plan(
	const struct cmd_options *o, struct config *conf, const struct machine *m, struct diags *ds)
{
	return plan_build(input_of(o, conf, m, ds), conf, m, ds);
}

struct plan *
cmd_plan_any(
	const struct cmd_options *o, struct config *conf, const struct machine *m, struct diags *ds)
{
	struct plan_input *in = input_of(o, conf, m, ds);

	in->any_platform = true;
	return plan_build(in, conf, m, ds);
}

const char *
cmd_file_text(const struct plan *p, const char *path)
{
	const char *copy = NULL;

	for (size_t i = 0; i < p->files.n && !copy; i++) {
		struct buf text = {0};

		if (strcmp(p->files.v[i].path, path) != 0)
			continue;
		emit_file(p, &p->files.v[i], &text);
		copy = arena_dup(p->arena, text.s);
		buf_free(&text);
	}
	return copy;
}

bool
cmd_render(const struct edge *e, const char *values, struct diags *ds, struct buf *out)
{
	const char *path = e->ins.v[1];
	struct source *src = source_load(ds->arena, path, path);
	cJSON *tree = cJSON_Parse(values);
	struct tmpl *t;
	bool ok;

	if (!src)
		die("open %s:", path);
	t = tmpl_parse(src, ds);
	ok = t && tmpl_render(t, tree, ds, out);
	cJSON_Delete(tree);
	return ok;
}
