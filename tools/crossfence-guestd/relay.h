/* SPDX-License-Identifier: MIT */
/* What goes to and fro. All return 0, or negative when the channel to the host is lost. */
#ifndef GUESTD_RELAY_H
#define GUESTD_RELAY_H

#include "guestd.h"

int relay_begin(struct guestd *g);
int relay_upstream_ready(struct guestd *g, uint32_t events);
int relay_client_ready(struct guestd *g, struct client *client, uint32_t events);
int relay_client_end(struct guestd *g, struct client *client);
int relay_welcome_client(struct guestd *g, int fd);
int relay_flush(struct guestd *g); /* what was gathered */
int relay_bury(struct guestd *g); /* ends clients that broke meanwhile */
void relay_end(struct guestd *g);

#endif
