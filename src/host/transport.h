/* SPDX-License-Identifier: MIT */
/* How channels come about. Service only. */
#ifndef XFI_HOST_TRANSPORT_H
#define XFI_HOST_TRANSPORT_H

#include "host/guest.h"

int xfi_transport_start(struct xf_host_guest *guest, const struct xf_host_guest_params *params);
void xfi_transport_stop(struct xf_host_guest *guest);
void xfi_transport_lost(struct xf_host_guest *guest); /* a channel of it was closed */
int xfi_transport_listen(struct xf_host_guest *guest, const char *path);
int xfi_transport_accept(struct xf_host_guest *guest, int listener, int *ret_fd);

#endif
