// SPDX-License-Identifier: Apache-2.0
// layout.h -- the list of what goes into an archive: where, with which mode, from where.
// Layer: rules/lib.
//
// configure writes such lists as JSON, for build contexts and for the initrd:
//   {"entries": [{"path": "init", "mode": "755", "from": "guest/artifacts/capsem-init"},
//                {"path": "diagnostics", "tree": "guest/artifacts/diagnostics"},
//                {"path": "etc/motd", "mode": "644", "text": "hello\n"}]}
// An entry with "order_only": true is needed, but a change of it is no reason to run again: it is
// left out of the depfile.
// A tree stands for a folder and all below it but "__pycache__" and editor leftovers; its folders
// are 755, its files 755 where the owner may execute them, else 644.
#ifndef RULES_LIB_LAYOUT_H
#define RULES_LIB_LAYOUT_H

#include "rules/lib/rule.h"

enum layout_kind { LAYOUT_FILE, LAYOUT_FOLDER, LAYOUT_LINK };

struct layout_entry {
	const char *path; // inside the archive, without a leading '/'
	enum layout_kind kind;
	unsigned mode;      // permission bits
	const char *from;   // file: the file to copy, NULL when TEXT is set
	const char *text;   // file: its contents
	const char *target; // link: what it points to
};

struct layout {
	struct layout_entry *v; // sorted by path, folders above entries included
	size_t n;
};

// Read the list at PATH, walk its trees, add the folders above each entry, sort. Every file and
// folder looked at is noted in A. Dies when the list or something it names cannot be read, and when
// two entries want the same path.
struct layout layout_load(struct rule_args *a, const char *path);

// The same without order-only entries, which need not exist.
struct layout layout_load_inputs(struct rule_args *a, const char *path);

#endif
