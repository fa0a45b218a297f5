// SPDX-License-Identifier: Apache-2.0
// kernel.c -- rules about kernel configurations. Layer: gen/check.
#include <string.h>

#include "gen/base/path.h"
#include "gen/check/check.h"

// What the guest needs built in, beside the decompressor of its root filesystem: one of the symbols
// of each line. A symbol that Kconfig switches on by itself need not be named.
// Source: guest/artifacts/capsem-init
static const char *const needed[][2] = {
	{"OVERLAY_FS", NULL},
	{"VSOCKETS", NULL},
	{"VIRTIO_VSOCKETS", NULL},
	{"VIRTIO_BLK", NULL},
	{"VIRTIO_PCI", "VIRTIO_MMIO"},
};

static const struct {
	const char *compression, *symbol;
	bool by_default;
} decompressors[] = {
	{"zstd", "SQUASHFS_ZSTD", false},
	{"gzip", "SQUASHFS_ZLIB", true},
	{"lzo", "SQUASHFS_LZO", false},
	{"xz", "SQUASHFS_XZ", false},
};

// What a configuration says of one symbol.
enum state { UNSAID, YES, NO };

static bool
is_line(struct str line, const char *before, const char *symbol, const char *after)
{
	size_t b = strlen(before), n = strlen(symbol);

	return str_starts(line, before) && line.n == b + n + strlen(after) &&
	       memcmp(line.s + b, symbol, n) == 0 && str_ends(line, after);
}

// The last word counts, as for the kernel's own tools. *AT: the line that has it.
static enum state
state_of(const struct source *src, const char *symbol, struct span *at)
{
	const char *p = src->text.s, *end = p + src->text.n;
	enum state state = UNSAID;

	while ((p = strstr(p, symbol))) {
		const char *start = p, *nl = memchr(p, '\n', (size_t)(end - p));
		struct str line;
		bool yes;

		while (start > src->text.s && start[-1] != '\n')
			start--;
		line = str_trim((struct str){start, (size_t)((nl ? nl : end) - start)});
		yes = is_line(line, "CONFIG_", symbol, "=y");

		if (yes || is_line(line, "CONFIG_", symbol, "=m") ||
			is_line(line, "CONFIG_", symbol, "=n") ||
			is_line(line, "# CONFIG_", symbol, " is not set")) {
			state = yes ? YES : NO;
			*at = (struct span){src, (size_t)(line.s - src->text.s), line.n};
		}
		p = nl ? nl + 1 : end;
	}
	return state;
}

// A file without any symbol is one that is still to be written.
static bool
is_stub(const struct source *src)
{
	const char *p = src->text.s;

	while ((p = strstr(p, "CONFIG_"))) {
		if (p == src->text.s || p[-1] == '\n')
			return false;
		p++;
	}
	return true;
}

static void
check_symbol(const struct conf_arch *a, const struct source *src, const char *first,
	const char *other, struct diags *ds)
{
	struct span at = {src, 0, 0};
	struct diag *d;

	if (state_of(src, first, &at) == YES || (other && state_of(src, other, &at) == YES))
		return;
	d = diag_add(ds, W025, at, "kernel configuration of %s lacks CONFIG_%s%s%s", a->head.key.s,
		first, other ? " or CONFIG_" : "", other ? other : "");
	diag_help(ds, d, "add the line CONFIG_%s=y", first);
}

static bool
is_erofs(const struct config *c)
{
	return str_is(c->build.rootfs_format.v, "erofs");
}

static void
check_symbols(const struct config *c, const struct conf_arch *a, const struct source *src,
	struct diags *ds)
{
	check_symbol(a, src, is_erofs(c) ? "EROFS_FS" : "SQUASHFS", NULL, ds);
	if (is_erofs(c))
		check_symbol(a, src, "EROFS_FS_ZIP", NULL, ds);
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
		check_symbol(a, src, needed[i][0], needed[i][1], ds);
}

static void
check_decompressor(const struct config *c, const struct conf_arch *a, const struct source *src,
	struct diags *ds)
{
	const struct conf_string *compression = &c->build.compression;
	size_t i = 0;
	struct span at = {src, 0, 0};
	enum state state;
	struct diag *d;

	if (is_erofs(c))
		return; // lz4, which EROFS_FS_ZIP brings
	while (!str_is(compression->v, decompressors[i].compression))
		i++;
	state = state_of(src, decompressors[i].symbol, &at);
	if (state == YES || (state == UNSAID && decompressors[i].by_default))
		return;
	d = diag_add(ds, W019, compression->at, "the kernel of %s cannot read compression '%s'",
		a->head.key.s, compression->v.s);
	diag_note(ds, d, at, "CONFIG_%s is not set here", decompressors[i].symbol);
	diag_help(ds, d, "add CONFIG_%s=y, or use a compression this kernel has",
		decompressors[i].symbol);
}

// Where the tool before looked, which is not where a build does.
static bool
is_elsewhere(const struct config *c, const struct conf_arch *a, struct arena *arena)
{
	const char *base = path_base(a->defconfig.v.s);
	const char *path = path_join(arena, path_join(arena, c->dir, "kernel"), base);

	return *base && (path_is_file(path) || path_is_dir(path));
}

static void
check_defconfig(const struct config *c, const struct conf_arch *a, struct diags *ds)
{
	const char *path = path_join(ds->arena, c->dir, a->defconfig.v.s);
	const struct source *src = path_is_file(path) ? source_load(ds->arena, path, path) : NULL;
	bool elsewhere = !src && is_elsewhere(c, a, ds->arena);
	struct diag *d;

	if (!src && a->defconfig.set) {
		d = diag_add(ds, elsewhere ? E307 : E304, a->defconfig.at,
			"missing kernel defconfig for %s: %s", a->head.key.s, a->defconfig.v.s);
		diag_help(ds, d, "add %s, or correct 'defconfig'", path);
	}
	if (!src || is_stub(src))
		return;
	check_symbols(c, a, src, ds);
	check_decompressor(c, a, src, ds);
}

void
check_defconfigs(const struct config *c, struct diags *ds)
{
	for (size_t i = 0; i < c->build.architectures.n; i++)
		check_defconfig(c, &c->build.architectures.v[i], ds);
}
