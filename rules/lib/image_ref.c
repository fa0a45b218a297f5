// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/image_ref.h"

#include <string.h>
#include <sys/utsname.h>

#include "gen/base/die.h"
#include "gen/base/str.h"

static const char *
after(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(s, prefix, n) == 0 ? s + n : s;
}

char *
image_ref_normal(struct arena *a, const char *ref)
{
	const char *name = after(after(after(ref, "index."), "docker.io/"), "library/");
	const char *slash = strrchr(name, '/');

	if (strchr(slash ? slash : name, ':') || strchr(name, '@'))
		return arena_dup(a, name);
	return arena_printf(a, "%s:latest", name);
}

static bool
is_date(const char *s, size_t n)
{
	return n == 8 && strspn(s, "0123456789") >= 8;
}

// What releases are called by number, and what "latest" means. NULL when it is no name of a suite.
static const char *
suite_name(const char *tag)
{
	static const char *const names[][2] = {{"latest", "stable"}, {"10", "buster"},
		{"11", "bullseye"}, {"12", "bookworm"}, {"13", "trixie"}, {"14", "forky"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t n = strlen(names[i][0]);

		if (strncmp(tag, names[i][0], n) == 0 && (tag[n] == '\0' || tag[n] == '.'))
			return names[i][1];
	}
	return tag[strspn(tag, "abcdefghijklmnopqrstuvwxyz")] == '\0' ? tag : NULL;
}

const char *
image_ref_debian_suite(struct arena *a, const char *ref)
{
	const char *name = image_ref_normal(a, ref), *tag = after(name, "debian:");
	size_t n = strcspn(tag, "-");

	if (tag == name || strchr(tag, '@') || strchr(tag, '/') || n == 0)
		return NULL;
	if (strcmp(tag + n, "-slim") == 0 || tag[n] == '\0')
		return suite_name(arena_ndup(a, tag, n));
	if (is_date(tag + n + 1, strcspn(tag + n + 1, "-")) &&
		(tag[n + 9] == '\0' || strcmp(tag + n + 9, "-slim") == 0))
		return suite_name(arena_ndup(a, tag, n));
	return NULL;
}

static size_t
main_part(const char *platform)
{
	const char *slash = strchr(platform, '/');

	slash = slash ? strchr(slash + 1, '/') : NULL;
	return slash ? (size_t)(slash - platform) : strlen(platform);
}

bool
platform_same(const char *a, const char *b)
{
	size_t n = main_part(a);

	return n == main_part(b) && strncmp(a, b, n) == 0;
}

char *
platform_arch(struct arena *a, const char *platform)
{
	const char *slash = strchr(platform, '/');

	return slash ? arena_ndup(a, slash + 1, strcspn(slash + 1, "/")) : arena_dup(a, platform);
}

static const char *const machines[][2] = {{"amd64", "x86_64"}, {"arm64", "aarch64"}};

const char *
platform_machine(struct arena *a, const char *platform)
{
	const char *arch = platform_arch(a, platform);

	for (size_t i = 0; i < sizeof(machines) / sizeof(*machines); i++) {
		if (strcmp(arch, machines[i][0]) == 0)
			return machines[i][1];
	}
	return arch;
}

char *
platform_host(struct arena *a)
{
	struct utsname u;

	if (uname(&u) != 0)
		die("ask for the kind of machine:");
	for (size_t i = 0; i < sizeof(machines) / sizeof(*machines); i++) {
		if (strcmp(u.machine, machines[i][1]) == 0)
			return arena_printf(a, "linux/%s", machines[i][0]);
	}
	return arena_printf(a, "linux/%s", u.machine); // macOS says arm64 itself
}
