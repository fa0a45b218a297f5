// SPDX-License-Identifier: Apache-2.0
// self_compile.c -- compile, archive and link edges for our own programs. Layer: gen/plan.
#include <string.h>

#include "gen/base/path.h"
#include "gen/plan/self.h"

static const struct lib {
	const char *name, *header, *flags, *package;
} libs[] = {
#define LIB(name, header, flags, package) {#name, header, flags, package},
#include "gen/plan/libs.def"
};

enum { NLIBS = sizeof(libs) / sizeof(*libs) };

// Where headers of libraries are looked for, besides -I flags.
static const char *const include_folders[] = {"/usr/include", "/usr/local/include", NULL};

static bool
has_header(const struct self *s, const char *header)
{
	struct arena *a = s->p->arena;

	for (size_t i = 0; include_folders[i]; i++) {
		if (path_is_file(path_join(a, include_folders[i], header)))
			return true;
	}
	for (size_t i = 0; i < s->cflags.n; i++) {
		const char *flag = s->cflags.v[i];

		if (strncmp(flag, "-I", 2) == 0 && path_is_file(path_join(a, flag + 2, header)))
			return true;
	}
	return false;
}

void
self_find_libs(struct self *s)
{
	s->missing = 0;
	for (unsigned i = 0; i < NLIBS; i++) {
		if (!has_header(s, libs[i].header))
			s->missing |= 1u << i;
	}
}

static bool
is_missing(const struct self *s, size_t lib)
{
	return s->missing >> lib & 1;
}

static const char *
source(const struct self *s, const char *path)
{
	return path_join(s->p->arena, s->p->in->source, path);
}

static void
add_words(struct self *s, struct edge *e, struct words words)
{
	for (size_t i = 0; i < words.n; i++)
		edge_arg(s->p->graph, e, words.v[i]);
}

// C++ takes the C warnings it knows.
static bool
is_for_cxx(const char *flag)
{
	static const char *const c_only[] = {
		"-std=c11", "-Wmissing-prototypes", "-Wstrict-prototypes", NULL};

	for (size_t i = 0; c_only[i]; i++) {
		if (strcmp(flag, c_only[i]) == 0)
			return false;
	}
	return true;
}

static void
add_compiler(struct self *s, struct edge *e, bool cxx)
{
	struct graph *g = s->p->graph;

	add_words(s, e, s->launcher);
	edge_arg(g, e, cxx ? s->cxx : s->cc);
	for (size_t i = 0; i < s->warnings.n; i++) {
		if (!cxx || is_for_cxx(s->warnings.v[i]))
			edge_arg(g, e, s->warnings.v[i]);
	}
	if (cxx)
		edge_arg(g, e, "-std=c++17");
	add_words(s, e, s->cflags);
	edge_arg(g, e, arena_printf(s->p->arena, "-I%s", s->p->in->source));
	if (s->blake3 && !cxx)
		edge_opt(g, e, "-isystem", s->blake3);
}

struct self
self_copy(const struct self *s)
{
	struct self copy = *s;

	copy.like[0] = copy.like[1] = NULL;
	return copy;
}

const char *
self_object(struct self *s, const char *path)
{
	struct graph *g = s->p->graph;
	const char *out = arena_printf(s->p->arena, "build/obj/%s.o", path);
	bool cxx = str_ends(str_of(path), ".cc");
	struct edge *e;

	if (graph_maker(g, out))
		return out;
	e = graph_edge(g, RULE_cc, out);
	if (s->like[cxx]) {
		edge_args_of(e, s->like[cxx]);
	} else {
		add_compiler(s, e, cxx);
		s->like[cxx] = e;
	}
	edge_in(g, e, source(s, path));
	return out;
}

static struct edge *
new_archive(struct self *s, const char *out)
{
	struct edge *e = graph_edge(s->p->graph, RULE_ar, out);

	edge_arg(s->p->graph, e, s->ar);
	edge_arg(s->p->graph, e, "rcsD");
	return e;
}

// Whether the source includes the header of a library that is not installed; then it is left out of
// its archive, so that what does not need it can still be built.
static bool
needs_missing(const struct self *s, const char *path)
{
	const struct source *src = NULL;

	for (size_t i = 0; i < NLIBS; i++) {
		if (!is_missing(s, i))
			continue;
		if (!src)
			src = source_load(s->p->arena, source(s, path), path);
		if (src && strstr(src->text.s,
				   arena_printf(s->p->arena, "#include <%s>", libs[i].header)))
			return true;
	}
	return false;
}

