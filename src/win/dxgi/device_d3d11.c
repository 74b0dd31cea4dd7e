/* SPDX-License-Identifier: MIT */
/* ID3D11Device5 and ID3D11Multithread. */
#include "win/dxgi/device_d3d11.h"

#include "win/dxgi/context.h"
#include "win/dxgi/device_d3d11_draw.h"
#include "win/dxgi/device_d3d11_more.h"
#include "win/dxgi/feature.h"
#include "win/dxgi/fence.h"
#include "win/dxgi/format.h"
#include "win/dxgi/query.h"
#include "win/dxgi/removed.h"
#include "win/dxgi/render.h"
#include "win/dxgi/runtime_data.h"
#include "win/dxgi/share.h"
#include "win/dxgi/unsupported.h"
#include "win/dxgi/view.h"

static struct xfi_device *impl(ID3D11Device5 *iface)
{
	return XFI_CONTAINER(iface, struct xfi_device, d3d11);
}

static HRESULT WINAPI device_QueryInterface(ID3D11Device5 *iface, REFIID riid, void **ret_object)
{
	return xfi_device_query(impl(iface), riid, ret_object);
}

static ULONG WINAPI device_AddRef(ID3D11Device5 *iface)
{
	return xfi_device_addref(impl(iface));
}

static ULONG WINAPI device_Release(ID3D11Device5 *iface)
{
	return xfi_device_release(impl(iface));
}

static HRESULT make_resource(ID3D11Device5 *iface, const struct xfi_desc *desc,
	const D3D11_SUBRESOURCE_DATA *initial, void **ret_iface)
{
	struct xfi_resource *resource;
	HRESULT hr;
	hr = xfi_resource_create(impl(iface), desc, initial, ret_iface ? &resource : NULL);
	if (ret_iface)
		*ret_iface = SUCCEEDED(hr) ? &resource->child.d3d11 : NULL;
	return hr;
}

static HRESULT WINAPI device_CreateBuffer(ID3D11Device5 *iface, const D3D11_BUFFER_DESC *desc,
	const D3D11_SUBRESOURCE_DATA *initial, ID3D11Buffer **ret_buffer)
{
	struct xfi_desc ours;
	if (!desc)
		return E_INVALIDARG;
	xfi_desc_from_buffer(desc, &ours);
	return make_resource(iface, &ours, initial, (void **)ret_buffer);
}

static HRESULT WINAPI device_CreateTexture1D(ID3D11Device5 *iface, const D3D11_TEXTURE1D_DESC *desc,
	const D3D11_SUBRESOURCE_DATA *initial, ID3D11Texture1D **ret_texture)
{
	struct xfi_desc ours;
	if (!desc)
		return E_INVALIDARG;
	xfi_desc_from_1d(desc, &ours);
	return make_resource(iface, &ours, initial, (void **)ret_texture);
}

static HRESULT WINAPI device_CreateTexture2D(ID3D11Device5 *iface, const D3D11_TEXTURE2D_DESC *desc,
	const D3D11_SUBRESOURCE_DATA *initial, ID3D11Texture2D **ret_texture)
{
	struct xfi_desc ours;
	if (!desc)
		return E_INVALIDARG;
	xfi_desc_from_2d(desc, &ours);
	return make_resource(iface, &ours, initial, (void **)ret_texture);
}

static HRESULT WINAPI device_CreateTexture3D(ID3D11Device5 *iface, const D3D11_TEXTURE3D_DESC *desc,
	const D3D11_SUBRESOURCE_DATA *initial, ID3D11Texture3D **ret_texture)
{
	struct xfi_desc ours;
	if (!desc)
		return E_INVALIDARG;
	xfi_desc_from_3d(desc, &ours);
	return make_resource(iface, &ours, initial, (void **)ret_texture);
}

static HRESULT make_view(ID3D11Device5 *iface, enum xfi_view_kind kind, ID3D11Resource *resource,
	const void *desc, void **ret_iface)
{
	struct xfi_view *view;
	HRESULT hr;
	if (ret_iface)
		*ret_iface = NULL;
	if (!resource)
		return E_INVALIDARG;
	hr = xfi_view_create(impl(iface), kind, xfi_resource_of(xfi_child_of11(resource)), desc,
		ret_iface ? &view : NULL);
	if (ret_iface && SUCCEEDED(hr))
		*ret_iface = &view->child.d3d11;
	return hr;
}

