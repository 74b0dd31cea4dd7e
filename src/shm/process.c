/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/fd.h"
#include "base/small_file.h"
#include "shm/process.h"

/* Field 22 of /proc/PID/stat; the second field may contain spaces and parentheses. */
uint64_t xfi_process_born(int32_t pid)
{
	char path[32], line[1024];
	unsigned long long born = 0;
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (!xfi_read_small(path, line, sizeof(line)))
		return 0;
	char *rest = strrchr(line, ')');
	if (!rest || sscanf(rest + 1,
			     " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d "
			     "%*d %*d %*d %*d %*d %llu",
			     &born) != 1)
		return 0;
	return born;
}

uint64_t xfi_pid_namespace(void)
{
	struct stat ns;
	return stat("/proc/self/ns/pid", &ns) ? UINT64_MAX : ns.st_ino;
}

uint32_t xfi_time_namespace(void)
{
	struct stat ns;
	return stat("/proc/self/ns/time", &ns) ? 0 : (uint32_t)ns.st_ino;
}

bool xfi_process_foreign(const struct xfi_member *m)
{
	uint64_t pid_ns = xfi_get(&m->pid_ns);
	return pid_ns == UINT64_MAX || xfi_pid_namespace() != pid_ns;
}

/*
 * Does the number belong to another process by now? Start times count from the zero of whoever
 * reads them, so only two of one time namespace compare; and a member that could not read its own
 * says nothing.
 */
static bool used_again(const struct xfi_member *m, int32_t pid)
{
	uint64_t born = xfi_process_born(pid), theirs = xfi_get(&m->born);
	return born && theirs && born != theirs && xfi_get(&m->time_ns) == xfi_time_namespace();
}

bool xfi_process_gone(const struct xfi_member *m, int *ret_fd)
{
	int32_t pid = xfi_get(&m->pid);
	if (pid <= 0)
		return true; /* a scribbled record: nobody to wait for */
	XFI_FD fd = xfi_fd_above_std((int)syscall(SYS_pidfd_open, pid, 0));
	if (fd < 0) {
		/* Signal 0 is sent to nobody, but says whether there is somebody. */
		return errno == ESRCH || (kill(pid, 0) && errno == ESRCH) || used_again(m, pid);
	}
	/*
	 * One that has ended needs no further look; and looking into its /proc folder now would
	 * make the kernel spin in its parent's waitpid() for as long as we do.
	 */
	struct pollfd ended = { .fd = fd, .events = POLLIN };
	if (poll(&ended, 1, 0) == 1 || used_again(m, pid))
		return true;
	*ret_fd = xfi_fd_steal(&fd);
	return false;
}
