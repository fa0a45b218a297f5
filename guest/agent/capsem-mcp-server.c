// SPDX-License-Identifier: Apache-2.0
// capsem-mcp-server -- the MCP server the AI programs of the VM start: a relay between their lines
// of JSON-RPC and the host's frames. Layer: guest/agent.
//   stdin, stdout: one JSON-RPC 2.0 message a line   connects to: host port 5002
//
// The host answers. This program only keeps count of what is unanswered, so that a lost connection
// becomes an error for each request instead of silence. It ends when its input has ended and all
// answers have come.
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/host.h"
#include "lib/io.h"
#include "lib/mcp.h"
#include "lib/pending.h"
#include "lib/procname.h"
#include "lib/say.h"
#include "lib/utf8.h"

enum {
	MAX_LINE = 8 << 20,    // a longer one is left out
	MAX_WAITING = 4 << 20, // bytes for a side that does not read: then the other is not read
	MAX_PENDING = 4096,    // unanswered requests: then no more are taken
	CHUNK = 64 << 10,
	CONNECT_MS = 30000,
};

static const char closed[] = "connection closed";
static const char write_failed[] = "write failed";
static const char not_encoded[] = "frame encode failed";

static struct server {
	char name[PROCNAME_MAX + 1]; // of the program that started us
	int host;                    // -1: the next line connects again
	uint32_t stream;             // last one used on this connection
	bool ended;                  // no more input
	bool shut;                   // the host knows
	bool skipping;               // the rest of a line that is too long
	struct bytes input, to_host, from_host, to_client;
	struct pending pending;
} server = {
	.host = -1,
	.input = {.max = MAX_LINE + CHUNK},
	.to_host = {.max = MAX_WAITING + 2 * MCP_MAX},
	.from_host = {.max = MCP_MAX + CHUNK},
	.to_client = {.max = 64 << 20},
};

// Connect and say who asks. There is no limit of time for reads: a tool may take minutes.
static void
connect_host(struct server *s)
{
	char line[PROCNAME_LINE];

	s->host = host_connect_retry(HOST_PROXY, CONNECT_MS);
	if (s->host < 0)
		say_die("host port %d:", HOST_PROXY);
	if (!io_write_all(s->host, line, procname_line(line, s->name)))
		say_die("write to host:");
	io_nonblock(s->host);
	s->stream = 0;
	s->shut = false;
}

static void
disconnect(struct server *s, const char *reason)
{
	io_close(&s->host);
	bytes_clear(&s->to_host);
	bytes_clear(&s->from_host);
	pending_fail(&s->pending, reason, &s->to_client);
}

static bool
is_utf8(struct text t)
{
	while (t.n) {
		size_t size = utf8_size(t.s, t.n);

		if (!size)
			return false;
		t.s += size;
		t.n -= size;
	}
	return true;
}

// Send one line. What is no JSON object goes as a request too, and the host answers with its error.
static void
send_line(struct server *s, struct text line)
{
	struct json_call call;
	bool object = json_read_call(line.s, line.n, &call);
	bool is_request = !object || call.has_id;

	if (s->host >= 0 && s->stream == UINT32_MAX)
		disconnect(s, closed);
	if (s->host < 0)
		connect_host(s);
	if (!mcp_put(&s->to_host, is_request ? s->stream + 1 : 0, s->name, line)) {
		say("a message of %zu bytes is too long", line.n);
		if (object && call.has_id)
			pending_error(&call, not_encoded, &s->to_client);
		return;
	}
	if (is_request)
		s->stream++;
	if (object && call.has_id && !pending_add(&s->pending, s->stream, &call))
		say_die("out of memory");
}

static bool
may_send(const struct server *s)
{
	return s->to_host.n < MAX_WAITING && s->to_client.n < MAX_WAITING &&
	       s->pending.n < MAX_PENDING;
}

// The first line of the input, without its end; N is its size with it. After the end of the input
// what is left is a line, too.
static bool
next_line(const struct server *s, struct text *line, size_t *n)
{
	const unsigned char *end = s->input.n ? memchr(s->input.p, '\n', s->input.n) : NULL;

	if (!end && !(s->ended && s->input.n))
		return false;
	*n = end ? (size_t)(end - s->input.p) + 1 : s->input.n;
	*line = (struct text){(const char *)s->input.p, end ? *n - 1 : *n};
	if (line->n && line->s[line->n - 1] == '\r')
		line->n--;
	return true;
}

