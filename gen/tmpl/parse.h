// SPDX-License-Identifier: Apache-2.0
// parse.h -- what parse.c and parse_expr.c share. Layer: gen/tmpl (over base).
#ifndef GEN_TMPL_PARSE_H
#define GEN_TMPL_PARSE_H

#include "gen/tmpl/ast.h"
#include "gen/tmpl/lex.h"

enum {
	PARSE_MAX_NESTING = 400, // calls of the parser inside each other, for one expression
	PARSE_MAX_NODES = 400,   // nodes above each other
	PARSE_MAX_BLOCKS = 100,  // blocks inside each other
};

// A block whose end is still to come.
struct block {
	const struct block *up;
	unsigned depth;
	struct span at;          // its tag
	const char *name;        // "if"
	const char *const *ends; // the tags that may come next, ended by NULL; the first closes it
};

struct parser {
	struct diags *ds;
	struct arena *a;
	struct tokens tokens;
	size_t pos;
	bool wrong;               // a mistake of the current tag was reported
	unsigned nesting;         // of expressions
	const struct block *open; // the innermost open block
	bool unclosed;            // the template ended inside a block, and that was reported
};

// The current token, and the one after it.
const struct token *parse_token(const struct parser *p);
const struct token *parse_next(const struct parser *p);

// Whether the current token is this operator or this name; skip it if so.
bool parse_is_op(const struct parser *p, int op);
bool parse_is_name(const struct parser *p, const char *name);
bool parse_skip_op(struct parser *p, int op);
bool parse_skip_name(struct parser *p, const char *name);

// Store E400 at AT, unless the tag already has one. Always false.
bool parse_fail(struct parser *p, struct span at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

// The same for a current token that is not what was EXPECTED: "expected X, got Y".
bool parse_unexpected(struct parser *p, const char *expected);

// Whether the tag ends here.
bool parse_at_end(const struct parser *p);

// Skip this operator; it is a mistake when something else stands here.
bool parse_expect_op(struct parser *p, int op, const char *text);

// A new node that begins at AT. parse_done measures its depth and stretches its span to the last
// token read; NULL when it is too deep.
struct node *parse_new(struct parser *p, enum node_kind kind, struct span at);
const struct node *parse_done(struct parser *p, struct node *n);
void parse_add(struct parser *p, struct args *args, const struct node *value);

// Count one more call of the parser inside another, p->nesting; false when there are too many.
bool parse_enter(struct parser *p);

// Parse an expression; NULL after a mistake. parse_tuple takes "a, b" as well; CHOICE: with "x if
// y else z", which 'for' and 'if' do not allow.
const struct node *parse_expression(struct parser *p);
const struct node *parse_tuple(struct parser *p, bool choice);

// One operand without operators; then with its members, indexes and calls; then with its filters
// and tests. A may be NULL, after a mistake.
const struct node *parse_primary(struct parser *p);
const struct node *parse_postfix(struct parser *p, const struct node *a);
const struct node *parse_filters_and_tests(struct parser *p, const struct node *a);

// "| a(b) | c", or "a(b) | c" when INLINE, over the text of a block.
const struct node *parse_filters(struct parser *p, bool start_inline);

// What is assigned to: "a", "a, b", "(a, b), c"; MEMBERS: or "a.b". NULL after a mistake.
struct target *parse_target(struct parser *p, bool members);

// The members of the argument list that follows '('. False after a mistake.
bool parse_args(struct parser *p, struct args *out);

#endif
