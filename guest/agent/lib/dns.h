// SPDX-License-Identifier: Apache-2.0
// dns.h -- one DNS query on its way to the host and back: a connection of its own, one framed
// request, one framed response. Layer: guest/agent/lib.
#ifndef GUEST_AGENT_LIB_DNS_H
#define GUEST_AGENT_LIB_DNS_H

#include <netinet/in.h>

#include "bytes.h"
#include "loop.h"

// Append the frame that carries the query RAW, of N bytes, which came by PROTO, "udp" or "tcp".
// False when it found no room.
bool dns_request(struct bytes *out, const void *raw, size_t n, const char *proto);

// Read a response's payload: RAW, emptied first, gets the DNS message. False when it is no such
// record.
bool dns_response(const void *payload, size_t n, struct bytes *raw);

// A query. The one who asks sets ANSWER and what he needs to know it by.
struct dns_query {
	struct watch watch;
	struct timer deadline, retry;
	struct bytes out, in;
	int attempts;
	bool connected;
	// Called once, after which the query is gone: with the DNS message, or with RAW NULL when
	// there is none (the host refused, failed, or was too slow).
	void (*answer)(struct dns_query *q, const struct bytes *raw);
	struct sockaddr_in from; // for the one who asks
	void *owner;
};

// How many queries are on their way.
size_t dns_count(void);

// Ask the host. NULL when the query could not even be started; ANSWER is then not called. It is
// never called before dns_ask returns.
struct dns_query *dns_ask(struct loop *l, const void *raw, size_t n, const char *proto,
	void (*answer)(struct dns_query *q, const struct bytes *raw));

// Forget a query whose answer nobody wants any more; ANSWER is not called.
void dns_drop(struct loop *l, struct dns_query *q);

#endif
