// SPDX-License-Identifier: Apache-2.0
// seal_binary -- check that a guest binary can run in the guest, and give its copy its permission
// bits. Layer: rules.
//   in: FILE, a static ELF executable for -a   out: the same bytes, mode -m   reads: nothing else
#include <sys/stat.h>

#include "gen/base/die.h"
#include "gen/base/output.h"
#include "rules/lib/elf.h"
#include "rules/lib/rule.h"

static const struct rule rule = {
	"seal_binary",
	"m:a:",
	"-m MODE -a ARCH FILE",
	"Checks that FILE is a non-empty static ELF executable for ARCH (x86_64 or arm64)\n"
	"and writes a copy of it with the permission bits MODE (octal) to OUT.",
};

static void
check_binary(struct arena *a, const char *path, unsigned machine)
{
	struct stat st;
	const char *why;

	if (stat(path, &st) != 0)
		die("Expected binary not found: %s:", path);
	if (st.st_size == 0)
		die("Binary is empty: %s", path);
	why = elf_why_not_static(a, path, machine);
	if (why)
		die("%s %s", path, why);
}

int
main(int argc, char *argv[])
{
	struct rule_args a;
	struct output out;
	unsigned machine, mode;

	rule_parse(&a, &rule, argc, argv);
	rule_need(&a, 'm');
	mode = (unsigned)rule_number(&a, 'm', 8, 0, 0777, 0);
	machine = elf_machine(rule_need(&a, 'a'));
	rule_operands(&a, 1);
	check_binary(&a.arena, a.in[0], machine);
	output_open(&out, a.opt['o']);
	output_copy(&out, a.in[0]);
	rule_depfile(&a);
	output_commit(&out, mode);
	arena_free(&a.arena);
	return 0;
}
