/* SPDX-License-Identifier: MIT */
/* The client's side of a name, and what is said between it and the server. */
#ifndef XFI_SHM_ASK_H
#define XFI_SHM_ASK_H

#include <stdint.h>

#include "base/time.h"

#define XFI_HELLO	  0x4f4c4558u /* "XELO" */
#define XFI_HELLO_VERSION 1
#define XFI_HELLO_WAIT_NS XFI_SECOND /* an honest peer answers within */

/* The same struct both ways; the answer carries the descriptor when result is 0. */
struct xfi_hello {
	uint32_t magic, version;
	uint32_t flags; /* XF_OPEN_* */
	int32_t result;
};

/* Asks the server of `name`: 0 and a descriptor, its refusal, or how the connection failed. */
int xfi_ask(const char *name, uint32_t flags, int stop_fd, int *ret_fd);

/*
 * Binds and listens. While a dying process still has the address, waits for it to let go, until
 * `stop_fd` (-1: none) is readable. -EADDRINUSE: somebody alive serves it; -ECANCELED: stopped.
 */
int xfi_ask_or_bind(const char *name, int stop_fd, int *ret_listener);

#endif
