// SPDX-License-Identifier: Apache-2.0
// host.h -- connections to the host: the guest connects, the host listens. Layer: guest/agent/lib.
//
// A port is a vsock port of CID 2. Two things change that, for tests:
//   capsem.host-cid=N    on the kernel command line: another CID, such as 1, the guest itself
//   CAPSEM_TEST_SOCKET_DIR=DIR   in the environment: port N is the Unix socket DIR/N. Refused, with
//      a message and exit 1, where the kernel command line has a word that begins with "capsem.",
//      as it does in the VM, and by any child of process 1; capsem-init removes the variable
//      anyway.
#ifndef GUEST_AGENT_LIB_HOST_H
#define GUEST_AGENT_LIB_HOST_H

enum host_port {
	HOST_CONTROL = 5000,   // framed messages both ways
	HOST_TERMINAL = 5001,  // the bytes of the PTY
	HOST_PROXY = 5002,     // metadata line, then TLS, HTTP or MCP frames
	HOST_LIFECYCLE = 5004, // one framed message
	HOST_EXEC = 5005,      // execstarted, then output
	HOST_AUDIT = 5006,     // framed audit records
	HOST_DNS = 5007,       // one framed request, one framed response
};

// Find out where the host is. First thing in main, after say_start.
void host_start(void);

// The folder of a test's sockets; NULL when the host is a host.
const char *host_is_test(void);

// Connect and give reads and writes a limit of 30 seconds. -1, with errno set, on failure.
int host_connect(enum host_port port);

// The same, again and again for up to BUDGET milliseconds, 50 to 500 milliseconds apart.
int host_connect_retry(enum host_port port, long budget);

// Begin to connect without waiting; the descriptor does not block. Once it can be written to,
// host_connected tells how it went: 0, or an errno.
int host_connect_begin(enum host_port port);
int host_connected(int fd);

#endif
