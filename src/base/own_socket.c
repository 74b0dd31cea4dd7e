/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
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
static int make_way(const char *path, const struct xfi_place *place)
{
	struct sockaddr_un name;
	struct stat stat;
	int r = xfi_place_look(place, &stat);
	if (r)
		return r == -ENOENT ? 0 : r;
	if (!S_ISSOCK(stat.st_mode) || stat.st_uid != geteuid())
		return xf_fail(-EEXIST, "%s is there, and not a socket of ours", path);
	socklen_t size = xfi_place_address(place, &name);
	int fd = xfi_fd_above_std(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	if (fd < 0)
		return -errno;
	bool dead = connect(fd, (const struct sockaddr *)&name, size) < 0 && errno == ECONNREFUSED;
	close(fd);
	if (!dead)
		return xf_fail(-EADDRINUSE, "somebody serves %s already", path);
	xfi_place_remove(place, stat.st_dev, stat.st_ino);
	return 0;
}

static int listen_at(const char *path, mode_t mode, struct xfi_own_socket *s)
{
	struct sockaddr_un name;
	struct stat stat;
	int r = make_way(path, &s->place);
	if (r)
		return r;
	socklen_t size = xfi_place_address(&s->place, &name);
	s->fd = xfi_fd_above_std(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	if (s->fd < 0)
		return -errno;
	/* bind() gives the file the mode of the socket: it is never changed by its name. */
	if (fchmod(s->fd, mode) < 0 || bind(s->fd, (struct sockaddr *)&name, size) < 0 ||
		listen(s->fd, BACKLOG) < 0)
		return xf_fail(-errno, "cannot listen on %s: %s", path, strerror(errno));
	xfi_foreign_fd_refuse(s->fd);
	if (xfi_place_look(&s->place, &stat) == 0 && S_ISSOCK(stat.st_mode) &&
		stat.st_uid == geteuid()) {
		s->dev = stat.st_dev;
		s->ino = stat.st_ino;
	}
	return 0;
}

int xfi_own_socket_listen(const char *path, mode_t mode, struct xfi_own_socket *ret_socket)
{
	struct xfi_own_socket made = { .fd = -1 };
	struct sockaddr_un name;
	if (!*path || strlen(path) >= sizeof(name.sun_path))
		return xf_fail(-EINVAL, "the path of a unix socket has 1 to %zu bytes, not %zu",
			sizeof(name.sun_path) - 1, strlen(path));
	int r = xfi_place_open(path, &made.place);
	if (!r)
		r = listen_at(path, mode, &made);
	if (r) {
		xfi_fd_close(&made.fd);
		xfi_place_close(&made.place);
		return r;
	}
	*ret_socket = made;
	return 0;
}

void xfi_own_socket_close(struct xfi_own_socket *socket)
{
	if (socket->fd < 0)
		return;
	close(socket->fd);
	if (socket->ino)
		xfi_place_remove(&socket->place, socket->dev, socket->ino);
	xfi_place_close(&socket->place);
	*socket = (struct xfi_own_socket){ .fd = -1 };
}
