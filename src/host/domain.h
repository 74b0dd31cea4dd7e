/* SPDX-License-Identifier: MIT */
/* Surfaces of the domain that is shared with a guest. Service only. */
#ifndef XFI_HOST_DOMAIN_H
#define XFI_HOST_DOMAIN_H

#include "host/surface.h"

int xfi_domain_surface_open(struct xf_host_guest *guest, uint64_t id, struct surface **ret_surface);
void xfi_domain_surface_close(struct surface *surface);
int xfi_domain_lend(void *handle, uint8_t *payload); /* XFI_WIRE_LOAN_BYTES */
void xfi_domain_notify(void *handle);
void xfi_domain_revoke(void *handle);

#endif
