// SPDX-License-Identifier: Apache-2.0
// guest.c -- what the agent does to the VM as a whole. Layer: guest/agent/lib.
#include "guest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "host.h"
#include "io.h"
#include "say.h"

// musl has no linux/fs.h. Source: that header, BLKFLSBUF and FITHAW.
enum { FLUSH_BLOCK_DEVICE = 0x1261 };
static const unsigned long thaw = 0xC0045878;

static const char shared[] = "/mnt/shared";
static const char shared_workspace[] = "/mnt/shared/workspace";

enum { WARM_TRIES = 50, WARM_MS = 20 };

// PATH, or NAME in the folder of a test, written to ROOM.
static const char *
choose(const char *path, const char *name, char room[PATH_MAX])
{
	if (!host_is_test())
		return path;
	(void)snprintf(room, PATH_MAX, "%s/%s", host_is_test(), name);
	return room;
}

const char *
guest_workspace(void)
{
	static char room[PATH_MAX];

	return choose("/root", "root", room);
}

const char *
guest_audit_log(void)
{
	static char room[PATH_MAX];

	return choose("/var/log/audit/audit.log", "audit.log", room);
}

void
guest_set_clock(uint64_t epoch_secs)
{
	struct timespec t = {.tv_sec = (time_t)epoch_secs};

	if (epoch_secs == 0)
		return;
	if (host_is_test()) {
		say("clock would be %llu", (unsigned long long)epoch_secs);
	} else if (clock_settime(CLOCK_REALTIME, &t) < 0) {
		say("set the clock:");
	}
}

void
guest_set_hostname(const char *name)
{
	if (host_is_test()) {
		say("host name would be %s", name);
	} else if (sethostname(name, strlen(name)) < 0) {
		say("set the host name:");
	}
}

void
guest_sync(void)
{
	if (!host_is_test())
		sync();
}

void
guest_prepare_snapshot(void)
{
	int fd;

	guest_sync();
	if (host_is_test())
		return;
	fd = open("/dev/vdb", O_RDWR | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, FLUSH_BLOCK_DEVICE, 0) < 0 || fsync(fd) < 0)
		say("flush /dev/vdb:");
	io_close(&fd);
}

void
guest_unfreeze(void)
{
	int fd;

	if (host_is_test())
		return;
	fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		(void)syscall(SYS_ioctl, fd, thaw, 0); // ioctl takes an int in musl
	io_close(&fd);
}

static bool
storage_is_virtiofs(void)
{
	char line[4096];
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, line, sizeof(line) - 1);

	io_close(&fd);
	line[n > 0 ? n : 0] = '\0';
	return strstr(line, "capsem.storage=virtiofs") != NULL;
}

// Whether the folder can be listed, which a dead mount cannot.
static bool
answers(const char *path, bool with_entries)
{
	DIR *d = opendir(path);
	int n = 0;

	if (!d)
		return false;
	errno = 0;
	while (n <= 2 && readdir(d))
		n++;
	(void)closedir(d);
	return errno == 0 && (n > 2 || !with_entries);
}

void
guest_rebind_workspace(void)
{
	if (host_is_test() || !storage_is_virtiofs() || answers(guest_workspace(), false))
		return;
	(void)umount2(guest_workspace(), MNT_DETACH);
	(void)umount2(shared, MNT_DETACH);
	(void)mkdir("/mnt", 0755);
	(void)mkdir(shared, 0755);
	if (mount("capsem", shared, "virtiofs", 0, NULL) < 0) {
		say("mount the shared folder:");
		return;
	}
	for (int i = 0; i < WARM_TRIES && !answers(shared_workspace, true); i++)
		io_sleep(WARM_MS);
	(void)mkdir(guest_workspace(), 0700);
	if (mount(shared_workspace, guest_workspace(), NULL, MS_BIND, NULL) < 0)
		say("mount the workspace:");
}
