/* SPDX-License-Identifier: MIT */
/* What the control socket is asked, for crossfence host. */
#ifndef CROSSFENCED_CONTROL_H
#define CROSSFENCED_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "guests.h"

#define CONTROL_PATH "/run/crossfence/control.sock"

struct control {
	struct guests *guests;
	/* Follows the file anew; what is to be said of it, line by line, goes to `notes`. */
	int (*reload)(void *arg, FILE *notes, struct mistake *ret_mistake);
	void *arg;
};

/* One line, or up to one that says "end". */
bool control_is_whole(const char *text);
/* Answers a question, or what came of one. The answer is the caller's to free, also when it failed.
 */
int control_answer(const struct control *control, char *text, char **ret_answer, size_t *ret_size);

#endif
