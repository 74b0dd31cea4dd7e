/* SPDX-License-Identifier: MIT */
#include "win/dxgi/bind.h"

#include "win/dxgi/counter.h"
#include "win/dxgi/hazard.h"

static struct xfi_child *child_of(enum xfi_face face, void *iface)
{
	return face == XFI_FACE_10 ? xfi_child_of10(iface) : xfi_child_of11(iface);
}

static void *iface_of(enum xfi_face face, struct xfi_child *child)
{
	if (!child)
		return NULL;
	return face == XFI_FACE_10 ? (void *)&child->d3d10 : &child->d3d11;
}

static bool in_range(struct xfi_slots slots, UINT start, UINT count)
{
	return start <= slots.count && count <= slots.count - start;
}

/* False: all of it was bound before. */
static bool bind_locked(struct xfi_device *device, enum xfi_face face, struct xfi_slots slots,
	UINT start, UINT count, void *const *ifaces)
{
	bool changed = false;
	for (UINT i = 0; i < count; i++) {
		const unsigned slot = slots.first + start + i;
		struct xfi_child *child = ifaces ? child_of(face, ifaces[i]) : NULL;
		child = xfi_hazard_settle(device->pipeline, slot, child, &changed);
		changed |= xfi_pipeline_set(device->pipeline, slot, child);
	}
	return changed;
}

/* What is asked for beyond the slots is answered, too: nothing is there. */
static void fetch_locked(struct xfi_device *device, enum xfi_face face, struct xfi_slots slots,
	UINT start, UINT count, void **ret_ifaces)
{
	for (UINT i = 0; i < count && ret_ifaces; i++)
		ret_ifaces[i] = in_range(slots, start, i + 1)
					? iface_of(face, xfi_pipeline_get(device->pipeline,
								 slots.first + start + i))
					: NULL;
}

void xfi_fetch_numbers(
	const UINT *numbers, struct xfi_slots slots, UINT start, UINT count, UINT *ret_numbers)
{
	for (UINT i = 0; i < count && ret_numbers; i++)
		ret_numbers[i] = in_range(slots, start, i + 1) ? numbers[start + i] : 0;
}

void xfi_bind(struct xfi_device *device, enum xfi_face face, struct xfi_slots slots, UINT start,
	UINT count, const void *ifaces)
{
	if (!in_range(slots, start, count))
		return;
	xfi_device_lock(device);
	if (!bind_locked(device, face, slots, start, count, ifaces))
		xfi_device_unchanged(device);
	xfi_device_unlock(device);
}

void xfi_fetch(struct xfi_device *device, enum xfi_face face, struct xfi_slots slots, UINT start,
	UINT count, void *ret_ifaces)
{
	xfi_device_lock(device);
	fetch_locked(device, face, slots, start, count, ret_ifaces);
	xfi_device_unlock(device);
}

void xfi_bind_targets(
	struct xfi_device *device, enum xfi_face face, UINT count, const void *rtvs, void *dsv)
{
	if (count > XFI_N_RTV)
		return;
	xfi_device_lock(device);
	bool changed = bind_locked(device, face, XFI_RANGE(RTV), 0, count, rtvs);
	changed |= bind_locked(device, face, XFI_RANGE(RTV), count, XFI_N_RTV - count, NULL);
	changed |= bind_locked(device, face, XFI_ONE(DSV), 0, 1, &dsv);
	if (!changed)
		xfi_device_unchanged(device);
	xfi_device_unlock(device);
}

void xfi_fetch_targets(
	struct xfi_device *device, enum xfi_face face, UINT count, void *ret_rtvs, void *ret_dsv)
{
	xfi_device_lock(device);
	fetch_locked(device, face, XFI_RANGE(RTV), 0, count, ret_rtvs);
	fetch_locked(device, face, XFI_ONE(DSV), 0, 1, ret_dsv);
	xfi_device_unlock(device);
}

void xfi_bind_unordered(struct xfi_device *device, struct xfi_slots slots, UINT start, UINT count,
	const void *views, const UINT *counts)
{
	if (!in_range(slots, start, count))
		return;
	xfi_device_lock(device);
	bind_locked(device, XFI_FACE_11, slots, start, count, views);
	for (UINT i = 0; views && counts && i < count; i++) {
		struct xfi_child *child = xfi_child_of11(((void *const *)views)[i]);
		if (child)
			xfi_counter_set(xfi_view_of(child), counts[i]);
	}
	xfi_device_unlock(device);
}

