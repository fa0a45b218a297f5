// SPDX-License-Identifier: Apache-2.0
// version.h -- the version of this program. Layer: gen/base.
#ifndef GEN_BASE_VERSION_H
#define GEN_BASE_VERSION_H

#define CAPSEM_VERSION "0.1.0"

#endif
