/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <crossfence/result.h>
#include "base/fd.h"
#include "base/foreign_fd.h"
#include "base/own_socket.h"

#define BACKLOG 64

/* Left over from one that was killed? 0: nothing is in the way any more. */
static int make_way(const struct sockaddr_un *name)
{
	struct stat stat;
	if (lstat(name->sun_path, &stat) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(stat.st_mode) || stat.st_uid != geteuid())
		return xf_fail(-EEXIST, "%s is there, and not a socket of ours", name->sun_path);
	int fd = xfi_fd_above_std(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	if (fd < 0)
		return -errno;
	int dead = connect(fd, (const struct sockaddr *)name, sizeof(*name)) < 0 &&
		   errno == ECONNREFUSED;
	close(fd);
	if (!dead)
		return xf_fail(-EADDRINUSE, "somebody serves %s already", name->sun_path);
	return unlink(name->sun_path) < 0 && errno != ENOENT ? -errno : 0;
}

int xfi_own_socket_listen(const char *path, mode_t mode, struct xfi_own_socket *ret_socket)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct stat stat;
	if (!*path || strlen(path) >= sizeof(name.sun_path))
		return xf_fail(-EINVAL, "the path of a unix socket has 1 to %zu bytes, not %zu",
			sizeof(name.sun_path) - 1, strlen(path));
	strcpy(name.sun_path, path);
	int r = make_way(&name);
	int fd = r ? -1
		   : xfi_fd_above_std(
			     socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	if (fd < 0)
		return r ? r : -errno;
	/* bind() gives the file the mode of the socket: it is never changed by its name. */
	if (fchmod(fd, mode) < 0 || bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0 ||
		listen(fd, BACKLOG) < 0) {
		r = xf_fail(-errno, "cannot listen on %s: %s", path, strerror(errno));
		close(fd);
		return r;
	}
	xfi_foreign_fd_refuse(fd);
	*ret_socket = (struct xfi_own_socket){ .fd = fd };
	if (lstat(path, &stat) == 0 && S_ISSOCK(stat.st_mode) && stat.st_uid == geteuid()) {
		ret_socket->dev = stat.st_dev;
		ret_socket->ino = stat.st_ino;
	}
	return 0;
}

void xfi_own_socket_close(const char *path, struct xfi_own_socket *socket)
{
	struct stat stat;
	if (socket->fd < 0)
		return;
	close(socket->fd);
	if (socket->ino && lstat(path, &stat) == 0 && S_ISSOCK(stat.st_mode) &&
		stat.st_ino == socket->ino && stat.st_dev == socket->dev)
		unlink(path);
	*socket = (struct xfi_own_socket){ .fd = -1 };
}
