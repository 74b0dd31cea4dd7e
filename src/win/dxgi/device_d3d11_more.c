/* SPDX-License-Identifier: MIT */
#include "win/dxgi/device_d3d11_more.h"

#include "win/dxgi/context_state.h"
#include "win/dxgi/plane.h"
#include "win/dxgi/predicate.h"
#include "win/dxgi/query.h"
#include "win/dxgi/subresource.h"

static struct xfi_device *impl(ID3D11Device5 *iface)
{
	return XFI_CONTAINER(iface, struct xfi_device, d3d11);
}

/* What a description of version 1 begins with is the whole one of the first. */
_Static_assert(offsetof(D3D11_TEXTURE2D_DESC1, TextureLayout) == sizeof(D3D11_TEXTURE2D_DESC),
	"one layout");
_Static_assert(offsetof(D3D11_TEXTURE3D_DESC1, TextureLayout) == sizeof(D3D11_TEXTURE3D_DESC),
	"one layout");
_Static_assert(offsetof(D3D11_QUERY_DESC1, ContextType) == sizeof(D3D11_QUERY_DESC), "one layout");

/* Layouts that programs count on are for standard swizzle and for two adapters, as on Windows. */
#define TEXTURE(n)                                                                                 \
	HRESULT WINAPI xfi_device11_CreateTexture##n##D1(ID3D11Device5 *iface,                     \
		const D3D11_TEXTURE##n##D_DESC1 *desc, const D3D11_SUBRESOURCE_DATA *initial,      \
		ID3D11Texture##n##D1 **ret_texture)                                                \
	{                                                                                          \
		if (ret_texture)                                                                   \
			*ret_texture = NULL;                                                       \
		if (!desc || desc->TextureLayout != D3D11_TEXTURE_LAYOUT_UNDEFINED)                \
			return E_INVALIDARG;                                                       \
		return ID3D11Device5_CreateTexture##n##D(iface,                                    \
			(const D3D11_TEXTURE##n##D_DESC *)desc, initial,                           \
			(ID3D11Texture##n##D **)ret_texture);                                      \
	}

TEXTURE(2)
TEXTURE(3)

#define VIEW(Name, DESC, kind)                                                                     \
	HRESULT WINAPI xfi_device11_Create##Name##1(ID3D11Device5 * iface,                         \
		ID3D11Resource * resource, const D3D11_##DESC##_VIEW_DESC1 *desc,                  \
		ID3D11##Name##1 * *ret_view)                                                       \
	{                                                                                          \
		struct xfi_view *view;                                                             \
		HRESULT hr = E_INVALIDARG;                                                         \
		if (resource)                                                                      \
			hr = xfi_view_create1(impl(iface), kind,                                   \
				xfi_resource_of(xfi_child_of11(resource)), desc,                   \
				ret_view ? &view : NULL);                                          \
		if (ret_view)                                                                      \
			*ret_view = SUCCEEDED(hr) ? (void *)&view->child.d3d11 : NULL;             \
		return hr;                                                                         \
	}

VIEW(ShaderResourceView, SHADER_RESOURCE, XFI_SRV)
VIEW(UnorderedAccessView, UNORDERED_ACCESS, XFI_UAV)
VIEW(RenderTargetView, RENDER_TARGET, XFI_RTV)

/* All kinds of work go through one queue, but there is no video. */
HRESULT WINAPI xfi_device11_CreateQuery1(
	ID3D11Device5 *iface, const D3D11_QUERY_DESC1 *desc, ID3D11Query1 **ret_query)
{
	struct xfi_query *query;
	HRESULT hr = E_INVALIDARG;
	if (desc && (UINT)desc->ContextType <= D3D11_CONTEXT_TYPE_COPY)
		hr = xfi_query_create(
			impl(iface), (const D3D11_QUERY_DESC *)desc, ret_query ? &query : NULL);
	if (hr == S_OK)
		query->context = desc->ContextType;
	if (ret_query)
		*ret_query = SUCCEEDED(hr) ? (void *)&query->child.d3d11 : NULL;
	return hr;
}

HRESULT WINAPI xfi_device11_CreatePredicate(
	ID3D11Device5 *iface, const D3D11_QUERY_DESC *desc, ID3D11Predicate **ret_predicate)
{
	struct xfi_query *query;
	HRESULT hr = E_INVALIDARG;
	if (ret_predicate)
		*ret_predicate = NULL;
	if (desc)
		hr = xfi_predicate_create(impl(iface), desc, ret_predicate ? &query : NULL);
	if (hr == S_OK)
		*ret_predicate = (ID3D11Predicate *)&query->child.d3d11;
	return hr;
}

/* The first of the list that the device has; 0: none. */
static D3D_FEATURE_LEVEL choose_level(
	const struct xfi_device *device, const D3D_FEATURE_LEVEL *levels, UINT count)
{
	for (UINT i = 0; levels && i < count; i++)
		if (levels[i] >= D3D_FEATURE_LEVEL_9_1 && levels[i] <= device->level)
			return levels[i];
	return 0;
}

/* Whether a device has interfaces of Direct3D 10 is settled when it is made. */
static HRESULT check_emulated(const struct xfi_device *device, REFIID riid)
{
	static const IID *const d3d11[] = { &IID_ID3D11Device, &IID_ID3D11Device1,
		&IID_ID3D11Device2, &IID_ID3D11Device3, &IID_ID3D11Device4, &IID_ID3D11Device5,
		NULL };
	if (!riid)
		return E_INVALIDARG;
	if (xfi_iid_is(riid, &IID_ID3D10Device) || xfi_iid_is(riid, &IID_ID3D10Device1))
		return device->is_d3d10 ? S_OK : E_NOTIMPL;
	return xfi_iid_is_one_of(riid, d3d11) ? S_OK : E_INVALIDARG;
}

HRESULT WINAPI xfi_device11_CreateDeviceContextState(ID3D11Device5 *iface, UINT flags,
	const D3D_FEATURE_LEVEL *levels, UINT n_levels, UINT sdk_version, REFIID emulated,
	D3D_FEATURE_LEVEL *ret_level, ID3DDeviceContextState **ret_state)
{
	struct xfi_device *device = impl(iface);
	const D3D_FEATURE_LEVEL level = choose_level(device, levels, n_levels);
	struct xfi_context_state *state;
	if (ret_level)
		*ret_level = 0;
	if (ret_state)
		*ret_state = NULL;
	HRESULT hr = check_emulated(device, emulated);
	if (flags & ~(UINT)D3D11_1_CREATE_DEVICE_CONTEXT_STATE_SINGLETHREADED || !level ||
		sdk_version != D3D11_SDK_VERSION)
		hr = E_INVALIDARG;
	if (FAILED(hr))
		return hr;
	if (ret_level)
		*ret_level = level;
	if (!ret_state)
		return S_FALSE;
	hr = xfi_context_state_create(device, &state);
	if (hr == S_OK)
		*ret_state = (ID3DDeviceContextState *)&state->child.d3d11;
	return hr;
}

HRESULT WINAPI xfi_device11_CheckMultisampleQualityLevels(
	ID3D11Device5 *iface, DXGI_FORMAT format, UINT samples, UINT *ret_levels)
{
	if (!ret_levels)
		return E_INVALIDARG;
	*ret_levels = samples == 1 && xfi_format(format) ? 1 : 0;
	return samples ? S_OK : E_FAIL;
}

/* The flag is for tiled resources, which there are not. */
HRESULT WINAPI xfi_device11_CheckMultisampleQualityLevels1(
	ID3D11Device5 *iface, DXGI_FORMAT format, UINT samples, UINT flags, UINT *ret_levels)
{
	HRESULT hr = xfi_device11_CheckMultisampleQualityLevels(iface, format, samples, ret_levels);
	if (ret_levels && flags)
		*ret_levels = 0;
	return hr;
}

void WINAPI xfi_device11_WriteToSubresource(ID3D11Device5 *iface, ID3D11Resource *resource,
	UINT subresource, const D3D11_BOX *box, const void *data, UINT row_pitch, UINT depth_pitch)
{
	if (resource)
		xfi_subresource_write(xfi_resource_of(xfi_child_of11(resource)), subresource, box,
			&(D3D11_SUBRESOURCE_DATA){ data, row_pitch, depth_pitch });
}

void WINAPI xfi_device11_ReadFromSubresource(ID3D11Device5 *iface, void *data, UINT row_pitch,
	UINT depth_pitch, ID3D11Resource *resource, UINT subresource, const D3D11_BOX *box)
{
	if (resource)
		xfi_subresource_read(xfi_resource_of(xfi_child_of11(resource)), subresource, box,
			&(D3D11_SUBRESOURCE_DATA){ data, row_pitch, depth_pitch });
}
