/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "base/fd.h"
#include "base/pass_fd.h"

union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

int xfi_send_fd(int socket_fd, const struct sockaddr_un *address, socklen_t address_size,
	const void *data, size_t size, int fd, int flags)
{
	union control control = { { 0 } };
	struct iovec iov = { (void *)data, size };
	struct msghdr message = { .msg_name = (void *)address,
		.msg_namelen = address ? address_size : 0,
		.msg_iov = &iov,
		.msg_iovlen = 1 };
	if (fd >= 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
		struct cmsghdr *c = CMSG_FIRSTHDR(&message);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(int));
	}
	ssize_t n = sendmsg(socket_fd, &message, flags | MSG_NOSIGNAL);
	if (n < 0)
		return -errno;
	return (size_t)n == size ? 0 : -EPROTO;
}

int xfi_recv_fd(int socket_fd, void *data, size_t size, int *ret_fd, int flags)
{
	union control control;
	struct iovec iov = { data, size };
	struct msghdr message = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_LEN(sizeof(int)) }; /* CMSG_SPACE would hold two */
	ssize_t n = recvmsg(socket_fd, &message, flags | MSG_CMSG_CLOEXEC);
	if (n < 0)
		return -errno;
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
		c->cmsg_len == CMSG_LEN(sizeof(int))) {
		memcpy(ret_fd, CMSG_DATA(c), sizeof(int));
		*ret_fd = xfi_fd_above_std(*ret_fd);
		if (*ret_fd < 0)
			return -errno;
	}
	if (n == 0)
		return -ECONNRESET;
	return (size_t)n == size && !(message.msg_flags & MSG_TRUNC) ? 0 : -EPROTO;
}
