/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

#include "base/fd.h"
#include "base/small_file.h"
#include "shm/process.h"

#ifndef PIDFD_GET_PID_NAMESPACE /* Linux 6.11 */
#define PIDFD_GET_PID_NAMESPACE _IO(0xFF, 6)
#endif
#ifndef PID_FS_MAGIC /* Linux 6.9 */
#define PID_FS_MAGIC 0x50494446
#endif

#define UNKNOWN (UINT64_C(1) << 63) /* above all inodes of namespaces, which have 32 bits */

static int open_pidfd(int32_t pid)
{
	return xfi_fd_above_std((int)syscall(SYS_pidfd_open, pid, 0));
}

/* The inode of what `fd` leads to, if that is on such a file system; else 0. */
static uint64_t inode_on(int fd, unsigned long magic)
{
	struct statfs fs;
	struct stat known;
	return !fstatfs(fd, &fs) && (unsigned long)fs.f_type == magic && !fstat(fd, &known)
		       ? known.st_ino
		       : 0;
}

/*
 * Is /proc there, and that of our own PID namespace? The kernel counts a process' numbers from the
 * namespace that /proc was mounted in downwards, so there it has one. In any other /proc our
 * numbers are other processes'.
 */
static bool proc_is_ours(void)
{
	char status[1024];
	int numbers[2];
	if (!xfi_read_small("/proc/self/status", status, sizeof(status)))
		return false;
	char *line = strstr(status, "\nNSpid:"), *end = line ? strchr(line + 1, '\n') : NULL;
	if (!end)
		return false;
	*end = '\0';
	return sscanf(line, " NSpid: %d %d", &numbers[0], &numbers[1]) == 1;
}

/*
 * When the process began, as our time namespace counts clock ticks since boot: field 22 of
 * /proc/PID/stat, whose second field may contain spaces and parentheses. 0: nobody can say.
 */
static uint64_t born(int32_t pid)
{
	char path[32], line[1024];
	unsigned long long ticks = 0;
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (!proc_is_ours() || !xfi_read_small(path, line, sizeof(line)))
		return 0;
	char *rest = strrchr(line, ')');
	if (!rest || sscanf(rest + 1,
			     " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d "
			     "%*d %*d %*d %*d %*d %llu",
			     &ticks) != 1)
		return 0;
	return ticks;
}

/* Of a link in /proc/self/ns; 0: nobody can say. What else may lie there is not of that kind. */
static uint64_t linked_namespace(const char *link)
{
	XFI_FD ns = xfi_fd_above_std(open(link, O_RDONLY | O_CLOEXEC));
	return ns < 0 ? 0 : inode_on(ns, NSFS_MAGIC);
}

static uint64_t time_namespace(void)
{
	return linked_namespace("/proc/self/ns/time");
}

/* /proc is asked only where the kernel itself cannot be. */
uint64_t xfi_pid_namespace(struct xf_domain *d)
{
	XFI_FD self = open_pidfd(getpid());
	XFI_FD ns = self < 0 ? -1 : xfi_fd_above_std(ioctl(self, PIDFD_GET_PID_NAMESPACE, 0));
	uint64_t inode = ns < 0 ? 0 : inode_on(ns, NSFS_MAGIC);
	if (!inode)
		inode = linked_namespace("/proc/self/ns/pid");
	return inode ? inode : UNKNOWN | atomic_fetch_add(&d->header->unknown, 1);
}

void xfi_process_describe_self(struct xf_domain *d, pid_t pid, struct xfi_member *record)
{
	XFI_FD self = open_pidfd(pid);
	xfi_put(&record->pid, pid);
	xfi_put(&record->pid_ns, d->pid_ns);
	xfi_put(&record->born, born(pid));
	xfi_put(&record->time_ns, (uint32_t)time_namespace());
	xfi_put(&record->process, self < 0 ? 0 : inode_on(self, PID_FS_MAGIC));
}

bool xfi_process_foreign(const struct xf_domain *d, const struct xfi_member *m)
{
	return (d->pid_ns & UNKNOWN) || xfi_get(&m->pid_ns) != d->pid_ns;
}

/*
 * Does the number belong to another process by now? Since Linux 6.9 each process has an inode that
 * no other gets before the next boot. Else start times tell, which count from the zero of whoever
 * reads them, so only two of one time namespace compare. A member that could not read its own says
 * nothing.
 */
static bool used_again(const struct xfi_member *m, int32_t pid, int pidfd)
{
	uint64_t inode = pidfd < 0 ? 0 : inode_on(pidfd, PID_FS_MAGIC);
	uint64_t theirs = xfi_get(&m->process), began;
	uint32_t time_ns = xfi_get(&m->time_ns);
	if (inode && theirs)
		return inode != theirs;
	theirs = xfi_get(&m->born);
	if (!theirs || !time_ns || time_ns != time_namespace())
		return false;
	began = born(pid);
	return began && began != theirs;
}

bool xfi_process_gone(const struct xfi_member *m, int *ret_fd)
{
	int32_t pid = xfi_get(&m->pid);
	if (pid <= 0)
		return true; /* a scribbled record: nobody to wait for */
	XFI_FD fd = open_pidfd(pid);
	if (fd < 0) {
		/* Signal 0 is sent to nobody, but says whether there is somebody. */
		return errno == ESRCH || (kill(pid, 0) && errno == ESRCH) || used_again(m, pid, -1);
	}
	/*
	 * One that has ended needs no further look; and looking into its /proc folder now would
	 * make the kernel spin in its parent's waitpid() for as long as we do.
	 */
	struct pollfd ended = { .fd = fd, .events = POLLIN };
	if (poll(&ended, 1, 0) == 1 || used_again(m, pid, fd))
		return true;
	*ret_fd = xfi_fd_steal(&fd);
	return false;
}
