/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/stat.h> /* not all C libraries have statx() */
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

bool xfi_foreign_fd_may_be_drivers(int fd, uint64_t size_bytes)
{
	mode_t mode;
	uint64_t size;
	if (xfi_foreign_fd_look(fd, &mode, &size))
		return false;
	if (S_ISREG(mode))
		return fcntl(fd, F_GET_SEALS) >= 0 && fcntl(fd, F_GET_SEALS) & F_SEAL_SHRINK &&
		       size >= size_bytes;
	return S_ISCHR(mode) || !(mode & S_IFMT); /* the latter: an anonymous inode */
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

void xfi_foreign_fd_refuse(int socket_fd)
{
	int no = 0;
	(void)setsockopt(socket_fd, SOL_SOCKET, SO_PASSRIGHTS, &no, sizeof(no));
}
