/* SPDX-License-Identifier: MIT */
#include "win/dxgi/hazard.h"

#include "win/dxgi/view_range.h"

/* Of all slots those that write come first, which pipeline.h says. */
_Static_assert(XFI_SLOT_RTV == 0 && XFI_SLOT_VB == XFI_SLOT_CS_UAV + XFI_N_UAV, "written ones");

static bool is_written(unsigned slot)
{
	return slot < XFI_SLOT_VB;
}

static bool is_read(unsigned slot)
{
	return slot >= XFI_SLOT_SRV && slot < XFI_SLOT_CB;
}

/* Of most there is nothing to be looked for. */
static bool is_ever_written(const struct xfi_resource *resource)
{
	return resource->desc.bind &
	       (D3D11_BIND_RENDER_TARGET | D3D11_BIND_DEPTH_STENCIL | D3D11_BIND_UNORDERED_ACCESS);
}

/* With the first flag depth stays as it is, with the second stencil; a view shows either. */
static bool writes(const struct xfi_view *view)
{
	return view->kind != XFI_DSV || !view->desc.dsv.Flags;
}

static bool is_written_elsewhere(const struct xfi_pipeline *pipeline, const struct xfi_view *view)
{
	for (unsigned slot = 0; slot < XFI_SLOT_VB; slot++) {
		struct xfi_child *child = pipeline->slots[slot];
		if (child && writes(xfi_view_of(child)) &&
			xfi_view_overlaps(xfi_view_of(child), view))
			return true;
	}
	return false;
}

static bool unbind_readers(struct xfi_pipeline *pipeline, const struct xfi_view *view)
{
	bool any = false;
	for (unsigned slot = XFI_SLOT_SRV; slot < XFI_SLOT_CB; slot++) {
		struct xfi_child *child = pipeline->slots[slot];
		if (child && xfi_view_overlaps(xfi_view_of(child), view))
			any |= xfi_pipeline_set(pipeline, slot, NULL);
	}
	return any;
}

struct xfi_child *xfi_hazard_settle(
	struct xfi_pipeline *pipeline, unsigned slot, struct xfi_child *child, bool *ret_changed)
{
	if (!child || pipeline->slots[slot] == child || (!is_written(slot) && !is_read(slot)))
		return child;
	const struct xfi_view *view = xfi_view_of(child);
	if (!is_ever_written(view->resource) || !atomic_load(&view->resource->bindings))
		return child;
	if (is_read(slot))
		return is_written_elsewhere(pipeline, view) ? NULL : child;
	if (writes(view))
		*ret_changed |= unbind_readers(pipeline, view);
	return child;
}
