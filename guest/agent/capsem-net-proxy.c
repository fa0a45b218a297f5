// SPDX-License-Identifier: Apache-2.0
// capsem-net-proxy -- the way out of an air-gapped VM: what the VM sends to ports 80, 443 and 11434
// is redirected here and goes to the host's proxy. Layer: guest/agent.
//   listens on: 127.0.0.1:10443 and 127.0.0.1:10080   connects to: host port 5002
//
// Each connection begins with a line that names the program it comes from; after it, bytes are
// copied both ways until both sides have ended. The host decides what may pass.
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/host.h"
#include "lib/io.h"
#include "lib/listen.h"
#include "lib/procname.h"
#include "lib/relay.h"
#include "lib/say.h"

enum {
	NPORTS = 2,
	RETRY_MS = 3000,   // how long connecting to a host whose queue is full is tried again
	PAUSE_MS = 100,    // after running out of descriptors
	MAX_ACCEPT = 16,   // before others get their turn
	RESERVE = 64,      // descriptors kept for looking up names and the like
	FEW = 64,          // connections at once of which every name is looked up
	NAMING_SHARE = 10, // with more of them, one part in so many of the time goes into names
};

static const unsigned ports[NPORTS] = {10443, 10080};

static struct proxy {
	struct loop *loop;
	struct watch listeners[NPORTS];
	struct timer resume;
	size_t nconns, max_conns;
	long long next_name; // when a name may be looked up again
} proxy;

// RELAY is first, so that the relay given to its callback is the connection.
struct conn {
	struct relay relay; // a: the client, b: the host
	struct watch connecting;
	struct timer retry;
	int client, host, attempts;
	long long since;
};

static void
listeners_watch(uint32_t events)
{
	for (int i = 0; i < NPORTS; i++)
		loop_watch(proxy.loop, &proxy.listeners[i], events);
}

static void
conn_end(struct conn *c)
{
	relay_stop(proxy.loop, &c->relay);
	loop_forget(proxy.loop, &c->connecting);
	loop_cancel(proxy.loop, &c->retry);
	io_close(&c->client);
	io_close(&c->host);
	free(c);
	if (proxy.nconns-- == proxy.max_conns)
		listeners_watch(EPOLLIN);
}

static void
conn_done(struct loop *l, struct relay *r)
{
	(void)l;
	conn_end((struct conn *)(void *)r);
}

static void conn_begin(struct conn *c);

static void
conn_retry(struct loop *l, struct timer *t)
{
	(void)l;
	conn_begin((struct conn *)(void *)((char *)t - offsetof(struct conn, retry)));
}

// The host's queue of new connections is short, and a burst is answered with resets. Those who try
// again do so at different moments, lest they meet again.
static void
conn_failed(struct conn *c, int error)
{
	long delay = c->attempts < 5 ? 5L << c->attempts : 160;

	loop_forget(proxy.loop, &c->connecting);
	io_close(&c->host);
	if (error == ECONNRESET && io_now() - c->since < RETRY_MS) {
		loop_after(proxy.loop, &c->retry, delay + c->client % 32);
		return;
	}
	say("host port %d: %s", HOST_PROXY, strerror(error));
	conn_end(c);
}

// The port the client connected from, 0 when the connection is gone.
static unsigned
peer_port(int fd)
{
	struct sockaddr_in peer = {0};
	socklen_t n = sizeof(peer);

	if (getpeername(fd, (struct sockaddr *)&peer, &n) < 0)
		return 0;
	return ntohs(peer.sin_port);
}

// The name of the program behind a connection, or "unknown". To find one costs more the more
// connections there are, and a flood of them must not hold up everybody.
static void
find_name(const struct conn *c, char name[PROCNAME_MAX + 1])
{
	long long start = io_now(), end;

	if (proxy.nconns > FEW && start < proxy.next_name) {
		procname_of_port(0, name);
		return;
	}
	procname_of_port(peer_port(c->client), name);
	end = io_now();
	proxy.next_name = end + (end - start) * (NAMING_SHARE - 1);
}

static void
conn_connected(struct loop *l, struct watch *w, uint32_t happened)
{
	struct conn *c = (struct conn *)(void *)((char *)w - offsetof(struct conn, connecting));
	char name[PROCNAME_MAX + 1], line[PROCNAME_LINE];
	int error = host_connected(c->host);

	(void)happened;
	if (error) {
		conn_failed(c, error);
		return;
	}
	loop_forget(l, w);
	find_name(c, name);
	c->relay.b.out.max = RELAY_CHUNK;
	bytes_add(&c->relay.b.out, line, procname_line(line, name));
	relay_start(l, &c->relay, c->client, c->host);
}

static void
conn_begin(struct conn *c)
{
	c->attempts++;
	c->host = host_connect_begin(HOST_PROXY);
	if (c->host < 0) {
		conn_failed(c, errno);
		return;
	}
	c->connecting = (struct watch){.fd = c->host, .fn = conn_connected};
	loop_watch(proxy.loop, &c->connecting, EPOLLOUT);
}

static void
conn_new(int client)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (!c) {
		io_close(&client);
		return;
	}
	c->relay.done = conn_done;
	c->retry.fn = conn_retry;
	c->client = client;
	c->host = -1;
	c->since = io_now();
	if (++proxy.nconns == proxy.max_conns)
		listeners_watch(0);
	conn_begin(c);
}

static void
accept_some(struct loop *l, struct watch *w, uint32_t happened)
{
	bool full = false;
	int client;

	(void)happened;
	for (int i = 0; i < MAX_ACCEPT && proxy.nconns < proxy.max_conns; i++) {
		client = listen_accept(w->fd, &full);
		if (client < 0)
			break;
		conn_new(client);
	}
	if (full) {
		listeners_watch(0);
		loop_after(l, &proxy.resume, PAUSE_MS);
	}
}

static void
resume(struct loop *l, struct timer *t)
{
	(void)l, (void)t;
	listeners_watch(EPOLLIN);
}

static void
quit(int sig)
{
	(void)sig;
	_exit(0);
}

// Two descriptors a connection.
static size_t
max_conns(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur < 4L * RESERVE)
		return RESERVE;
	return (size_t)(limit.rlim_cur - RESERVE) / 2;
}

int
main(int argc, char *argv[])
{
	(void)argc;
	say_start(argv[0]);
	io_start();
	host_start();
	(void)signal(SIGINT, quit);
	proxy.loop = loop_new();
	proxy.max_conns = max_conns();
	proxy.resume.fn = resume;
	for (int i = 0; i < NPORTS; i++) {
		proxy.listeners[i].fd = listen_tcp(ports[i]);
		proxy.listeners[i].fn = accept_some;
	}
	listeners_watch(EPOLLIN);
	loop_run(proxy.loop);
	return 0;
}
