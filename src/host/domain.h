/* SPDX-License-Identifier: MIT */
/* Surfaces of the domain that is shared with a guest. Service only. */
#ifndef XFH_DOMAIN_H
#define XFH_DOMAIN_H

#include "host/surface.h"

int xfh_domain_surface_open(
	struct xf_host_guest *guest, uint64_t id, struct xfh_surface **ret_surface);
void xfh_domain_surface_close(struct xfh_surface *surface);
int xfh_domain_lend(void *handle, uint8_t *payload); /* XFW_LOAN_BYTES */
void xfh_domain_notify(void *handle);
void xfh_domain_revoke(void *handle);

#endif
