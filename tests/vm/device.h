/* SPDX-License-Identifier: MIT */
/* An ivshmem device without a VM: a process that speaks its protocol and has its memory. */
#ifndef DEVICE_H
#define DEVICE_H

#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "guestside.h"

static inline int device_number(int fd, int64_t *ret_number)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { ret_number, sizeof(*ret_number) };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	int with = -1;
	need(recvmsg(fd, &msg, 0) == sizeof(*ret_number));
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	if (c)
		memcpy(&with, CMSG_DATA(c), sizeof(with));
	return with;
}

static int device_memory, device_doorbell;
static volatile int device_quiet; /* stops the ringing */

/* A file has no register to ring with; an additional ring is harmless, for it is only a hint. */
static inline void *device_rings(void *arg)
{
	uint64_t one = 1;
	for (;; usleep(1000))
		need(device_quiet || write(device_doorbell, &one, sizeof(one)) == sizeof(one));
	return NULL;
}

static inline void device_plug_in(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int64_t number;
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nobody */
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	strncpy(name.sun_path, path, sizeof(name.sun_path) - 1);
	while (connect(fd, (struct sockaddr *)&name, sizeof(name)) < 0)
		usleep(1000);
	need(device_number(fd, &number) == -1 && number == 0);
	need(device_number(fd, &number) == -1 && number == 1);
	device_memory = device_number(fd, &number);
	need(device_memory >= 0 && number == -1);
	device_doorbell = device_number(fd, &number);
	need(device_doorbell >= 0 && number == 0);
	need(device_number(fd, &number) >= 0 && number == 1);
}

static inline void device_ring(void)
{
	pthread_t thread;
	need(pthread_create(&thread, NULL, device_rings, NULL) == 0);
}

#endif
