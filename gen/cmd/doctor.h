// SPDX-License-Identifier: Apache-2.0
// doctor.h -- what the checks of doctor share. Layer: gen/cmd.
#ifndef GEN_CMD_DOCTOR_H
#define GEN_CMD_DOCTOR_H

#include "gen/cmd/cmd.h"
#include "gen/plan/plan.h"

// WARN: a build may fail, or lacks something. NOTE: good to know. Both leave the exit status 0.
enum doctor_state { DOCTOR_PASS, DOCTOR_FAIL, DOCTOR_WARN, DOCTOR_NOTE };

// One line of the report.
struct doctor_finding {
	const char *name, *category;
	enum doctor_state state;
	const char *detail;
	const char *fix;      // a command, or what to do; NULL: nothing to say
	const char *packages; // Debian packages that mend it, separated by blanks; NULL: none do
	const char *foreign;  // the Debian architecture they are of; NULL: this machine's
	bool registers;       // emulators are registered once these are installed
};

// The container engine that a build would take.
struct doctor_engine {
	const char *name;    // docker, podman or buildah; NULL: none answers
	const char *program; // as the settings name it
	bool local;          // it runs on this very machine
	long mib, cpus;      // 0: it does not tell
	const char *store;   // folder of its images; NULL: it does not tell, or is elsewhere
	const char *clock;   // what its clock says, as in RFC 3339; NULL: it does not tell
	long asked;          // when it was asked, in seconds since 1970
	const char *mirror;  // URL it asks in place of Docker Hub; NULL: none
};

struct doctor {
	struct arena *arena;
	const struct cmd_options *o;
	const struct machine *machine;
	const struct config *conf;
	struct diags *mistakes;  // in the config
	struct plan_arch *archs; // to be built; conf NULL: the config names none
	size_t narchs;
	int seconds; // that a probe may take
	struct doctor_engine engine;
	const char *category; // of the check that runs
	VEC(struct doctor_finding) list;
};

// Add a finding of the category that runs. Control characters of the text become '?'.
void doctor_add(struct doctor *d, enum doctor_state state, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

// Say how the last finding is mended: in words; by packages, with "sudo apt install PACKAGES" for
// the words.
void doctor_fix(struct doctor *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void doctor_package(struct doctor *d, const char *packages);

// TEXT as one word of a shell's command line.
const char *doctor_word(struct doctor *d, const char *text);

// Where the program is that the setting SECTION.KEY names; NULL when there is none such.
const char *doctor_program(struct doctor *d, const char *program);

// Say how a program comes that a setting names: by PACKAGES where that is its default, else by
// another setting.
void doctor_install(struct doctor *d, const char *section, const char *key, const char *packages);

// Print the findings; JSON is an object with "checks" (an array of objects with name, category,
// state, detail and fix, which may be null), "passed", "failed" and "warnings". Returns the exit
// status: 1 when a check failed.
int doctor_print(const struct doctor *d, bool json);

// Install the packages that the findings ask for, register emulators; say each command before it
// runs. Returns whether any command ran.
bool doctor_mend(struct doctor *d);

#define DOCTOR(category, function) void function(struct doctor *d);
#include "gen/cmd/doctor.def"

#endif
