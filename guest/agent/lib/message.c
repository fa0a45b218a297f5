// SPDX-License-Identifier: Apache-2.0
// message.c -- the messages of the control and lifecycle ports. Layer: guest/agent/lib.
#include "message.h"

#include <string.h>

#include "frame.h"

// Fields of the messages we read, as bits of what a kind needs and what was found.
enum field {
	F_ID = 1 << 0,
	F_EPOCH = 1 << 1,
	F_COLS = 1 << 2,
	F_ROWS = 1 << 3,
	F_MODE = 1 << 4,
	F_KEY = 1 << 5,
	F_VALUE = 1 << 6,
	F_PATH = 1 << 7,
	F_COMMAND = 1 << 8,
	F_TRACEPARENT = 1 << 9,
	F_DATA = 1 << 10,
};

static const struct {
	const char *name;
	enum message_kind kind;
	unsigned needs;
} kinds[] = {
	{"bootconfig", MESSAGE_BOOTCONFIG, F_EPOCH},
	{"setenv", MESSAGE_SETENV, F_KEY | F_VALUE},
	{"bootconfigdone", MESSAGE_BOOTCONFIGDONE, 0},
	{"filewrite", MESSAGE_FILEWRITE, F_ID | F_PATH | F_DATA | F_MODE},
	{"resize", MESSAGE_RESIZE, F_COLS | F_ROWS},
	{"exec", MESSAGE_EXEC, F_ID | F_COMMAND},
	{"ping", MESSAGE_PING, F_EPOCH},
	{"ackreply", MESSAGE_ACKREPLY, F_ID},
	{"fileread", MESSAGE_FILEREAD, F_ID | F_PATH},
	{"filedelete", MESSAGE_FILEDELETE, F_ID | F_PATH},
	{"shutdown", MESSAGE_SHUTDOWN, 0},
	{"preparesnapshot", MESSAGE_PREPARESNAPSHOT, 0},
	{"unfreeze", MESSAGE_UNFREEZE, 0},
};

static const struct {
	const char *name;
	unsigned bit;
	size_t number, text; // offset in struct message of one of the two; 0 for the other
} fields[] = {
	{"id", F_ID, offsetof(struct message, id), 0},
	{"epoch_secs", F_EPOCH, offsetof(struct message, epoch_secs), 0},
	{"cols", F_COLS, offsetof(struct message, cols), 0},
	{"rows", F_ROWS, offsetof(struct message, rows), 0},
	{"mode", F_MODE, offsetof(struct message, mode), 0},
	{"key", F_KEY, 0, offsetof(struct message, key)},
	{"value", F_VALUE, 0, offsetof(struct message, value)},
	{"path", F_PATH, 0, offsetof(struct message, path)},
	{"command", F_COMMAND, 0, offsetof(struct message, command)},
	{"traceparent", F_TRACEPARENT, 0, offsetof(struct message, traceparent)},
};

// Read the value of field KEY. A value of another type than the field's leaves the field unfound.
static bool
read_field(struct message *m, struct text key, struct msgpack *at, unsigned *found)
{
	if (text_is(key, "data")) {
		m->data = *at;
		*found |= F_DATA;
		return msgpack_skip(at);
	}
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		char *base = (char *)m;

		if (!text_is(key, fields[i].name))
			continue;
		if (fields[i].number ? msgpack_get_uint(
					       at, (uint64_t *)(void *)(base + fields[i].number))
				     : msgpack_get_str(at,
					       (struct text *)(void *)(base + fields[i].text))) {
			*found |= fields[i].bit;
			return true;
		}
		break;
	}
	return msgpack_skip(at);
}

static bool
read_fields(struct message *m, struct msgpack at, unsigned *found)
{
	struct text key;
	size_t n;

	if (!msgpack_get_map(&at, &n))
		return false;
	for (; n; n--) {
		if (!msgpack_get_str(&at, &key) || !read_field(m, key, &at, found))
			return false;
	}
	return true;
}

