// SPDX-License-Identifier: Apache-2.0
// run_image -- boot the image for a person: its console on this terminal. Layer: rules.
//   in: kernel, initrd, root file system (-k -i -r)   out: what the console showed
//   makes: SOCKET, where a second terminal gets a shell, while the machine runs
//   reads: the manifest
//
// QEMU has the terminal to itself: Ctrl-C goes to the guest, Ctrl-A X ends the machine, Ctrl-A C is
// QEMU's monitor. Ending the guest's shell powers the machine off.
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gen/base/cleanup.h"
#include "gen/base/die.h"
#include "gen/base/output.h"
#include "gen/base/proc.h"
#include "rules/lib/vm.h"

static const struct rule rule = {
	"run_image",
	VM_OPTS "S:",
	VM_USAGE " -S SOCKET\n       " VM_USAGE_MORE,
	"Boots ARCH (x86_64 or arm64) in the program QEMU, with the guest's console on this\n"
	"terminal and a second one on the Unix socket SOCKET. What the first shows goes to OUT.",
};

enum { WAIT_MS = 50 };

// The size of our terminal, which a serial line cannot tell the guest.
static const char *
shell_word(struct arena *a)
{
	struct winsize size;

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
		return "capsem.shell";
	return arena_printf(a, "capsem.shell=%ux%u", size.ws_row, size.ws_col);
}

static const char *const *
command(const struct vm *vm, const char *log)
{
	struct arena *a = &vm->args->arena;
	const char *console = arena_printf(
		a, "stdio,id=console,mux=on,signal=off,logfile=%s,logappend=off", vm_quote(a, log));
	const char *attach = arena_printf(
		a, "socket,id=attach,server=on,wait=off,path=%s", vm_quote(a, vm->args->opt['S']));
	const char *const serial[] = {"-chardev", console, "-serial", "chardev:console", "-mon",
		"chardev=console", "-chardev", attach, "-device", "virtio-serial-pci", "-device",
		"virtconsole,chardev=attach", NULL};

	return vm_command(vm, arena_printf(a, " quiet loglevel=1 %s", shell_word(a)), serial);
}

// QEMU shares our process group, so that it may use the terminal; a signal to us alone is passed
// on. Returns its exit status, 128 + signal when it was killed.
static int
wait_for(const struct proc *qemu)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(qemu->pid, &status, WNOHANG)) == 0) {
		poll(NULL, 0, WAIT_MS);
		if (cleanup_caught())
			kill(qemu->pid, SIGTERM);
	}
	if (pid < 0)
		die("wait for a child:");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int
run(const struct vm *vm, const char *log)
{
	struct proc_spec spec = {.argv = command(vm, log), .in = PROC_INHERIT, .foreground = true};
	struct proc qemu;
	int status;

	cleanup_hold(true);
	if (!proc_start(&qemu, &spec)) {
		cleanup_leave();
		vm_not_started(vm);
	}
	status = wait_for(&qemu);
	unlink(vm->args->opt['S']);
	cleanup_leave();
	cleanup_hold(false);
	return status;
}

int
main(int argc, char *argv[])
{
	struct rule_args a;
	struct output log;
	struct vm vm;
	int status;

	rule_parse(&a, &rule, argc, argv);
	vm_options(&vm, &a);
	rule_need(&a, 'S');
	rule_operands(&a, 0);
	vm_verify(&vm);
	output_open(&log, a.opt['o']);
	status = run(&vm, log.tmp);
	if (status != 0)
		die("%s ended with status %d", a.opt['q'], status);
	output_adopt(&log);
	rule_depfile(&a);
	output_commit(&log, 0644);
	arena_free(&a.arena);
	return 0;
}
