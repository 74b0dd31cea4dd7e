/* SPDX-License-Identifier: MIT */
/* The thread that hands a domain's descriptor to those who ask by name. */
#ifndef XFI_SHM_SERVER_H
#define XFI_SHM_SERVER_H

#include "shm/domain.h"

#define XFI_HELLO	  0x4f4c4558u /* "XELO" */
#define XFI_HELLO_VERSION 1
#define XFI_HELLO_WAIT_NS INT64_C(1000000000) /* an honest peer answers within */

/* The same struct both ways; the answer carries the descriptor when result is 0. */
struct xfi_hello {
	uint32_t magic, version;
	uint32_t flags; /* XF_OPEN_* */
	int32_t result;
};

/*
 * Starts serving on `listener` (taken, also on failure), or, when it is -1, binds `name` as soon
 * as its dying holder lets go of it.
 */
int xfi_server_start(
	struct xf_domain *domain, const char *name, int listener, struct xfi_server **ret_server);
void xfi_server_stop(struct xfi_server *server);

/*
 * Binds and listens. While a dying process still has the address, waits for it to let go, until
 * `stop_fd` (-1: none) is readable. -EADDRINUSE: somebody alive serves it; -ECANCELED: stopped.
 */
int xfi_server_bind(const char *name, int stop_fd, int *ret_listener);

/* Asks the server of `name`: 0 and a descriptor, its refusal, or how the connection failed. */
int xfi_server_ask(const char *name, uint32_t flags, int stop_fd, int *ret_fd);

#endif
