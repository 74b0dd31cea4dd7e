/* SPDX-License-Identifier: MIT */
#include "win/dxgi/state.h"

#include "win/dxgi/say.h"
#include "win/dxgi/state_faces.h"

static const IID *const faces11[XFI_STATE_KINDS][5] = {
	[XFI_STATE_BLEND] = { &IID_ID3D11DeviceChild, &IID_ID3D11BlendState,
		&IID_ID3D11BlendState1 },
	[XFI_STATE_DEPTH_STENCIL] = { &IID_ID3D11DeviceChild, &IID_ID3D11DepthStencilState },
	[XFI_STATE_RASTERIZER] = { &IID_ID3D11DeviceChild, &IID_ID3D11RasterizerState,
		&IID_ID3D11RasterizerState1, &IID_ID3D11RasterizerState2 },
	[XFI_STATE_SAMPLER] = { &IID_ID3D11DeviceChild, &IID_ID3D11SamplerState },
};

static const IID *const faces10[XFI_STATE_KINDS][4] = {
	[XFI_STATE_BLEND] = { &IID_ID3D10DeviceChild, &IID_ID3D10BlendState,
		&IID_ID3D10BlendState1 },
	[XFI_STATE_DEPTH_STENCIL] = { &IID_ID3D10DeviceChild, &IID_ID3D10DepthStencilState },
	[XFI_STATE_RASTERIZER] = { &IID_ID3D10DeviceChild, &IID_ID3D10RasterizerState },
	[XFI_STATE_SAMPLER] = { &IID_ID3D10DeviceChild, &IID_ID3D10SamplerState },
};

/* Unlike resources, states have the interfaces of both versions, whichever made them. */
static void *state_query(struct xfi_child *child, REFIID riid)
{
	const struct xfi_state *state = xfi_state_of(child);
	if (xfi_iid_is(riid, &IID_IUnknown))
		return child->device->is_d3d10 ? (void *)&child->d3d10 : &child->d3d11;
	if (xfi_iid_is_one_of(riid, faces11[state->kind]))
		return &child->d3d11;
	return xfi_iid_is_one_of(riid, faces10[state->kind]) ? &child->d3d10 : NULL;
}

/* Whoever looks for a state meanwhile finds it without uses, and makes another one. */
static void state_destroy(struct xfi_child *child)
{
	struct xfi_state *state = xfi_state_of(child), **link;
	xfi_device_lock(child->device);
	link = &child->device->states[state->kind];
	while (*link != state)
		link = &(*link)->next;
	*link = state->next;
	xfi_device_unlock(child->device);
	free(state);
}

static const struct xfi_child_type state_type = { .destroy = state_destroy, .query = state_query };

/* One that is at its end, with the lock asked for by its destroyer, is none. */
static struct xfi_state *find_locked(
	struct xfi_device *device, enum xfi_state_kind kind, const union xfi_state_desc *resolved)
{
	struct xfi_state *state;
	for (state = device->states[kind]; state; state = state->next)
		if (!memcmp(&state->desc, resolved, sizeof(*resolved)) &&
			xfi_child_try_use(&state->child)) {
			xfi_child_addref(&state->child);
			xfi_child_unuse(&state->child);
			return state;
		}
	return NULL;
}

static struct xfi_state *make_locked(
	struct xfi_device *device, enum xfi_state_kind kind, const union xfi_state_desc *resolved)
{
	struct xfi_state *state = calloc(1, sizeof(*state));
	if (!state)
		return NULL;
	xfi_child_init(&state->child, device, &state_type);
	state->kind = kind;
	memcpy(&state->desc, resolved, sizeof(*resolved));
	xfi_state_init_faces(state);
	state->next = device->states[kind];
	device->states[kind] = state;
	return state;
}

static HRESULT create(struct xfi_device *device, enum xfi_state_kind kind,
	const union xfi_state_desc *desc, struct xfi_state **ret_state)
{
#define MISSING(name)                                                                              \
	{                                                                                          \
		D3D11_MESSAGE_ID_##name, #name                                                     \
	}
	static const struct xfi_fault missing[XFI_STATE_KINDS] = {
		[XFI_STATE_BLEND] = MISSING(CREATEBLENDSTATE_NULLDESC),
		[XFI_STATE_DEPTH_STENCIL] = MISSING(CREATEDEPTHSTENCILSTATE_NULLDESC),
		[XFI_STATE_RASTERIZER] = MISSING(CREATERASTERIZERSTATE_NULLDESC),
		[XFI_STATE_SAMPLER] = MISSING(CREATESAMPLERSTATE_NULLDESC),
	};
	const struct xfi_fault *fault;
	union xfi_state_desc resolved;
	struct xfi_state *state;
	fault = desc ? xfi_state_resolve(kind, desc, &resolved) : &missing[kind];
	if (fault) {
		xfi_device_say_fault(device, fault);
		return E_INVALIDARG;
	}
	if (!ret_state)
		return S_FALSE;
	xfi_device_lock(device);
	state = find_locked(device, kind, &resolved);
	if (!state)
		state = make_locked(device, kind, &resolved);
	xfi_device_unlock(device);
	if (!state)
		return E_OUTOFMEMORY;
	*ret_state = state;
	return S_OK;
}

/* `child` is where the interface lies in the state. */
static HRESULT create_face(struct xfi_device *device, enum xfi_state_kind kind,
	const union xfi_state_desc *desc, size_t child, void **ret_iface)
{
	struct xfi_state *state;
	HRESULT hr = create(device, kind, desc, ret_iface ? &state : NULL);
	if (ret_iface)
		*ret_iface = SUCCEEDED(hr) ? (char *)state + child : NULL;
	return hr;
}

HRESULT xfi_state_create11(struct xfi_device *device, enum xfi_state_kind kind,
	const union xfi_state_desc *desc, void **ret_iface)
{
	return create_face(device, kind, desc, offsetof(struct xfi_state, child.d3d11), ret_iface);
}

HRESULT xfi_state_create10(struct xfi_device *device, enum xfi_state_kind kind,
	const union xfi_state_desc *desc, void **ret_iface)
{
	return create_face(device, kind, desc, offsetof(struct xfi_state, child.d3d10), ret_iface);
}

const union xfi_state_desc *xfi_state_bound(
	const struct xfi_pipeline *pipeline, enum xfi_state_kind kind, unsigned slot)
{
	struct xfi_child *child = pipeline->slots[slot];
	return child ? &xfi_state_of(child)->desc : xfi_state_default(kind);
}
