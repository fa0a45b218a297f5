// SPDX-License-Identifier: Apache-2.0
// boot_image -- boot the image in QEMU and see whether the guest comes up. Layer: rules.
//   in: kernel, initrd, root file system (-k -i -r)   out: the console's log, with times
//   reads: nothing else
//
// OUT holds seconds, so it differs from run to run; nothing is made from it. The log of a boot that
// failed is kept as OUT.failed, and OUT is as it was.
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "gen/base/die.h"
#include "gen/base/output.h"
#include "gen/base/proc.h"
#include "rules/lib/console.h"
#include "rules/lib/elf.h"
#include "rules/lib/rule.h"

static const struct rule rule = {
	"boot_image",
	"a:k:i:r:q:A:M:C:t:e:x:",
	"-a ARCH -k VMLINUZ -i INITRD -r ROOTFS -q QEMU -e EXPECT\n"
	"       [-A tcg|kvm] [-M MEMORY_MB] [-C CPUS] [-t SECONDS] [-x KERNEL_OPTIONS]",
	"Boots ARCH (x86_64 or arm64) in the program QEMU, without a network, until it powers "
	"off.\n"
	"That is a success when the console showed the line EXPECT before. The log goes to OUT.",
};

enum { LAST_LINES = 20, DEFAULT_SECONDS = 300, MAX_SECONDS = 86400 };

struct machine {
	const char *arch, *name, *console, *package;
};

static const struct machine machines[] = {
	{"x86_64", "q35", "ttyS0", "qemu-system-x86"},
	{"arm64", "virt", "ttyAMA0", "qemu-system-arm"},
};

// One boot: what was asked for, and what the console has told so far.
struct boot {
	struct rule_args *args;
	const struct machine *machine;
	const char *expect, *accel, *memory, *cpus;
	long seconds;
	struct console console;
	bool ready, late;
	const char *panic, *failed; // the lines that said so
};

// Called with each line of the console. A kernel that gives up reboots at once (panic=-1), which
// ends QEMU (-no-reboot) with status 0: only its words tell.
static void
on_line(void *arg, const char *line)
{
	struct boot *b = arg;
	size_t n = strlen(b->expect);

	if (strncmp(line, b->expect, n) == 0 && (line[n] == '\0' || line[n] == ' '))
		b->ready = true;
	if (!b->panic && strstr(line, "Kernel panic"))
		b->panic = line;
	if (!b->failed && strncmp(line, "capsem: FAILED", 14) == 0)
		b->failed = line;
}

// QEMU's option syntax doubles commas in values.
static const char *
option_value(struct arena *a, const char *s)
{
	char *out = arena_alloc(a, 2 * strlen(s) + 1), *to = out;

	for (; *s; s++) {
		if (*s == ',')
			*to++ = ',';
		*to++ = *s;
	}
	return out;
}

static const char *
command_line(struct boot *b)
{
	const char *extra = b->args->opt['x'];

	return arena_printf(&b->args->arena,
		"console=%s ro init_on_alloc=1 slab_nomerge page_alloc.shuffle=1 "
		"random.trust_cpu=1 panic=-1 capsem.poweroff%s%s",
		b->machine->console, extra ? " " : "", extra ? extra : "");
}

static const char *
number(struct boot *b, char letter, long max, long fallback)
{
	return arena_printf(
		&b->args->arena, "%ld", rule_number(b->args, letter, 10, 1, max, fallback));
}

static const char *
accelerator(const struct rule_args *a)
{
	const char *accel = a->opt['A'] ? a->opt['A'] : "tcg";

	if (strcmp(accel, "tcg") != 0 && strcmp(accel, "kvm") != 0)
		die_usage("-A wants tcg or kvm, not '%s'", accel);
	return accel;
}

static void
start_qemu(struct boot *b, struct proc *qemu)
{
	const char *const *opt = b->args->opt;
	struct arena *a = &b->args->arena;
	const char *drive = arena_printf(
		a, "if=none,id=root,format=raw,readonly=on,file=%s", option_value(a, opt['r']));
	const char *argv[] = {opt['q'], "-nodefaults", "-no-user-config", "-no-reboot", "-display",
		"none", "-M", b->machine->name, "-accel", b->accel, "-cpu", "max", "-m", b->memory,
		"-smp", b->cpus, "-kernel", opt['k'], "-initrd", opt['i'], "-append",
		command_line(b), "-drive", drive, "-device", "virtio-blk-pci,drive=root", "-serial",
		"stdio", NULL};
	struct proc_spec spec = {.argv = argv, .out = PROC_PIPE, .err = PROC_TO_OUT};

	clock_gettime(CLOCK_MONOTONIC, &b->console.start);
	if (proc_start(qemu, &spec))
		return;
	// EACCES is also what a folder of PATH gives that this user may not enter.
	if (errno == ENOENT || (errno == EACCES && !strchr(opt['q'], '/')))
		die("%s not found: apt-get install %s", opt['q'], b->machine->package);
	die("start %s:", opt['q']);
}

