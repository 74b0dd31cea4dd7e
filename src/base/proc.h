/* SPDX-License-Identifier: MIT */
/*
 * /proc, by which a folder or a file is found again that we have a descriptor of: the kernel takes
 * nothing but paths for the address of a socket, for a watch, and for opening a file once more.
 */
#ifndef XFI_BASE_PROC_H
#define XFI_BASE_PROC_H

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <crossfence/result.h>

#define XFI_NO_PROC                                                                                \
	"no /proc of this process' PID namespace is mounted here; mount one, for example by "      \
	"'mount -t proc proc /proc'"

/* As far as can be told: also where something else is in its place. Leaves errno alone. */
static inline bool xfi_proc_is_missing(void)
{
	int before = errno;
	struct statfs fs;
	int fd = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool missing =
		fd < 0 ? errno == ENOENT : !fstatfs(fd, &fs) && fs.f_type != PROC_SUPER_MAGIC;
	if (fd >= 0)
		close(fd);
	errno = before;
	return missing;
}

/* For calls by such a path that have failed: -ENOSYS and a message if that is why; else 0. */
static inline int xfi_proc_failed(const char *call)
{
	return errno == ENOENT && xfi_proc_is_missing() ? xf_fail(-ENOSYS, "%s: " XFI_NO_PROC, call)
							: 0;
}

#endif