static HRESULT WINAPI device_CreateShaderResourceView(ID3D11Device5 *iface,
	ID3D11Resource *resource, const D3D11_SHADER_RESOURCE_VIEW_DESC *desc,
	ID3D11ShaderResourceView **ret_view)
{
	return make_view(iface, XFI_SRV, resource, desc, (void **)ret_view);
}

static HRESULT WINAPI device_CreateUnorderedAccessView(ID3D11Device5 *iface,
	ID3D11Resource *resource, const D3D11_UNORDERED_ACCESS_VIEW_DESC *desc,
	ID3D11UnorderedAccessView **ret_view)
{
	return make_view(iface, XFI_UAV, resource, desc, (void **)ret_view);
}

static HRESULT WINAPI device_CreateRenderTargetView(ID3D11Device5 *iface, ID3D11Resource *resource,
	const D3D11_RENDER_TARGET_VIEW_DESC *desc, ID3D11RenderTargetView **ret_view)
{
	return make_view(iface, XFI_RTV, resource, desc, (void **)ret_view);
}

static HRESULT WINAPI device_CreateDepthStencilView(ID3D11Device5 *iface, ID3D11Resource *resource,
	const D3D11_DEPTH_STENCIL_VIEW_DESC *desc, ID3D11DepthStencilView **ret_view)
{
	return make_view(iface, XFI_DSV, resource, desc, (void **)ret_view);
}

static HRESULT WINAPI device_CreateQuery(
	ID3D11Device5 *iface, const D3D11_QUERY_DESC *desc, ID3D11Query **ret_query)
{
	struct xfi_query *query;
	HRESULT hr;
	if (!desc)
		return E_INVALIDARG;
	hr = xfi_query_create(impl(iface), desc, ret_query ? &query : NULL);
	if (ret_query)
		*ret_query = SUCCEEDED(hr) ? (ID3D11Query *)&query->child.d3d11 : NULL;
	return hr;
}

static HRESULT WINAPI device_OpenSharedResource(
	ID3D11Device5 *iface, HANDLE handle, REFIID riid, void **ret_resource)
{
	return xfi_open_kmt(impl(iface), handle, riid, ret_resource);
}

static HRESULT WINAPI device_OpenSharedResource1(
	ID3D11Device5 *iface, HANDLE handle, REFIID riid, void **ret_resource)
{
	return xfi_open_nt(impl(iface), handle, riid, ret_resource);
}

static HRESULT WINAPI device_OpenSharedResourceByName(
	ID3D11Device5 *iface, LPCWSTR name, DWORD access, REFIID riid, void **ret_resource)
{
	return xfi_open_name(impl(iface), name, access, riid, ret_resource);
}

static HRESULT WINAPI device_OpenSharedFence(
	ID3D11Device5 *iface, HANDLE handle, REFIID riid, void **ret_fence)
{
	return xfi_fence11_open(impl(iface), handle, riid, ret_fence);
}

static HRESULT WINAPI device_CreateFence(
	ID3D11Device5 *iface, UINT64 initial, D3D11_FENCE_FLAG flags, REFIID riid, void **ret_fence)
{
	return xfi_fence11_create(impl(iface), initial, flags, riid, ret_fence);
}

static HRESULT WINAPI device_CheckFormatSupport(
	ID3D11Device5 *iface, DXGI_FORMAT format, UINT *ret_support)
{
	if (!ret_support)
		return E_INVALIDARG;
	*ret_support = xfi_format_support(format);
	return *ret_support ? S_OK : E_FAIL;
}

/* There are no counters. */
static void WINAPI device_CheckCounterInfo(ID3D11Device5 *iface, D3D11_COUNTER_INFO *ret_info)
{
	if (ret_info)
		memset(ret_info, 0, sizeof(*ret_info));
}

static HRESULT WINAPI device_CheckFeatureSupport(
	ID3D11Device5 *iface, D3D11_FEATURE feature, void *data, UINT size)
{
	return xfi_feature_support(feature, data, size);
}

static HRESULT WINAPI device_GetPrivateData(
	ID3D11Device5 *iface, REFGUID guid, UINT *size, void *bytes)
{
	struct xfi_device *device = impl(iface);
	HRESULT hr;
	xfi_device_lock(device);
	hr = xfi_private_get(&device->private_data, guid, size, bytes);
	xfi_device_unlock(device);
	return hr;
}

