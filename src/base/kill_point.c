/* SPDX-License-Identifier: MIT */
/*
 * Test builds only: XF_KILL_POINT=NAME[/N] in the environment ends the process with SIGKILL the
 * N-th time (default 1) it passes the point NAME; NAME/N/stop stops it there with SIGSTOP instead.
 * Up to four of these, separated by commas, count for themselves.
 * XF_KILL_POINT=? writes each name passed, once per pass, to descriptor 2.
 * XF_KILL_POINT=~ lets others go first at some of them: yields, or sleeps for up to 200 us.
 */
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/kill_point.h"

static void list(const char *name)
{
	char line[64];
	size_t length = strlen(name);
	memcpy(line, name, length); /* names are short, and ours */
	line[length] = '\n';
	(void)!write(2, line, length + 1); /* best effort: a listing for people */
}

/* One "NAME[/N[/stop]]" of the list, with its own count. */
static void pass(const char *item, const char *name, _Atomic int *passes)
{
	size_t length = strlen(name);
	char *rest = NULL;
	if (strncmp(item, name, length) != 0 || !strchr("/,", item[length]))
		return;
	long n = item[length] == '/' ? strtol(item + length + 1, &rest, 10) : 1;
	if (atomic_fetch_add(passes, 1) + 1 != n)
		return;
	/* To this very thread: sent to the process, another one might take it and we run on. */
	(void)tgkill(
		getpid(), gettid(), rest && strncmp(rest, "/stop", 5) == 0 ? SIGSTOP : SIGKILL);
}

static void dawdle(void)
{
	static _Thread_local uint32_t state;
	if (!state)
		state = (uint32_t)gettid() * 2654435761u | 1;
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	if (state % 32 == 0)
		usleep(state >> 8 & 0xff);
	else if (state % 4 == 0)
		sched_yield();
}

void xfi_kill_point(const char *name)
{
	static _Atomic int passes[4];
	const char *item = getenv("XF_KILL_POINT");
	if (item && item[0] == '?')
		list(name);
	if (item && item[0] == '~')
		dawdle();
	for (int i = 0; item && i < 4; i++) {
		pass(item, name, &passes[i]);
		item = strchr(item, ',');
		item = item ? item + 1 : NULL;
	}
}
