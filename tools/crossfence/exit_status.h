/* SPDX-License-Identifier: MIT */
/* Exit statuses of the commands, as documented in crossfence(1). */
#ifndef CROSSFENCE_TOOL_EXIT_STATUS_H
#define CROSSFENCE_TOOL_EXIT_STATUS_H

enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1, /* one line on stderr says why */
	EXIT_USAGE = 2, /* the command line makes no sense */
	EXIT_TIMED_OUT = 3, /* wait: the time limit passed */
	EXIT_NEVER = 4, /* wait, signal: abandoned, or nobody is left who could signal it */
	EXIT_NOT_FOUND = 5, /* no such name, or no such object in the domain */
};

#endif
