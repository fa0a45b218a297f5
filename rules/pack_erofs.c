// SPDX-License-Identifier: Apache-2.0
// pack_erofs -- make the read-only root file system image from the tree in a tar file, as erofs.
// Layer: rules.
//   in: TAR   out: an erofs image   reads: nothing else   runs: mkfs.erofs, fsck.erofs
//
// mkfs.erofs of Debian 12 takes a folder only, so the tree is laid out in OUT.tmp.tree for it.
// Times and the UUID are given, and it sorts by name: the image depends on the tree alone.
// fsck.erofs unpacks the image again, into OUT.tmp.read, where every name and byte is compared with
// the tar; it cannot unpack attributes and hard links, so these are not.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "gen/base/cleanup.h"
#include "gen/base/die.h"
#include "gen/base/output.h"
#include "gen/base/proc.h"
#include "rules/lib/keeper.h"
#include "rules/lib/rule.h"
#include "rules/lib/tree_stage.h"

// The same for all: what is in an image is told by its hash.
#define UUID "63617073-656d-4000-8000-000000000000"

static const struct rule rule = {
	"pack_erofs",
	"l:s:M:F:",
	"-s SOURCE_DATE_EPOCH [-l LEVEL] [-M MKFS] [-F FSCK] TAR",
	"Packs the tree in TAR as an erofs image, compressed by lz4hc (LEVEL 1 to 12), and unpacks "
	"it\n"
	"again to compare. A tree with a setuid or setgid file, or with a path that leads outside "
	"it,\n"
	"is refused. MKFS and FSCK are the programs to use. Files get their owners: run as root, "
	"or\n"
	"with buildah unshare.",
};

enum { LEVELS = 12 };

struct run {
	struct rule_args *args;
	const char *mkfs, *fsck, *level, *time;
	const char *staged, *read; // folders
};

// Run ARGV; dies with the last line it said when it fails.
static void
run_tool(struct run *r, const char *const *argv)
{
	struct proc_spec spec = {.argv = argv, .out = PROC_PIPE, .err = PROC_TO_OUT};
	struct str said = {0};
	int status = proc_capture(&r->args->arena, &spec, &said);
	size_t from = 0;

	if (status == 0)
		return;
	cleanup_leave();
	if (status == 127) {
		die("start %s, of the package erofs-utils (apt-get install erofs-utils)", argv[0]);
	}
	said = str_trim(said);
	while (from < said.n && memchr(said.s + from, '\n', said.n - from))
		from++;
	said = (struct str){said.s + from, said.n - from}; // the last line
	die("pack %s: %s ended with status %d: %.*s", r->args->opt['o'], argv[0], status,
		STR_FMT(said));
}

static void
pack(struct run *r, const struct tree *t, struct output *out)
{
	struct arena *a = &r->args->arena;
	const char *const mkfs[] = {r->mkfs, "--quiet", "-T", r->time, "-U", UUID, "-x", "1000000",
		arena_printf(a, "-zlz4hc,%s", r->level), out->tmp, r->staged, NULL};
	const char *const fsck[] = {
		r->fsck, arena_printf(a, "--extract=%s", r->read), "--preserve", out->tmp, NULL};
	const char *why;

	tree_stage(t, r->staged);
	run_tool(r, mkfs);
	tree_unstage(r->staged);
	run_tool(r, fsck);
	why = tree_compare(t, a, r->read);
	if (why)
		die("read %s back: %s", out->path, why);
}

static int
work(void *arg)
{
	struct run *r = arg;
	struct rule_args *a = r->args;
	struct output out;
	struct tree tree;

	tree_load(&tree, &a->arena, a->in[0]);
	tree_refuse_setuid(&tree);
	output_open(&out, a->opt['o']);
	tree_unstage(r->staged); // a crash may have left them
	tree_unstage(r->read);
	pack(r, &tree, &out);
	output_adopt(&out);
	rule_depfile(a);
	output_commit(&out, 0644);
	return 0;
}

static void
clean(void *arg)
{
	struct run *r = arg;

	tree_unstage(r->staged);
	tree_unstage(r->read);
}

int
main(int argc, char *argv[])
{
	struct rule_args a;
	struct run r = {.args = &a};
	int status;

	rule_parse(&a, &rule, argc, argv);
	rule_need(&a, 's');
	rule_operands(&a, 1);
	r.time = arena_printf(&a.arena, "%ld", rule_number(&a, 's', 10, 0, UINT32_MAX, 0));
	r.level = arena_printf(&a.arena, "%ld", rule_number(&a, 'l', 10, 1, LEVELS, LEVELS));
	r.mkfs = a.opt['M'] ? a.opt['M'] : "mkfs.erofs";
	r.fsck = a.opt['F'] ? a.opt['F'] : "fsck.erofs";
	r.staged = arena_printf(&a.arena, "%s.tmp.tree", a.opt['o']);
	r.read = arena_printf(&a.arena, "%s.tmp.read", a.opt['o']);
	status = keeper_run(work, clean, &r);
	arena_free(&a.arena);
	return status;
}