static bool
is_source(const char *path)
{
	return str_ends(str_of(path), ".c") || str_ends(str_of(path), ".cc");
}

const char *
self_archive(struct self *s, const char *name, const char *folder)
{
	const char *out = arena_printf(s->p->arena, "build/lib/%s.a", name);
	struct edge *e = new_archive(s, out);
	struct plan_names list = stage_list(s->p, source(s, folder), "");

	for (size_t i = 0; i < list.n; i++) {
		const char *path = path_join(s->p->arena, folder, path_base(list.v[i]));

		if (is_source(path) && !needs_missing(s, path))
			edge_in(s->p->graph, e, self_object(s, path));
	}
	return out;
}

// The folder holds code for every processor; these are the files of ours.
static const char *const *
blake3_files(const struct self *s)
{
	static const char *const x86[] = {"blake3.c", "blake3_dispatch.c", "blake3_portable.c",
		"blake3_sse2_x86-64_unix.S", "blake3_sse41_x86-64_unix.S",
		"blake3_avx2_x86-64_unix.S", "blake3_avx512_x86-64_unix.S", NULL};
	static const char *const arm[] = {
		"blake3.c", "blake3_dispatch.c", "blake3_portable.c", "blake3_neon.c", NULL};
	static const char *const other[] = {
		"blake3.c", "blake3_dispatch.c", "blake3_portable.c", NULL};

	if (!s->p->host)
		return other;
	return strcmp(s->p->host->name, "x86_64") == 0 ? x86 : arm;
}

const char *
self_blake3(struct self *s)
{
	const char *const *files = blake3_files(s), *out = "build/lib/blake3.a";
	struct graph *g = s->p->graph;
	struct edge *library;

	if (!s->blake3)
		return NULL;
	library = new_archive(s, out);
	for (size_t i = 0; files[i]; i++) {
		bool assembly = str_ends(str_of(files[i]), ".S");
		const char *object = arena_printf(s->p->arena, "build/obj/blake3/%s.o", files[i]);
		struct edge *e = graph_edge(g, assembly ? RULE_as : RULE_cc, object);

		add_words(s, e, s->launcher);
		edge_arg(g, e, s->cc);
		edge_arg(g, e, "-O3");
		if (s->p->host && strcmp(s->p->host->name, "arm64") == 0)
			edge_arg(g, e, "-DBLAKE3_USE_NEON");
		edge_in(g, e, path_join(s->p->arena, s->blake3, files[i]));
		edge_in(g, library, object);
	}
	return out;
}

static bool
names(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; (p = strstr(p, word)); p += n) {
		if ((p == list || p[-1] == ' ') && (p[n] == ' ' || !p[n]))
			return true;
	}
	return false;
}

// The package of the first library in LIST that is missing.
static const char *
missing_package(const struct self *s, const char *list)
{
	for (size_t i = 0; i < NLIBS; i++) {
		if (is_missing(s, i) && names(list, libs[i].name))
			return libs[i].package;
	}
	return names(list, "blake3") && !s->blake3 ? "librust-blake3-dev" : NULL;
}

void
self_link(struct self *s, const struct self_program *program)
{
	struct graph *g = s->p->graph;
	const char *package = missing_package(s, program->libs);
	struct edge *e = graph_edge(g, package ? RULE_missing : RULE_link, program->out);

	if (package) {
		edge_arg(g, e,
			arena_printf(s->p->arena,
				"error: %s needs a library that is not installed; run: apt-get "
				"install %s && ./configure",
				path_base(program->out), package));
		return;
	}
	edge_arg(g, e, s->cc);
	add_words(s, e, s->cflags);
	add_words(s, e, s->ldflags);
	if (program->extra)
		edge_arg(g, e, program->extra);
	for (size_t i = 0; program->inputs[i]; i++)
		edge_in(g, e, program->inputs[i]);
	for (size_t i = 0; i < NLIBS; i++) {
		if (names(program->libs, libs[i].name))
			edge_lib(g, e, libs[i].flags);
	}
	if (names(program->libs, "tomlplusplus"))
		edge_lib(g, e, "-lstdc++");
	edge_lib(g, e, "-lm");
}
