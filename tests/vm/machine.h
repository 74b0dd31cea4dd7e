/* SPDX-License-Identifier: MIT */
/* Real guests for the tests: QEMU under TCG with the image of packaging/vm-image. */
#ifndef MACHINE_H
#define MACHINE_H

#include <sys/types.h>

struct machine {
	pid_t pid;
	char console[160]; /* file with the guest's console */
};

/* Why no machine can be started here, or NULL. */
const char *machine_missing(void);
/* Has the image this kernel module? */
int machine_has_module(const char *name);

/*
 * Starts a guest. `devices` and `command` end with NULL: more QEMU arguments, and words for the
 * kernel's command line (see tests/vm/init). QEMU dies with the caller.
 */
void machine_start(struct machine *machine, const char *name, const char *const *devices,
	const char *const *command);

void machine_kill(struct machine *machine); /* SIGKILL, and waits */
/* Waits for the guest to power off; 0 in time. */
int machine_wait(struct machine *machine, int64_t deadline_ns);
/* Is `line` on the console? */
int machine_said(const struct machine *machine, const char *line);
/* Prints the lines that contain `text`. */
void machine_quote(const struct machine *machine, const char *text);
void machine_print(const struct machine *machine); /* the console, to stderr */

#endif
