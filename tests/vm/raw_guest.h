/* SPDX-License-Identifier: MIT */
/* A guest that writes its messages itself, and so can write any. */
#ifndef RAW_GUEST_H
#define RAW_GUEST_H

#include "vmtest.h"
#include "wire/wire.h"

static inline int connect_raw(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	ok(connect(fd, (struct sockaddr *)&name, sizeof(name)));
	return fd;
}

static inline void put(int fd, struct xfw_msg msg, const void *payload, size_t cut)
{
	uint8_t bytes[XFW_MAX_BYTES] = { 0 };
	xfw_encode(&msg, bytes);
	if (payload)
		memcpy(bytes + XFW_HEAD_BYTES, payload, msg.payload_bytes);
	size_t size =
		XFW_HEAD_BYTES + (msg.payload_bytes <= XFW_PAYLOAD_MAX ? msg.payload_bytes : 0);
	size = cut && cut < size ? cut : size;
	assert_int_equal(send(fd, bytes, size, MSG_NOSIGNAL), (ssize_t)size);
}

static inline void say_hello(int fd, uint16_t low, uint16_t high)
{
	uint8_t body[XFW_HELLO_BYTES];
	struct xfw_hello hello = { low, high, "nonce" };
	xfw_put_hello(&hello, body);
	put(fd, (struct xfw_msg){ .type = XFW_HELLO, .payload_bytes = sizeof(body), .sequence = 1 },
		body, 0);
}

static inline struct xfw_msg take(int fd)
{
	uint8_t bytes[XFW_MAX_BYTES];
	struct xfw_msg msg;
	const char *why;
	size_t have = 0;
	while (xfw_decode(bytes, have, XFW_FROM_HOST, &msg, &why)) {
		size_t want = have < XFW_HEAD_BYTES
				      ? XFW_HEAD_BYTES
				      : XFW_HEAD_BYTES + xfw_get64(bytes) / (UINT64_C(1) << 32);
		ssize_t n = recv(fd, bytes + have, want - have, 0);
		assert_true(n > 0);
		have += (size_t)n;
	}
	return msg;
}

/* A channel in order, with one process. */
static inline uint64_t begin_with(int fd)
{
	say_hello(fd, 1, 1);
	struct xfw_msg welcome = take(fd);
	assert_int_equal(welcome.type, XFW_WELCOME);
	put(fd,
		(struct xfw_msg){ .type = XFW_PROCESS_CREATE,
			.payload_bytes = 3,
			.session = welcome.session,
			.process = 1,
			.tag = 9,
			.object = 77,
			.sequence = 2 },
		"raw", 0);
	struct xfw_msg done = take(fd);
	assert_int_equal(done.type, XFW_DONE);
	assert_int_equal(done.tag, 9);
	assert_int_equal((uint32_t)done.object, 0);
	return welcome.session;
}

static inline int begin_raw(const char *path, uint64_t *ret_session)
{
	int fd = connect_raw(path);
	*ret_session = begin_with(fd);
	return fd;
}

#endif
