// SPDX-License-Identifier: Apache-2.0
// help.h -- texts that --help and the manual share. Layer: gen/cmd.
#ifndef GEN_CMD_HELP_H
#define GEN_CMD_HELP_H

#define CMD_SYNOPSIS                                                                               \
	"[GUEST_DIR] [-C DIR] [--arch A]... [--machine FILE]... [--release] [NAME=value]..."

extern const char cmd_about[];

// What ninja can be asked for, and what it is; ended by NULL.
extern const char *const cmd_targets[][2];

#endif
