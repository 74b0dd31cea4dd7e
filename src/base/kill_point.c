/* SPDX-License-Identifier: MIT */
/*
 * Test builds only: XF_KILL_POINT=NAME[/N] in the environment ends the process with SIGKILL the
 * N-th time (default 1) it passes the point NAME; NAME/N/stop stops it there with SIGSTOP instead.
 * XF_KILL_POINT=? writes each name passed, once per pass, to descriptor 2.
 */
#include <signal.h>
#include <stdatomic.h>
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

void xfi_kill_point(const char *name)
{
	static _Atomic int passes;
	const char *wanted = getenv("XF_KILL_POINT");
	size_t length = strlen(name);
	char *rest = NULL;
	if (!wanted)
		return;
	if (wanted[0] == '?')
		list(name);
	if (strncmp(wanted, name, length) != 0 || (wanted[length] && wanted[length] != '/'))
		return;
	long n = wanted[length] ? strtol(wanted + length + 1, &rest, 10) : 1;
	if (atomic_fetch_add(&passes, 1) + 1 == n)
		kill(getpid(), rest && strcmp(rest, "/stop") == 0 ? SIGSTOP : SIGKILL);
}
