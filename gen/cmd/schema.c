// SPDX-License-Identifier: Apache-2.0
// schema.c -- schema.def for editors and for readers. Layer: gen/cmd.
#include "gen/emit/schema.h"
#include "gen/base/die.h"
#include "gen/base/json.h"
#include "gen/cmd/cmd.h"

static const struct conf_root *
root_of(const struct cmd_options *o)
{
	const char *subject = cmd_word(o, 0);
	const struct conf_root *root = subject ? conf_root_of(subject) : NULL;

	if (subject && !root) {
		cmd_usage(o, "no file of the config: %s; such as build.toml or ai/NAME.toml",
			subject);
	}
	return root;
}

int
cmd_schema(const struct cmd_options *o)
{
	json_put(stdout, emit_json_schema(root_of(o), cmd_choice(o, OPT_DRAFT) == 1));
	return 0;
}

int
cmd_reference(const struct cmd_options *o)
{
	struct buf text = {0};

	(void)o;
	emit_reference(&text);
	fputs(text.s, stdout);
	buf_free(&text);
	return 0;
}
