/* SPDX-License-Identifier: MIT */
/* The thread that hands a domain's descriptor to those who ask by name. */
#ifndef XFI_SHM_SERVER_H
#define XFI_SHM_SERVER_H

#include "shm/domain.h"

/*
 * Starts serving on `listener` (taken, also on failure), or, when it is -1, binds `name` as soon
 * as its dying holder lets go of it.
 */
int xfi_server_start(
	struct xf_domain *domain, const char *name, int listener, struct xfi_server **ret_server);
void xfi_server_stop(struct xfi_server *server);

#endif
