// SPDX-License-Identifier: Apache-2.0
#include "gen/emit/words.h"

struct str
words_print(struct word_printer *p, const char *const *v, size_t n)
{
	if (n == 0)
		return STR("");
	if (v != p->v || n != p->n) {
		p->v = v;
		p->n = n;
		p->text.n = 0;
		for (size_t i = 0; i < n; i++) {
			buf_adds(&p->text, p->before);
			p->print(&p->text, v[i]);
		}
	}
	return buf_str(&p->text);
}
