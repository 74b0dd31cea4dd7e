/* SPDX-License-Identifier: MIT */
/*
 * Test builds only: XF_KILL_POINT=NAME[:N] in the environment ends the process with SIGKILL the
 * N-th time (default 1) it passes the point NAME. XF_KILL_POINT=? writes each name passed, once
 * per pass, to descriptor 2.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/kill_point.h"

void xfi_kill_point(const char *name)
{
	static _Atomic int passes;
	const char *wanted = getenv("XF_KILL_POINT");
	size_t length = strlen(name);
	if (!wanted)
		return;
	if (wanted[0] == '?') {
		(void)!write(2, name, length); /* best effort: a listing for people */
		(void)!write(2, "\n", 1);
	}
	if (strncmp(wanted, name, length) != 0 || (wanted[length] && wanted[length] != ':'))
		return;
	int n = wanted[length] == ':' ? atoi(wanted + length + 1) : 1;
	if (atomic_fetch_add(&passes, 1) + 1 == n)
		kill(getpid(), SIGKILL);
}
