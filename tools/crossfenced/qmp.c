/* SPDX-License-Identifier: MIT */
/*
 * What a guest's transport does not tell: that it closed its end of a virtio-serial port, was reset
 * or restored. QEMU says it by events on its QMP socket, one JSON object a line. A thread for each
 * guest that has such a socket, since its answer must not wait for anybody else's. Whoever is
 * behind the socket is believed about that one guest, and waited for by nobody: the thread sleeps
 * where it can be stopped only.
 */
#include <errno.h>
#include <json-c/json.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "qmp.h"
#include "report.h"

#define LINE_MAX_BYTES 65536
#define DEPTH_MAX      16
#define REDIAL_MS      500 /* nothing tells when a VMM starts */
#define REDIAL_MAX_MS  32000 /* whoever makes no sense is asked less often each time */
#define REST_MS	       20 /* after something was done: what is said meanwhile is done as one */

struct qmp {
	struct xf_host_guest *guest;
	char *path, *port, *name;
	struct sockaddr_un address;
	int stop; /* eventfd */
	pthread_t thread;
	/* What the events since the last look said. */
	bool closed; /* the last one of our port */
	bool ended; /* the guest, or its port */
	bool resumed;
	size_t have;
	char line[LINE_MAX_BYTES];
};

/* Positive: stop. */
static bool rest(struct qmp *qmp, int fd, int timeout_ms)
{
	struct pollfd items[2] = { { .fd = qmp->stop, .events = POLLIN },
		{ .fd = fd, .events = POLLIN } };
	while (poll(items, fd < 0 ? 1 : 2, timeout_ms) < 0 && errno == EINTR)
		;
	return items[0].revents != 0;
}

static int dial(const struct qmp *qmp)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&qmp->address, sizeof(qmp->address)) == 0)
		return fd;
	close(fd);
	return -1;
}

static const char *text(struct json_object *object, const char *key)
{
	struct json_object *value;
	if (!json_object_object_get_ex(object, key, &value) ||
		!json_object_is_type(value, json_type_string))
		return "";
	return json_object_get_string(value);
}

static void take_event(struct qmp *qmp, struct json_object *event)
{
	struct json_object *data = NULL, *open;
	const char *name = text(event, "event");
	if (strcmp(name, "RESET") == 0 || strcmp(name, "SHUTDOWN") == 0)
		qmp->ended = true;
	if (strcmp(name, "RESUME") == 0)
		qmp->resumed = true;
	json_object_object_get_ex(event, "data", &data);
	if (!qmp->port || !json_object_is_type(data, json_type_object))
		return;
	if (strcmp(name, "DEVICE_DELETED") == 0 && strcmp(text(data, "device"), qmp->port) == 0)
		qmp->ended = true;
	if (strcmp(name, "VSERPORT_CHANGE") == 0 && strcmp(text(data, "id"), qmp->port) == 0 &&
		json_object_object_get_ex(data, "open", &open) &&
		json_object_is_type(open, json_type_boolean))
		qmp->closed = !json_object_get_boolean(open);
}

/* Events come only after this was said. */
static int greet(int fd)
{
	static const char words[] = "{\"execute\":\"qmp_capabilities\"}\r\n";
	ssize_t n = send(fd, words, sizeof(words) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	return n == sizeof(words) - 1 ? 0 : -EPIPE;
}

static int take_line(struct qmp *qmp, int fd, const char *line, size_t size)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *object =
		tokener ? json_tokener_parse_ex(tokener, line, (int)size) : NULL;
	int r = -EPROTO;
	if (object && json_object_is_type(object, json_type_object)) {
		r = json_object_object_get_ex(object, "QMP", NULL) ? greet(fd) : 0;
		take_event(qmp, object);
	}
	json_object_put(object);
	if (tokener)
		json_tokener_free(tokener);
	return r;
}

