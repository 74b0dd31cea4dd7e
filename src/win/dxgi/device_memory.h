/* SPDX-License-Identifier: MIT */
/*
 * Keyed textures whose bytes are in memory of their adapter, shared with other processes on the
 * same one: a hand-over then moves nothing. They have one image, and host memory of their own for
 * what the processor does with them, which residence.c keeps up to date as for what is not shared.
 *
 * Who gets such memory: a keyed texture of an adapter that shares images, with one plane and
 * without depth, and found by KMT handles, since those are Direct3D's alone. What has an NT handle
 * may be opened by Direct3D 12, whose libvkd3d imports host memory; so that stays in the domain's
 * memory, as does all that is made on the software adapter: whoever wants it to be read by others
 * makes it there.
 *
 * Thread-safety: all calls need the device's lock.
 */
#ifndef XFI_WIN_DEVICE_MEMORY_H
#define XFI_WIN_DEVICE_MEMORY_H

#include "win/dxgi/resource.h"

/* Is it one of those? Needs no lock. */
static inline bool xfi_in_device_memory(const struct xfi_resource *resource)
{
	return resource->pixels && resource->memory;
}

/* Makes memory and surface. -EOPNOTSUPP: not for this one, or not here. */
int xfi_device_memory_make(struct xfi_resource *resource);

/*
 * A new one's host memory goes there, behind all that its device has still to do: whoever acquires
 * it first waits for that, and nobody here.
 */
int xfi_device_memory_fill(struct xfi_resource *resource);

/*
 * The surface's memory, if it is a device's; then -EXDEV: this device is on another adapter;
 * -EPROTO: the description is none of such a texture, or does not fit the memory.
 */
int xfi_device_memory_open(struct xfi_resource *resource);

/* Before the first use of it since it was acquired: what is there is what others have left. */
int xfi_device_memory_take(struct xfi_resource *resource);

/* Before it is released: what is newer here goes there. */
int xfi_device_memory_give(struct xfi_resource *resource);

#endif
