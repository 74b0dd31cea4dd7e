/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "machine.h"

static void read_cpu_name(char *name, size_t size)
{
	char line[256];
	FILE *file = fopen("/proc/cpuinfo", "re");
	snprintf(name, size, "unknown processor");
	while (file && fgets(line, sizeof(line), file)) {
		char *value = strchr(line, ':');
		if (strncmp(line, "model name", 10) || !value)
			continue;
		value[strcspn(value, "\n")] = 0;
		snprintf(name, size, "%s", value + 2);
		break;
	}
	if (file)
		fclose(file);
}

const struct bench_machine *bench_machine(void)
{
	static struct bench_machine machine;
	struct utsname names;
	if (machine.n_cpus)
		return &machine;
	machine.n_cpus = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
	machine.memory_gib = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE) /
			     (1024.0 * 1024 * 1024);
	(void)getloadavg(&machine.load, 1);
	read_cpu_name(machine.cpu, sizeof(machine.cpu));
	if (!uname(&names))
		snprintf(machine.kernel, sizeof(machine.kernel), "%.20s %.50s", names.sysname,
			names.release);
	time_t now = time(NULL);
	strftime(machine.date, sizeof(machine.date), "%Y-%m-%d %H:%M UTC", gmtime(&now));
	return &machine;
}
