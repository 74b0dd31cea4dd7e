/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <crossfence/result.h>
#include "monitor.h"

#define SECOND INT64_C(1000000000)

/* Lines up to the answer; events come in between. */
static int read_answer(int fd, char *answer, size_t size)
{
	for (;;) {
		size_t n = 0;
		while (n < size - 1 && recv(fd, answer + n, 1, 0) == 1 && answer[n] != '\n')
			n++;
		answer[n] = 0;
		if (n == 0)
			return -1;
		if (strstr(answer, "\"return\"") || strstr(answer, "\"error\""))
			return 0;
	}
}

static int ask(int monitor, const char *command, char *answer, size_t size)
{
	char line[512];
	int n = snprintf(line, sizeof(line), "%s\r\n", command);
	if (send(monitor, line, (size_t)n, MSG_NOSIGNAL) != n)
		return -1;
	return read_answer(monitor, answer, size);
}

static int check(int result, const char *command, const char *answer)
{
	if (result || !strstr(answer, "\"error\""))
		return result;
	fprintf(stderr, "QMP: %s: %s\n", command, answer);
	return -1;
}

int monitor_give(int monitor, const char *name, int fd)
{
	char command[200], answer[4096];
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	int n = snprintf(command, sizeof(command),
		"{\"execute\":\"getfd\",\"arguments\":{\"fdname\":\"%s\"}}\r\n", name);
	struct iovec part = { command, (size_t)n };
	struct msghdr msg = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);
	*head = (struct cmsghdr){
		.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))
	};
	memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	if (sendmsg(monitor, &msg, MSG_NOSIGNAL) != n)
		return -1;
	return check(read_answer(monitor, answer, sizeof(answer)), command, answer);
}

int monitor_open(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct timeval limit = { 60, 0 };
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	for (int64_t end = xf_deadline(20 * SECOND); xf_now() < end; usleep(10000)) {
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
		if (connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0 &&
			monitor_do(fd, "{\"execute\":\"qmp_capabilities\"}") == 0)
			return fd;
		close(fd);
	}
	return -1;
}

int monitor_do(int monitor, const char *command)
{
	char answer[4096];
	return check(ask(monitor, command, answer, sizeof(answer)), command, answer);
}

int monitor_line(int monitor, const char *line)
{
	char command[400], answer[4096];
	snprintf(command, sizeof(command),
		"{\"execute\":\"human-monitor-command\",\"arguments\":{\"command-line\":\"%s\"}}",
		line);
	int r = ask(monitor, command, answer, sizeof(answer));
	if (!r && (strstr(answer, "\"error\"") || strstr(answer, "Error"))) {
		fprintf(stderr, "QEMU: %s: %s\n", line, answer);
		return -1;
	}
	return r;
}

int monitor_until(int monitor, const char *command, const char *part)
{
	char answer[4096] = "";
	for (int64_t end = xf_deadline(60 * SECOND); xf_now() < end; usleep(20000))
		if (ask(monitor, command, answer, sizeof(answer)) == 0 && strstr(answer, part))
			return 0;
	fprintf(stderr, "QMP: %s: %s\n", command, answer);
	return -1;
}
