/* SPDX-License-Identifier: MIT */
/* The thread that hands a domain's descriptor to those who ask by name. */
#ifndef XFI_SHM_SERVER_H
#define XFI_SHM_SERVER_H

#include "shm/domain.h"

/* The right to serve a name: the runtime folder, with the claim on it, and a watch on what comes.
 */
struct xfi_seat {
	int folder; /* -1: not taken */
	int watch;
};

/*
 * Claims `name`. While a dying process still has it, waits for it to let go, until `stop_fd` (-1:
 * none) is readable. Without a stop_fd it is not an heir who asks: until `heirs_until` the heirs to
 * the name, where it has some, have the first word. -EADDRINUSE: somebody alive serves it;
 * -ECANCELED: stopped; -EMFILE: also when the user has no inotify instance left; else as
 * xfi_folder_open().
 */
int xfi_seat_take(const char *name, int stop_fd, int64_t heirs_until, struct xfi_seat *ret_seat);
void xfi_seat_leave(struct xfi_seat *seat);

/*
 * Starts serving from `seat` (taken, also on failure), or, when that is not taken yet, takes it as
 * soon as its dying holder lets go of it.
 */
int xfi_server_start(struct xf_domain *domain, const char *name, struct xfi_seat seat,
	struct xfi_server **ret_server);
void xfi_server_stop(struct xfi_server *server);

#endif
