/* SPDX-License-Identifier: MIT */
/* One who answers in the runtime folder what was not asked of him. */
#ifndef TESTS_PROC_IMPOSTOR_H
#define TESTS_PROC_IMPOSTOR_H

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "proc.h"
#include "shm/answer.h"
#include "shm/folder.h"

/* To the next one who asks, so often, sooner than others if they are stopped; -1: it has ended. */
static inline int connect_to_asker(int folder, int watch, int times)
{
	int fd = -1;
	_Alignas(struct inotify_event) char buffer[4096];
	struct xfi_question question;
	struct sockaddr_un address;
	CHECK(poll(&(struct pollfd){ .fd = watch, .events = POLLIN }, 1, -1) == 1);
	CHECK(read(watch, buffer, sizeof(buffer)) > 0);
	const struct inotify_event *event = (struct inotify_event *)buffer;
	CHECK(xfi_question_parse(event->name, &question));
	socklen_t length = xfi_folder_address(folder, event->name, &address);
	while (times--) {
		fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
		CHECK(fd >= 0);
		if (connect(fd, (struct sockaddr *)&address, length))
			return -1;
	}
	return fd;
}

static inline int next_asker(int folder, int watch)
{
	int fd = connect_to_asker(folder, watch, 1);
	CHECK(fd >= 0);
	return fd;
}

#endif
