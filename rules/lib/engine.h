// SPDX-License-Identifier: Apache-2.0
// engine.h -- container engines: one set of operations, a file for each family of programs.
// Layer: rules/lib.
//
// Everything an engine is asked to make belongs to one job, and engine_clean finds all of it again
// by the job's name alone: leftovers of a run that was killed go the same way. What belongs to the
// user -- images, tags, containers, the build cache of others -- is never touched.
//   docker, podman  containers, images and intermediate images carry the label capsem.build=JOB
//   buildah         works in a store of its own, beside the user's
#ifndef RULES_LIB_ENGINE_H
#define RULES_LIB_ENGINE_H

#include <stdbool.h>

#include "gen/base/proc.h"
#include "rules/lib/dockerfile.h"
#include "rules/lib/engine_config.h"
#include "rules/lib/tee.h"

#define ENGINE_LABEL "capsem.build"

struct engine {
	const struct engine_kind *kind;
	const struct engine_config *config;
	struct arena *arena;
	struct tee *tee;       // where long operations are shown and kept
	const char *program;   // as the configuration names it
	const char *platform;  // of the result
	const char *job;       // name of this job: letters, digits, '-', '_', '.'
	const char *scratch;   // folder for the engine's temporary files
	VEC(const char *) env; // "NAME=VALUE" for all that is run, ended by NULL
	const char *isolation; // buildah: how RUN steps are kept apart
	const char *store;     // buildah: folder of the store
	bool rootless;         // buildah
	const char *pulls;     // the reference this job pulls, NULL: none
};

// One image build.
struct engine_build {
	const char *image;      // what to call the result
	int context;            // descriptor of a tar
	const char *dockerfile; // path in it
	const struct build_args *args;
	const char
		*volume;   // "FOLDER:PATH" to mount for the steps where the engine can; may be NULL
	const char *probe; // an image to try things with on this machine, NULL: none
	const char *probe_platform;
};

// The operations. All of them say what went wrong and die, but those that return something.
struct engine_kind {
	const char *name;
	const char *install; // the command that installs it on Debian
	const char *start;   // the command that makes it answer
	const char *prefix;  // of the names of images that are in the engine only

	// Whether it is there and works; else *why, one line.
	bool (*answers)(struct engine *e, const char **why);

	// The id of the image of that name, NULL when there is none; remove an image by its id.
	const char *(*id)(struct engine *e, const char *image);
	void (*forget)(struct engine *e, const char *id);

	// Make the tar at PATH an image.
	void (*import)(struct engine *e, const char *path, const char *platform, const char *image);

	// Returns the exit status; what was said is in e->tee.
	int (*build)(struct engine *e, const struct engine_build *b);

	// Run a bash script in a container of IMAGE, without network where that is possible, and
	// capture its stdout; its stderr goes to the log. Returns the exit status.
	int (*run)(struct engine *e, const char *image, const char *script, struct str *out);

	// Start a child that writes the file tree of IMAGE as a tar to p->out.
	void (*export)(struct engine *e, const char *image, struct proc *p);

	// Fetch REF from its registry and call it IMAGE; the user's own tags stay as they are.
	// False, with the reason in e->tee, when that fails.
	bool (*pull)(struct engine *e, const char *ref, const char *image);

	// Remove all that is left of the job in the engine. Works after a signal, too; never dies.
	void (*clean)(struct engine *e);

	// MiB of memory the engine has; 0 when it does not tell.
	long (*memory)(struct engine *e);

	// Whether RUN steps run on this very machine, so that its binfmt handlers count.
	bool (*is_local)(struct engine *e);
};

extern const struct engine_kind engine_docker, engine_podman, engine_buildah;

// Fill E (whose arena and tee are set) with the engine that C asks for; with "auto", the first of
// docker, podman and buildah that answers. The job is called NAME and a hash of the absolute path
// of OUT, the file it makes. False when no engine answers; *why then names each one tried, why it
// failed, and the command that mends it.
bool engine_find(struct engine *e, const struct engine_config *c, const char *name, const char *out,
	const char **why);

// Remove what an earlier run of the job may have left, and get ready. The second removes all that
// this run made.
void engine_start(struct engine *e);
void engine_stop(struct engine *e);

// Add "NAME=VALUE" to the environment of what is run.
void engine_env_add(struct engine *e, const char *variable);

// "localhost/" where the engine wants it, the job, and "-WHAT".
const char *engine_image_name(struct engine *e, const char *what);

// An argument list, ended by NULL, that starts with the engine's program. Words are added at its
// end; one that is NULL ends them.
struct engine_args {
	VEC(const char *) list;
};
#define ENGINE_ADD(e, args, ...)                                                                   \
	engine_args_add((e), (args), (const char *const[]){__VA_ARGS__, NULL})
void engine_args_add(struct engine *e, struct engine_args *args, const char *const *words);

// Ask the engine something: its stdout, trimmed, goes to *OUT. Returns the exit status. SHIELDED:
// also after a signal.
int engine_ask(struct engine *e, struct engine_args *args, bool shielded, struct str *out);

// Let the engine take something away, also after a signal. What cannot be removed now goes before
// the next run.
void engine_tidy(struct engine *e, struct engine_args *args);

// Let the engine do something short that makes something. Not done when a signal was caught before;
// one that comes meanwhile waits until it is done: a daemon whose client is killed would go on by
// itself, and finish after engine_stop. Dies with WHAT and what the engine said when it fails.
void engine_must(struct engine *e, struct engine_args *args, const char *what);

#endif
