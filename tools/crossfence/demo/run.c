/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>

#include "run.h"

void run_fail(struct run *run, const char *format, ...)
{
	va_list args;
	if (run->failure[0])
		return; /* the first reason is the one that explains the others */
	va_start(args, format);
	vsnprintf(run->failure, sizeof(run->failure), format, args);
	va_end(args);
}

uint32_t run_count_refused(const struct run *run)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < run->options->pictures.count; i++)
		n += run->pictures[i].refused != NULL;
	return n;
}

uint32_t run_count_seen(const struct run *run)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < run->options->pictures.count; i++)
		n += run->pictures[i].seen;
	return n;
}

uint32_t run_count_compared(const struct run *run, bool same_bytes)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < run->options->pictures.count; i++)
		n += run->pictures[i].compared && (run->pictures[i].same_bytes || !same_bytes);
	return n;
}
