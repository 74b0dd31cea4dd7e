/* SPDX-License-Identifier: MIT */
/* Surface handles, for pools. */
#ifndef XFI_SURFACE_SURFACE_H
#define XFI_SURFACE_SURFACE_H

#include <crossfence/surface.h>

#include "base/foreign_fd.h"
#include "surface/layout.h"
#include "sync/handle.h"

struct xfi_memory;

struct xf_surface {
	struct xfi_handle base;
	xf_id opened; /* 0 for the one who made it */
	struct xf_surface_desc desc; /* the checked copy */
	uint64_t size_bytes;
	uint64_t payload_offset; /* of its memory, unless that is imported */
	bool imported;
	int fd; /* imported host memory, else -1 */
	struct xfi_sender sender; /* of that, unless it was lent here */
	struct xfi_memory *memory; /* a device's, else NULL */
	bool maybe_dma_buf; /* the kernel wants to know of accesses */
	uint64_t fd_offset;
	bool keyed; /* made to carry a mutex */
	struct xf_sync *sync; /* what it carries, or NULL; open as long as the handle is */

	pthread_mutex_t lock; /* guards what follows */
	void *data; /* mapped at the first access, until close */
	bool data_writable;
	void *annex_page; /* likewise */
	uint64_t annex_offset; /* within that page */
	uint32_t accesses; /* begun and not ended */
	uint32_t told; /* XF_ACCESS_* that the kernel knows of */
	struct xf_keyed_mutex *mutex;
	struct xf_keyed_mutex *mutex_before; /* replaced; callers may still use it */
};

/* What a surface may carry: one of these, or nothing. */
static inline bool xfi_surface_flags_ok(uint32_t flags)
{
	return flags == 0 || flags == XF_SURFACE_KEYED || flags == XF_SURFACE_SYNC;
}

/* Our own memory is host memory, and has no other layout than the linear one. */
int xfi_surface_check_own(const struct xfi_surface_plan *plan);

/* Makes the object with openers, memory and what it carries. */
int xfi_surface_make(struct xf_domain *domain, const struct xfi_surface_plan *plan,
	struct xf_surface **ret_surface);

/* A handle, whether its memory is known or not. */
int xfi_surface_open_handle(struct xf_domain *domain, xf_id id, struct xf_surface **ret_surface);

/* For a viewer: whether it has ended, and its memory may be another's. */
static inline bool xfi_surface_gone(const struct xf_surface *surface)
{
	return xfi_handle_gone(&surface->base, surface->opened);
}

#endif
