// SPDX-License-Identifier: Apache-2.0
// check_toolchain -- see that a compiler makes static musl programs for an architecture.
// Layer: rules.
//   in: nothing   out: compiler, its version and the hash of the C library
//   reads: the compiler, the library, and their folders
//
// A package that is upgraded brings files with old times, but changes the time of the folder: that
// is what runs this again. OUT changes only when the version or the library did, and it is an input
// of all that is compiled.
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "gen/base/cleanup.h"
#include "gen/base/die.h"
#include "gen/base/hash.h"
#include "gen/base/output.h"
#include "gen/base/path.h"
#include "gen/base/proc.h"
#include "rules/lib/elf.h"
#include "rules/lib/rule.h"

static const struct rule rule = {
	"check_toolchain",
	"c:a:I:L:f:",
	"-c CC -a ARCH -I MUSL_INCLUDE -L MUSL_LIB\n"
	"       [-f FLAG]...",
	"Compiles and links a small static program for ARCH (x86_64 or arm64) with the compiler "
	"CC\n"
	"and the musl in the two folders, and records the versions of both in OUT.",
};

static const char program[] = "#include <stdio.h>\n"
			      "int\n"
			      "main(void)\n"
			      "{\n"
			      "\treturn printf(\"%d\\n\", 42) < 0;\n"
			      "}\n";

// One trial of a compiler.
struct probe {
	struct rule_args *args;
	const char *cc, *arch, *include, *lib;
	const char *source, *object, *binary; // temporary files
};

struct target {
	const char *arch, *debian, *compiler; // compiler: the package that brings a cross compiler
};

static const struct target targets[] = {
	{"x86_64", "amd64", "gcc-x86-64-linux-gnu"},
	{"arm64", "arm64", "gcc-aarch64-linux-gnu"},
};

static const struct target *
target_of(const char *arch)
{
	return &targets[strcmp(targets[0].arch, arch) != 0];
}

static bool
is_host(const char *arch)
{
	struct utsname u;

	if (uname(&u) != 0)
		die("ask for the machine's name:");
	return strcmp(strcmp(u.machine, "aarch64") == 0 ? "arm64" : u.machine, arch) == 0;
}

// Dies with the package that brings it when the compiler is not there.
static void
find_compiler(struct probe *p)
{
	struct arena *a = &p->args->arena;
	const char *path = path_find_program(a, getenv("PATH"), p->cc);

	if (!path) {
		die("the compiler '%s' for %s is not there: apt-get install %s", p->cc, p->arch,
			is_host(p->arch) ? "gcc" : target_of(p->arch)->compiler);
	}
	rule_read(p->args, path);
	rule_read(p->args, path_dir(a, path));
}

static void
need_file(struct probe *p, const char *dir, const char *name)
{
	const char *path = path_join(&p->args->arena, dir, name);
	const char *debian = target_of(p->arch)->debian;

	if (path_is_file(path)) {
		rule_read(p->args, path);
		return;
	}
	if (is_host(p->arch))
		die("musl for %s is not there (no %s): apt-get install musl-dev", p->arch, path);
	die("musl for %s is not there (no %s): dpkg --add-architecture %s && apt-get update && "
	    "apt-get install musl-dev:%s",
		p->arch, path, debian, debian);
}

// The files every link names, and one header for all. The folder stands for the rest.
static void
find_musl(struct probe *p)
{
	need_file(p, p->include, "stdio.h");
	need_file(p, p->lib, "crt1.o");
	need_file(p, p->lib, "crti.o");
	need_file(p, p->lib, "crtn.o");
	need_file(p, p->lib, "libc.a");
	rule_read(p->args, p->lib);
}

static bool
holds(struct str s, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= s.n; i++) {
		if (memcmp(s.s + i, word, n) == 0)
			return true;
	}
	return false;
}

// How much a line tells of what went wrong: "collect2: error: ld returned 1" says nothing.
static int
weight(struct str line)
{
	if (line.n == 0)
		return 0;
	if (holds(line, "error:") && !str_starts(line, "collect2:"))
		return 3;
	return holds(line, "cannot ") ? 2 : 1;
}

