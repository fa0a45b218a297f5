// SPDX-License-Identifier: Apache-2.0
// scaffold.h -- the files that init, add and new start with, from templates/scaffold/.
// Layer: gen/cmd. Source: sections 8 to 10 of the command line reference.
#ifndef GEN_CMD_SCAFFOLD_H
#define GEN_CMD_SCAFFOLD_H

#include "gen/base/json.h"
#include "gen/cmd/cmd.h"

// What a file of the config may be started for; each has a folder of that name.
enum scaffold_kind { SCAFFOLD_AI, SCAFFOLD_PACKAGES, SCAFFOLD_MCP, SCAFFOLD_KINDS };

struct scaffold_info {
	const char *folder;  // of the config, and of the template's name
	const char *label;   // "AI providers"
	const char *noun;    // "AI provider"
	const char *variant; // what is taken when nothing is said: "apt", "stdio"
};

extern const struct scaffold_info scaffold_infos[SCAFFOLD_KINDS];

// Render templates/scaffold/NAME with VALUES, which is freed. The text lives in O->arena.
struct str scaffold_render(const struct cmd_options *o, const char *name, cJSON *values);

// The text of a new file: a table NAME of KIND. VARIANT: the manager, or the transport. SCHEMA:
// whether the guest folder has a folder schema/ to refer to.
struct str scaffold_entry(const struct cmd_options *o, enum scaffold_kind kind, const char *name,
	const char *variant, bool schema);

// Whether NAME can be the name of a table and of its file: letters, digits, '_' and '-'.
bool scaffold_is_name(const char *name);

// TEXT as a string of TOML, with its quotes; what is not UTF-8 becomes U+FFFD.
const char *scaffold_quote(struct arena *a, const char *text);

// Dies when PATH is there in any form, be it a link to nowhere, unless --force is given.
void scaffold_refuse(const struct cmd_options *o, const char *path);

#endif
