// SPDX-License-Identifier: Apache-2.0
// build.c -- rules about build.toml. Layer: gen/check.
#include <ctype.h>
#include <string.h>

#include "gen/base/path.h"
#include "gen/check/check.h"
#include "gen/check/patterns.h"
#include "gen/config/arch.h"

// Folders of build/ that hold something else.
static bool
is_taken(struct str s)
{
	static const char *const taken[] = {"assets", "bin", "boot", "cache", "current", "lib",
		"obj", "published", "settings", "tests", NULL};

	for (size_t i = 0; taken[i]; i++) {
		if (str_is(s, taken[i]))
			return true;
	}
	return false;
}

static bool
is_folder_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!isalnum((unsigned char)s.s[i]) && !strchr("._-", s.s[i]))
			return false;
	}
	return s.n && s.s[0] != '.' && s.s[0] != '-' && !is_taken(s);
}

void
check_arch_names(const struct config *c, struct diags *ds)
{
	for (size_t i = 0; i < c->build.architectures.n; i++) {
		const struct conf_head *head = &c->build.architectures.v[i].head;
		struct diag *d;

		if (is_folder_name(head->key))
			continue;
		d = diag_add(ds, E011, head->key_at,
			"architecture '%.*s' cannot name a folder of build/", STR_FMT(head->key));
		diag_help(ds, d, "use letters, digits, '_', '-' and '.', such as x86_64");
	}
}

static void
check_tarball(const struct config *c, struct diags *ds)
{
	const struct conf_string *source = &c->build.kernel_source;
	const char *path = path_join(ds->arena, c->dir, source->v.s + strlen("file:"));

	if (!path_is_file(path))
		diag_add(ds, E306, source->at, "kernel tarball %s does not exist", path);
}

void
check_kernel_source(const struct config *c, struct diags *ds)
{
	const struct conf_string *source = &c->build.kernel_source, *sum = &c->build.kernel_sha256;
	bool file = str_starts(source->v, "file:") && source->v.n > 5;

	if (!file && !str_is(source->v, "debian") && !str_is(source->v, "kernel.org")) {
		diag_add(ds, E306, source->at,
			"'kernel_source' must be debian, kernel.org or file:PATH, not '%.*s'",
			STR_FMT(source->v));
	}
	if (file)
		check_tarball(c, ds);
	if (sum->v.n && !pattern_is_sha256(sum->v))
		diag_add(ds, E306, sum->at, "'kernel_sha256' must be 64 hexadecimal digits");
	if (file && !sum->v.n) {
		diag_add(ds, E306, source->at,
			"'kernel_source' names a tarball, but 'kernel_sha256' is missing");
	}
	if (sum->v.n && str_is(source->v, "debian")) {
		diag_add(ds, W016, sum->at,
			"'kernel_sha256' has no effect: Debian's package is checked by apt");
	}
}

void
check_arch_values(const struct config *c, struct diags *ds)
{
	for (size_t i = 0; i < c->build.architectures.n; i++) {
		const struct conf_arch *a = &c->build.architectures.v[i];

		if (a->node_major.v < 1 || a->node_major.v > 999) {
			diag_add(ds, E308, a->node_major.at,
				"'node_major' must be from 1 to 999, not %ld", a->node_major.v);
		}
		// of the architectures that are built, the plan tells it
		if (!ds->building && a->docker_platform.set &&
			!arch_by_platform(a->docker_platform.v.s)) {
			diag_add(ds, E305, a->docker_platform.at, "platform '%s' cannot be built",
				a->docker_platform.v.s);
		}
		if (a->rust_target.set && !str_is(a->rust_target.v, "aarch64-unknown-linux-musl") &&
			!str_is(a->rust_target.v, "x86_64-unknown-linux-musl")) {
			diag_add(ds, W012, a->rust_target.at, "unknown rust_target '%s' for %s",
				a->rust_target.v.s, a->head.key.s);
		}
	}
}

// "auto", or X.Y in digits.
static bool
is_branch(struct str s)
{
	size_t dots = 0;

	for (size_t i = 0; i < s.n; i++) {
		bool dot = s.s[i] == '.' && i > 0 && i + 1 < s.n;

		if (!dot && !isdigit((unsigned char)s.s[i]))
			return str_is(s, "auto");
		dots += dot;
	}
	return dots == 1;
}

void
check_kernel_branches(const struct config *c, struct diags *ds)
{
	for (size_t i = 0; i < c->build.architectures.n; i++) {
		const struct conf_string *branch = &c->build.architectures.v[i].kernel_branch;

		if (!is_branch(branch->v)) {
			diag_add(ds, W020, branch->at,
				"kernel_branch '%s' is neither \"auto\" nor of the form X.Y",
				branch->v.s);
		}
	}
}

void
check_compression(const struct config *c, struct diags *ds)
{
	const struct conf_int *level = &c->build.compression_level;
	const char *name = c->build.compression.v.s;

	if (!level->set)
		return;
	if (strcmp(name, "xz") == 0) {
		diag_add(ds, W016, level->at, "level %ld has no effect: xz knows none", level->v);
	} else if (strcmp(name, "zstd") != 0 && level->v > 9) {
		diag_add(ds, W016, level->at, "level %ld is used as 9: %s knows 1 to 9", level->v,
			name);
	}
}
