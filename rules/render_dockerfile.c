// SPDX-License-Identifier: Apache-2.0
// render_dockerfile -- fill a template with values. Layer: rules.
//   in: VALUES.json (an object) and TEMPLATE   out: the text   reads: nothing else
#include <stdlib.h>

#include "gen/base/die.h"
#include "gen/base/json.h"
#include "gen/base/output.h"
#include "gen/tmpl/tmpl.h"
#include "rules/lib/rule.h"

static const struct rule rule = {"render_dockerfile", "", "VALUES.json TEMPLATE",
	"Writes OUT: the Jinja template TEMPLATE with the members of VALUES.json as variables."};

// Print what is wrong with the template, if anything is, and end.
static void
stop_at_mistakes(struct diags *ds)
{
	if (ds->nerrors == 0)
		return;
	diag_print(ds, stderr, diag_colour(stderr));
	exit(1);
}

int
main(int argc, char *argv[])
{
	struct rule_args a;
	struct diags ds = {.arena = &a.arena};
	struct source *src;
	struct tmpl *t;
	struct buf text = {0};
	cJSON *values;

	rule_parse(&a, &rule, argc, argv);
	rule_operands(&a, 2);
	values = json_read(&a.arena, a.in[0]);
	if (!cJSON_IsObject(values))
		die("%s: expected a JSON object", a.in[0]);
	src = source_load(&a.arena, a.in[1], a.in[1]);
	if (!src)
		die("open %s:", a.in[1]);
	t = tmpl_parse(src, &ds);
	stop_at_mistakes(&ds);
	if (!tmpl_render(t, values, &ds, &text))
		stop_at_mistakes(&ds);
	rule_depfile(&a);
	output_write(a.opt['o'], buf_str(&text), 0644);
	buf_free(&text);
	cJSON_Delete(values);
	arena_free(&a.arena);
	return 0;
}
