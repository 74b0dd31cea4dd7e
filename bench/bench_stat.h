/* SPDX-License-Identifier: MIT */
/* Medians, and what a process holds, for small benchmarks. */
#ifndef BENCH_STAT_H
#define BENCH_STAT_H

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline int bench_by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* Sorts. */
static inline double bench_median_us(int64_t *ns, unsigned n)
{
	qsort(ns, n, sizeof(*ns), bench_by_value);
	return (double)ns[n / 2] / 1e3;
}

static inline unsigned bench_entries(const char *folder)
{
	unsigned n = 0;
	DIR *dir = opendir(folder);
	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n ? n - 2 : 0; /* without . and .. */
}

static inline void bench_print_held(const char *when)
{
	char line[128];
	long rss_kib = 0;
	FILE *status = fopen("/proc/self/status", "re");
	while (status && fgets(line, sizeof(line), status))
		if (!strncmp(line, "VmRSS:", 6))
			rss_kib = atol(line + 6);
	if (status)
		fclose(status);
	printf("%-8s %7ld KiB resident, %u threads, %u descriptors\n", when, rss_kib,
		bench_entries("/proc/self/task"), bench_entries("/proc/self/fd") - 1);
	fflush(stdout);
}

/* What `n` cycles take, and what is held before and after them. */
static inline void bench_cycles(unsigned n, void (*cycle)(void))
{
	struct timespec begin, end;
	for (unsigned i = 0; i < 10000; i++)
		cycle();
	bench_print_held("before");
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (unsigned i = 0; i < n; i++)
		cycle();
	clock_gettime(CLOCK_MONOTONIC, &end);
	bench_print_held("after");
	printf("%u cycles, %.2f us each\n", n,
		((double)(end.tv_sec - begin.tv_sec) * 1e6 +
			(double)(end.tv_nsec - begin.tv_nsec) / 1e3) /
			n);
}

#endif
