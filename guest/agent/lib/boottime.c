// SPDX-License-Identifier: Apache-2.0
// boottime.c -- how long the steps of the boot took. Layer: guest/agent/lib.
#include "boottime.h"

#include <ctype.h>
#include <string.h>

#include "json.h"

enum { MAX_NAME = 64 };

struct line {
	struct message_stage stage;
	bool has_name, has_time;
};

static bool
is_name(struct text t)
{
	if (t.n == 0 || t.n > MAX_NAME)
		return false;
	for (size_t i = 0; i < t.n; i++) {
		if (!isalnum((unsigned char)t.s[i]) && t.s[i] != '_')
			return false;
	}
	return true;
}

// A whole number; false also beyond the greatest time.
static bool
read_ms(struct text t, uint64_t *ms)
{
	*ms = 0;
	for (size_t i = 0; i < t.n; i++) {
		if (!isdigit((unsigned char)t.s[i]))
			return false;
		*ms = *ms * 10 + (uint64_t)(t.s[i] - '0');
		if (*ms > BOOTTIME_MAX_MS)
			return false;
	}
	return t.n > 0;
}

static void
note(void *ctx, struct text key, struct text value)
{
	struct line *line = ctx;

	if (text_is(key, "name") && value.n >= 2 && *value.s == '"') {
		line->stage.name = (struct text){value.s + 1, value.n - 2};
		line->has_name = is_name(line->stage.name);
	} else if (text_is(key, "duration_ms"))
		line->has_time = read_ms(value, &line->stage.duration_ms);
}

size_t
boottime_read(const char *p, size_t n, struct message_stage stages[BOOTTIME_MAX])
{
	size_t found = 0;

	while (n && found < BOOTTIME_MAX) {
		const char *end = memchr(p, '\n', n);
		size_t length = end ? (size_t)(end - p) : n;
		struct line line = {.has_name = false};

		if (json_read(p, length, note, &line) && line.has_name && line.has_time)
			stages[found++] = line.stage;
		length += end ? 1 : 0;
		p += length;
		n -= length;
	}
	return found;
}
