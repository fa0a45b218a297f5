// SPDX-License-Identifier: Apache-2.0
// boot_image -- boot the image in QEMU and see whether the guest comes up. Layer: rules.
//   in: kernel, initrd, root file system (-k -i -r)   out: the console's log, with times
//   makes: the report REPORT, see rules/lib/boot_report.h
//   reads: the manifest
//
// OUT holds seconds, so it differs from run to run; nothing is made from it. The log of a boot that
// failed is kept as OUT.failed, and OUT is as it was; the report tells of both. What the report
// says has passed already, with the same bytes and options, is not booted again.
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "gen/base/die.h"
#include "gen/base/output.h"
#include "gen/base/proc.h"
#include "rules/lib/boot_report.h"
#include "rules/lib/console.h"
#include "rules/lib/vm.h"

static const struct rule rule = {
	"boot_image",
	VM_OPTS "j:t:R:",
	VM_USAGE " -j REPORT\n       " VM_USAGE_MORE " [-t SECONDS] [-R NAME]",
	"Boots ARCH (x86_64 or arm64) in the program QEMU, without a network, until it powers "
	"off.\n"
	"That is a success when the console showed the line 'capsem: ready' before and, with -R,\n"
	"the guest's program capsem-NAME then ended with exit code 0. The log goes to OUT.",
};

enum { LAST_LINES = 20, DEFAULT_SECONDS = 300, MAX_SECONDS = 86400 };

static const char ready_line[] = "capsem: ready";

// One boot: what was asked for, and what the console has told so far.
struct boot {
	struct rule_args *args;
	struct vm vm;
	const char *run, *part; // run: NULL for a mere boot
	const char *run_ended;  // how the line of its end begins
	long seconds;
	struct console console;
	struct boot_report report;
	bool ready, late;
	const char *panic, *failed, *ended; // the lines that said so, or NULL
	char key[HASH_HEX + 1];
};

// Called with each line of the console. A kernel that gives up reboots at once (panic=-1), which
// ends QEMU (-no-reboot) with status 0: only its words tell.
static void
on_line(void *arg, const char *line)
{
	struct boot *b = arg;
	size_t n = strlen(ready_line);

	boot_report_line(&b->report, line);
	if (strncmp(line, ready_line, n) == 0 && (line[n] == '\0' || line[n] == ' '))
		b->ready = true;
	if (!b->panic && strstr(line, "Kernel panic"))
		b->panic = line;
	if (!b->failed && strncmp(line, "capsem: FAILED", 14) == 0)
		b->failed = line;
	if (b->run && strncmp(line, b->run_ended, strlen(b->run_ended)) == 0)
		b->ended = line;
}

static void
start_qemu(struct boot *b, struct proc *qemu)
{
	static const char *const serial[] = {"-serial", "stdio", NULL};
	const char *words =
		b->run ? arena_printf(&b->args->arena, " capsem.poweroff capsem.run=%s", b->run)
		       : " capsem.poweroff";
	struct proc_spec spec = {
		.argv = vm_command(&b->vm, words, serial), .out = PROC_PIPE, .err = PROC_TO_OUT};

	clock_gettime(CLOCK_MONOTONIC, &b->console.start);
	if (!proc_start(qemu, &spec))
		vm_not_started(&b->vm);
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
	b->report.seconds = console_seconds(&b->console);
	return proc_wait(&qemu);
}

// How the program that was to run ended; NULL when well.
static const char *
what_run_found(struct boot *b)
{
	const char *failures = boot_report_failures(&b->report);

	if (failures || !b->run)
		return failures;
	if (!b->ended)
		return arena_printf(&b->args->arena, "capsem-%s did not end", b->run);
	return strcmp(b->ended + strlen(b->run_ended), "0") == 0 ? NULL : b->ended;
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
	if (!b->ready) {
		return arena_printf(a, "the guest powered off without the line '%s'", ready_line);
	}
	return what_run_found(b);
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
report(struct boot *b, struct output *log, const char *why)
{
	const char *path = b->args->opt['j'];
	char hex[HASH_HEX + 1];

	if (fflush(log->f) != 0 || !hash_file(log->tmp, hex))
		die("write %s:", log->tmp);
	boot_report_write(&b->report, &b->vm, path, &(struct boot_part){b->part, b->key, hex, why});
}

static void
fail(struct boot *b, struct output *log, const char *why)
{
	const char *kept = arena_printf(&b->args->arena, "%s.failed", b->args->opt['o']);
	struct output copy;

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
	struct rule_args *a = b->args;

	rule_need(a, 'j');
	vm_options(&b->vm, a);
	b->seconds = rule_number(a, 't', 10, 1, MAX_SECONDS, DEFAULT_SECONDS);
	b->run = a->opt['R'];
	b->part = b->run ? b->run : "boot";
	if (b->run && (!*b->run || b->run[strspn(b->run, "abcdefghijklmnopqrstuvwxyz-")] ||
			      strcmp(b->run, "boot") == 0)) {
		die_usage(
			"-R wants the name of a guest program behind 'capsem-', not '%s'", b->run);
	}
	if (b->run) {
		b->run_ended =
			arena_printf(&a->arena, "capsem: capsem-%s ended with exit code ", b->run);
	}
	rule_operands(a, 0);
}

static void
boot_once(struct boot *b, struct output *log)
{
	struct arena *a = &b->args->arena;
	const char *why;

	b->report = (struct boot_report){.arena = a, .ready_ms = -1, .nchecks = -1};
	b->console = (struct console){.arena = a, .log = log->f, .on_line = on_line, .arg = b};
	b->console.screen = isatty(STDOUT_FILENO) == 1 ? stdout : NULL;
	why = what_went_wrong(b, run_machine(b));
	report(b, log, why);
	if (why)
		fail(b, log, why);
}

int
main(int argc, char *argv[])
{
	struct rule_args a;
	struct boot b = {.args = &a};
	struct output log;

	rule_parse(&a, &rule, argc, argv);
	read_options(&b);
	rule_read(&a, a.opt['j']);
	vm_verify(&b.vm);
	vm_key(&b.vm, b.key);
	output_open(&log, a.opt['o']);
	if (boot_report_proves(&a.arena, a.opt['j'], b.part, b.key, a.opt['o'])) {
		output_abandon(&log);
		rule_depfile(&a);
	} else {
		boot_once(&b, &log);
		rule_depfile(&a);
		output_commit(&log, 0644);
		unlink(arena_printf(&a.arena, "%s.failed", a.opt['o']));
	}
	arena_free(&a.arena);
	return 0;
}
