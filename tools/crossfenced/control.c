/* SPDX-License-Identifier: MIT */
/*
 * The control socket: one question a connection, "list" or "show NAME" and a newline; the answer
 * is lines of words, key=value each, the last of which may contain spaces; then the connection
 * ends.
 *
 *	guest transport=unix channels=1 ... name=vm0
 *	process guest=vm0 number=1 pid=77 ... name=my program
 *	error no such guest
 *	end
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "control.h"

struct answer {
	FILE *out;
	const char *guest; /* only this one, NULL: all */
	int found;
};

static int tell_guest(const struct xf_host_guest_info *info, void *arg)
{
	struct answer *answer = arg;
	if (answer->guest && strcmp(answer->guest, info->name))
		return 0;
	answer->found = 1;
	fprintf(answer->out,
		"guest transport=%s channels=%" PRIu32 " processes=%" PRIu32 " devices=%" PRIu32
		" events=%" PRIu64 " cpu_events=%" PRIu32 " queued=%" PRIu32 " max_queue=%" PRIu32
		" sessions=%" PRIu64 " accepted=%" PRIu64 " delivered=%" PRIu64 " dropped=%" PRIu64
		" refused=%" PRIu64 " protocol_errors=%" PRIu64 " name=%s\n",
		info->transport, info->channels, info->processes, info->devices, info->events,
		info->cpu_events, info->queued, info->max_queue, info->sessions, info->accepted,
		info->delivered, info->dropped, info->refused, info->protocol_errors, info->name);
	return 0;
}

static int tell_process(const struct xf_host_process_list_info *info, void *arg)
{
	struct answer *answer = arg;
	if (!answer->guest || strcmp(answer->guest, info->guest))
		return 0;
	fprintf(answer->out,
		"process guest=%s number=%" PRIu32 " pid=%" PRIu64 " devices=%" PRIu32
		" events=%" PRIu64 " cpu_events=%" PRIu32 " accepted=%" PRIu64 " name=%s\n",
		info->guest, info->number, info->pid, info->devices, info->events, info->cpu_events,
		info->accepted, info->name);
	return 0;
}

static void answer_question(FILE *out, char *line, struct xf_host *host)
{
	struct answer answer = { .out = out };
	line[strcspn(line, "\r\n")] = 0;
	if (strncmp(line, "show ", 5) == 0)
		answer.guest = line + 5;
	else if (strcmp(line, "list")) {
		fputs("error the question is neither list nor show NAME\n", out);
		return;
	}
	(void)xf_host_inspect_guests(host, tell_guest, &answer); /* our visitors return 0 */
	(void)xf_host_inspect_processes(host, tell_process, &answer);
	if (answer.guest && !answer.found)
		fputs("error no such guest\n", out);
}

void control_serve(int listener, struct xf_host *host)
{
	struct timeval second = { 1, 0 };
	char line[128];
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &second, sizeof(second));
	FILE *stream = fdopen(fd, "r+e");
	if (!stream) {
		close(fd);
		return;
	}
	if (fgets(line, sizeof(line), stream)) {
		fseek(stream, 0, SEEK_CUR); /* between reading and writing */
		answer_question(stream, line, host);
		fputs("end\n", stream);
	}
	fclose(stream);
}
