/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <crossfence/crossfence.h>

#include "../temporary.h"
#include "play.h"

static char folder[TEMPORARY_SIZE];

/* Those not freed yet: a test that fails leaves some behind. */
static struct play *all;

int play_end_all(void **state)
{
	while (all)
		play_free(all);
	return 0;
}

int play_setup(void **state)
{
	(void)signal(SIGPIPE, SIG_IGN);
	if (!mkdtemp(temporary(folder, "crossfence-tool-XXXXXX")) ||
		setenv("XDG_RUNTIME_DIR", folder, 1) || setenv("LC_ALL", "C.UTF-8", 1))
		return -1;
	return 0;
}

int play_teardown(void **state)
{
	return rmdir(folder); /* it fails when something was left there */
}

static void run_child(char *const argv[], const int ends[3], const char *terminal)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGPIPE, SIG_DFL);
	if (terminal) {
		(void)setsid();
		(void)ioctl(ends[0], TIOCSCTTY, 0);
		(void)setenv("TERM", terminal, 1);
	}
	for (int i = 0; i < 3; i++)
		(void)dup2(ends[i], i);
	execv(argv[0], argv);
	_exit(127);
}

static void open_pipes(struct play *p, int ends[3])
{
	int in[2], out[2], err[2];
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(pipe2(err, O_CLOEXEC), 0);
	p->in = in[1];
	p->out = out[0];
	p->err = err[0];
	ends[0] = in[0];
	ends[1] = out[1];
	ends[2] = err[1];
}

bool play_has_terminals(void)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void open_terminal(struct play *p, int ends[3])
{
	struct winsize size = { .ws_row = 24, .ws_col = 100 };
	p->out = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(p->out >= 0);
	assert_int_equal(grantpt(p->out), 0);
	assert_int_equal(unlockpt(p->out), 0);
	assert_int_equal(ioctl(p->out, TIOCSWINSZ, &size), 0);
	p->in = fcntl(p->out, F_DUPFD_CLOEXEC, 0);
	p->err = -1;
	for (int i = 0; i < 3; i++)
		ends[i] = open(ptsname(p->out), O_RDWR | O_NOCTTY | O_CLOEXEC);
}

struct play *play_start(char *const argv[], const char *terminal)
{
	int ends[3];
	struct play *p = calloc(1, sizeof(*p));
	assert_non_null(p);
	p->next = all;
	all = p;
	if (terminal)
		open_terminal(p, ends);
	else
		open_pipes(p, ends);
	p->pid = fork();
	assert_true(p->pid >= 0);
	if (p->pid == 0)
		run_child(argv, ends, terminal);
	for (int i = 0; i < 3; i++)
		close(ends[i]);
	return p;
}

/* Reads once from `*fd`; closes it at its end, which for a terminal is an error. */
static void take(int *fd, char *text, size_t *n, size_t size)
{
	ssize_t got = read(*fd, text + *n, size - 1 - *n);
	if (got > 0) {
		*n += (size_t)got;
		text[*n] = 0;
		assert_true(*n < size - 1); /* more than any of these tests wants to see */
		return;
	}
	close(*fd);
	*fd = -1;
}

/* Waits for more output. 0: both streams are at their end. */
static int read_more(struct play *p, int64_t deadline_ns)
{
	struct pollfd fds[2] = { { .fd = p->out, .events = POLLIN },
		{ .fd = p->err, .events = POLLIN } };
	int64_t left = deadline_ns - xf_now();
	if (p->out < 0 && p->err < 0)
		return 0;
	if (left <= 0 || poll(fds, 2, (int)(left / 1000000) + 1) <= 0) {
		kill(p->pid, SIGKILL);
		fprintf(stderr, "stdout: %s\nstderr: %s\n", p->stdout_text, p->stderr_text);
		fail_msg("no end within the limit");
	}
	if (fds[0].revents)
		take(&p->out, p->stdout_text, &p->n_out, sizeof(p->stdout_text));
	if (fds[1].revents)
		take(&p->err, p->stderr_text, &p->n_err, sizeof(p->stderr_text));
	return 1;
}

static int64_t limit(void)
{
	return xf_deadline(INT64_C(1000000) * PLAY_LIMIT_MS);
}

void play_await(struct play *p, int err, const char *text)
{
	int64_t deadline = limit();
	while (!strstr(err ? p->stderr_text : p->stdout_text, text))
		if (!read_more(p, deadline))
			fail_msg("it ended before it said '%s'; stdout: %s stderr: %s", text,
				p->stdout_text, p->stderr_text);
}

char *play_line(struct play *p, char line[PLAY_OUT])
{
	play_await(p, 0, "\n");
	size_t length = strcspn(p->stdout_text, "\n");
	memcpy(line, p->stdout_text, length);
	line[length] = 0;
	p->n_out -= length + 1;
	memmove(p->stdout_text, p->stdout_text + length + 1, p->n_out + 1);
	return line;
}

void play_forget(struct play *p)
{
	p->n_out = p->n_err = 0;
	p->stdout_text[0] = p->stderr_text[0] = 0;
}

