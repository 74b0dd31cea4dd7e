/* SPDX-License-Identifier: MIT */
/* Whether a thread of this process sleeps for a futex, so that who wakes it does not come before.
 */
#ifndef TESTS_UNIT_ASLEEP_H
#define TESTS_UNIT_ASLEEP_H

#include <stdio.h>
#include <sys/syscall.h>

#include "harness.h"

static inline bool is_asleep(pid_t tid)
{
	char path[64];
	long number = -1;
	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", (int)tid);
	FILE *file = fopen(path, "re");
	assert_non_null(file);
	int fields = fscanf(file, "%ld", &number);
	fclose(file);
	return fields == 1 && number == SYS_futex;
}

#endif