// Wait for output until the watchdog's time. False at its end, or the machine's.
static bool
listen_once(struct boot *b, int fd)
{
	double left = (double)b->seconds - console_seconds(&b->console);
	struct pollfd p = {fd, POLLIN, 0};
	char block[4096];
	ssize_t n;

	if (left <= 0) {
		b->late = true;
		return false;
	}
	if (poll(&p, 1, (int)(left * 1000) + 1) <= 0)
		return true;
	n = read(fd, block, sizeof(block));
	if (n > 0)
		console_add(&b->console, block, (size_t)n);
	return n > 0 || (n < 0 && errno == EINTR);
}

// Returns QEMU's exit status. A machine the watchdog ends gets no time to power off.
static int
run_machine(struct boot *b)
{
	struct proc qemu;

	start_qemu(b, &qemu);
	while (listen_once(b, qemu.out))
		;
	if (b->late)
		kill(-qemu.group, SIGKILL);
	console_end(&b->console);
	return proc_wait(&qemu);
}

// One phrase; NULL when all went well.
static const char *
what_went_wrong(struct boot *b, int status)
{
	struct arena *a = &b->args->arena;
	size_t n = b->console.lines.n;

	if (b->panic)
		return arena_printf(a, "the kernel gave up: %s", b->panic);
	if (b->failed)
		return arena_printf(a, "the guest gave up: %s", b->failed);
	if (b->late) {
		return arena_printf(a, "watchdog: after %ld seconds the guest %s", b->seconds,
			b->ready ? "was up but had not powered off" : "was not up");
	}
	if (status != 0) {
		return arena_printf(a, "%s ended with status %d: %s", b->args->opt['q'], status,
			n ? b->console.lines.v[n - 1] : "it said nothing");
	}
	if (!b->ready)
		return arena_printf(a, "the guest powered off without the line '%s'", b->expect);
	return NULL;
}

// What stood on the console when nothing came any more. A terminal has shown it already.
static void
show_last_lines(const struct console *c)
{
	size_t n = c->lines.n;

	for (size_t i = n > LAST_LINES ? n - LAST_LINES : 0; i < n && !c->screen; i++)
		fprintf(stderr, "  %s\n", c->lines.v[i]);
}

static void
fail(struct boot *b, struct output *log, const char *why)
{
	const char *kept = arena_printf(&b->args->arena, "%s.failed", b->args->opt['o']);
	struct output copy;

	if (fflush(log->f) != 0)
		die("write %s:", log->tmp);
	output_open(&copy, kept);
	output_copy(&copy, log->tmp);
	output_commit(&copy, 0644);
	if (b->late)
		show_last_lines(&b->console);
	die("%s (log: %s)", why, kept);
}

static void
read_options(struct boot *b)
{
	static const char files[] = {'k', 'i', 'r'};
	struct rule_args *a = b->args;

	rule_need(a, 'q');
	elf_machine(rule_need(a, 'a'));
	b->machine = &machines[strcmp(a->opt['a'], machines[0].arch) != 0];
	b->expect = rule_need(a, 'e');
	b->seconds = rule_number(a, 't', 10, 1, MAX_SECONDS, DEFAULT_SECONDS);
	b->accel = accelerator(a);
	b->memory = number(b, 'M', 1 << 20, 1024);
	b->cpus = number(b, 'C', 64, 2);
	rule_operands(a, 0);
	for (size_t i = 0; i < sizeof(files); i++) {
		const char *path = rule_need(a, files[i]);

		if (access(path, R_OK) != 0)
			die("open %s:", path);
		rule_read(a, path);
	}
}

int
main(int argc, char *argv[])
{
	struct rule_args a;
	struct boot b = {.args = &a};
	struct output log;
	const char *why;

	rule_parse(&a, &rule, argc, argv);
	read_options(&b);
	output_open(&log, a.opt['o']);
	b.console =
		(struct console){.arena = &a.arena, .log = log.f, .on_line = on_line, .arg = &b};
	b.console.screen = isatty(STDOUT_FILENO) == 1 ? stdout : NULL;
	why = what_went_wrong(&b, run_machine(&b));
	if (why)
		fail(&b, &log, why);
	rule_depfile(&a);
	output_commit(&log, 0644);
	unlink(arena_printf(&a.arena, "%s.failed", a.opt['o']));
	arena_free(&a.arena);
	return 0;
}
