/* SPDX-License-Identifier: MIT */
/*
 * Pipeline: what is bound to a device's immediate context. Every place where something can be bound
 * is a slot in one array, so that "unset this resource everywhere" is one loop.
 *
 * Thread-safety: all calls need the device's lock.
 */
#ifndef XFI_WIN_PIPELINE_H
#define XFI_WIN_PIPELINE_H

#include "win/dxgi/device.h"

enum xfi_stage { XFI_VS, XFI_HS, XFI_DS, XFI_GS, XFI_PS, XFI_CS, XFI_STAGES };

/* First slots and counts. */
enum {
	XFI_N_RTV = D3D11_SIMULTANEOUS_RENDER_TARGET_COUNT,
	XFI_N_OM_UAV = D3D11_1_UAV_SLOT_COUNT,
	XFI_N_CS_UAV = D3D11_1_UAV_SLOT_COUNT,
	XFI_N_UAV = D3D11_1_UAV_SLOT_COUNT,
	XFI_N_VB = D3D11_IA_VERTEX_INPUT_RESOURCE_SLOT_COUNT,
	XFI_N_SO = D3D11_SO_BUFFER_SLOT_COUNT,
	XFI_N_SRV = D3D11_COMMONSHADER_INPUT_RESOURCE_SLOT_COUNT,
	XFI_N_CB = D3D11_COMMONSHADER_CONSTANT_BUFFER_API_SLOT_COUNT,
	XFI_N_SAMPLER = D3D11_COMMONSHADER_SAMPLER_SLOT_COUNT,
	XFI_SLOT_RTV = 0,
	XFI_SLOT_DSV = XFI_SLOT_RTV + XFI_N_RTV,
	XFI_SLOT_OM_UAV,
	XFI_SLOT_CS_UAV = XFI_SLOT_OM_UAV + XFI_N_UAV,
	XFI_SLOT_VB = XFI_SLOT_CS_UAV + XFI_N_UAV,
	XFI_SLOT_IB = XFI_SLOT_VB + XFI_N_VB,
	XFI_SLOT_SO,
	XFI_SLOT_BLEND = XFI_SLOT_SO + XFI_N_SO,
	XFI_SLOT_DEPTH_STENCIL,
	XFI_SLOT_RASTERIZER,
	XFI_SLOT_INPUT_LAYOUT,
	XFI_SLOT_SHADER,
	XFI_SLOT_SRV = XFI_SLOT_SHADER + XFI_STAGES,
	XFI_SLOT_CB = XFI_SLOT_SRV + XFI_STAGES * XFI_N_SRV,
	XFI_SLOT_SAMPLER = XFI_SLOT_CB + XFI_STAGES * XFI_N_CB,
	XFI_SLOT_PREDICATE = XFI_SLOT_SAMPLER + XFI_STAGES * XFI_N_SAMPLER,
	XFI_SLOTS,
};

#define XFI_VIEWPORTS D3D11_VIEWPORT_AND_SCISSORRECT_OBJECT_COUNT_PER_PIPELINE

struct xfi_pipeline {
	struct xfi_child *slots[XFI_SLOTS];
	struct xfi_pipeline *next; /* of the ring of all that the device has */
	struct xfi_child *state; /* that it is part of, or NULL: context_state.h */
	UINT vb_stride[XFI_N_VB], vb_offset[XFI_N_VB], so_offset[XFI_N_SO];
	DXGI_FORMAT ib_format;
	UINT ib_offset;
	UINT cb_first[XFI_STAGES][XFI_N_CB], cb_count[XFI_STAGES][XFI_N_CB];
	D3D11_PRIMITIVE_TOPOLOGY topology;
	FLOAT blend_factor[4];
	UINT sample_mask, stencil_ref;
	UINT n_viewports, n_scissors;
	D3D11_VIEWPORT viewports[XFI_VIEWPORTS];
	D3D11_RECT scissors[XFI_VIEWPORTS];
	BOOL predicate_value;
	bool is_barred; /* the predicate says so: predicate.h */
};

/* In a ring of its own. */
struct xfi_pipeline *xfi_pipeline_create(void);
void xfi_pipeline_join(struct xfi_pipeline *pipeline, struct xfi_pipeline *ring);
void xfi_pipeline_destroy(struct xfi_pipeline *pipeline);

/* Unsets everything. */
void xfi_pipeline_clear(struct xfi_pipeline *pipeline);

/* Binds `child` (NULL: nothing) with a use of ours. False: it was bound before. */
bool xfi_pipeline_set(struct xfi_pipeline *pipeline, unsigned slot, struct xfi_child *child);

/* What is bound, with a reference for the program. */
struct xfi_child *xfi_pipeline_get(struct xfi_pipeline *pipeline, unsigned slot);

/* Unsets the resource and every view of it, from where colours and depth go only. */
void xfi_pipeline_unset_target(struct xfi_pipeline *pipeline, struct xfi_resource *resource);

/* The same from everywhere, and in all of the ring. */
void xfi_pipeline_unset_resource(struct xfi_pipeline *pipeline, struct xfi_resource *resource);

#endif
