/* SPDX-License-Identifier: MIT */
#include "win/dxgi/context_state.h"

/* The device has a use of the one that is its own, so it is not that. */
static void state_destroy(struct xfi_child *child)
{
	struct xfi_context_state *state = xfi_context_state_of(child);
	xfi_device_lock(child->device);
	xfi_pipeline_destroy(state->pipeline);
	xfi_device_unlock(child->device);
	free(state);
}

static void *state_query(struct xfi_child *child, REFIID riid)
{
	static const IID *const iids[] = { &IID_IUnknown, &IID_ID3D11DeviceChild,
		&IID_ID3DDeviceContextState, NULL };
	return xfi_iid_is_one_of(riid, iids) ? &child->d3d11 : NULL;
}

static const struct xfi_child_type state_type = { .destroy = state_destroy, .query = state_query };
static const ID3DDeviceContextStateVtbl state_vtbl = { XFI_CHILD_METHODS(
	ID3DDeviceContextState, 11) };

/* Of a pipeline that it takes. */
static struct xfi_context_state *make(struct xfi_device *device, struct xfi_pipeline *pipeline)
{
	struct xfi_context_state *state = calloc(1, sizeof(*state));
	if (!state)
		return NULL;
	xfi_child_init(&state->child, device, &state_type);
	state->child.d3d11.lpVtbl = (const void *)&state_vtbl;
	state->pipeline = pipeline;
	pipeline->state = &state->child;
	return state;
}

HRESULT xfi_context_state_create(struct xfi_device *device, struct xfi_context_state **ret_state)
{
	struct xfi_pipeline *pipeline = xfi_pipeline_create();
	*ret_state = pipeline ? make(device, pipeline) : NULL;
	if (!*ret_state) {
		free(pipeline);
		return E_OUTOFMEMORY;
	}
	xfi_device_lock(device);
	xfi_pipeline_join(pipeline, device->pipeline);
	xfi_device_unlock(device);
	return S_OK;
}

/* A device begins with a pipeline of which nobody has a state yet. */
static struct xfi_context_state *take_current(struct xfi_device *device)
{
	struct xfi_child *child = device->pipeline->state;
	if (child) {
		xfi_child_addref(child);
		return xfi_context_state_of(child);
	}
	struct xfi_context_state *state = make(device, device->pipeline);
	if (state)
		xfi_child_use(&state->child); /* the device's */
	return state;
}

struct xfi_context_state *xfi_context_state_swap(
	struct xfi_device *device, struct xfi_context_state *next)
{
	xfi_device_lock(device);
	struct xfi_context_state *before = take_current(device);
	if (before) {
		xfi_child_use(&next->child);
		device->pipeline = next->pipeline;
		xfi_child_unuse(&before->child); /* the program's reference is left */
	}
	xfi_device_unlock(device);
	return before;
}

void xfi_context_state_end(struct xfi_device *device)
{
	struct xfi_child *child = device->pipeline->state;
	if (child)
		xfi_child_unuse(child);
	else
		xfi_pipeline_destroy(device->pipeline);
	device->pipeline = NULL;
}
