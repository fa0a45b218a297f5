// SPDX-License-Identifier: Apache-2.0
// loaded.h -- a guest config for commands that look at what it says and do not check it.
// Layer: gen/cmd.
#ifndef GEN_CMD_LOADED_H
#define GEN_CMD_LOADED_H

#include "gen/config/config.h"

// Read the config of the folder GUEST; dies when there is no such folder. DS gets only the mistakes
// that leave the config without a meaning, in the order in which the files are loaded: what cannot
// be read or parsed in a file that counts, wrong types and ranges, missing keys. All that a check
// would find beside these is left out, and a key that two files define has its later value.
// Source: section 5 of the command line reference, sections 1 and 2 of the config schema.
struct config *cmd_load(const char *guest, struct diags *ds);

#endif