static HRESULT WINAPI device_SetPrivateData(
	ID3D11Device5 *iface, REFGUID guid, UINT size, const void *bytes)
{
	struct xfi_device *device = impl(iface);
	HRESULT hr;
	xfi_device_lock(device);
	hr = xfi_private_set(&device->private_data, guid, size, bytes);
	xfi_device_unlock(device);
	return hr;
}

static HRESULT WINAPI device_SetPrivateDataInterface(
	ID3D11Device5 *iface, REFGUID guid, const IUnknown *object)
{
	struct xfi_device *device = impl(iface);
	HRESULT hr;
	xfi_device_lock(device);
	hr = xfi_private_set_interface(&device->private_data, guid, object);
	xfi_device_unlock(device);
	return hr;
}

static D3D_FEATURE_LEVEL WINAPI device_GetFeatureLevel(ID3D11Device5 *iface)
{
	return impl(iface)->level;
}

static UINT WINAPI device_GetCreationFlags(ID3D11Device5 *iface)
{
	return impl(iface)->creation_flags;
}

static HRESULT WINAPI device_GetDeviceRemovedReason(ID3D11Device5 *iface)
{
	return xfi_render_removed(impl(iface));
}

static HRESULT WINAPI device_RegisterDeviceRemovedEvent(
	ID3D11Device5 *iface, HANDLE event, DWORD *ret_cookie)
{
	return xfi_removed_register(impl(iface), event, ret_cookie);
}

static void WINAPI device_UnregisterDeviceRemoved(ID3D11Device5 *iface, DWORD cookie)
{
	xfi_removed_unregister(impl(iface), cookie);
}

