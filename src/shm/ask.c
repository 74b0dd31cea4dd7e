/* SPDX-License-Identifier: MIT */
/* The client's side of a name: ask its server, or bind the address when nobody has it. */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>

#include "base/fd.h"
#include "base/pass_fd.h"
#include "base/time.h"
#include "shm/address.h"
#include "shm/ask.h"
#include "shm/fork.h"

/* 0 when `fd` is ready; -ETIMEDOUT; -ECANCELED when stop_fd is. */
static int wait_readable(int fd, int stop_fd, int64_t deadline_ns)
{
	struct pollfd fds[] = { { .fd = fd, .events = POLLIN },
		{ .fd = stop_fd, .events = POLLIN } };
	for (;;) {
		int n = poll(fds, 2, xfi_poll_ms(deadline_ns));
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			return fds[1].revents ? -ECANCELED : 0;
		if (n == 0 && xfi_past(deadline_ns))
			return -ETIMEDOUT;
	}
}

static int receive_answer(int fd, int *ret_fd)
{
	struct xfi_hello answer;
	XFI_FD received = -1;
	int r = xfi_recv_fd(fd, &answer, sizeof(answer), &received, 0);
	if (r)
		return r;
	if (answer.magic != XFI_HELLO || answer.version != XFI_HELLO_VERSION || answer.result > 0)
		return -EPROTO;
	if (answer.result)
		return answer.result;
	if (received < 0)
		return -EPROTO;
	*ret_fd = xfi_fd_steal(&received);
	return 0;
}

int xfi_ask(const char *name, uint32_t flags, int stop_fd, int *ret_fd)
{
	struct sockaddr_un address;
	socklen_t length = xfi_address(name, 0, &address);
	struct xfi_hello hello = { XFI_HELLO, XFI_HELLO_VERSION, flags, 0 };
	XFI_FD fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, length))
		return errno == EAGAIN ? -ETIMEDOUT : -errno; /* EAGAIN: its backlog is full */
	int r = xfi_address_check_peer(fd);
	if (r)
		return r;
	if (send(fd, &hello, sizeof(hello), MSG_NOSIGNAL) != sizeof(hello))
		return errno == EPIPE ? -ECONNRESET : -errno;
	r = wait_readable(fd, stop_fd, xf_deadline(XFI_HELLO_WAIT_NS));
	return r ? r : receive_answer(fd, ret_fd);
}

static int bind_once(const char *name, int *ret_listener)
{
	struct sockaddr_un address;
	socklen_t length = xfi_address(name, 0, &address);
	int fd = xfi_fork_socket(SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return fd;
	if (bind(fd, (struct sockaddr *)&address, length) || listen(fd, 64)) {
		int r = -errno;
		xfi_fork_socket_close(&fd);
		return r;
	}
	*ret_listener = fd;
	return 0;
}

int xfi_ask_or_bind(const char *name, int stop_fd, int *ret_listener)
{
	/* An heir to the name has a whole life to wait for a slow death; a publisher has not. */
	bool heir = stop_fd >= 0;
	int64_t patience = heir ? XF_NEVER : xf_deadline(3 * XFI_HELLO_WAIT_NS);
	for (;;) {
		int other = -1;
		int r = bind_once(name, ret_listener);
		if (r != -EADDRINUSE)
			return r;
		/* A dying process holds the address a little longer; it resets the connection. */
		r = xfi_ask(name, 0, stop_fd, &other);
		xfi_fd_close(&other);
		if (r == -ECANCELED)
			return r;
		/* A dying process whose memory takes long to tear down, or a stranger. Not too
		 * often. */
		if (heir && (r == -ETIMEDOUT || r == -ECONNRESET || r == -ECONNREFUSED)) {
			struct pollfd stop = { .fd = stop_fd, .events = POLLIN };
			(void)poll(&stop, 1, 2);
			continue;
		}
		/* Nobody takes so long to die; somebody keeps hanging up. */
		if ((r != -ECONNRESET && r != -ECONNREFUSED) || xf_now() > patience)
			return -EADDRINUSE;
	}
}
