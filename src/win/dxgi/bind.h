/* SPDX-License-Identifier: MIT */
/*
 * Binding and fetching ranges of slots, for D3D11's context and D3D10's device alike. `face` says
 * of which version the interface pointers are. Binding beyond the slots there are changes nothing;
 * what is fetched from beyond them is NULL or 0, so that outputs are always what was asked for.
 */
#ifndef XFI_WIN_BIND_H
#define XFI_WIN_BIND_H

#include "win/dxgi/pipeline.h"

enum xfi_face { XFI_FACE_10, XFI_FACE_11 };

struct xfi_slots {
	unsigned first; /* XFI_SLOT_* */
	unsigned count;
};

#define XFI_RANGE(name) ((struct xfi_slots){ XFI_SLOT_##name, XFI_N_##name })
#define XFI_ONE(name)	((struct xfi_slots){ XFI_SLOT_##name, 1 })
#define XFI_STAGE_RANGE(name, stage)                                                               \
	((struct xfi_slots){ XFI_SLOT_##name + (stage)*XFI_N_##name, XFI_N_##name })

/* `ifaces` NULL: unbinds. */
void xfi_bind(struct xfi_device *device, enum xfi_face face, struct xfi_slots slots, UINT start,
	UINT count, const void *ifaces);

/* Fills an array of the program, if it gave one, with references. */
void xfi_fetch(struct xfi_device *device, enum xfi_face face, struct xfi_slots slots, UINT start,
	UINT count, void *ret_ifaces);

/* The same for numbers beside the slots, one for each. */
void xfi_fetch_numbers(
	const UINT *numbers, struct xfi_slots slots, UINT start, UINT count, UINT *ret_numbers);

/* All render targets and the depth-stencil view at once; those not named are unbound. */
void xfi_bind_targets(
	struct xfi_device *device, enum xfi_face face, UINT count, const void *rtvs, void *dsv);
void xfi_fetch_targets(
	struct xfi_device *device, enum xfi_face face, UINT count, void *ret_rtvs, void *ret_dsv);

/* Views that are written unordered, with counts for their counters, or NULL. */
void xfi_bind_unordered(struct xfi_device *device, struct xfi_slots slots, UINT start, UINT count,
	const void *views, const UINT *counts);

void xfi_bind_vertex_buffers(struct xfi_device *device, enum xfi_face face, UINT start, UINT count,
	const void *buffers, const UINT *strides, const UINT *offsets);
void xfi_fetch_vertex_buffers(struct xfi_device *device, enum xfi_face face, UINT start, UINT count,
	void *ret_buffers, UINT *ret_strides, UINT *ret_offsets);
void xfi_bind_index_buffer(struct xfi_device *device, enum xfi_face face, void *buffer,
	DXGI_FORMAT format, UINT offset);
void xfi_fetch_index_buffer(struct xfi_device *device, enum xfi_face face, void *ret_buffer,
	DXGI_FORMAT *ret_format, UINT *ret_offset);

/* `factor` NULL: all ones. */
void xfi_bind_blend(struct xfi_device *device, enum xfi_face face, void *state,
	const FLOAT factor[4], UINT mask);
void xfi_fetch_blend(struct xfi_device *device, enum xfi_face face, void *ret_state,
	FLOAT ret_factor[4], UINT *ret_mask);
void xfi_bind_depth_stencil(
	struct xfi_device *device, enum xfi_face face, void *state, UINT stencil_ref);
void xfi_fetch_depth_stencil(
	struct xfi_device *device, enum xfi_face face, void *ret_state, UINT *ret_stencil_ref);

void xfi_bind_stream_outputs(struct xfi_device *device, enum xfi_face face, UINT count,
	const void *buffers, const UINT *offsets);

#endif
