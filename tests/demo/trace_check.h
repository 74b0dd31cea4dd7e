/* SPDX-License-Identifier: MIT */
#ifndef TESTS_DEMO_TRACE_CHECK_H
#define TESTS_DEMO_TRACE_CHECK_H

struct trace_facts {
	unsigned owner_intervals, surface_intervals;
	unsigned kills; /* instant events */
	unsigned processes, surfaces; /* named tracks */
};

/*
 * Loads a timeline.json and asserts its shape: known phases, no interval before the start or of
 * negative length, and on every track (of a process, of a surface) no two intervals at one time.
 */
void trace_check(const char *path, struct trace_facts *ret_facts);

#endif
