// SPDX-License-Identifier: Apache-2.0
// diag_json.h -- diagnostics for other programs: JSON and SARIF. Layer: gen/base.
#ifndef GEN_BASE_DIAG_JSON_H
#define GEN_BASE_DIAG_JSON_H

#include "gen/base/diag.h"

// An array with one object for each diagnostic, sorted: severity, code, name, aliases, file, line,
// column, end_line, end_column (the first character behind it), message, hint, related.
void diag_print_json(struct diags *ds, FILE *f);

// One run in SARIF 2.1.0, with the whole table of codes as its rules.
// Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
void diag_print_sarif(struct diags *ds, FILE *f);

#endif
