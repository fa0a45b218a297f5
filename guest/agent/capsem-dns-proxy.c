// SPDX-License-Identifier: Apache-2.0
// capsem-dns-proxy -- the name server of an air-gapped VM: each query goes to the host, which
// answers or refuses it. Layer: guest/agent.
//   listens on: 127.0.0.1:1053, UDP and TCP   connects to: host port 5007, once a query
//
// DNS messages pass unread. Over TCP each is preceded by its length, 16 bits big endian, and the
// queries of one connection are answered one after another.
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/dns.h"
#include "lib/host.h"
#include "lib/io.h"
#include "lib/listen.h"
#include "lib/say.h"

enum {
	PORT = 1053,
	MAX_QUERIES = 512, // on their way at once; more wait (TCP) or are dropped (UDP)
	MAX_CLIENTS = 256, // TCP connections at once
	MAX_UDP = 4096,
	MAX_TCP = 65535,
	IDLE_MS = 30000, // of a TCP connection
	PAUSE_MS = 100,
};

static struct server {
	struct loop *loop;
	struct watch udp, tcp;
	struct timer resume;
	size_t nclients;
} server;

struct client {
	struct watch watch;
	struct timer idle;
	struct bytes in, out;
	struct dns_query *query; // the one being answered
	bool eof;
};

static void
answer_udp(struct dns_query *q, const struct bytes *raw)
{
	if (raw && sendto(server.udp.fd, raw->p, raw->n, MSG_DONTWAIT,
			   (const struct sockaddr *)&q->from, sizeof(q->from)) < 0)
		say("answer:");
}

static void
take_udp(struct loop *l, struct watch *w, uint32_t happened)
{
	unsigned char raw[MAX_UDP];
	struct sockaddr_in from = {0};
	socklen_t size = sizeof(from);
	struct dns_query *q = NULL;
	ssize_t n =
		recvfrom(w->fd, raw, sizeof(raw), MSG_DONTWAIT, (struct sockaddr *)&from, &size);

	(void)happened;
	if (n <= 0)
		return;
	if (dns_count() < MAX_QUERIES)
		q = dns_ask(l, raw, (size_t)n, "udp", answer_udp);
	if (q) {
		q->from = from;
	} else {
		say("query dropped: %zu are on their way", dns_count());
	}
}

static void
client_end(struct client *c)
{
	if (c->query)
		dns_drop(server.loop, c->query);
	loop_forget(server.loop, &c->watch);
	loop_cancel(server.loop, &c->idle);
	io_close(&c->watch.fd);
	bytes_free(&c->in);
	bytes_free(&c->out);
	free(c);
	if (server.nclients-- == MAX_CLIENTS)
		loop_watch(server.loop, &server.tcp, EPOLLIN);
}

static void
client_idle(struct loop *l, struct timer *t)
{
	(void)l;
	client_end((struct client *)(void *)((char *)t - offsetof(struct client, idle)));
}

static void client_step(struct client *c);

// An empty or missing answer closes the connection, as a name server that gives up would.
static void
answer_tcp(struct dns_query *q, const struct bytes *raw)
{
	struct client *c = q->owner;

	c->query = NULL;
	if (!raw || raw->n > MAX_TCP) {
		client_end(c);
		return;
	}
	bytes_add(
		&c->out, (unsigned char[]){(unsigned char)(raw->n >> 8), (unsigned char)raw->n}, 2);
	bytes_add(&c->out, raw->p, raw->n);
	loop_after(server.loop, &c->idle, IDLE_MS);
	client_step(c);
}

// Start the query at the front of what was read, if it is all there. False when it cannot be.
static bool
ask(struct client *c)
{
	size_t n = c->in.n < 2 ? 0 : (size_t)c->in.p[0] << 8 | c->in.p[1];

	if (c->in.n < 2 || c->in.n - 2 < n)
		return !c->eof;
	c->query = dns_count() < MAX_QUERIES
			   ? dns_ask(server.loop, c->in.p + 2, n, "tcp", answer_tcp)
			   : NULL;
	if (!c->query)
		return false;
	c->query->owner = c;
	bytes_take(&c->in, 2 + n);
	return true;
}

// What to do next: write what waits, then ask what was read, then read on.
static void
client_step(struct client *c)
{
	uint32_t events = 0;

	if (c->out.failed || (c->out.n == 0 && !c->query && !ask(c))) {
		client_end(c);
		return;
	}
	if (c->out.n)
		events |= EPOLLOUT;
	if (!c->eof && c->in.n < 2 + MAX_TCP)
		events |= EPOLLIN;
	loop_watch(server.loop, &c->watch, events);
}

// Read once. False when the connection failed.
static bool
client_read(struct client *c)
{
	unsigned char *to = bytes_room(&c->in, MAX_UDP);
	ssize_t n = to ? read(c->watch.fd, to, MAX_UDP) : -1;

	if (n < 0)
		return to && io_again();
	c->eof = n == 0;
	c->in.n += (size_t)n;
	return true;
}

static bool
client_write(struct client *c)
{
	ssize_t n = write(c->watch.fd, c->out.p, c->out.n);

	if (n < 0)
		return io_again();
	bytes_take(&c->out, (size_t)n);
	return true;
}

static void
client_ready(struct loop *l, struct watch *w, uint32_t happened)
{
	struct client *c = (struct client *)(void *)w;
	bool ok = true;

	loop_after(l, &c->idle, IDLE_MS);
	if (happened & (EPOLLHUP | EPOLLERR) && !(happened & EPOLLIN))
		ok = false;
	if (ok && happened & EPOLLIN)
		ok = client_read(c);
	if (ok && happened & EPOLLOUT && c->out.n)
		ok = client_write(c);
	if (ok) {
		client_step(c);
	} else {
		client_end(c);
	}
}

static void
take_tcp(struct loop *l, struct watch *w, uint32_t happened)
{
	bool full;
	int fd = listen_accept(w->fd, &full);
	struct client *c = fd < 0 ? NULL : calloc(1, sizeof(*c));

	(void)happened;
	if (full || (fd >= 0 && !c)) {
		io_close(&fd);
		loop_watch(l, w, 0);
		loop_after(l, &server.resume, PAUSE_MS);
	}
	if (!c)
		return;
	c->watch = (struct watch){.fd = fd, .fn = client_ready};
	c->idle.fn = client_idle;
	c->in.max = 2 + MAX_TCP + MAX_UDP;
	c->out.max = 2 + MAX_TCP;
	if (++server.nclients == MAX_CLIENTS)
		loop_watch(l, w, 0);
	loop_after(l, &c->idle, IDLE_MS);
	loop_watch(l, &c->watch, EPOLLIN);
}

static void
resume(struct loop *l, struct timer *t)
{
	(void)t;
	if (server.nclients < MAX_CLIENTS)
		loop_watch(l, &server.tcp, EPOLLIN);
}

static void
quit(int sig)
{
	(void)sig;
	_exit(0);
}

int
main(int argc, char *argv[])
{
	(void)argc;
	say_start(argv[0]);
	io_start();
	host_start();
	(void)signal(SIGINT, quit);
	server.loop = loop_new();
	server.resume.fn = resume;
	server.udp = (struct watch){.fd = listen_udp(PORT), .fn = take_udp};
	server.tcp = (struct watch){.fd = listen_tcp(PORT), .fn = take_tcp};
	loop_watch(server.loop, &server.udp, EPOLLIN);
	loop_watch(server.loop, &server.tcp, EPOLLIN);
	loop_run(server.loop);
	return 0;
}
