// SPDX-License-Identifier: Apache-2.0
// mcp_serve.c -- the command mcp: messages from stdin, answers to stdout. Layer: gen/cmd.
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "gen/base/die.h"
#include "gen/cmd/mcp.h"

// A longer message is read to its end and answered as one that cannot be parsed.
enum { MAX_MESSAGE = 256 << 20 };

struct input {
	struct buf line;
	bool too_long;
	char block[65536];
	size_t at, n;
};

static bool
fill(struct input *in)
{
	ssize_t n;

	do {
		n = read(STDIN_FILENO, in->block, sizeof(in->block));
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		die("read a message:");
	in->at = 0;
	in->n = (size_t)n;
	return n > 0;
}

// The next line, the last of which may lack its end. False at the end of all.
static bool
next_line(struct input *in)
{
	in->line.n = 0;
	in->too_long = false;
	while (in->at < in->n || fill(in)) {
		const char *from = in->block + in->at, *end = memchr(from, '\n', in->n - in->at);
		size_t n = end ? (size_t)(end - from) : in->n - in->at;

		in->too_long = in->too_long || in->line.n + n > MAX_MESSAGE;
		if (!in->too_long)
			buf_add(&in->line, from, n);
		in->at += n + (end != NULL);
		if (end)
			return true;
	}
	return in->line.n > 0 || in->too_long;
}

static void
send(struct buf *answer)
{
	if (answer->n == 0)
		return;
	buf_addc(answer, '\n');
	fwrite(answer->s, 1, answer->n, stdout);
	if (fflush(stdout) != 0)
		die("write an answer:");
	answer->n = 0;
}

int
cmd_mcp(const struct cmd_options *o)
{
	static struct input in;
	struct mcp m = {.options = o};
	struct buf answer = {0};

	while (next_line(&in)) {
		mcp_answer(&m, in.too_long ? STR("too long") : buf_str(&in.line), &answer);
		send(&answer);
	}
	buf_free(&in.line);
	buf_free(&answer);
	return 0;
}
