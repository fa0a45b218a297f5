// SPDX-License-Identifier: Apache-2.0
// build.c -- rules about build.toml. Layer: gen/check.
#include <ctype.h>
#include <string.h>

#include "gen/check/check.h"

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

static bool
is_sha256(struct str s)
{
	size_t digits = 0;

	while (digits < s.n && isxdigit((unsigned char)s.s[digits]))
		digits++;
	return digits == 64 && s.n == 64;
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
	if (sum->v.n && !is_sha256(sum->v))
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
