/* SPDX-License-Identifier: MIT */
/*
 * The JSON array format of trace events. Times are microseconds from the start. All strings are
 * ours and need no escaping.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace.h"

#define SURFACES_PID 0 /* no process has this number: the group of surface tracks */

void trace_finish(struct trace *trace)
{
	free(trace->processes);
	free(trace->intervals);
	memset(trace, 0, sizeof(*trace));
}

int trace_add_process(struct trace *trace, enum role role, int32_t pid, uint32_t *ret_process)
{
	struct trace_process *all =
		realloc(trace->processes, (trace->n_processes + 1) * sizeof(*all));
	if (!all)
		return -ENOMEM;
	trace->processes = all;
	all[trace->n_processes] = (struct trace_process){ role, pid, 0, xf_now(), 0, 0 };
	for (uint32_t i = 0; i < trace->n_processes; i++)
		all[trace->n_processes].number += all[i].role == role;
	*ret_process = trace->n_processes++;
	return 0;
}

int trace_add_interval(struct trace *trace, const struct trace_interval *interval)
{
	if (trace->n_intervals == TRACE_INTERVALS_MAX) {
		trace->left_out++;
		return 0;
	}
	if (trace->n_intervals == trace->room) {
		uint64_t room = trace->room ? trace->room * 2 : 4096;
		struct trace_interval *all = realloc(trace->intervals, room * sizeof(*all));
		if (!all)
			return -ENOMEM;
		trace->intervals = all;
		trace->room = room;
	}
	trace->intervals[trace->n_intervals++] = *interval;
	return 0;
}

static double us(const struct trace *trace, int64_t ns)
{
	return (double)(ns - trace->begin_ns) / 1e3;
}

static const char *title(const struct trace_process *process, char buffer[64])
{
	static const char *const titles[] = { "producer", "consumer A (checksum)",
		"consumer B (contact sheet)" };
	if (process->number)
		snprintf(buffer, 64, "%s, successor %u", titles[process->role], process->number);
	else
		snprintf(buffer, 64, "%s", titles[process->role]);
	return buffer;
}

static void name_track(FILE *file, const char *what, int pid, int tid, const char *name, int order)
{
	fprintf(file, ",\n{\"ph\":\"M\",\"name\":\"%s_name\",\"pid\":%d,\"tid\":%d,", what, pid,
		tid);
	fprintf(file, "\"args\":{\"name\":\"%s\"}}", name);
	fprintf(file, ",\n{\"ph\":\"M\",\"name\":\"%s_sort_index\",\"pid\":%d,\"tid\":%d,", what,
		pid, tid);
	fprintf(file, "\"args\":{\"sort_index\":%d}}", order);
}

static void write_names(const struct trace *trace, FILE *file)
{
	char name[64];
	for (uint32_t i = 0; i < trace->n_processes; i++) {
		const struct trace_process *p = &trace->processes[i];
		int order = (int)p->role * 100 + (int)p->number;
		name_track(file, "process", p->pid, p->pid, title(p, name), order);
		name_track(file, "thread", p->pid, p->pid, "has", 0);
	}
	name_track(file, "process", SURFACES_PID, 0, "surfaces", 1000);
	for (uint32_t i = 0; i < trace->n_surfaces * N_ROLES; i++) {
		snprintf(name, sizeof(name), "surface %u, %s", i / N_ROLES,
			role_name((enum role)(i % N_ROLES)));
		name_track(file, "thread", SURFACES_PID, (int)i + 1, name, (int)i);
	}
}

static void write_interval(const struct trace *trace, FILE *file, const struct trace_interval *i)
{
	struct trace_process *p = &trace->processes[i->process];
	double begin = us(trace, i->begin_ns), length = (double)(i->end_ns - i->begin_ns) / 1e3;
	int64_t alone_ns = i->begin_ns > p->shown_ns ? i->begin_ns : p->shown_ns;
	p->shown_ns = i->end_ns > alone_ns ? i->end_ns : alone_ns;
	fprintf(file,
		",\n{\"ph\":\"X\",\"cat\":\"owner\",\"name\":\"surface %u\",\"pid\":%d,\"tid\":%d,"
		"\"ts\":%.3f,\"dur\":%.3f,\"args\":{\"frame\":%" PRIu64 "}}",
		i->surface, p->pid, p->pid, us(trace, alone_ns),
		(double)(p->shown_ns - alone_ns) / 1e3, i->frame);
	fprintf(file,
		",\n{\"ph\":\"X\",\"cat\":\"surface\",\"name\":\"%s\",\"pid\":%d,\"tid\":%u,"
		"\"ts\":%.3f,\"dur\":%.3f,\"args\":{\"frame\":%" PRIu64 ",\"pid\":%d}}",
		role_name(p->role), SURFACES_PID, i->surface * N_ROLES + p->role + 1, begin, length,
		i->frame, p->pid);
}

static void write_kills(const struct trace *trace, FILE *file)
{
	char name[64];
	for (uint32_t i = 0; i < trace->n_processes; i++) {
		const struct trace_process *p = &trace->processes[i];
		if (!p->killed_ns)
			continue;
		fprintf(file,
			",\n{\"ph\":\"i\",\"s\":\"g\",\"cat\":\"kill\",\"name\":\"kill -9 %s\","
			"\"pid\":%d,\"tid\":%d,\"ts\":%.3f}",
			title(p, name), p->pid, p->pid, us(trace, p->killed_ns));
	}
}

int trace_write(const struct trace *trace, const char *path)
{
	FILE *file = fopen(path, "we");
	if (!file)
		return -errno;
	fprintf(file,
		"{\"displayTimeUnit\":\"ms\",\"otherData\":{\"intervals_left_out\":%" PRIu64 "},\n"
		"\"traceEvents\":[\n"
		"{\"ph\":\"M\",\"name\":\"process_labels\",\"pid\":%d,\"args\":{\"labels\":\"\"}}",
		trace->left_out, SURFACES_PID);
	write_names(trace, file);
	for (uint64_t i = 0; i < trace->n_intervals; i++)
		write_interval(trace, file, &trace->intervals[i]);
	write_kills(trace, file);
	fprintf(file, "\n]}\n");
	int failed = fflush(file) || ferror(file) ? -errno : 0;
	return fclose(file) && !failed ? -errno : failed;
}
