// SPDX-License-Identifier: Apache-2.0
// mcp.c -- the frames in which MCP messages travel. Layer: guest/agent/lib.
#include "mcp.h"

#include <string.h>

enum { LENGTH = 4, HEADER = 16, MAGIC = 0x4d43, VERSION = 1, NOTIFICATION = 1 };

static void
put_number(unsigned char *to, uint32_t v, int n)
{
	for (int i = 0; i < n; i++)
		to[i] = (unsigned char)(v >> (8 * (n - 1 - i)));
}

static uint32_t
get_number(const unsigned char *p, int n)
{
	uint32_t v = 0;

	for (int i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

bool
mcp_put(struct bytes *out, uint32_t stream, const char *name, struct text payload)
{
	unsigned char header[LENGTH + HEADER];
	size_t name_n = strlen(name), begin = out->n;

	if (payload.n > MCP_MAX - HEADER - name_n)
		return false;
	put_number(header, (uint32_t)(HEADER + name_n + payload.n), 4);
	put_number(header + 4, MAGIC, 2);
	header[6] = VERSION;
	header[7] = HEADER;
	put_number(header + 8, stream, 4);
	put_number(header + 12, stream ? 0 : NOTIFICATION, 2);
	put_number(header + 14, (uint32_t)name_n, 2);
	put_number(header + 16, (uint32_t)payload.n, 4);
	bytes_add(out, header, sizeof(header));
	bytes_add(out, name, name_n);
	bytes_add(out, payload.s, payload.n);
	if (!out->failed)
		return true;
	out->n = begin;
	out->failed = false;
	return false;
}

long
mcp_next(const struct bytes *in, uint32_t *stream, struct text *payload)
{
	const unsigned char *p = in->p;
	uint32_t total, name_n;

	if (in->n < LENGTH)
		return 0;
	total = get_number(p, 4);
	if (total < HEADER || total > MCP_MAX)
		return -1;
	if (in->n < LENGTH + HEADER)
		return 0;
	name_n = get_number(p + 14, 2);
	payload->n = get_number(p + 16, 4);
	if (get_number(p + 4, 2) != MAGIC || p[6] != VERSION || p[7] != HEADER)
		return -1;
	if (payload->n > total || HEADER + name_n + payload->n != total)
		return -1;
	if (in->n - LENGTH < total)
		return 0;
	*stream = get_number(p + 8, 4);
	payload->s = (const char *)p + LENGTH + HEADER + name_n;
	return LENGTH + (long)total;
}
