/* SPDX-License-Identifier: MIT */
/* Asks crossfenced through its control socket; the answer is lines of key=value. */
#ifndef CROSSFENCE_TOOL_HOST_CLIENT_H
#define CROSSFENCE_TOOL_HOST_CLIENT_H

#define HOST_CONTROL_PATH "/run/crossfence/control.sock"
#define HOST_KEYS_MAX	  24
#define HOST_PATIENCE_S	  10

/* One line of the answer. Pointers into `text`. */
struct host_record {
	char text[512];
	const char *kind; /* "guest", "process", "error" */
	const char *key[HOST_KEYS_MAX], *value[HOST_KEYS_MAX];
	int n;
};

/* The value of `key`, or "". */
const char *host_record_get(const struct host_record *record, const char *key);

/*
 * Asks, with lines that end with newlines, and calls `visit` for every line of the answer. 0;
 * -ECONNREFUSED, -ENOENT: nobody serves `path`; -EACCES: not for this user; -ETIMEDOUT: nothing
 * came for HOST_PATIENCE_S; -ECONNRESET: the question was not read, several times; -EPROTO: the
 * answer has no end.
 */
int host_ask(const char *path, const char *question,
	void (*visit)(const struct host_record *record, void *arg), void *arg);

/* The same for lines as they come, without "end". */
int host_ask_lines(
	const char *path, const char *question, void (*visit)(char *line, void *arg), void *arg);

#endif