void play_write(struct play *p, const char *text)
{
	assert_int_equal(write(p->in, text, strlen(text)), strlen(text));
}

int play_finish(struct play *p)
{
	int64_t deadline = limit();
	int status;
	if (p->in >= 0)
		close(p->in);
	p->in = -1;
	while (read_more(p, deadline))
		;
	assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
	p->pid = 0;
	p->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return p->status;
}

void play_free(struct play *p)
{
	struct play **link = &all;
	while (*link != p)
		link = &(*link)->next;
	*link = p->next;
	if (p->pid) {
		kill(p->pid, SIGKILL);
		waitpid(p->pid, NULL, 0);
	}
	if (p->in >= 0)
		close(p->in);
	if (p->out >= 0)
		close(p->out);
	if (p->err >= 0)
		close(p->err);
	free(p);
}

static struct play *start_tool(const char *terminal, const char *word, va_list args)
{
	char *argv[16] = { getenv("CROSSFENCE_TOOL") };
	assert_non_null(argv[0]);
	for (size_t n = 1; word; word = va_arg(args, const char *)) {
		assert_true(n < 15);
		argv[n++] = (char *)word;
	}
	return play_start(argv, terminal);
}

struct play *tool_start(const char *terminal, const char *word, ...)
{
	va_list args;
	va_start(args, word);
	struct play *p = start_tool(terminal, word, args);
	va_end(args);
	return p;
}

struct play *tool(const char *word, ...)
{
	va_list args;
	va_start(args, word);
	struct play *p = start_tool(NULL, word, args);
	va_end(args);
	play_finish(p);
	return p;
}

struct play *stage_start(const char *name)
{
	char *argv[] = { getenv("TOOL_STAGE"), (char *)name, NULL };
	assert_non_null(argv[0]);
	struct play *stage = play_start(argv, NULL);
	play_await(stage, 0, "ready\n");
	return stage;
}

void stage_kill(struct play *stage)
{
	kill(stage->pid, SIGKILL);
	assert_int_equal(play_finish(stage), 128 + SIGKILL);
	play_free(stage);
}

void stage_obey(struct play *stage, const char *order)
{
	play_forget(stage);
	play_write(stage, order);
	play_write(stage, "\n");
	play_await(stage, 0, "ok\n");
}

void await_opened(const char *name, const char *label, unsigned members)
{
	struct xf_domain *domain;
	struct xf_object_info info = { .size = sizeof(info) };
	int64_t deadline = limit();
	xf_id id;
	assert_int_equal(xf_domain_open(name, XF_OPEN_LOOK_ONLY, 0, &domain), 0);
	assert_int_equal(xf_domain_find(domain, XF_ANY, label, &id), 0);
	while (info.opened_by != members) {
		assert_true(xf_now() < deadline);
		(void)poll(NULL, 0, 1); /* nothing tells an onlooker of this */
		assert_int_equal(xf_inspect_object(domain, id, &info), 0);
	}
	xf_domain_leave(domain);
}

void assert_refused(struct play *p, int status, const char *text)
{
	const char *newline = strchr(p->stderr_text, '\n');
	if (p->status != status || !strstr(p->stderr_text, text))
		fail_msg("status %d, not %d, with '%s': %s", p->status, status, text,
			p->stderr_text);
	assert_non_null(newline);
	assert_int_equal(newline[1], 0); /* one line */
	assert_int_equal(strncmp(p->stderr_text, "crossfence", 10), 0);
	assert_string_equal(p->stdout_text, "");
	play_free(p);
}

struct json_object *parse_json(const char *text)
{
	struct json_tokener *tokener = json_tokener_new();
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	struct json_object *object = json_tokener_parse_ex(tokener, text, (int)strlen(text) + 1);
	if (!object)
		fail_msg("%s: %s", json_tokener_error_desc(json_tokener_get_error(tokener)), text);
	json_tokener_free(tokener);
	return object;
}

struct json_object *assert_json(struct play *p)
{
	if (p->status)
		fail_msg("status %d: %s", p->status, p->stderr_text);
	struct json_object *object = parse_json(p->stdout_text);
	play_free(p);
	return object;
}

static struct json_object *get(struct json_object *object, const char *key)
{
	struct json_object *value;
	if (!json_object_object_get_ex(object, key, &value))
		fail_msg("no '%s' in %s", key, json_object_to_json_string(object));
	return value;
}

const char *json_text(struct json_object *object, const char *key)
{
	return json_object_get_string(get(object, key));
}

uint64_t json_number(struct json_object *object, const char *key)
{
	struct json_object *value = get(object, key);
	assert_true(json_object_is_type(value, json_type_int));
	return json_object_get_uint64(value);
}

struct json_object *json_pick(struct json_object *array, const char *key, const char *value)
{
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		struct json_object *item = json_object_array_get_idx(array, i);
		if (strcmp(json_text(item, key), value) == 0)
			return item;
	}
	fail_msg("no %s '%s' in %s", key, value, json_object_to_json_string(array));
	return NULL;
}
