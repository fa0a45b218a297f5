// SPDX-License-Identifier: Apache-2.0
// lex.h -- a template as a list of tokens. Layer: gen/tmpl (over base).
#ifndef GEN_TMPL_LEX_H
#define GEN_TMPL_LEX_H

#include <stdbool.h>
#include <stdint.h>

#include "gen/base/diag.h"

enum token_kind {
	T_TEXT,      // what stands outside tags, trimmed, with \n as the only line end
	T_PRINT,     // {{
	T_PRINT_END, // }}
	T_TAG,       // {%
	T_TAG_END,   // %}
	T_NAME,
	T_STRING, // unescaped
	T_INT,
	T_FLOAT,
	T_OP,
	T_END,
};

// Operators of one character are that character.
enum { OP_POWER = 256, OP_FLOOR, OP_EQ, OP_NE, OP_GE, OP_LE };

struct token {
	enum token_kind kind;
	struct span at;
	bool wrong; // PRINT, TAG: something inside is no token, and that was reported
	int op;
	struct str text; // TEXT, NAME, STRING
	int64_t integer;
	double real;
};

// Ends with T_END; each T_PRINT and T_TAG has its end before the next of them or T_END.
struct tokens {
	struct token *v;
	size_t n, cap;
};

// Cut SRC into tokens. Mistakes are stored in DS as E400, and mark their tag as wrong.
struct tokens lex(const struct source *src, struct diags *ds);

// For lex.c and lex_tag.c only.
struct lexer {
	const struct source *src;
	struct diags *ds;
	struct str text; // of SRC
	size_t pos;
	struct tokens out;
};

// Store a mistake about the LEN bytes at OFF.
void lex_wrong(struct lexer *l, size_t off, size_t len, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

// Add a token for the text from OFF to the current place, and return it.
struct token *lex_add(struct lexer *l, enum token_kind kind, size_t off);

// Whether WHAT stands at OFF.
bool lex_at(const struct lexer *l, size_t off, const char *what);

// The byte at OFF, NUL at the end.
char lex_byte(const struct lexer *l, size_t off);

// The rest of the text from OFF on.
struct str lex_rest(const struct lexer *l, size_t off);

// Read CLOSE, the end of a tag, with its sign and the white space that goes with it. TRIM: a line
// end goes with it. False when something else stands here.
bool lex_end(struct lexer *l, const char *close, bool trim);

// The tokens of one tag whose opening brackets are already read, with its end and the line end
// that goes with it. OPEN is the index of the opening token.
void lex_tag(struct lexer *l, size_t open);

#endif
