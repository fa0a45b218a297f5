// SPDX-License-Identifier: Apache-2.0
// version.h -- the version of this program. Layer: gen/base.
#ifndef GEN_BASE_VERSION_H
#define GEN_BASE_VERSION_H

#define CAPSEM_VERSION "0.1.0"
#define CAPSEM_DATE "2026-11-22" // when that version was begun; manual pages show it

#endif
