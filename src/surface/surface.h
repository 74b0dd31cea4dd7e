/* SPDX-License-Identifier: MIT */
/* Surface handles, for pools. */
#ifndef XFI_SURFACE_SURFACE_H
#define XFI_SURFACE_SURFACE_H

#include <crossfence/surface.h>

#include "shm/domain.h"

struct xf_surface {
	struct xf_domain *domain;
	struct xfi_slot *slot;
	uint32_t index;
	struct xf_surface_desc desc; /* the checked copy */
	uint64_t size_bytes;
	uint64_t payload_offset; /* XFI_IMPORTED: memory of its own */
	int fd; /* imported memory, else -1 */
	bool maybe_dma_buf; /* the kernel wants to know of accesses */
	uint64_t fd_offset;
	struct xf_sync *sync; /* what it carries, or NULL; open as long as the handle is */

	pthread_mutex_t lock; /* guards what follows */
	void *data; /* mapped at the first access, until close */
	bool data_writable;
	uint32_t accesses; /* begun and not ended */
	uint32_t told; /* XF_ACCESS_* that the kernel knows of */
	struct xf_keyed_mutex *mutex;
	struct xf_keyed_mutex *mutex_before; /* replaced; callers may still use it */
};

#define XFI_IMPORTED UINT64_MAX

/* What a new surface is made of. */
struct xfi_surface_plan {
	struct xf_surface_desc desc;
	uint64_t size_bytes;
	uint32_t flags;
	xf_id pool;
	uint32_t pool_index;
	int fd; /* borrowed; -1: payload */
	uint64_t fd_offset;
};

/* layout.c: checks a description; fills in planes; computes the size. */
int xfi_surface_plan(struct xfi_surface_plan *plan, const struct xf_surface_desc *desc);

/* What a surface may carry: one of these, or nothing. */
static inline bool xfi_surface_flags_ok(uint32_t flags)
{
	return flags == 0 || flags == XF_SURFACE_KEYED || flags == XF_SURFACE_SYNC;
}

/* Makes the object with openers, memory and what it carries. */
int xfi_surface_make(struct xf_domain *domain, const struct xfi_surface_plan *plan,
	struct xf_surface **ret_surface);

/* A handle, whether its memory is known or not; and the memory of an imported one. */
int xfi_surface_open_handle(struct xf_domain *domain, xf_id id, struct xf_surface **ret_surface);
int xfi_surface_borrow_fd(struct xf_surface *surface, int fd, uint64_t offset);

/*
 * use.c: whether anything is pending for the surface; begins its next use, with this member as the
 * producer (-EBUSY: somebody has begun something); gives that up again (-EPERM: it has not begun,
 * or is ready). XFI_UNTRACKED: it carries no sync object.
 */
#define XFI_UNTRACKED 1
bool xfi_surface_in_use(const struct xf_surface *surface);
int xfi_surface_begin_use(struct xf_surface *surface);
int xfi_surface_end_use(struct xf_surface *surface);

/* Puts a new keyed mutex in place of an abandoned one; the caller is the only holder. */
int xfi_surface_renew_mutex(struct xf_surface *surface);

/* payload.c: finds and zeroes room, and writes it into the slot being built. */
int xfi_payload_take(struct xf_domain *domain, uint32_t index, uint64_t size_bytes);

#endif
