/* SPDX-License-Identifier: MIT */
/* IDXGIDevice2 of a device. */
#include "win/dxgi/device_dxgi.h"

#include "win/dxgi/device_adapter.h"
#include "win/dxgi/done_event.h"
#include "win/dxgi/resource.h"
#include "win/nt/codes.h"

static struct xfi_device *impl(IDXGIDevice2 *iface)
{
	return XFI_CONTAINER(iface, struct xfi_device, dxgi);
}

static HRESULT WINAPI device_QueryInterface(IDXGIDevice2 *iface, REFIID riid, void **ret_object)
{
	return xfi_device_query(impl(iface), riid, ret_object);
}

static ULONG WINAPI device_AddRef(IDXGIDevice2 *iface)
{
	return xfi_device_addref(impl(iface));
}

static ULONG WINAPI device_Release(IDXGIDevice2 *iface)
{
	return xfi_device_release(impl(iface));
}

static HRESULT WINAPI device_SetPrivateData(
	IDXGIDevice2 *iface, REFGUID guid, UINT size, const void *bytes)
{
	return ID3D11Device5_SetPrivateData(&impl(iface)->d3d11, guid, size, bytes);
}

static HRESULT WINAPI device_SetPrivateDataInterface(
	IDXGIDevice2 *iface, REFGUID guid, const IUnknown *object)
{
	return ID3D11Device5_SetPrivateDataInterface(&impl(iface)->d3d11, guid, object);
}

static HRESULT WINAPI device_GetPrivateData(
	IDXGIDevice2 *iface, REFGUID guid, UINT *size, void *bytes)
{
	return ID3D11Device5_GetPrivateData(&impl(iface)->d3d11, guid, size, bytes);
}

static HRESULT WINAPI device_GetParent(IDXGIDevice2 *iface, REFIID riid, void **ret_parent)
{
	IDXGIAdapter *adapter = xfi_device_adapter(impl(iface));
	if (adapter)
		return IDXGIAdapter_QueryInterface(adapter, riid, ret_parent);
	if (ret_parent)
		*ret_parent = NULL;
	return E_OUTOFMEMORY;
}

static HRESULT WINAPI device_GetAdapter(IDXGIDevice2 *iface, IDXGIAdapter **ret_adapter)
{
	if (!ret_adapter)
		return E_INVALIDARG;
	*ret_adapter = xfi_device_adapter(impl(iface));
	if (!*ret_adapter)
		return E_OUTOFMEMORY;
	IDXGIAdapter_AddRef(*ret_adapter);
	return S_OK;
}

/* All or none; to open shared ones there is OpenSharedResource. */
static HRESULT WINAPI device_CreateSurface(IDXGIDevice2 *iface, const DXGI_SURFACE_DESC *d,
	UINT count, DXGI_USAGE usage, const DXGI_SHARED_RESOURCE *shared,
	IDXGISurface **ret_surfaces)
{
	struct xfi_resource *resource;
	struct xfi_desc desc;
	HRESULT hr = S_OK;
	if (!ret_surfaces)
		return E_INVALIDARG;
	memset(ret_surfaces, 0, count * sizeof(*ret_surfaces));
	if (!d || shared)
		return E_INVALIDARG;
	desc = (struct xfi_desc){ .dimension = D3D11_RESOURCE_DIMENSION_TEXTURE2D,
		.width = d->Width,
		.height = d->Height,
		.depth = 1,
		.mips = 1,
		.array = 1,
		.format = d->Format,
		.samples = d->SampleDesc,
		.bind = xfi_bind_from_usage(usage) };
	for (UINT i = 0; i < count && SUCCEEDED(hr); i++) {
		hr = xfi_resource_create(impl(iface), &desc, NULL, &resource);
		if (SUCCEEDED(hr))
			ret_surfaces[i] = (IDXGISurface *)&resource->surface;
	}
	for (UINT i = 0; FAILED(hr) && i < count && ret_surfaces[i]; i++) {
		IDXGISurface_Release(ret_surfaces[i]);
		ret_surfaces[i] = NULL;
	}
	return hr;
}

