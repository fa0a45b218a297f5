// SPDX-License-Identifier: Apache-2.0
#include "gen/emit/emit.h"

#include <inttypes.h>
#include <string.h>

#include "gen/base/json.h"
#include "gen/base/output.h"
#include "gen/base/path.h"

void
emit_file(const struct plan *p, const struct plan_file *file, struct buf *out)
{
	switch (file->kind) {
	case FILE_ROOTFS_VALUES:
		json_end(out, emit_rootfs_values(p, file->arch));
		break;
	case FILE_KERNEL_VALUES:
		json_end(out, emit_kernel_values(p, file->arch));
		break;
	case FILE_INITRD_VALUES:
		json_end(out, emit_initrd_values(p, file->arch));
		break;
	case FILE_VERSIONS_SCRIPT:
		emit_versions_script(p->conf, out);
		break;
	case FILE_ITEMS:
		json_end(out, emit_items(file->items, file->nitems));
		break;
	case FILE_ENGINE:
		json_end(out, emit_engine(p));
		break;
	case FILE_MCP:
		json_end(out, emit_mcp_servers(p));
		break;
	case FILE_SETTINGS:
		json_end(out, emit_settings(p->conf));
		break;
	case FILE_GRAPH:
		emit_graph(p, out);
		break;
	}
}

static size_t
write_file(struct output_batch *batch, const char *path, struct buf *bytes)
{
	size_t changed = output_batch_add(batch, path, buf_str(bytes), 0644);

	bytes->n = 0;
	return changed;
}

// A text that changes with build.ninja: FNV-1a over words, for the sake of time.
static void
print_stamp(struct str ninja, struct buf *out)
{
	uint64_t h = 14695981039346656037u, word;
	size_t i = 0;

	for (; ninja.n - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, ninja.s + i, sizeof(word));
		h = (h ^ word) * 1099511628211u;
		h ^= h >> 32;
	}
	for (; i < ninja.n; i++)
		h = (h ^ (unsigned char)ninja.s[i]) * 1099511628211u;
	buf_addf(out, "%016" PRIx64 "\n", h);
}

size_t
emit_all(const struct plan *p)
{
	struct output_batch batch = {0};
	struct buf b = {0}, stamp = {0};
	size_t changed = 0;

	for (size_t i = 0; i < p->files.n; i++) {
		emit_file(p, &p->files.v[i], &b);
		changed += write_file(&batch, p->files.v[i].path, &b);
	}
	emit_compile_commands(p, path_cwd(p->arena), &b);
	changed += write_file(&batch, "compile_commands.json", &b);
	emit_depfile(p, &b);
	write_file(&batch, "build.ninja.d", &b); // ninja reads it once and removes nothing
	emit_ninja(p, &b);
	print_stamp(buf_str(&b), &stamp);
	changed += write_file(&batch, "build.ninja", &b);
	write_file(&batch, PLAN_CONFIGURED, &stamp); // the last
	output_batch_commit(&batch);
	buf_free(&stamp);
	buf_free(&b);
	return changed;
}
