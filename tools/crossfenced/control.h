/* SPDX-License-Identifier: MIT */
/* The control socket, for crossfence host. */
#ifndef CROSSFENCED_CONTROL_H
#define CROSSFENCED_CONTROL_H

#include <stdio.h>

#include "guests.h"

#define CONTROL_PATH "/run/crossfence/control.sock"

struct control {
	struct guests *guests;
	/* Follows the file anew; what is to be said of it, line by line, goes to `notes`. */
	int (*reload)(void *arg, FILE *notes, struct mistake *ret_mistake);
	void *arg;
};

/* Answers one client; gives it a second. */
void control_serve(int listener, const struct control *control);

#endif