void xfi_bind_vertex_buffers(struct xfi_device *device, enum xfi_face face, UINT start, UINT count,
	const void *buffers, const UINT *strides, const UINT *offsets)
{
	if (!in_range(XFI_RANGE(VB), start, count))
		return;
	xfi_device_lock(device);
	bind_locked(device, face, XFI_RANGE(VB), start, count, buffers);
	for (UINT i = 0; i < count; i++) {
		device->pipeline->vb_stride[start + i] = strides ? strides[i] : 0;
		device->pipeline->vb_offset[start + i] = offsets ? offsets[i] : 0;
	}
	xfi_device_unlock(device);
}

void xfi_fetch_vertex_buffers(struct xfi_device *device, enum xfi_face face, UINT start, UINT count,
	void *ret_buffers, UINT *ret_strides, UINT *ret_offsets)
{
	xfi_device_lock(device);
	fetch_locked(device, face, XFI_RANGE(VB), start, count, ret_buffers);
	xfi_fetch_numbers(device->pipeline->vb_stride, XFI_RANGE(VB), start, count, ret_strides);
	xfi_fetch_numbers(device->pipeline->vb_offset, XFI_RANGE(VB), start, count, ret_offsets);
	xfi_device_unlock(device);
}

void xfi_bind_index_buffer(struct xfi_device *device, enum xfi_face face, void *buffer,
	DXGI_FORMAT format, UINT offset)
{
	xfi_device_lock(device);
	bind_locked(device, face, XFI_ONE(IB), 0, 1, &buffer);
	device->pipeline->ib_format = format;
	device->pipeline->ib_offset = offset;
	xfi_device_unlock(device);
}

void xfi_fetch_index_buffer(struct xfi_device *device, enum xfi_face face, void *ret_buffer,
	DXGI_FORMAT *ret_format, UINT *ret_offset)
{
	xfi_device_lock(device);
	fetch_locked(device, face, XFI_ONE(IB), 0, 1, ret_buffer);
	if (ret_format)
		*ret_format = device->pipeline->ib_format;
	if (ret_offset)
		*ret_offset = device->pipeline->ib_offset;
	xfi_device_unlock(device);
}

void xfi_bind_blend(struct xfi_device *device, enum xfi_face face, void *state,
	const FLOAT factor[4], UINT mask)
{
	xfi_device_lock(device);
	bind_locked(device, face, XFI_ONE(BLEND), 0, 1, &state);
	for (int i = 0; i < 4; i++)
		device->pipeline->blend_factor[i] = factor ? factor[i] : 1;
	device->pipeline->sample_mask = mask;
	xfi_device_unlock(device);
}

void xfi_fetch_blend(struct xfi_device *device, enum xfi_face face, void *ret_state,
	FLOAT ret_factor[4], UINT *ret_mask)
{
	xfi_device_lock(device);
	fetch_locked(device, face, XFI_ONE(BLEND), 0, 1, ret_state);
	for (int i = 0; ret_factor && i < 4; i++)
		ret_factor[i] = device->pipeline->blend_factor[i];
	if (ret_mask)
		*ret_mask = device->pipeline->sample_mask;
	xfi_device_unlock(device);
}

void xfi_bind_depth_stencil(
	struct xfi_device *device, enum xfi_face face, void *state, UINT stencil_ref)
{
	xfi_device_lock(device);
	bind_locked(device, face, XFI_ONE(DEPTH_STENCIL), 0, 1, &state);
	device->pipeline->stencil_ref = stencil_ref;
	xfi_device_unlock(device);
}

void xfi_fetch_depth_stencil(
	struct xfi_device *device, enum xfi_face face, void *ret_state, UINT *ret_stencil_ref)
{
	xfi_device_lock(device);
	fetch_locked(device, face, XFI_ONE(DEPTH_STENCIL), 0, 1, ret_state);
	if (ret_stencil_ref)
		*ret_stencil_ref = device->pipeline->stencil_ref;
	xfi_device_unlock(device);
}

void xfi_bind_stream_outputs(struct xfi_device *device, enum xfi_face face, UINT count,
	const void *buffers, const UINT *offsets)
{
	if (count > XFI_N_SO)
		return;
	xfi_device_lock(device);
	bind_locked(device, face, XFI_RANGE(SO), 0, count, buffers);
	bind_locked(device, face, XFI_RANGE(SO), count, XFI_N_SO - count, NULL);
	for (UINT i = 0; i < XFI_N_SO; i++)
		device->pipeline->so_offset[i] = i < count && offsets ? offsets[i] : 0;
	xfi_device_unlock(device);
}
