// SPDX-License-Identifier: Apache-2.0
// message.h -- the messages of the control and lifecycle ports. Layer: guest/agent/lib.
//
// A message is a map: "t" is its name in lower case, "d", where it has fields, a map of them in the
// order given here. Those we write have exactly this shape. Those we read may come in any order,
// with keys and names we do not know.
#ifndef GUEST_AGENT_LIB_MESSAGE_H
#define GUEST_AGENT_LIB_MESSAGE_H

#include "msgpack.h"

// From the host.
enum message_kind {
	MESSAGE_UNKNOWN, // a name we do not know: ignore it
	MESSAGE_BOOTCONFIG,
	MESSAGE_SETENV,
	MESSAGE_BOOTCONFIGDONE,
	MESSAGE_FILEWRITE,
	MESSAGE_RESIZE,
	MESSAGE_EXEC,
	MESSAGE_PING,
	MESSAGE_ACKREPLY,
	MESSAGE_FILEREAD,
	MESSAGE_FILEDELETE,
	MESSAGE_SHUTDOWN,
	MESSAGE_PREPARESNAPSHOT,
	MESSAGE_UNFREEZE,
};

struct message {
	enum message_kind kind;
	uint64_t id, epoch_secs, cols, rows, mode;
	struct text key, value, path, command, traceparent; // inside the frame
	struct msgpack data; // the byte vector of a filewrite; read it with msgpack_get_bytes
};

// Read the message in the N bytes at P. False when they are not MessagePack, are no such map, or
// lack a field that the kind needs.
bool message_read(struct message *m, const void *p, size_t n) __attribute__((warn_unused_result));

// To the host: append one whole frame, length and all, to OUT. False, with OUT as it was, when the
// frame would be longer than the host accepts or found no room.
bool message_ready(struct bytes *out, const char *version);
bool message_plain(struct bytes *out, const char *name); // bootready pong snapshotready
							 // shutdownrequest suspendrequest
bool message_id(struct bytes *out, const char *name, uint64_t id); // execstarted ack fileopdone
bool message_execdone(struct bytes *out, uint64_t id, int exit_code);
// The data go as an array of integers, or as bin where only that fits.
bool message_filecontent(
	struct bytes *out, uint64_t id, struct text path, const void *data, size_t n);
bool message_error(struct bytes *out, uint64_t id, const char *text);

// boottiming: one stage is NAME and the milliseconds it took.
struct message_stage {
	struct text name;
	uint64_t duration_ms;
};
bool message_boottiming(struct bytes *out, const struct message_stage *stages, size_t n);

#endif
