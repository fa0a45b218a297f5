// SPDX-License-Identifier: Apache-2.0
// pending.c -- the MCP requests that wait for a response. Layer: guest/agent/lib.
#include "pending.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_METHOD = 256 }; // a longer one is called "request"

struct pending_call {
	struct pending_call *next;
	uint32_t stream;
	size_t id_n, method_n;
	char text[]; // id, then method
};

static struct text
method_of(const struct json_call *call)
{
	if (!call->method.s || call->method.n > MAX_METHOD)
		return (struct text){"request", 7};
	return call->method;
}

bool
pending_add(struct pending *p, uint32_t stream, const struct json_call *call)
{
	struct text method = method_of(call);
	struct pending_call *c = malloc(sizeof(*c) + call->id.n + method.n);

	if (!c)
		return false;
	c->stream = stream;
	c->id_n = call->id.n;
	c->method_n = method.n;
	memcpy(c->text, call->id.s, call->id.n);
	memcpy(c->text + call->id.n, method.s, method.n);
	c->next = p->first;
	p->first = c;
	p->n++;
	return true;
}

void
pending_remove(struct pending *p, uint32_t stream)
{
	for (struct pending_call **at = &p->first; *at; at = &(*at)->next) {
		struct pending_call *c = *at;

		if (c->stream != stream)
			continue;
		*at = c->next;
		free(c);
		p->n--;
		return;
	}
}

static void
add(struct bytes *out, const char *s)
{
	bytes_add(out, s, strlen(s));
}

// Id and method are parts of valid JSON text, so they can stand in ours as they are.
static void
put_error(struct text id, struct text method, const char *reason, struct bytes *out)
{
	add(out, "{\"jsonrpc\":\"2.0\",\"id\":");
	bytes_add(out, id.s, id.n);
	add(out, ",\"error\":{\"code\":-32001,\"message\":\"MCP transport disconnected before ");
	bytes_add(out, method.s, method.n);
	add(out, " response: ");
	add(out, reason);
	add(out, "\"}}\n");
}

void
pending_fail(struct pending *p, const char *reason, struct bytes *out)
{
	while (p->first) {
		struct pending_call *c = p->first;

		put_error((struct text){c->text, c->id_n},
			(struct text){c->text + c->id_n, c->method_n}, reason, out);
		p->first = c->next;
		free(c);
	}
	p->n = 0;
}

void
pending_error(const struct json_call *call, const char *reason, struct bytes *out)
{
	put_error(call->id, method_of(call), reason, out);
}
