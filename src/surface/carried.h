/* SPDX-License-Identifier: MIT */
/* The keyed mutex or the sync object that a surface carries. */
#ifndef XFI_SURFACE_CARRIED_H
#define XFI_SURFACE_CARRIED_H

#include <stdbool.h>

struct xf_keyed_mutex;
struct xf_surface;

/* One of the surface's own; its creator's handle becomes the surface handle's. */
int xfi_surface_make_mutex(struct xf_surface *surface);
int xfi_surface_make_sync(struct xf_surface *surface);

/* At once, so that it lasts as long as anybody has the surface open. */
int xfi_surface_open_sync(struct xf_surface *surface);

/* Follows the slot to the mutex it names now; the surface's lock is held. -ENOENT: none. */
int xfi_surface_current_mutex(struct xf_surface *surface, struct xf_keyed_mutex **ret_mutex);

/* Another handle than this one owns the keyed mutex, whoever holds the surface. */
bool xfi_surface_owned_elsewhere(struct xf_surface *surface);

/*
 * For the only holder: puts a new keyed mutex in place of an abandoned one, and, with `rekey`,
 * makes it carry key 0. 0, also if there is none; XFI_AGAIN: another handle owns it.
 */
int xfi_surface_ready_mutex(struct xf_surface *surface, bool rekey);

#endif
