/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include <crossfence/result.h>

#include "host/given.h"

static int option_of(int fd, int name)
{
	int value;
	socklen_t size = sizeof(value);
	return getsockopt(fd, SOL_SOCKET, name, &value, &size) ? -1 : value;
}

/* Of a family whose sockets neither wait nor do anything else when they are read, written, closed.
 */
static bool is_stream(int fd, bool listens)
{
	int family = option_of(fd, SO_DOMAIN);
	return (family == AF_UNIX || family == AF_VSOCK || family == AF_INET ||
		       family == AF_INET6) &&
	       option_of(fd, SO_TYPE) == SOCK_STREAM && option_of(fd, SO_ACCEPTCONN) == listens;
}

static int refuse(int fd, const char *what)
{
	int r = fcntl(fd, F_GETFD) < 0 ? -EBADF : -EINVAL;
	return xf_fail(r, "fd %d is not a %s stream socket", fd, what);
}

int xfh_given_connection(int fd)
{
	struct linger no = { 0, 0 };
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);
	if (!is_stream(fd, false) || getpeername(fd, (struct sockaddr *)&peer, &size))
		return refuse(fd, "connected");
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &no, sizeof(no));
	return 0;
}

int xfh_given_listener(int fd)
{
	if (!is_stream(fd, true))
		return refuse(fd, "listening");
	/* Whoever connects may be gone again, or be another process' by then. */
	return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) ? -errno : 0;
}
