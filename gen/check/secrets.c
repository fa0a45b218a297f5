// SPDX-License-Identifier: Apache-2.0
// secrets.c -- API keys that got into the config. Layer: gen/check.
#include "gen/check/check.h"
#include "gen/check/patterns.h"
#include "gen/check/walk.h"

static void
check_text(void *ctx, const struct conf_key *key, const struct conf_string *text)
{
	struct part secret = pattern_secret(text->v);

	if (secret.n) {
		diag_add(ctx, W005, conf_inside(text, secret.off, secret.n),
			"potential secret in '%s'", key->name);
	}
}

void
check_secrets(const struct config *c, struct diags *ds)
{
	walk_config(c, &(struct walker){.text = check_text, .ctx = ds});
}
