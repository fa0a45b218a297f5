// SPDX-License-Identifier: Apache-2.0
// version.h -- the version of the binaries that go with the assets. Layer: gen/cmd.
#ifndef GEN_CMD_VERSION_H
#define GEN_CMD_VERSION_H

#include "gen/config/config.h"
#include "gen/config/machine.h"

// The setting binary_version; else the version of a Cargo.toml beside the folder GUEST, which CONF
// then depends on; else our own.
const char *cmd_binary_version(
	const struct machine *m, const char *guest, struct config *conf, struct diags *ds);

#endif
