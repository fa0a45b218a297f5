// SPDX-License-Identifier: Apache-2.0
// io.h -- descriptors and time. Layer: guest/agent/lib (libc only).
#ifndef GUEST_AGENT_LIB_IO_H
#define GUEST_AGENT_LIB_IO_H

#include <stdbool.h>
#include <stddef.h>

// Get a program ready: SIGPIPE is ignored, the limit of descriptors is raised to what is allowed.
void io_start(void);

// Write all N bytes, read exactly N bytes, on a blocking descriptor. EINTR is retried; a socket
// timeout (EAGAIN) is an error, and so is the end of the file (ECONNRESET). errno tells.
bool io_write_all(int fd, const void *p, size_t n) __attribute__((warn_unused_result));
bool io_read_exact(int fd, void *p, size_t n) __attribute__((warn_unused_result));

// Make reads and writes on FD return at once.
void io_nonblock(int fd);

// Whether the last failed call on a non-blocking descriptor only asked to come again later.
bool io_again(void);

// Milliseconds since some fixed moment; never goes back.
long long io_now(void);

// Do nothing for MS milliseconds.
void io_sleep(long ms);

// Close *FD, if it is open, and make it -1. errno is kept.
void io_close(int *fd);

#endif
