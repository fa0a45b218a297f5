// SPDX-License-Identifier: Apache-2.0
// capsem-sysutil -- shutdown, halt, poweroff, reboot and suspend, under those names: the host is
// asked, since only it can stop the VM. Layer: guest/agent.
//   connects to: host port 5004, once, with one message
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/host.h"
#include "lib/io.h"
#include "lib/message.h"
#include "lib/say.h"

enum { GRACE_S = 3 };

static const struct action {
	const char *name;
	const char *label;   // NULL: not supported
	const char *message; // what the host is sent
} actions[] = {
	{"shutdown", "Shutting down", "shutdownrequest"},
	{"halt", "Shutting down", "shutdownrequest"},
	{"poweroff", "Shutting down", "shutdownrequest"},
	{"suspend", "Suspending", "suspendrequest"},
	{"reboot", NULL, NULL},
};

static const char help[] =
	"capsem-sysutil -- stops or suspends this capsem sandbox through its host\n"
	"\n"
	"  shutdown, halt, poweroff   stop the sandbox after three seconds (Ctrl-C cancels)\n"
	"  suspend                    save its state and stop it\n"
	"  reboot                     not supported: stop the sandbox and start it again\n"
	"\n"
	"Each is a command of its own, and a word after capsem-sysutil.\n";

static const struct action *
find_action(const char *name)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++) {
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	}
	return NULL;
}

static int
print_help(int status)
{
	(void)fputs(help, stdout);
	return fflush(stdout) == 0 ? status : 1;
}

static int
no_reboot(void)
{
	(void)fputs("[capsem] reboot is not supported in this sandbox: shut it down and start it "
		    "again\n",
		stderr);
	return 1;
}

// Whether WORD is an argument; the first one counts from FROM.
static bool
has_arg(int argc, char *argv[], int from, const char *word)
{
	for (int i = from; i < argc; i++) {
		if (strcmp(argv[i], word) == 0)
			return true;
	}
	return false;
}

// The blanks wipe what is left of the longer line before.
static void
count_down(const char *label)
{
	for (int n = GRACE_S; n > 0; n--) {
		(void)fprintf(stderr, "\r[capsem] %s in %d...", label, n);
		io_sleep(1000);
	}
	(void)fprintf(stderr, "\r[capsem] %s...     \n", label);
}

static int
ask_host(const struct action *a)
{
	struct bytes frame = {.max = 64};
	int fd = host_connect(HOST_LIFECYCLE);
	bool ok =
		fd >= 0 && message_plain(&frame, a->message) && io_write_all(fd, frame.p, frame.n);

	if (!ok) {
		(void)fprintf(stderr, "[capsem] failed to send %s to the host: %s\n", a->message,
			strerror(errno));
	}
	io_close(&fd);
	bytes_free(&frame);
	return ok ? 0 : 1;
}

static int
run(const struct action *a)
{
	if (!a->label)
		return no_reboot();
	count_down(a->label);
	return ask_host(a);
}

static int
unknown(const char *word)
{
	(void)fprintf(stderr, "[capsem] unknown command '%s'; commands:", word);
	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++)
		(void)fprintf(stderr, " %s", actions[i].name);
	(void)fputs("\n", stderr);
	return 1;
}

int
main(int argc, char *argv[])
{
	const char *slash = argc ? strrchr(argv[0], '/') : NULL;
	const char *name = slash ? slash + 1 : argc ? argv[0] : "";
	const struct action *a = find_action(name);
	bool is_shutdown = strcmp(name, "shutdown") == 0;

	say_start("capsem-sysutil");
	io_start();
	host_start();
	if (has_arg(argc, argv, 1, "--help") || (!is_shutdown && has_arg(argc, argv, 1, "-h")))
		return print_help(0);
	if (is_shutdown && has_arg(argc, argv, 1, "-r"))
		return no_reboot();
	if (a)
		return run(a);
	if (argc < 2)
		return print_help(1);
	a = find_action(argv[1]);
	return a ? run(a) : unknown(argv[1]);
}
