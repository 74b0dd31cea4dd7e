/* SPDX-License-Identifier: MIT */
/*
 * State: blend, depth-stencil, rasterizer or sampler state, for D3D10 and D3D11 alike. It never
 * changes. While one lives, whoever asks its device for an equal one gets the same object.
 *
 * `desc` is all that drawing needs to know, and is resolved: what a state that is switched off
 * would say is at its default, of render targets that are not independent each has what the first
 * has, and padding is zero, so that equal states have equal bytes.
 */
#ifndef XFI_WIN_STATE_H
#define XFI_WIN_STATE_H

#include "win/dxgi/pipeline.h"
#include "win/dxgi/state_desc.h"

struct xfi_state {
	struct xfi_child child;
	enum xfi_state_kind kind;
	union xfi_state_desc desc;
	struct xfi_state *next; /* xfi_device.states; under the lock */
};

static inline struct xfi_state *xfi_state_of(struct xfi_child *child)
{
	return XFI_CONTAINER(child, struct xfi_state, child);
}

/*
 * What drawing has to obey: the description bound in a slot (XFI_SLOT_BLEND, ..., XFI_SLOT_SAMPLER
 * and a register of a stage), or the default where nothing is bound. The device's lock is held, and
 * the answer is good until it is left.
 */
const union xfi_state_desc *xfi_state_bound(
	const struct xfi_pipeline *pipeline, enum xfi_state_kind kind, unsigned slot);

/*
 * Makes a state, or takes the one there is, for a device's method. `desc` is the newest description
 * of D3D11 of that kind (see the union), or NULL. With `ret_iface` NULL only checks, and returns
 * S_FALSE; else it is the state's interface, or NULL where it fails. E_INVALIDARG: no description,
 * or one that is not allowed.
 */
HRESULT xfi_state_create11(struct xfi_device *device, enum xfi_state_kind kind,
	const union xfi_state_desc *desc, void **ret_iface);
HRESULT xfi_state_create10(struct xfi_device *device, enum xfi_state_kind kind,
	const union xfi_state_desc *desc, void **ret_iface);

#endif