/* One object, of which each version's interface is the beginning of the next one's. */
#define GET_CONTEXT(version)                                                                       \
	static void WINAPI device_GetImmediateContext##version(                                    \
		ID3D11Device5 *iface, ID3D11DeviceContext##version **ret_context)                  \
	{                                                                                          \
		struct xfi_device *device = impl(iface);                                           \
		xfi_context_addref(device);                                                        \
		*ret_context = (ID3D11DeviceContext##version *)&device->context;                   \
	}

GET_CONTEXT()
GET_CONTEXT(1)
GET_CONTEXT(2)
GET_CONTEXT(3)

static HRESULT WINAPI device_SetExceptionMode(ID3D11Device5 *iface, UINT flags)
{
	impl(iface)->exception_mode = flags;
	return S_OK;
}

static UINT WINAPI device_GetExceptionMode(ID3D11Device5 *iface)
{
	return impl(iface)->exception_mode;
}

#define ENTRY(name) .name = xfi_device11_##name,

static const ID3D11Device5Vtbl device_vtbl = {
	/* IUnknown */
	.QueryInterface = device_QueryInterface,
	.AddRef = device_AddRef,
	.Release = device_Release,
	/* ID3D11Device */
	.CreateBuffer = device_CreateBuffer,
	.CreateTexture1D = device_CreateTexture1D,
	.CreateTexture2D = device_CreateTexture2D,
	.CreateTexture3D = device_CreateTexture3D,
	.CreateShaderResourceView = device_CreateShaderResourceView,
	.CreateUnorderedAccessView = device_CreateUnorderedAccessView,
	.CreateRenderTargetView = device_CreateRenderTargetView,
	.CreateDepthStencilView = device_CreateDepthStencilView,
	.CreateQuery = device_CreateQuery,
	.OpenSharedResource = device_OpenSharedResource,
	.CheckFormatSupport = device_CheckFormatSupport,
	.CheckCounterInfo = device_CheckCounterInfo,
	.CheckFeatureSupport = device_CheckFeatureSupport,
	.GetPrivateData = device_GetPrivateData,
	.SetPrivateData = device_SetPrivateData,
	.SetPrivateDataInterface = device_SetPrivateDataInterface,
	.GetFeatureLevel = device_GetFeatureLevel,
	.GetCreationFlags = device_GetCreationFlags,
	.GetDeviceRemovedReason = device_GetDeviceRemovedReason,
	.GetImmediateContext = device_GetImmediateContext,
	.SetExceptionMode = device_SetExceptionMode,
	.GetExceptionMode = device_GetExceptionMode,
	/* ID3D11Device5 */
	.GetImmediateContext1 = device_GetImmediateContext1,
	.OpenSharedResource1 = device_OpenSharedResource1,
	.OpenSharedResourceByName = device_OpenSharedResourceByName,
	/* ID3D11Device2 and 3 */
	.GetImmediateContext2 = device_GetImmediateContext2,
	.GetImmediateContext3 = device_GetImmediateContext3,
	/* ID3D11Device4 and 5 */
	.RegisterDeviceRemovedEvent = device_RegisterDeviceRemovedEvent,
	.UnregisterDeviceRemoved = device_UnregisterDeviceRemoved,
	.OpenSharedFence = device_OpenSharedFence,
	.CreateFence = device_CreateFence,
	XFI_DEVICE11_DRAW(ENTRY) XFI_DEVICE11_MORE(ENTRY)
	/* Not provided. */
	XFI_UNSUPPORTED_D3D11_DEVICE,
};

/* Both Multithread interfaces, which differ only in their names. */
#define MULTITHREAD(v)                                                                             \
	static struct xfi_device *impl_from_multithread##v(ID3D##v##Multithread *iface)            \
	{                                                                                          \
		return XFI_CONTAINER(iface, struct xfi_device, multithread##v);                    \
	}                                                                                          \
	static HRESULT WINAPI multithread##v##_QueryInterface(                                     \
		ID3D##v##Multithread *iface, REFIID riid, void **ret_object)                       \
	{                                                                                          \
		return xfi_device_query(impl_from_multithread##v(iface), riid, ret_object);        \
	}                                                                                          \
	static ULONG WINAPI multithread##v##_AddRef(ID3D##v##Multithread *iface)                   \
	{                                                                                          \
		return xfi_device_addref(impl_from_multithread##v(iface));                         \
	}                                                                                          \
	static ULONG WINAPI multithread##v##_Release(ID3D##v##Multithread *iface)                  \
	{                                                                                          \
		return xfi_device_release(impl_from_multithread##v(iface));                        \
	}                                                                                          \
	static void WINAPI multithread##v##_Enter(ID3D##v##Multithread *iface)                     \
	{                                                                                          \
		xfi_device_lock(impl_from_multithread##v(iface));                                  \
		xfi_device_unchanged(impl_from_multithread##v(iface));                             \
	}                                                                                          \
	static void WINAPI multithread##v##_Leave(ID3D##v##Multithread *iface)                     \
	{                                                                                          \
		xfi_device_unlock(impl_from_multithread##v(iface));                                \
	}                                                                                          \
	static BOOL WINAPI multithread##v##_SetMultithreadProtected(                               \
		ID3D##v##Multithread *iface, BOOL on)                                              \
	{                                                                                          \
		struct xfi_device *device = impl_from_multithread##v(iface);                       \
		BOOL before;                                                                       \
		xfi_device_lock(device);                                                           \
		before = device->multithread_protected;                                            \
		device->multithread_protected = on;                                                \
		xfi_device_unlock(device);                                                         \
		return before;                                                                     \
	}                                                                                          \
	static BOOL WINAPI multithread##v##_GetMultithreadProtected(ID3D##v##Multithread *iface)   \
	{                                                                                          \
		struct xfi_device *device = impl_from_multithread##v(iface);                       \
		xfi_device_lock(device);                                                           \
		const BOOL on = device->multithread_protected;                                     \
		xfi_device_unchanged(device);                                                      \
		xfi_device_unlock(device);                                                         \
		return on;                                                                         \
	}                                                                                          \
	static const ID3D##v##MultithreadVtbl multithread##v##_vtbl = {                            \
		.QueryInterface = multithread##v##_QueryInterface,                                 \
		.AddRef = multithread##v##_AddRef,                                                 \
		.Release = multithread##v##_Release,                                               \
		.Enter = multithread##v##_Enter,                                                   \
		.Leave = multithread##v##_Leave,                                                   \
		.SetMultithreadProtected = multithread##v##_SetMultithreadProtected,               \
		.GetMultithreadProtected = multithread##v##_GetMultithreadProtected,               \
	};

MULTITHREAD(10)
MULTITHREAD(11)

void xfi_device_init_d3d11(struct xfi_device *device)
{
	device->d3d11.lpVtbl = &device_vtbl;
	device->multithread10.lpVtbl = &multithread10_vtbl;
	device->multithread11.lpVtbl = &multithread11_vtbl;
}
