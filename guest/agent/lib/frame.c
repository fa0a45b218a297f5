// SPDX-License-Identifier: Apache-2.0
// frame.c -- messages on a stream. Layer: guest/agent/lib.
#include "frame.h"

#include <errno.h>
#include <stdint.h>

#include "io.h"

enum { HEADER = 4 };

static size_t
length_of(const unsigned char *p)
{
	return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
}

size_t
frame_begin(struct bytes *out)
{
	size_t begin = out->n;

	bytes_add(out, (unsigned char[HEADER]){0}, HEADER);
	return begin;
}

bool
frame_end(struct bytes *out, size_t begin)
{
	size_t n = out->n - begin - HEADER;

	if (out->failed || n > FRAME_MAX) {
		out->n = begin;
		out->failed = false;
		return false;
	}
	for (int i = 0; i < HEADER; i++)
		out->p[begin + (size_t)i] = (unsigned char)(n >> (8 * (HEADER - 1 - i)));
	return true;
}

bool
frame_read(int fd, struct bytes *payload)
{
	unsigned char header[HEADER];
	unsigned char *to;
	size_t n;

	bytes_clear(payload);
	if (!io_read_exact(fd, header, HEADER))
		return false;
	n = length_of(header);
	to = bytes_room(payload, n);
	if (!to) {
		errno = EMSGSIZE;
		return false;
	}
	payload->n = n;
	return io_read_exact(fd, to, n);
}

enum frame_state
frame_next(const struct bytes *in, size_t max, const unsigned char **payload, size_t *n)
{
	if (in->n < HEADER)
		return FRAME_WAIT;
	*n = length_of(in->p);
	if (*n > max)
		return FRAME_BAD;
	if (in->n - HEADER < *n)
		return FRAME_WAIT;
	*payload = in->p + HEADER;
	return FRAME_WHOLE;
}

void
frame_done(struct bytes *in, size_t n)
{
	bytes_take(in, HEADER + n);
}
