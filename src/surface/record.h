/* SPDX-License-Identifier: MIT */
/* What the slot and the annex of a surface say. */
#ifndef XFI_SURFACE_RECORD_H
#define XFI_SURFACE_RECORD_H

#include "surface/layout.h"

struct xf_surface;
struct xfi_slot;

/* Of the surface in the making at `index`, and takes payload for it. */
int xfi_surface_write(
	struct xf_domain *domain, uint32_t index, const struct xfi_surface_plan *plan);

/* What its slot says, copied and not checked; without label, tensor and memory. */
void xfi_surface_read_shape(const struct xfi_slot *slot, struct xf_surface_desc *ret_desc);

/* Copies it into the handle. -EPROTO: no surface is like that. */
int xfi_surface_read(struct xf_surface *surface);

#endif
