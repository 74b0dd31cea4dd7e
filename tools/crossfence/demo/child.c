/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "child.h"
#include "report.h"

extern char **environ;

#define ARGUMENT_SIZE 4200 /* the longest: --out */

struct command_line {
	char text[8][ARGUMENT_SIZE];
	char *argv[13];
};

static void compose(struct command_line *line, const struct child *child,
	const struct demo_options *o, const char *name, bool successor, uint64_t halt_at)
{
	int n = 0;
	snprintf(line->text[0], ARGUMENT_SIZE, "--role=%s", role_name(child->role));
	snprintf(line->text[1], ARGUMENT_SIZE, "--name=%s", name);
	snprintf(line->text[2], ARGUMENT_SIZE, "--frames=%" PRIu64, o->frames);
	snprintf(line->text[3], ARGUMENT_SIZE, "--seconds=%f", o->seconds);
	snprintf(line->text[4], ARGUMENT_SIZE, "--surfaces=%u", o->surfaces);
	snprintf(line->text[5], ARGUMENT_SIZE, "--out=%s", o->out);
	snprintf(line->text[6], ARGUMENT_SIZE, "--halt-at=%" PRIu64, halt_at);
	line->argv[n++] = (char *)"crossfence";
	line->argv[n++] = (char *)"demo";
	for (int i = 0; i < 7; i++)
		line->argv[n++] = line->text[i];
	if (o->gpu)
		line->argv[n++] = (char *)"--gpu";
	if (successor)
		line->argv[n++] = (char *)"--successor";
	line->argv[n] = NULL;
}

/*
 * The descriptors are first moved above the places where the role looks for them, so that neither
 * copy overwrites the other's source.
 */
static int spawn(pid_t *ret_pid, char **argv, int reports, int pictures)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int high_reports = fcntl(reports, F_DUPFD_CLOEXEC, 16);
	int high_pictures = fcntl(pictures, F_DUPFD_CLOEXEC, 16);
	if (high_reports < 0 || high_pictures < 0)
		return -errno;
	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, high_reports, FD_REPORTS);
	posix_spawn_file_actions_adddup2(&actions, high_pictures, FD_PICTURES);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	int r = posix_spawn(ret_pid, "/proc/self/exe", &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	close(high_reports);
	close(high_pictures);
	return -r;
}

int child_start(struct child *child, const struct demo_options *options, const char *name,
	int pictures_fd, bool successor, uint64_t halt_at)
{
	struct command_line *line = malloc(sizeof(*line));
	int ends[2];
	if (!line)
		return -ENOMEM;
	if (pipe2(ends, O_CLOEXEC)) {
		free(line);
		return -errno;
	}
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK); /* cannot fail on a pipe */
	compose(line, child, options, name, successor, halt_at);
	int r = spawn(&child->pid, line->argv, ends[1], pictures_fd);
	close(ends[1]);
	free(line);
	if (r) {
		child->pid = 0;
		close(ends[0]);
		return r;
	}
	child->reports = ends[0];
	return 0;
}

int child_read(struct child *child, struct report *ret_report)
{
	if (child->reports < 0)
		return -EBADF;
	ssize_t n = read(child->reports, ret_report, sizeof(*ret_report));
	if (n == (ssize_t)sizeof(*ret_report)) {
		ret_report->text[sizeof(ret_report->text) - 1] = 0;
		return 1;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	close(child->reports);
	child->reports = -1;
	return -EPIPE;
}

int child_settle(enum role role)
{
	char title[16];
	snprintf(title, sizeof(title), "xf-%s", role_name(role));
	prctl(PR_SET_NAME, title); /* what `crossfence top` shows */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	/* Did it die before we asked to go with it? Then nobody reads our pipe. */
	struct pollfd pipe_end = { .fd = FD_REPORTS };
	return poll(&pipe_end, 1, 0) == 0 ? 0 : -EPIPE;
}
