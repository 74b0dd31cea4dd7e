/* SPDX-License-Identifier: MIT */
/*
 * Context state: all that is bound to a context, as an object that can be exchanged for another
 * (ID3DDeviceContextState). It is the pipeline itself: one of them is the device's, and the others
 * keep what is bound to them. All pipelines of a device are in a ring, since a keyed resource that
 * is released is bound nowhere afterwards, neither there.
 */
#ifndef XFI_WIN_CONTEXT_STATE_H
#define XFI_WIN_CONTEXT_STATE_H

#include "win/dxgi/pipeline.h"

struct xfi_context_state {
	struct xfi_child child;
	struct xfi_pipeline *pipeline;
};

static inline struct xfi_context_state *xfi_context_state_of(struct xfi_child *child)
{
	return XFI_CONTAINER(child, struct xfi_context_state, child);
}

/* One with nothing bound. */
HRESULT xfi_context_state_create(struct xfi_device *device, struct xfi_context_state **ret_state);

/* Makes it the device's. What was that before, with a reference; NULL: without memory for it. */
struct xfi_context_state *xfi_context_state_swap(
	struct xfi_device *device, struct xfi_context_state *next);

/* With the device. */
void xfi_context_state_end(struct xfi_device *device);

#endif
