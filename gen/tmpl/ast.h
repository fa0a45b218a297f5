// SPDX-License-Identifier: Apache-2.0
// ast.h -- a parsed template. Layer: gen/tmpl (over base).
#ifndef GEN_TMPL_AST_H
#define GEN_TMPL_AST_H

#include "gen/tmpl/value.h"

struct filter;
struct test;

enum node_kind {
	N_VALUE,   // value
	N_NAME,    // name
	N_ATTR,    // a.name
	N_INDEX,   // a[b]
	N_SLICE,   // a[b:c:d], each may be NULL
	N_CALL,    // a(args)
	N_FILTER,  // a | filter(bound)
	N_TEST,    // a is test(bound)
	N_BLOCK,   // the text of the block around a filter
	N_NOT,     // not a
	N_NEG,     // -a
	N_POS,     // +a
	N_MATH,    // a op b
	N_AND,     // a and b
	N_OR,      // a or b
	N_COMPARE, // a, then each of args with its operator
	N_CONCAT,  // args with ~ between them
	N_CHOICE,  // a if b else c; c may be NULL
	N_LIST,    // args
	N_TUPLE,   // args
	N_DICT,    // args: key, value, key, value, ...
};

enum { OP_IN = 1000, OP_NOT_IN }; // of N_COMPARE, besides those of lex.h

struct arg {
	const struct node *value;
	struct str name; // of a keyword argument, else ""
	struct span at;  // of the name, else of the value
	int op;          // N_COMPARE
};

struct args {
	struct arg *v;
	size_t n, cap;
};

struct node {
	enum node_kind kind;
	struct span at;
	unsigned depth; // 1 + that of the deepest node below
	int op;
	struct str name;
	struct value value;
	const struct node *a, *b, *c, *d;
	struct args args;
	const struct filter *filter;
	const struct test *test;
	const struct node **bound; // an argument, or NULL, for each parameter
};

// What a value is assigned to: a name, a member of a namespace, or several of them.
struct target {
	struct span at;
	struct str name;
	struct str member;     // "" for a name alone
	struct target **parts; // NULL: it is a name
	size_t nparts, cap;
};

enum stmt_kind { S_TEXT, S_PRINT, S_IF, S_FOR, S_SET, S_SET_BLOCK, S_WITH, S_FILTER };

struct body {
	struct stmt **v;
	size_t n, cap;
};

struct branch {
	const struct node *test; // NULL: else
	struct body body;
};

struct assignment {
	const struct target *target;
	const struct node *value;
};

struct stmt {
	enum stmt_kind kind;
	struct span at;
	struct str text;          // TEXT
	const struct node *value; // PRINT, SET, FOR: what to iterate; SET_BLOCK (or NULL), FILTER
	const struct node *test;  // FOR: its "if", or NULL
	const struct target *target;
	struct body body, other; // other: FOR's else
	struct {
		struct branch *v;
		size_t n, cap;
	} branches; // IF
	struct {
		struct assignment *v;
		size_t n, cap;
	} with; // WITH
};

struct tmpl {
	const struct source *src;
	struct body body;
};

#endif