// The line that tells most of what a compiler printed, the first of equals.
static struct str
telling_line(struct str said)
{
	struct str best = {0};

	while (said.n) {
		const char *end = memchr(said.s, '\n', said.n);
		size_t n = end ? (size_t)(end - said.s) : said.n;
		struct str line = str_trim((struct str){said.s, n});

		if (weight(line) > weight(best))
			best = line;
		n += end ? 1 : 0;
		said = (struct str){said.s + n, said.n - n};
	}
	return best;
}

// Run the compiler with ARGS (ended by NULL) after the flags; dies when it cannot do WHAT.
static struct str
run(struct probe *p, const char *what, const char *const *args)
{
	static const char *const env[] = {"LC_ALL=C", NULL};
	struct arena *a = &p->args->arena;
	VEC(const char *) argv = {0};
	struct proc_spec spec = {.env = env, .err = PROC_TO_OUT};
	struct str said, line;
	int status;

	VEC_ADD(a, &argv, p->cc);
	for (size_t i = 0; i < p->args->given.n; i++) {
		if (p->args->given.v[i].letter == 'f')
			VEC_ADD(a, &argv, p->args->given.v[i].value);
	}
	do {
		VEC_ADD(a, &argv, *args);
	} while (*args++);
	spec.argv = argv.v;
	status = proc_capture(a, &spec, &said);
	line = telling_line(said);
	if (status != 0) {
		die("%s cannot %s for %s (status %d): %.*s", p->cc, what, p->arch, status,
			STR_FMT(line));
	}
	return line;
}

// The recipe of the guest programs: musl's headers and start files by path, nothing of the host's
// library.
static void
build(struct probe *p)
{
	struct arena *a = &p->args->arena;
	const char *compile[] = {"-nostdinc", "-isystem", p->include, "-x", "c", "-c", "-o",
		p->object, p->source, NULL};
	const char *link[] = {"-static", "-nostdlib", "-nostartfiles", "-o", p->binary,
		path_join(a, p->lib, "crt1.o"), path_join(a, p->lib, "crti.o"), p->object, "-L",
		p->lib, "-Wl,--start-group", "-lc", "-lgcc", "-Wl,--end-group",
		path_join(a, p->lib, "crtn.o"), NULL};
	const char *why;

	run(p, "compile a program", compile);
	run(p, "link a static program", link);
	why = elf_why_not_static(a, p->binary, elf_machine(p->arch));
	if (why) {
		die("%s makes a program that %s: apt-get install %s and name its compiler", p->cc,
			why, is_host(p->arch) ? "gcc" : target_of(p->arch)->compiler);
	}
}

static const char *
temporary(struct arena *a, const char *out, const char *suffix)
{
	const char *path = arena_printf(a, "%s.%s.tmp", out, suffix);

	cleanup_file(path);
	return path;
}

static void
write_source(const char *path)
{
	FILE *f = fopen(path, "we");

	if (!f || fputs(program, f) < 0 || fclose(f) != 0)
		die("write %s:", path);
}

static void
record(struct probe *p, struct output *out)
{
	static const char *const ask[] = {"--version", NULL};
	struct str version = run(p, "tell its version", ask);
	const char *libc = path_join(&p->args->arena, p->lib, "libc.a");
	char hex[HASH_HEX + 1];

	if (!hash_file(libc, hex))
		die("read %s:", libc);
	fprintf(out->f, "compiler: %s\nversion: %.*s\nlibc.a: %s\n", p->cc, STR_FMT(version), hex);
}

int
main(int argc, char *argv[])
{
	struct rule_args a;
	struct probe p = {.args = &a};
	struct output out;

	rule_parse(&a, &rule, argc, argv);
	p.cc = rule_need(&a, 'c');
	p.arch = rule_need(&a, 'a');
	p.include = rule_need(&a, 'I');
	p.lib = rule_need(&a, 'L');
	elf_machine(p.arch);
	rule_operands(&a, 0);
	find_compiler(&p);
	find_musl(&p);
	output_open(&out, a.opt['o']);
	p.source = temporary(&a.arena, a.opt['o'], "c");
	p.object = temporary(&a.arena, a.opt['o'], "o");
	p.binary = temporary(&a.arena, a.opt['o'], "elf");
	write_source(p.source);
	build(&p);
	record(&p, &out);
	rule_depfile(&a);
	output_commit(&out, 0644);
	unlink(p.source);
	unlink(p.object);
	unlink(p.binary);
	arena_free(&a.arena);
	return 0;
}
