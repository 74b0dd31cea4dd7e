/* SPDX-License-Identifier: MIT */
/*
 * Tests of several real processes. A test program is also its own children: started with a role's
 * name it runs that role and exits with what the role returns.
 *
 * Parent and child talk in single bytes over a socket, which both ends read with a time limit.
 */
#ifndef XFT_HARNESS_H
#define XFT_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <cmocka.h>

struct child {
	pid_t pid;
	int socket;
};

struct role {
	const char *name;
	int (*run)(int socket, const char *arg);
};

/*
 * Call first in main(): gives the program a runtime folder of its own, and runs the role and exits
 * when it was started as a child. `roles` ends with an empty one.
 */
void harness_start(int argc, char **argv, const struct role *roles);

struct child child_start(const char *role, const char *arg);

/* Sends one byte; waits for one byte (fails the test after a minute). */
void child_tell(const struct child *child, char byte);
char child_hear(const struct child *child);

/* For roles: the same from the other side; -1 when the parent is gone or late. */
int parent_hear(int socket);
void parent_tell(int socket, char byte);

/* Waits for the child's end and returns its exit status, or 128 + the signal that ended it. */
int child_end(struct child *child);

/* Ends the child with SIGKILL and waits until it is gone. */
void child_kill(struct child *child);

#endif
