// SPDX-License-Identifier: Apache-2.0
// mcp_run.c -- what each tool does: a command of this program, in a child. Layer: gen/cmd.
#include "gen/cmd/mcp_run.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "gen/base/isolate.h"
#include "gen/base/path.h"

enum { TOOL_SECONDS = 60, MAX_OUTPUT = 64 << 20 };

bool
mcp_fail(struct mcp_call *c, const char *fmt, ...)
{
	char text[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	c->text->n = 0;
	buf_adds(c->text, text);
	return false;
}

// What a child printed, NUL-ended, without the last line end; NULs, which no text of ours has, as
// blanks.
static const char *
text_of(struct buf *printed)
{
	size_t n = printed->n;

	buf_addc(printed, '\0');
	if (n > 0 && printed->s[n - 1] == '\n')
		printed->s[--n] = '\0';
	for (size_t i = 0; i < n; i++) {
		if (!printed->s[i])
			printed->s[i] = ' ';
	}
	return printed->s;
}

// Say what a child that failed said, without what stands in front of it for people.
static bool
failed(struct mcp_call *c, struct isolate_end *end)
{
	const char *said = text_of(&end->err), *usage = strstr(said, "\nError: ");

	if (end->late)
		return mcp_fail(c, "the tool took longer than %d seconds", TOOL_SECONDS);
	if (end->loud)
		return mcp_fail(c, "the tool printed more than %d MB", MAX_OUTPUT >> 20);
	if (end->status > 2 || !*said)
		return mcp_fail(c, "the tool ended with status %d. %s", end->status, said);
	if (usage)
		return mcp_fail(c, "%s", usage + strlen("\nError: "));
	c->text->n = 0;
	buf_adds(c->text, strncmp(said, "error: ", 7) == 0 ? said + 7 : said);
	return false;
}

// Run SPEC in a child. Exit status 1 is no mistake where it stands for FINDINGS, on stdout.
static bool
run_child(struct mcp_call *c, struct isolate_spec *spec, bool findings)
{
	struct isolate_end end;
	bool ok;

	spec->seconds = TOOL_SECONDS;
	spec->max_bytes = MAX_OUTPUT;
	if (!isolate(spec, &end))
		return mcp_fail(c, "cannot start the tool: %s", strerror(errno));
	ok = !end.late && !end.loud &&
	     (end.status == 0 || (findings && end.status == 1 && end.out.n > 0));
	if (ok) {
		buf_adds(c->text, text_of(&end.out));
	} else {
		failed(c, &end);
	}
	isolate_free(&end);
	return ok;
}

// In the child: a command line, ended by NULL.
static int
run_command(void *arg)
{
	char **argv = arg;
	struct arena a = {0};
	struct cmd_options o;
	int n = 0, status;

	while (argv[n])
		n++;
	o = cmd_parse(&a, n, argv);
	status = cmd_run(&o);
	arena_free(&a);
	return status;
}

static bool
has_folder(struct mcp_call *c)
{
	return path_is_dir(c->v[0]) || mcp_fail(c, "Directory not found: %s", c->v[0]);
}

bool
mcp_run_validate(struct mcp_call *c)
{
	const char *argv[] = {"capsem-builder", "validate", "--", c->v[0], NULL};
	struct isolate_spec spec = {.run = run_command, .arg = argv};

	return has_folder(c) && run_child(c, &spec, true);
}

bool
mcp_run_inspect(struct mcp_call *c)
{
	const char *argv[] = {"capsem-builder", "inspect", "--json", "--", c->v[0], NULL};
	struct isolate_spec spec = {.run = run_command, .arg = argv};

	return has_folder(c) && run_child(c, &spec, false);
}

bool
mcp_run_dry_run(struct mcp_call *c)
{
	struct mcp_dry_run job = {.options = c->options,
		.guest = c->v[0],
		.arch = c->v[1],
		.step = c->v[2] ? c->v[2] : "rootfs"};
	struct isolate_spec spec = {.run = mcp_dry_run, .arg = &job};

	return has_folder(c) && run_child(c, &spec, false);
}

bool
mcp_run_audit(struct mcp_call *c)
{
	const char *report = c->v[0], *scanner = c->v[1];
	const char *argv[] = {"capsem-builder", "audit", "--json", "--scanner", scanner, NULL};
	struct isolate_spec spec = {.run = run_command, .arg = argv, .in = str_of(report)};

	if (cmd_place(MCP_SCANNERS, scanner) == 2)
		return mcp_fail(c, "Unknown scanner: %s", scanner);
	if (str_trim(spec.in).n == 0) {
		return mcp_fail(
			c, "Invalid %s JSON: Expecting value: line 1 column 1 (char 0)", scanner);
	}
	return run_child(c, &spec, true);
}
