// SPDX-License-Identifier: Apache-2.0
// fuzz_guest_wire.c -- libFuzzer entry point: everything the guest programs read from the host,
// from clients and from logs. The first byte of the input chooses the reader. Links
// guest/agent/lib; its seeds are in tests/fuzz/corpus/guest_wire.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "guest/agent/lib/audit.h"
#include "guest/agent/lib/boottime.h"
#include "guest/agent/lib/dns.h"
#include "guest/agent/lib/frame.h"
#include "guest/agent/lib/json.h"
#include "guest/agent/lib/mcp.h"
#include "guest/agent/lib/message.h"
#include "guest/agent/lib/utf8.h"
#include "tests/fuzz/fuzz.h"

static void
fuzz_message(const uint8_t *p, size_t n)
{
	struct bytes data = {.max = 1 << 16};
	struct message m;

	if (message_read(&m, p, n) && m.kind == MESSAGE_FILEWRITE)
		(void)msgpack_get_bytes(&m.data, &data);
	bytes_free(&data);
}

static void
fuzz_skip(const uint8_t *p, size_t n)
{
	struct msgpack m = msgpack_at(p, n);

	while (msgpack_skip(&m))
		continue;
}

static void
fuzz_dns(const uint8_t *p, size_t n)
{
	struct bytes raw = {.max = 1 << 16};

	(void)dns_response(p, n, &raw);
	bytes_free(&raw);
}

// The stream comes in two pieces, so that frames are also seen half.
static void
fuzz_frames(const uint8_t *p, size_t n)
{
	struct bytes in = {.max = 1 << 20};
	const unsigned char *payload;
	size_t length;

	for (size_t half = 0; half < 2; half++) {
		bytes_add(&in, half ? p + n / 2 : p, half ? n - n / 2 : n / 2);
		while (frame_next(&in, 4096, &payload, &length) == FRAME_WHOLE) {
			fuzz_message(payload, length);
			frame_done(&in, length);
		}
	}
	bytes_free(&in);
}

static void
fuzz_mcp(const uint8_t *p, size_t n)
{
	struct bytes in = {.max = 1 << 20};
	struct text payload;
	uint32_t stream;
	long size;

	bytes_add(&in, p, n);
	while ((size = mcp_next(&in, &stream, &payload)) > 0) {
		struct json_call call;

		(void)json_read_call(payload.s, payload.n, &call);
		bytes_take(&in, (size_t)size);
	}
	bytes_free(&in);
}

static void
fuzz_json(const uint8_t *p, size_t n)
{
	struct json_call call;

	(void)json_read_call((const char *)p, n, &call);
}

static void
fuzz_boottime(const uint8_t *p, size_t n)
{
	struct message_stage stages[BOOTTIME_MAX];
	struct bytes out = {.max = 1 << 16};
	size_t found = boottime_read((const char *)p, n, stages);

	(void)message_boottiming(&out, stages, found);
	bytes_free(&out);
}

static void
fuzz_audit(const uint8_t *p, size_t n)
{
	struct audit a = {NULL, 0};
	struct bytes out = {.max = 1 << 16};

	while (n) {
		const uint8_t *end = memchr(p, '\n', n);
		size_t length = end ? (size_t)(end - p) : n;

		audit_line(&a, (struct text){(const char *)p, length}, &out);
		length += end ? 1 : 0;
		p += length;
		n -= length;
	}
	audit_clear(&a);
	bytes_free(&out);
}

// What was cleaned must be clean.
static void
fuzz_utf8(const uint8_t *p, size_t n)
{
	char out[65];
	size_t used = utf8_clean(out, 64, (const char *)p, n);

	for (size_t at = 0; at < used;) {
		size_t size = utf8_size(out + at, used - at);

		if (!size)
			abort();
		at += size;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(const uint8_t *p, size_t n) = {fuzz_message, fuzz_skip,
		fuzz_dns, fuzz_frames, fuzz_mcp, fuzz_json, fuzz_boottime, fuzz_audit, fuzz_utf8};
	uint8_t *copy;

	if (size == 0)
		return 0;
	copy = malloc(size); // of exactly this size, for the sanitiser
	if (!copy)
		return 0;
	memcpy(copy, data, size);
	readers[data[0] % (sizeof(readers) / sizeof(*readers))](copy + 1, size - 1);
	free(copy);
	return 0;
}