static void
take_lines(struct server *s)
{
	struct text line;
	size_t n;

	while (may_send(s) && next_line(s, &line, &n)) {
		if (!s->skipping && !is_utf8(line)) {
			say("input is not UTF-8");
			s->ended = true;
			bytes_free(&s->input);
			return;
		}
		if (!s->skipping)
			send_line(s, line);
		s->skipping = false;
		bytes_take(&s->input, n);
	}
	if (s->input.n > MAX_LINE && !memchr(s->input.p, '\n', s->input.n)) {
		say("a line of more than %d bytes is left out", MAX_LINE);
		s->skipping = true;
		bytes_clear(&s->input);
	}
}

static void
read_input(struct server *s)
{
	unsigned char *to = bytes_room(&s->input, CHUNK);
	ssize_t n = to ? read(STDIN_FILENO, to, CHUNK) : -1;

	if (n < 0 && to && io_again())
		return;
	if (n <= 0) {
		s->ended = true;
	} else {
		s->input.n += (size_t)n;
	}
}

// Hand the host's answers on, each as one line.
static bool
take_frames(struct server *s)
{
	struct text payload;
	uint32_t stream;
	long n;

	while (s->to_client.n < MAX_WAITING) {
		n = mcp_next(&s->from_host, &stream, &payload);
		if (n <= 0)
			return n == 0;
		pending_remove(&s->pending, stream);
		if (payload.n) {
			bytes_add(&s->to_client, payload.s, payload.n);
			if (payload.s[payload.n - 1] != '\n')
				bytes_add(&s->to_client, "\n", 1);
		}
		bytes_take(&s->from_host, (size_t)n);
	}
	return true;
}

static void
read_host(struct server *s)
{
	unsigned char *to = bytes_room(&s->from_host, CHUNK);
	ssize_t n = to ? read(s->host, to, CHUNK) : -1;

	if (n < 0 && to && io_again())
		return;
	if (n > 0)
		s->from_host.n += (size_t)n;
	if (n <= 0 || !take_frames(s))
		disconnect(s, closed);
}

static void
write_host(struct server *s)
{
	ssize_t n = write(s->host, s->to_host.p, s->to_host.n);

	if (n >= 0) {
		bytes_take(&s->to_host, (size_t)n);
	} else if (!io_again()) {
		disconnect(s, write_failed);
	}
}

// A pipe that poll calls writable takes PIPE_BUF bytes at once, so this does not block.
static void
write_client(struct server *s)
{
	size_t most = s->to_client.n < PIPE_BUF ? s->to_client.n : PIPE_BUF;
	ssize_t n = write(STDOUT_FILENO, s->to_client.p, most);

	if (n >= 0) {
		bytes_take(&s->to_client, (size_t)n);
	} else if (!io_again()) {
		say_die("write to stdout:");
	}
}

// Tell the host that no more comes, once all is sent.
static void
shut_host(struct server *s)
{
	if (s->ended && !s->input.n && s->host >= 0 && !s->to_host.n && !s->shut) {
		(void)shutdown(s->host, SHUT_WR);
		s->shut = true;
	}
}

// What to wait for: input while the host keeps up, the host while the client keeps up.
static void
choose(const struct server *s, struct pollfd fds[3])
{
	short events = s->to_client.n < MAX_WAITING ? POLLIN : 0;

	if (s->to_host.n)
		events |= POLLOUT;
	fds[0] = (struct pollfd){!s->ended && may_send(s) ? STDIN_FILENO : -1, POLLIN, 0};
	fds[1] = (struct pollfd){events ? s->host : -1, events, 0};
	fds[2] = (struct pollfd){s->to_client.n ? STDOUT_FILENO : -1, POLLOUT, 0};
}

// Wait for what each side is ready for, and do that. False when all is done.
static bool
step(struct server *s)
{
	struct pollfd fds[3];

	if (s->host >= 0 && !take_frames(s))
		disconnect(s, closed);
	if (s->ended && !s->input.n && s->host < 0 && !s->to_client.n)
		return false;
	choose(s, fds);
	if (poll(fds, 3, -1) < 0 && errno != EINTR)
		say_die("poll:");
	if (fds[2].revents)
		write_client(s);
	if (fds[1].revents && fds[1].events & POLLIN)
		read_host(s);
	if (s->host >= 0 && fds[1].revents & ~POLLIN && s->to_host.n)
		write_host(s);
	if (fds[0].revents)
		read_input(s);
	take_lines(s);
	shut_host(s);
	return true;
}

int
main(int argc, char *argv[])
{
	(void)argc;
	say_start(argv[0]);
	io_start();
	host_start();
	procname_of_pid(getppid(), server.name);
	connect_host(&server);
	while (step(&server))
		continue;
	return 0;
}
