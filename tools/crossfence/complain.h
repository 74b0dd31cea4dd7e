/* SPDX-License-Identifier: MIT */
/* One line on stderr, told once, by the command: what was meant, why it failed, what to do. */
#ifndef CROSSFENCE_TOOL_COMPLAIN_H
#define CROSSFENCE_TOOL_COMPLAIN_H

/* Prints "crossfence COMMAND: ..." as one line and returns `status`, for `return complain(...)`. */
__attribute__((format(printf, 2, 3))) int complain(int status, const char *format, ...);

/* The same for a wrong command line; points to --help. Returns EXIT_USAGE. */
__attribute__((format(printf, 1, 2))) int complain_usage(const char *format, ...);

/*
 * Ends a command that wrote to stdout: returns `status`, unless the output could not be written
 * (disk full), which is a failure of its own.
 */
int finish_output(int status);

#endif
