/* SPDX-License-Identifier: MIT */
/*
 * The commands of the tool, one file or folder each. main() finds them in its table and calls them
 * with argv[0] "crossfence COMMAND", so that getopt_long() names the right thing in its messages,
 * and argv[1] the first word after the command. They return an exit status and never call exit().
 */
#ifndef CROSSFENCE_TOOL_COMMANDS_H
#define CROSSFENCE_TOOL_COMMANDS_H

/* Exit statuses, as documented in crossfence(1). */
enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1, /* one line on stderr says why */
	EXIT_USAGE = 2, /* the command line makes no sense */
	EXIT_TIMED_OUT = 3, /* wait: the time limit passed */
	EXIT_NEVER = 4, /* wait, signal: abandoned, or nobody is left who could signal it */
	EXIT_NOT_FOUND = 5, /* no such name, or no such object in the domain */
};

int cmd_demo(int argc, char **argv);
int cmd_host(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_signal(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_version(int argc, char **argv);
int cmd_wait(int argc, char **argv);

#endif
