/* SPDX-License-Identifier: MIT */
/*
 * Hazards: what is bound where it is written is not bound where shaders read it. Whichever comes
 * later, it is the reader's slot that becomes empty, as programs see by Get*: the runtime of
 * Windows does so for all stages, and with what a view shows, not with whole resources. A
 * depth-stencil view that only reads is none that writes.
 */
#ifndef XFI_WIN_HAZARD_H
#define XFI_WIN_HAZARD_H

#include "win/dxgi/pipeline.h"

/*
 * What is to be bound in the slot instead of `child`: the same, or NULL. Unbinds what would read
 * while it writes. `*ret_changed` changes to true only.
 */
struct xfi_child *xfi_hazard_settle(
	struct xfi_pipeline *pipeline, unsigned slot, struct xfi_child *child, bool *ret_changed);

#endif
