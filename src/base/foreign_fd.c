/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/stat.h> /* not all C libraries have statx() */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/foreign_fd.h"

#ifndef SO_PASSRIGHTS /* Linux 6.16 */
#define SO_PASSRIGHTS 83
#endif

static int look_at(int fd, struct statx *ret_known)
{
	return (int)syscall(SYS_statx, fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC,
		STATX_TYPE | STATX_SIZE, ret_known);
}

bool xfi_foreign_fd_is_on(int fd, const char *folder)
{
	struct statx known;
	struct stat there;
	return look_at(fd, &known) == 0 && stat(folder, &there) == 0 &&
	       makedev(known.stx_dev_major, known.stx_dev_minor) == there.st_dev;
}

/*
 * fstat() would do, but that a file system in user space is asked for it. Where there is no
 * statx() (before 4.11, or forbidden) it has to.
 */
int xfi_foreign_fd_look(int fd, mode_t *ret_mode, uint64_t *ret_size)
{
	struct statx known;
	struct stat asked;
	int r = look_at(fd, &known);
	if (r && errno != ENOSYS && errno != EPERM)
		return -errno;
	if (r && fstat(fd, &asked))
		return -errno;
	*ret_mode = r ? asked.st_mode : known.stx_mode;
	*ret_size = r ? (uint64_t)asked.st_size : known.stx_size;
	return 0;
}

/* Memory files, sockets, pipes and what is nothing but a descriptor are closed at once. */
static bool may_wait(int fd)
{
	mode_t mode;
	uint64_t size;
	return fcntl(fd, F_GET_SEALS) < 0 && !xfi_foreign_fd_look(fd, &mode, &size) &&
	       (S_ISREG(mode) || S_ISDIR(mode) || S_ISCHR(mode));
}

void xfi_sent_close(struct xfi_sent *sent)
{
	struct linger no = { 0, 0 };
	int fd = sent->fd;
	sent->fd = -1;
	if (fd < 0)
		return;
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &no, sizeof(no)); /* mostly not a socket */
	if (may_wait(fd))
		xfi_closer_take(fd, sent->sender);
	else
		close(fd);
}

void xfi_foreign_fd_close(int *fd)
{
	struct xfi_sent lent = { .fd = *fd };
	xfi_sent_close(&lent);
}

/*
 * Drivers have device files of their own, NVIDIA's and DRM's or such as get a number when they are
 * loaded. Whoever read from a terminal or an input device would wait.
 */
static bool is_of_drivers_device(int fd)
{
	struct statx known;
	if (look_at(fd, &known))
		return true;
	uint32_t n = known.stx_rdev_major;
	return n == 195 || n == 226 || (n >= 234 && n <= 254) || (n >= 384 && n <= 511);
}

/* They are of a file system of their own, which is in memory, and whose files have no type. */
bool xfi_foreign_fd_is_dma_buf(int fd)
{
	struct statfs fs;
	mode_t mode;
	uint64_t size;
	if (xfi_foreign_fd_look(fd, &mode, &size) ||
		((mode & S_IFMT) && fcntl(fd, F_GET_SEALS) < 0))
		return false;
	return fstatfs(fd, &fs) == 0 && fs.f_type == DMA_BUF_MAGIC;
}

/* The kernel names its own in brackets, such as [eventfd] and [timerfd], but for one. */
static bool has_kernels_name(const char *name)
{
	static const char *const own[] = { "anon_inode:[", "anon_inode:inotify" };
	return strncmp(name, own[0], strlen(own[0])) == 0 || strcmp(name, own[1]) == 0;
}

/*
 * The kernel says that a file is ready for everything when nobody can wait for it, and then nobody
 * who reads from it waits. What its own inodes are made for is to be waited for. No driver's file
 * is polled here that has to ask anybody.
 */
static bool may_be_waited_for(int fd)
{
	struct pollfd all = { .fd = fd, .events = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM };
	return poll(&all, 1, 0) != 1 || (all.revents & all.events) != all.events;
}

/*
 * A read from the kernel's own waits. Drivers' have names without brackets, such as sync_file, or
 * a file system of their own, dma-bufs. Where /proc does not tell the name, those are left that
 * nobody can wait for; that is less than there may be.
 */
static bool is_kernels_own(int fd)
{
	char link[32], name[64] = "";
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (xfi_foreign_fd_is_dma_buf(fd))
		return false;
	return readlink(link, name, sizeof(name) - 1) > 0 ? has_kernels_name(name)
							  : may_be_waited_for(fd);
}

bool xfi_foreign_fd_may_be_drivers(int fd, uint64_t size_bytes)
{
	mode_t mode;
	uint64_t size;
	if (xfi_foreign_fd_look(fd, &mode, &size))
		return false;
	if (S_ISREG(mode))
		return fcntl(fd, F_GET_SEALS) >= 0 && fcntl(fd, F_GET_SEALS) & F_SEAL_SHRINK &&
		       size >= size_bytes;
	if (S_ISCHR(mode))
		return is_of_drivers_device(fd);
	return !(mode & S_IFMT) && !is_kernels_own(fd); /* an anonymous inode */
}

void xfi_foreign_fd_refuse(int socket_fd)
{
	int no = 0;
	(void)setsockopt(socket_fd, SOL_SOCKET, SO_PASSRIGHTS, &no, sizeof(no));
}