static int take_lines(struct qmp *qmp, int fd)
{
	size_t used = 0;
	char *end;
	int r = 0;
	while (!r && (end = memchr(qmp->line + used, '\n', qmp->have - used))) {
		size_t size = (size_t)(end - qmp->line) - used + 1;
		r = take_line(qmp, fd, qmp->line + used, size);
		used += size;
	}
	memmove(qmp->line, qmp->line + used, qmp->have -= used);
	return !r && qmp->have == sizeof(qmp->line) ? -EMSGSIZE : r;
}

/* True: something was done. */
static bool obey(struct qmp *qmp)
{
	bool reset = qmp->ended || qmp->closed, resumed = qmp->resumed;
	qmp->ended = qmp->closed = qmp->resumed = false;
	/* A port that was opened again meanwhile has begun a new session by itself. */
	if (reset)
		xf_host_guest_reset(qmp->guest);
	else if (resumed)
		xf_host_guest_resumed(qmp->guest);
	return reset || resumed;
}

/* Until QEMU is gone: 0, or makes no sense: negative. Positive: stop. */
static int converse(struct qmp *qmp, int fd)
{
	int r = 0;
	qmp->have = 0;
	qmp->ended = qmp->closed = qmp->resumed = false;
	while (!r) {
		if (rest(qmp, fd, -1))
			return 1;
		ssize_t n = recv(
			fd, qmp->line + qmp->have, sizeof(qmp->line) - qmp->have, MSG_DONTWAIT);
		if (n <= 0 && (n == 0 || (errno != EAGAIN && errno != EINTR)))
			return 0;
		qmp->have += n > 0 ? (size_t)n : 0;
		r = take_lines(qmp, fd);
		/* Others wait meanwhile: not as often as somebody says so. */
		if (obey(qmp) && rest(qmp, -1, REST_MS))
			return 1;
	}
	report(XF_HOST_LOG_WARNING, qmp->name, "qmp", "%s: this is not QMP: %s", qmp->path,
		xf_strerror(r));
	return r;
}

static void *watch(void *arg)
{
	struct qmp *qmp = arg;
	int pause_ms = REDIAL_MS;
	do {
		int fd = dial(qmp), r = 0;
		if (fd >= 0) {
			r = converse(qmp, fd);
			close(fd);
		}
		if (r > 0)
			break;
		pause_ms = r ? pause_ms * 2 : REDIAL_MS;
		pause_ms = pause_ms < REDIAL_MAX_MS ? pause_ms : REDIAL_MAX_MS;
	} while (!rest(qmp, -1, pause_ms));
	return NULL;
}

static void forget(struct qmp *qmp)
{
	if (qmp->stop >= 0)
		close(qmp->stop);
	free(qmp->path);
	free(qmp->port);
	free(qmp->name);
	free(qmp);
}

int qmp_start(struct xf_host_guest *guest, const char *name, const char *path, const char *port,
	struct qmp **ret_qmp)
{
	struct qmp *qmp = calloc(1, sizeof(*qmp));
	if (!qmp)
		return -ENOMEM;
	qmp->guest = guest;
	qmp->stop = eventfd(0, EFD_CLOEXEC);
	qmp->path = strdup(path);
	qmp->port = port ? strdup(port) : NULL;
	qmp->name = strdup(name);
	qmp->address.sun_family = AF_UNIX;
	int r = qmp->stop >= 0 ? 0 : -errno;
	if (!qmp->path || (port && !qmp->port) || !qmp->name)
		r = -ENOMEM;
	if (strlen(path) >= sizeof(qmp->address.sun_path))
		r = xf_fail(-EINVAL, "the path of a QMP socket has at most %zu bytes",
			sizeof(qmp->address.sun_path) - 1);
	else
		strcpy(qmp->address.sun_path, path);
	if (!r)
		r = -pthread_create(&qmp->thread, NULL, watch, qmp);
	if (r)
		forget(qmp);
	else
		*ret_qmp = qmp;
	return r;
}

void qmp_stop(struct qmp *qmp)
{
	uint64_t one = 1;
	if (!qmp)
		return;
	(void)!write(qmp->stop, &one, sizeof(one)); /* an empty counter takes it */
	pthread_join(qmp->thread, NULL);
	forget(qmp);
}
