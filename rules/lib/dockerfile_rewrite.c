// SPDX-License-Identifier: Apache-2.0
// dockerfile_rewrite.c -- the writing half of dockerfile.h. Layer: rules/lib.
#include <string.h>

#include "rules/lib/dockerfile.h"
#include "rules/lib/image_ref.h"

static const struct stage *
root_of(const struct dockerfile *d, const struct stage *st)
{
	while (st->parent >= 0)
		st = &d->stages.v[st->parent];
	return st;
}

static bool
is_scratch(const struct stage *st)
{
	return strcmp(st->image, "scratch") == 0;
}

bool
dockerfile_is_scratch(const struct dockerfile *d)
{
	return is_scratch(root_of(d, &d->stages.v[d->stages.n - 1]));
}

const struct base_image *
dockerfile_base(
	struct arena *a, const struct dockerfile_change *ch, const char *platform, const char *ref)
{
	for (size_t i = 0; i < ch->nbases; i++) {
		const struct base_image *b = &ch->bases[i];

		if (platform_same(b->platform, platform) &&
			strcmp(image_ref_normal(a, b->ref), image_ref_normal(a, ref)) == 0)
			return b;
	}
	return NULL;
}

// A name that no stage has.
static const char *
free_name(const struct dockerfile *d, struct arena *a)
{
	const char *name = "capsem-result";

	for (size_t i = 0; i < d->stages.n; i++) {
		if (d->stages.v[i].name && strcmp(d->stages.v[i].name, name) == 0) {
			name = arena_printf(a, "%s-", name);
			i = (size_t)-1;
		}
	}
	return name;
}

// The FROM instruction of ST, called NAME, and what is to follow it.
static void
write_from(struct arena *a, const struct dockerfile_change *ch, const struct stage *st,
	const char *name, struct buf *out)
{
	const struct base_image *base = NULL;

	buf_adds(out, "FROM ");
	if (st->parent < 0 && !is_scratch(st)) {
		base = dockerfile_base(a, ch, st->platform, st->image);
		buf_addf(out, "--platform=%s ", st->platform);
	}
	buf_adds(out, base ? base->image : st->image);
	if (name)
		buf_addf(out, " AS %s", name);
	buf_addc(out, '\n');
	if (st->parent < 0) // other stages inherit both
		buf_addf(out, "LABEL %s\n%s", ch->label, is_scratch(st) ? "" : ch->inject);
}

// The text from OFF to END, with images in COPY --from replaced by their bases.
static void
write_between(const struct dockerfile *d, struct arena *a, const struct dockerfile_change *ch,
	size_t off, size_t end, struct buf *out)
{
	for (size_t i = 0; i < d->copies.n; i++) {
		const struct image_copy *c = &d->copies.v[i];
		const struct base_image *base = dockerfile_base(a, ch, ch->platform, c->image);

		if (c->off < off || c->off >= end || !base)
			continue;
		buf_add(out, d->text.s + off, c->off - off);
		buf_adds(out, base->image);
		off = c->off + c->len;
	}
	buf_add(out, d->text.s + off, end - off);
	if (end > 0 && d->text.s[end - 1] != '\n')
		buf_addc(out, '\n');
}

void
dockerfile_rewrite(const struct dockerfile *d, struct arena *a, const struct dockerfile_change *ch,
	struct buf *out)
{
	size_t last = d->stages.n - 1;
	const char *result = d->stages.v[last].name;

	if (dockerfile_is_scratch(d) && !result)
		result = free_name(d, a);
	write_between(d, a, ch, 0, d->stages.v[0].off, out);
	for (size_t i = 0; i <= last; i++) {
		const struct stage *st = &d->stages.v[i];
		size_t next = i < last ? d->stages.v[i + 1].off : d->text.n;

		write_from(a, ch, st, i == last ? result : st->name, out);
		write_between(d, a, ch, st->off + st->len, next, out);
	}
	if (dockerfile_is_scratch(d)) {
		buf_addf(out, "FROM scratch\nLABEL %s\nCOPY --from=%s / /%s/\n", ch->label, result,
			ch->tree);
	}
}
