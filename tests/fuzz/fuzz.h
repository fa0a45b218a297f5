// SPDX-License-Identifier: Apache-2.0
// fuzz.h -- what a fuzz target offers to libFuzzer and to replay.c. Layer: tests.
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

// Try one input; a broken promise ends the process with abort. Always 0. The name is libFuzzer's.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size); // NOLINT

#endif