// Find the name and the place of the fields; FIELDS->p stays NULL when there are none.
static bool
read_outer(struct msgpack at, struct text *name, struct msgpack *d)
{
	struct text key;
	size_t n;

	if (!msgpack_get_map(&at, &n))
		return false;
	for (; n; n--) {
		if (!msgpack_get_str(&at, &key))
			return false;
		if (text_is(key, "t") && msgpack_get_str(&at, name))
			continue;
		if (text_is(key, "d"))
			*d = at;
		if (!msgpack_skip(&at))
			return false;
	}
	return name->s != NULL;
}

bool
message_read(struct message *m, const void *p, size_t n)
{
	struct msgpack at = msgpack_at(p, n);
	struct msgpack d = {NULL, NULL};
	struct text name = {NULL, 0};
	unsigned found = 0;

	*m = (struct message){.kind = MESSAGE_UNKNOWN};
	if (!read_outer(at, &name, &d))
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (!text_is(name, kinds[i].name))
			continue;
		m->kind = kinds[i].kind;
		if (kinds[i].needs && (!d.p || !read_fields(m, d, &found)))
			return false;
		return (found & kinds[i].needs) == kinds[i].needs;
	}
	return true;
}

// Begin the frame of message NAME with NFIELDS fields.
static size_t
begin(struct bytes *out, const char *name, size_t nfields)
{
	size_t at = frame_begin(out);

	msgpack_put_map(out, nfields ? 2 : 1);
	msgpack_put_key(out, "t");
	msgpack_put_key(out, name);
	if (nfields) {
		msgpack_put_key(out, "d");
		msgpack_put_map(out, nfields);
	}
	return at;
}

bool
message_ready(struct bytes *out, const char *version)
{
	size_t at = begin(out, "ready", 1);

	msgpack_put_key(out, "version");
	msgpack_put_key(out, version);
	return frame_end(out, at);
}

bool
message_plain(struct bytes *out, const char *name)
{
	return frame_end(out, begin(out, name, 0));
}

bool
message_id(struct bytes *out, const char *name, uint64_t id)
{
	size_t at = begin(out, name, 1);

	msgpack_put_key(out, "id");
	msgpack_put_uint(out, id);
	return frame_end(out, at);
}

bool
message_execdone(struct bytes *out, uint64_t id, int exit_code)
{
	size_t at = begin(out, "execdone", 2);

	msgpack_put_key(out, "id");
	msgpack_put_uint(out, id);
	msgpack_put_key(out, "exit_code");
	msgpack_put_int(out, exit_code);
	return frame_end(out, at);
}

static size_t
begin_filecontent(struct bytes *out, uint64_t id, struct text path)
{
	size_t at = begin(out, "filecontent", 3);

	msgpack_put_key(out, "id");
	msgpack_put_uint(out, id);
	msgpack_put_key(out, "path");
	msgpack_put_str(out, path);
	msgpack_put_key(out, "data");
	return at;
}

bool
message_filecontent(struct bytes *out, uint64_t id, struct text path, const void *data, size_t n)
{
	size_t at = begin_filecontent(out, id, path);

	msgpack_put_bytes(out, data, n);
	if (frame_end(out, at))
		return true;
	at = begin_filecontent(out, id, path);
	msgpack_put_bin(out, data, n);
	return frame_end(out, at);
}

bool
message_error(struct bytes *out, uint64_t id, const char *text)
{
	size_t at = begin(out, "error", 2);

	msgpack_put_key(out, "id");
	msgpack_put_uint(out, id);
	msgpack_put_key(out, "message");
	msgpack_put_key(out, text);
	return frame_end(out, at);
}

bool
message_boottiming(struct bytes *out, const struct message_stage *stages, size_t n)
{
	size_t at = begin(out, "boottiming", 1);

	msgpack_put_key(out, "stages");
	msgpack_put_array(out, n);
	for (size_t i = 0; i < n; i++) {
		msgpack_put_map(out, 2);
		msgpack_put_key(out, "name");
		msgpack_put_str(out, stages[i].name);
		msgpack_put_key(out, "duration_ms");
		msgpack_put_uint(out, stages[i].duration_ms);
	}
	return frame_end(out, at);
}
