/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "raw_region.h"

int raw_region_listen(struct raw_region *r, const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	r->connection = -1;
	r->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	r->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r->ring_guest = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (r->listener < 0 || r->bell < 0 || r->ring_guest < 0 ||
		bind(r->listener, (struct sockaddr *)&name, sizeof(name)) < 0 ||
		listen(r->listener, 1) < 0)
		return -errno;
	return 0;
}

/* The device's protocol: 8-byte numbers, some with a descriptor. */
static int tell(int fd, int64_t number, int with)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov = { &number, sizeof(number) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	if (with >= 0) {
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
		struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &with, sizeof(with));
	}
	return sendmsg(fd, &msg, MSG_NOSIGNAL) == sizeof(number) ? 0 : -errno;
}

static int wait_readable(int fd)
{
	struct pollfd item = { .fd = fd, .events = POLLIN };
	int n = poll(&item, 1, 200000);
	return n == 1 ? 0 : n == 0 ? -ETIMEDOUT : -errno;
}

int raw_region_serve(struct raw_region *r)
{
	int memory = memfd_create("raw-region", MFD_CLOEXEC), e = wait_readable(r->listener);
	if (e || memory < 0 || ftruncate(memory, RAW_REGION_BYTES) < 0)
		return e ? e : -errno;
	r->words = mmap(NULL, RAW_REGION_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
	r->connection = accept4(r->listener, NULL, NULL, SOCK_CLOEXEC);
	if (r->words == MAP_FAILED || r->connection < 0)
		return -errno;
	int c = r->connection;
	e = tell(c, 0, -1); /* version */
	if (!e)
		e = tell(c, 1, -1); /* the VM is peer 1, we are peer 0 */
	if (!e)
		e = tell(c, -1, memory);
	if (!e)
		e = tell(c, 0, r->bell);
	if (!e)
		e = tell(c, 1, r->ring_guest);
	close(memory);
	return e;
}

int raw_region_ping(struct raw_region *r, uint32_t i)
{
	uint64_t count = 1;
	__atomic_store_n(&r->words[RAW_TO_GUEST], i, __ATOMIC_SEQ_CST);
	if (write(r->ring_guest, &count, sizeof(count)) != sizeof(count))
		return -errno;
	while (__atomic_load_n(&r->words[RAW_TO_HOST], __ATOMIC_SEQ_CST) != i) {
		int e = wait_readable(r->bell);
		if (e)
			return e;
		(void)!read(r->bell, &count, sizeof(count)); /* only empties it */
	}
	return 0;
}

void raw_region_reset(struct raw_region *r)
{
	__atomic_store_n(&r->words[RAW_TO_HOST], 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&r->words[RAW_TO_GUEST], 0, __ATOMIC_SEQ_CST);
}

void raw_region_close(struct raw_region *r)
{
	const int fds[] = { r->listener, r->connection, r->bell, r->ring_guest };
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	if (r->words)
		munmap(r->words, RAW_REGION_BYTES);
}
