/* SPDX-License-Identifier: MIT */
/*
 * The processes that are connected. With each wake-up something is to be done for one of them, and
 * nothing for the others: they are not even looked at, since each lies in a page of its own, and a
 * guest that has just switched pays for each page that it touches.
 */
#ifndef GUESTD_CLIENTS_H
#define GUESTD_CLIENTS_H

#include "guestd.h"

void clients_add(struct guestd *g, struct client *client);
void clients_remove(struct guestd *g, struct client *client);

/* It is cut off, and ended when all events of this turn are handled: see relay_bury(). */
void clients_break(struct guestd *g, struct client *client);

/* NULL: it has gone. */
struct client *clients_find(struct guestd *g, uint32_t number);

#endif
