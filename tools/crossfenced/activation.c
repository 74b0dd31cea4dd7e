/* SPDX-License-Identifier: MIT */
/* The two things systemd wants of us, each a few lines: inherited sockets, and word when ready. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "activation.h"

#define FIRST_FD 3

static int count(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	if (!pid || !fds || atol(pid) != getpid())
		return 0;
	int n = atoi(fds);
	return n > 0 && n < 1024 ? n : 0;
}

int activation_find(const char *path)
{
	for (int fd = FIRST_FD; fd < FIRST_FD + count(); fd++) {
		struct sockaddr_un name = { 0 };
		socklen_t size = sizeof(name) - 1; /* one zero byte stays at the end */
		if (getsockname(fd, (struct sockaddr *)&name, &size) == 0 &&
			name.sun_family == AF_UNIX && strcmp(name.sun_path, path) == 0) {
			/* A copy: the guest may be removed, and added again. */
			fcntl(fd, F_SETFD, FD_CLOEXEC);
			return fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FD);
		}
	}
	return -1;
}

void activation_ready(void)
{
	static const char word[] = "READY=1";
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	size_t n = path ? strlen(path) : 0;
	if (n < 2 || n >= sizeof(name.sun_path))
		return;
	memcpy(name.sun_path, path, n);
	if (*path == '@')
		name.sun_path[0] = 0; /* an abstract name */
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	/* Nobody listening is fine: then nobody wants to know. */
	(void)sendto(fd, word, sizeof(word) - 1, MSG_NOSIGNAL, (struct sockaddr *)&name,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
	close(fd);
}
