// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/foreign.h"

#include <string.h>

#include "gen/base/path.h"
#include "gen/base/source.h"
#include "rules/lib/image_ref.h"

#define FOLDER "/proc/sys/fs/binfmt_misc"

// e_machine of an ELF header as the kernel shows it in "magic", and where in those hex digits.
enum { MACHINE_DIGIT = 2 * 18 };
static const char *const machines[][2] = {{"x86_64", "3e00"}, {"aarch64", "b700"}};

static bool
entry_runs(struct arena *a, const char *name, const char *machine)
{
	const char *path = path_join(a, FOLDER, name), *magic;
	struct source *src = source_load(a, path, path);

	if (!src || !str_starts(src->text, "enabled"))
		return false;
	magic = strstr(src->text.s, "\nmagic ");
	if (!magic || strlen(magic += strlen("\nmagic ")) < MACHINE_DIGIT + 4)
		return false;
	return strncmp(magic, "7f454c46", 8) == 0 &&
	       strncmp(magic + MACHINE_DIGIT, machine, 4) == 0;
}

bool
foreign_runs(struct arena *a, const char *platform)
{
	const char *name = platform_machine(a, platform), *machine = NULL;
	struct names names;

	if (platform_same(platform, platform_host(a)))
		return true;
	for (size_t i = 0; i < sizeof(machines) / sizeof(*machines); i++) {
		if (strcmp(name, machines[i][0]) == 0)
			machine = machines[i][1];
	}
	if (!machine || !path_list(a, FOLDER, &names))
		return false;
	for (size_t i = 0; i < names.n; i++) {
		if (strcmp(names.v[i], "register") != 0 && entry_runs(a, names.v[i], machine))
			return true;
	}
	return false;
}

const char *
foreign_help(void)
{
	return "sudo apt install qemu-user-static binfmt-support && sudo systemctl restart "
	       "systemd-binfmt (needs binfmt_misc mounted on " FOLDER ")";
}
