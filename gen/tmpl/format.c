// SPDX-License-Identifier: Apache-2.0
// format.c -- "text" % values. Layer: gen/tmpl (over base).
#include <inttypes.h>
#include <math.h>

#include "gen/tmpl/run.h"
#include "gen/tmpl/text.h"

// One % sequence, whose letter is C, for the value V.
static bool
format_one(struct run *r, struct span at, char c, struct value v, struct buf *b)
{
	double real;

	if (c == 's')
		return value_print(b, v) || run_room(r, at, SIZE_MAX, 0);
	if (c == 'r')
		return value_repr(b, v) || run_room(r, at, SIZE_MAX, 0);
	if (c != 'd' && c != 'i')
		return run_fail(r, at, "only %%s, %%r, %%d, %%i and %%%% are supported");
	if (!value_is_number(v, &real))
		return run_fail(r, at, "%%%c wants a number, not %s", c, value_name(v));
	if (v.kind == V_FLOAT && !(fabs(real) < 9223372036854775808.0))
		return run_fail(r, at, "the number is too large");
	buf_addf(b, "%" PRId64, v.kind == V_INT ? v.integer : (int64_t)real);
	return true;
}

bool
run_format(
	struct run *r, struct span at, struct str s, const struct list *values, struct value *out)
{
	struct buf b = {0};
	size_t used = 0;
	bool ok = true;

	for (size_t i = 0; ok && i < s.n; i++) {
		char c = (char)(i + 1 < s.n ? s.s[i + 1] : 0);

		if (s.s[i] != '%') {
			buf_addc(&b, s.s[i]);
			continue;
		}
		i++;
		if (c == '%') {
			buf_addc(&b, '%');
		} else if (used == values->n) {
			ok = run_fail(r, at, "there are more %% in the text than values");
		} else {
			ok = format_one(r, at, c, values->v[used++], &b) && run_room(r, at, b.n, 0);
		}
	}
	if (ok && used < values->n)
		ok = run_fail(r, at, "there are more values than %% in the text");
	*out = value_str(text_keep(r->a, &b));
	return ok;
}
