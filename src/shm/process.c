/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "shm/process.h"

/* Its number, which has 32 bits; 0: a kernel without time namespaces. */
static uint64_t time_namespace(void)
{
	struct stat ns;
	return stat("/proc/self/ns/time", &ns) ? 0 : (uint32_t)ns.st_ino;
}

/* Field 22 of /proc/PID/stat; the second field may contain spaces and parentheses. */
uint64_t xfi_process_born(int32_t pid)
{
	char path[32], line[1024];
	unsigned long long born = 0;
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	FILE *file = fopen(path, "re");
	if (!file)
		return 0;
	if (fgets(line, sizeof(line), file)) {
		char *rest = strrchr(line, ')');
		if (!rest || sscanf(rest + 1,
				     " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d "
				     "%*d %*d %*d %*d %*d %llu",
				     &born) != 1)
			born = 0;
	}
	fclose(file);
	return born ? time_namespace() << 32 | (uint32_t)born : 0;
}

bool xfi_process_is(int32_t pid, uint64_t born)
{
	uint64_t now = xfi_process_born(pid);
	return now == born || (now && born && now >> 32 != born >> 32);
}

uint64_t xfi_pid_namespace(void)
{
	struct stat ns;
	return stat("/proc/self/ns/pid", &ns) ? UINT64_MAX : ns.st_ino;
}