static HRESULT WINAPI device_QueryResourceResidency(
	IDXGIDevice2 *iface, IUnknown *const *resources, DXGI_RESIDENCY *ret_residency, UINT count)
{
	if (!resources || !ret_residency || !count)
		return E_INVALIDARG;
	for (UINT i = 0; i < count; i++)
		ret_residency[i] = DXGI_RESIDENCY_FULLY_RESIDENT;
	return S_OK;
}

static HRESULT WINAPI device_SetGPUThreadPriority(IDXGIDevice2 *iface, INT priority)
{
	if (priority < -7 || priority > 7)
		return E_INVALIDARG;
	impl(iface)->priority = priority;
	return S_OK;
}

static HRESULT WINAPI device_GetGPUThreadPriority(IDXGIDevice2 *iface, INT *ret_priority)
{
	if (!ret_priority)
		return E_POINTER;
	*ret_priority = impl(iface)->priority;
	return S_OK;
}

static HRESULT WINAPI device_SetMaximumFrameLatency(IDXGIDevice2 *iface, UINT latency)
{
	if (latency > 16)
		return DXGI_ERROR_INVALID_CALL;
	impl(iface)->max_latency = latency ? latency : 3;
	return S_OK;
}

static HRESULT WINAPI device_GetMaximumFrameLatency(IDXGIDevice2 *iface, UINT *ret_latency)
{
	if (!ret_latency)
		return DXGI_ERROR_INVALID_CALL;
	*ret_latency = impl(iface)->max_latency;
	return S_OK;
}

/* Offered memory is simply kept. */
static HRESULT WINAPI device_OfferResources(IDXGIDevice2 *iface, UINT count,
	IDXGIResource *const *resources, DXGI_OFFER_RESOURCE_PRIORITY priority)
{
	return count && resources ? S_OK : E_INVALIDARG;
}

static HRESULT WINAPI device_ReclaimResources(
	IDXGIDevice2 *iface, UINT count, IDXGIResource *const *resources, BOOL *ret_discarded)
{
	if (!count || !resources)
		return E_INVALIDARG;
	for (UINT i = 0; ret_discarded && i < count; i++)
		ret_discarded[i] = FALSE;
	return S_OK;
}

static HRESULT WINAPI device_EnqueueSetEvent(IDXGIDevice2 *iface, HANDLE event)
{
	return xfi_hresult(xfi_done_event_set(impl(iface), event));
}

static const IDXGIDevice2Vtbl device_vtbl = {
	/* IUnknown */
	.QueryInterface = device_QueryInterface,
	.AddRef = device_AddRef,
	.Release = device_Release,
	/* IDXGIObject */
	.SetPrivateData = device_SetPrivateData,
	.SetPrivateDataInterface = device_SetPrivateDataInterface,
	.GetPrivateData = device_GetPrivateData,
	.GetParent = device_GetParent,
	/* IDXGIDevice, 1 and 2 */
	.GetAdapter = device_GetAdapter,
	.CreateSurface = device_CreateSurface,
	.QueryResourceResidency = device_QueryResourceResidency,
	.SetGPUThreadPriority = device_SetGPUThreadPriority,
	.GetGPUThreadPriority = device_GetGPUThreadPriority,
	.SetMaximumFrameLatency = device_SetMaximumFrameLatency,
	.GetMaximumFrameLatency = device_GetMaximumFrameLatency,
	.OfferResources = device_OfferResources,
	.ReclaimResources = device_ReclaimResources,
	.EnqueueSetEvent = device_EnqueueSetEvent,
};

struct xfi_device *xfi_device_of(IUnknown *unknown)
{
	struct xfi_device *device = NULL;
	IDXGIDevice2 *iface;
	if (!unknown ||
		FAILED(IUnknown_QueryInterface(unknown, &IID_IDXGIDevice2, (void **)&iface)))
		return NULL;
	if (iface->lpVtbl == &device_vtbl)
		device = impl(iface);
	IDXGIDevice2_Release(iface);
	return device;
}

void xfi_device_init_dxgi(struct xfi_device *device)
{
	device->dxgi.lpVtbl = &device_vtbl;
}
