/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h> /* not all C libraries have statx() */
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/foreign_fd.h"
#include "base/thread.h"

#ifndef SO_PASSRIGHTS /* Linux 6.16 */
#define SO_PASSRIGHTS 83
#endif

/*
 * fstat() would do, but that a file system in user space is asked for it. Where there is no
 * statx() (before 4.11, or forbidden) it has to.
 */
int xfi_foreign_fd_look(int fd, mode_t *ret_mode, uint64_t *ret_size)
{
	struct statx known;
	struct stat asked;
	long r = syscall(SYS_statx, fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC,
		STATX_TYPE | STATX_SIZE, &known);
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

static void *close_slowly(void *arg)
{
	close((int)(intptr_t)arg);
	return NULL;
}

void xfi_foreign_fd_close(int *fd)
{
	struct linger no = { 0, 0 };
	pthread_t thread;
	if (*fd < 0)
		return;
	(void)setsockopt(*fd, SOL_SOCKET, SO_LINGER, &no, sizeof(no)); /* mostly not a socket */
	if (may_wait(*fd) &&
		!xfi_thread_start(&thread, 64 * 1024, close_slowly, (void *)(intptr_t)*fd))
		pthread_detach(thread);
	else
		close(*fd);
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

void xfi_foreign_fd_refuse(int socket_fd)
{
	int no = 0;
	(void)setsockopt(socket_fd, SOL_SOCKET, SO_PASSRIGHTS, &no, sizeof(no));
}
