/* SPDX-License-Identifier: MIT */
/*
 * Who had which surface when, for Perfetto and chrome://tracing. One track for each process, on
 * which the surfaces it had follow each other, of several at a time each from when the one before
 * was given back; and one for each surface and role: two consumers have it at the same time.
 */
#ifndef CROSSFENCE_DEMO_TRACE_H
#define CROSSFENCE_DEMO_TRACE_H

#include <stdint.h>

#include "stage.h"

/* Beyond this many, later ones are only counted: viewers get slow. */
#define TRACE_INTERVALS_MAX 200000

struct trace_process {
	enum role role;
	int32_t pid;
	uint32_t number; /* 0: the first of its role, 1: its successor ... */
	int64_t started_ns, killed_ns; /* 0: was not killed */
	int64_t shown_ns; /* trace_write()'s own: what it had until then is on its track */
};

struct trace_interval {
	uint32_t process;
	uint32_t surface;
	uint64_t frame;
	int64_t begin_ns, end_ns;
};

struct trace {
	struct trace_process *processes; /* owned */
	uint32_t n_processes;
	struct trace_interval *intervals; /* owned */
	uint64_t n_intervals, room, left_out;
	int64_t begin_ns;
	uint32_t n_surfaces;
};

void trace_finish(struct trace *trace);
int trace_add_process(struct trace *trace, enum role role, int32_t pid, uint32_t *ret_process);
int trace_add_interval(struct trace *trace, const struct trace_interval *interval);

/* 0 or -errno. */
int trace_write(const struct trace *trace, const char *path);

#endif
