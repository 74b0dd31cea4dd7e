/* SPDX-License-Identifier: MIT */
/*
 * Surfaces whose bytes are a device's: what their slots say of it, and the descriptor of the
 * memory, which a process has once for all of its handles of the surface, and hands on.
 *
 * A slot's `flags`:
 *	bits 0-7	XF_SURFACE_*
 *	bits 8-11	enum xf_memory
 *	bits 12-15	the device's place in the domain's header
 *	bits 16-21	granularity, as a power of two
 */
#ifndef XFI_SURFACE_DEVICE_H
#define XFI_SURFACE_DEVICE_H

#include <crossfence/surface.h>

#include "shm/domain.h"
#include "surface/layout.h"

struct xfi_memory;

/* What a plan says of a device holds together; for host memory: says nothing. 0, -EINVAL. */
int xfi_device_check(const struct xfi_surface_plan *plan);

/* The bits of `flags` for it, once its device has a place. -ENOSPC: there are too many. */
int xfi_device_bits(
	struct xf_domain *domain, const struct xf_surface_desc *desc, uint32_t *ret_bits);

/* Fills in what a slot's flags say of a surface of `size_bytes`, checked; 0, -EPROTO. */
int xfi_device_read(const struct xf_domain *domain, uint32_t flags, uint64_t size_bytes,
	struct xf_surface_desc *desc);

/* Then what the surface's annex says of it, of a kind that needs one; likewise. */
int xfi_device_read_annex(
	const struct xfi_annex *annex, uint64_t size_bytes, struct xf_surface_desc *desc);

/* Are there things to be said of this kind for which slots have no room? */
bool xfi_device_needs_annex(uint32_t kind);

/* The kind that a slot's flags name, checked. */
uint32_t xfi_device_kind(uint32_t flags);

/*
 * This process' memory of the surface in slot `index`, behind `fd` (borrowed), or, when that is -1,
 * got from another member; as xf_surface_open().
 */
int xfi_memory_get(struct xf_domain *domain, uint32_t index, xf_id id, uint64_t size_bytes, int fd,
	struct xfi_memory **ret_memory);
/* Before the handle is closed; NULL allowed. */
void xfi_memory_put(struct xfi_memory *memory);

int xfi_memory_fd(const struct xfi_memory *memory); /* borrowed */
int xfi_memory_keep(struct xfi_memory *memory, int (*make)(void *arg, void **ret_kept), void *arg,
	void (*destroy)(void *kept), void **ret_kept);

/* -EOPNOTSUPP, with a message that names what to call instead. */
int xfi_device_refuse_cpu(uint32_t kind);

#endif
