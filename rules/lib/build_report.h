// SPDX-License-Identifier: Apache-2.0
// build_report.h -- telling a person why an image build failed. Layer: rules/lib.
#ifndef RULES_LIB_BUILD_REPORT_H
#define RULES_LIB_BUILD_REPORT_H

#include "rules/lib/engine.h"

// Say on stderr which step of the build called NAME failed and why -- one line, with what to do
// about it where that is known -- and repeat the last of what the step said. STATUS is the engine's
// exit status, LOG the path of its output (NULL: not kept).
void build_report(struct engine *e, const char *name, int status, const char *log);

#endif
