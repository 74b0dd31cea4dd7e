/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "../text.h"
#include "client.h"

const char *host_record_get(const struct host_record *record, const char *key)
{
	for (int i = 0; i < record->n; i++)
		if (strcmp(record->key[i], key) == 0)
			return record->value[i];
	return "";
}

/* "kind key=value ... name=the rest": only the last value, name, may have spaces. */
static void split(struct host_record *record)
{
	char *at = record->text;
	at[strcspn(at, "\n")] = 0;
	text_clean(at);
	record->kind = at;
	record->n = 0;
	for (;;) {
		at += strcspn(at, " ");
		if (!*at)
			return;
		*at++ = 0;
		if (strcmp(record->kind, "error") == 0 || record->n == HOST_KEYS_MAX) {
			record->key[record->n ? 0 : record->n++] = "text";
			record->value[0] = at;
			return;
		}
		char *equals = at + strcspn(at, "=");
		if (!*equals)
			return;
		*equals = 0;
		record->key[record->n] = at;
		record->value[record->n++] = equals + 1;
		if (strcmp(at, "name") == 0)
			return;
		at = equals + 1;
	}
}

/* A stopped service takes no more connections once its queue is full. */
static int dial(const char *path, int *ret_fd)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct timeval limit = { HOST_PATIENCE_S, 0 };
	if (strlen(path) >= sizeof(name.sun_path))
		return -ENAMETOOLONG;
	strcpy(name.sun_path, path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&name, sizeof(name)) < 0) {
		int error = errno;
		close(fd);
		return error == EAGAIN ? -ETIMEDOUT : -error;
	}
	*ret_fd = fd;
	return 0;
}

static int send_all(int fd, const char *text)
{
	for (size_t n = strlen(text); n;) {
		ssize_t sent = send(fd, text, n, MSG_NOSIGNAL);
		if (sent < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -ECONNRESET;
		text += sent;
		n -= (size_t)sent;
	}
	return 0;
}

/* To the line "end". -ECONNRESET: the question was not read. */
static int read_lines(FILE *stream, void (*visit)(char *line, void *arg), void *arg)
{
	char line[512];
	while (fgets(line, sizeof(line), stream)) {
		if (strcmp(line, "end\n") == 0)
			return 0;
		visit(line, arg);
	}
	if (!ferror(stream))
		return -EPROTO;
	return errno == EAGAIN ? -ETIMEDOUT : -errno;
}

static int ask_once(
	const char *path, const char *question, void (*visit)(char *line, void *arg), void *arg)
{
	int fd = -1, r = dial(path, &fd);
	if (r)
		return r;
	r = send_all(fd, question);
	FILE *stream = r ? NULL : fdopen(fd, "re");
	if (!stream) {
		close(fd);
		return r ? r : -ENOMEM;
	}
	r = read_lines(stream, visit, arg);
	fclose(stream);
	return r;
}

int host_ask_lines(
	const char *path, const char *question, void (*visit)(char *line, void *arg), void *arg)
{
	int r = -ECONNRESET;
	/* Whoever takes a second to ask loses the connection, as on a busy machine; and so does the
	 * first of too many at a time. What was not read was not done. */
	for (int i = 0; i < 5 && r == -ECONNRESET; i++)
		r = ask_once(path, question, visit, arg);
	return r;
}

struct records {
	void (*visit)(const struct host_record *record, void *arg);
	void *arg;
};

static void visit_record(char *line, void *arg)
{
	struct records *records = arg;
	struct host_record record;
	snprintf(record.text, sizeof(record.text), "%s", line);
	split(&record);
	records->visit(&record, records->arg);
}

int host_ask(const char *path, const char *question,
	void (*visit)(const struct host_record *record, void *arg), void *arg)
{
	struct records records = { visit, arg };
	return host_ask_lines(path, question, visit_record, &records);
}
