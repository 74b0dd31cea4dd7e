/* SPDX-License-Identifier: MIT */
/* How channels come about. Service only. */
#ifndef XFH_TRANSPORT_H
#define XFH_TRANSPORT_H

#include "host/guest.h"

int xfh_transport_start(struct xf_host_guest *guest, const struct xf_host_guest_params *params);
void xfh_transport_stop(struct xf_host_guest *guest);
void xfh_transport_lost(struct xf_host_guest *guest); /* a channel of it was closed */
int xfh_transport_listen(struct xf_host_guest *guest, const char *path);
const char *xfh_transport_name(enum xf_host_transport transport); /* static */
int xfh_transport_accept(struct xf_host_guest *guest, int listener, int *ret_fd);

#endif
