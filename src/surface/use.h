/* SPDX-License-Identifier: MIT */
/* Uses of a surface that carries a sync object, for its pool. */
#ifndef XFI_SURFACE_USE_H
#define XFI_SURFACE_USE_H

#include <stdbool.h>

#include <crossfence/surface.h>

/*
 * Whether anything is pending for the surface; begins its next use, with this member as the
 * producer (-EBUSY: somebody has begun something), and says its number; gives that up again
 * (-EPERM: it has not begun, or is ready). XFI_UNTRACKED: it carries no sync object.
 */
#define XFI_UNTRACKED 1
bool xfi_surface_in_use(const struct xf_surface *surface);
int xfi_surface_begin_use(struct xf_surface *surface, uint64_t *ret_use);
int xfi_surface_end_use(struct xf_surface *surface);

#endif
