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

/* Connects to the next one who asks, sooner than anybody else if they are stopped. */
static inline int next_asker(int folder, int watch)
{
	_Alignas(struct inotify_event) char buffer[4096];
	struct xfi_question question;
	struct sockaddr_un address;
	CHECK(poll(&(struct pollfd){ .fd = watch, .events = POLLIN }, 1, -1) == 1);
	CHECK(read(watch, buffer, sizeof(buffer)) > 0);
	const struct inotify_event *event = (struct inotify_event *)buffer;
	CHECK(xfi_question_parse(event->name, &question));
	socklen_t length = xfi_folder_address(folder, event->name, &address);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&address, length) == 0);
	return fd;
}

#endif
