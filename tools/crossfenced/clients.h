/* SPDX-License-Identifier: MIT */
/*
 * Whoever has connected to the control socket. They are root or our own user, and yet none of them
 * keeps the others waiting, or the service from ending: each has a little time and is read and
 * written in pieces.
 */
#ifndef CROSSFENCED_CLIENTS_H
#define CROSSFENCED_CLIENTS_H

#include <poll.h>
#include <stdint.h>

#include "control.h"

#define CLIENTS_MAX 16 /* whoever comes then takes the place of the one that came first */

struct client {
	int fd; /* -1: nobody */
	int64_t since_ns;
	char *text; /* question, then answer */
	size_t have, done;
	bool asked;
};

struct clients {
	struct control control;
	int listener; /* -1: none */
	int64_t rests_until_ns; /* there was no descriptor left for whoever connects */
	struct client places[CLIENTS_MAX];
};

void clients_begin(struct clients *clients, int listener);
/* What to poll for, and for how long at most in milliseconds, -1 for ever. */
int clients_watch(const struct clients *clients, struct pollfd items[CLIENTS_MAX + 1]);
void clients_serve(struct clients *clients, const struct pollfd items[CLIENTS_MAX + 1]);
void clients_end(struct clients *clients);

#endif
