/* SPDX-License-Identifier: MIT */
/* How the two sides of a pair come to share something. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pair.h"
#include "share.h"

int bench_read(int fd, void *data, size_t size, int timeout_ms)
{
	for (char *at = data; size;) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		int r = poll(&wait, 1, timeout_ms);
		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return r ? -errno : -ETIMEDOUT;
		ssize_t n = read(fd, at, size);
		if (n <= 0)
			return n ? -errno : -EPIPE;
		at += n;
		size -= (size_t)n;
	}
	return 0;
}

int bench_write(int fd, const void *data, size_t size)
{
	ssize_t n = write(fd, data, size);
	if (n < 0)
		return -errno;
	return (size_t)n == size ? 0 : -EIO;
}

int bench_share_bytes(struct bench_side *side, void *data, size_t size)
{
	if (side->peer < 0)
		return 0;
	return side->self == 0 ? bench_write(side->peer, data, size)
			       : bench_read(side->peer, data, size, 10000);
}

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static int send_fd(int socket, int fd)
{
	union control control = { .bytes = { 0 } };
	char byte = 0;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	return sendmsg(socket, &message, MSG_NOSIGNAL) == 1 ? 0 : -errno;
}

static int receive_fd(int socket, int *ret_fd)
{
	union control control;
	char byte;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	ssize_t n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	if (n <= 0)
		return n ? -errno : -EPIPE;
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	if (!head || head->cmsg_type != SCM_RIGHTS)
		return -EPROTO;
	memcpy(ret_fd, CMSG_DATA(head), sizeof(*ret_fd));
	return 0;
}

int bench_share_fd(struct bench_side *side, int *fd)
{
	return side->self == 0 ? send_fd(side->peer, *fd) : receive_fd(side->peer, fd);
}

int bench_share_domain(struct bench_side *side, const struct xf_domain_params *params,
	struct xf_domain **ret_domain)
{
	int fd = -1, r = 0;
	if (side->self == 0) {
		r = xf_domain_create(params, ret_domain);
		if (r || side->peer < 0)
			return r;
		r = xf_domain_export(*ret_domain, 0, &fd);
	}
	if (!r)
		r = bench_share_fd(side, &fd);
	if (!r && side->self == 1)
		r = xf_domain_join(fd, ret_domain);
	if (fd >= 0)
		close(fd);
	return r;
}

int bench_share_memory(struct bench_side *side, size_t bytes, void **ret_memory)
{
	int fd = -1, r = 0;
	if (side->self == 0) {
		fd = memfd_create("bench", MFD_CLOEXEC);
		if (fd < 0 || ftruncate(fd, (off_t)bytes))
			r = -errno;
	}
	if (!r)
		r = bench_share_fd(side, &fd);
	if (!r) {
		*ret_memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		r = *ret_memory == MAP_FAILED ? -errno : 0;
	}
	if (fd >= 0)
		close(fd);
	return r;
}
