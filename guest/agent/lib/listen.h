// SPDX-License-Identifier: Apache-2.0
// listen.h -- the proxies' own side: ports on the loopback address. Layer: guest/agent/lib.
#ifndef GUEST_AGENT_LIB_LISTEN_H
#define GUEST_AGENT_LIB_LISTEN_H

#include <stdbool.h>

// Bind PORT on 127.0.0.1 and return the socket, which does not block: for TCP a listening one.
// Dies when it cannot be had.
int listen_tcp(unsigned port);
int listen_udp(unsigned port);

// Accept one connection, which does not block and does not delay small writes. -1 when none waits;
// *FULL then tells whether that is for lack of descriptors or memory, so that one should pause.
int listen_accept(int fd, bool *full);

#endif
