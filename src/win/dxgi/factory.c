/* SPDX-License-Identifier: MIT */
#include "win/dxgi/factory.h"

#include <dxgi1_6.h>

#include "win/dxgi/adapter.h"
#include "win/dxgi/root_object.h"
#include "win/dxgi/swap_chain.h"
#include "win/dxgi/unsupported.h"
#include "win/kmt/record.h"
#include "win/kmt/resource.h"

struct factory {
	IDXGIFactory7 iface;
	struct xfi_root root;
	UINT flags; /* of CreateDXGIFactory2 */
	bool first_version; /* made by CreateDXGIFactory: has no later interfaces */
};

static void factory_finish(struct factory *factory)
{
}

XFI_ROOT_OBJECT(factory, IDXGIFactory7)

static HRESULT WINAPI factory_QueryInterface(IDXGIFactory7 *iface, REFIID riid, void **ret_object)
{
	static const IID *const first[] = { &IID_IUnknown, &IID_IDXGIObject, &IID_IDXGIFactory,
		NULL };
	static const IID *const later[] = { &IID_IDXGIFactory1, &IID_IDXGIFactory2,
		&IID_IDXGIFactory3, &IID_IDXGIFactory4, &IID_IDXGIFactory5, &IID_IDXGIFactory6,
		&IID_IDXGIFactory7, NULL };
	if (!ret_object)
		return E_POINTER;
	*ret_object = NULL;
	if (!riid || (!xfi_iid_is_one_of(riid, first) &&
			     (factory_of(iface)->first_version || !xfi_iid_is_one_of(riid, later))))
		return E_NOINTERFACE;
	factory_AddRef(iface);
	*ret_object = iface;
	return S_OK;
}

static HRESULT WINAPI factory_GetParent(IDXGIFactory7 *iface, REFIID riid, void **ret_parent)
{
	if (ret_parent)
		*ret_parent = NULL;
	return E_NOINTERFACE;
}

static HRESULT give(
	IDXGIFactory7 *iface, const struct xfi_adapter *what, REFIID riid, void **ret_adapter)
{
	IDXGIAdapter4 *adapter;
	HRESULT hr;
	if (!ret_adapter)
		return DXGI_ERROR_INVALID_CALL;
	*ret_adapter = NULL;
	if (!what)
		return DXGI_ERROR_NOT_FOUND;
	adapter = xfi_adapter_create(iface, what);
	if (!adapter)
		return E_OUTOFMEMORY;
	hr = IDXGIAdapter4_QueryInterface(adapter, riid, ret_adapter);
	IDXGIAdapter4_Release(adapter);
	return hr;
}

static HRESULT enum_adapters(IDXGIFactory7 *iface, UINT index, REFIID riid, void **ret_adapter)
{
	const struct xfi_adapter *list;
	const UINT count = xfi_adapters(&list);
	return give(iface, index < count ? &list[index] : NULL, riid, ret_adapter);
}

static HRESULT WINAPI factory_EnumAdapters(
	IDXGIFactory7 *iface, UINT index, IDXGIAdapter **ret_adapter)
{
	return enum_adapters(iface, index, &IID_IDXGIAdapter, (void **)ret_adapter);
}

static HRESULT WINAPI factory_EnumAdapters1(
	IDXGIFactory7 *iface, UINT index, IDXGIAdapter1 **ret_adapter)
{
	return enum_adapters(iface, index, &IID_IDXGIAdapter1, (void **)ret_adapter);
}

static HRESULT WINAPI factory_EnumAdapterByLuid(
	IDXGIFactory7 *iface, LUID luid, REFIID riid, void **ret_adapter)
{
	return give(iface, xfi_adapter_of(&luid), riid, ret_adapter);
}

static HRESULT WINAPI factory_EnumWarpAdapter(IDXGIFactory7 *iface, REFIID riid, void **ret_adapter)
{
	return give(iface, xfi_adapter_software(), riid, ret_adapter);
}

/* The fastest is first; what saves power is what comes last of those. The software one is last. */
static HRESULT WINAPI factory_EnumAdapterByGpuPreference(IDXGIFactory7 *iface, UINT index,
	DXGI_GPU_PREFERENCE preference, REFIID riid, void **ret_adapter)
{
	const struct xfi_adapter *list;
	const UINT last = xfi_adapters(&list) - 1;
	if (preference == DXGI_GPU_PREFERENCE_MINIMUM_POWER && index < last)
		index = last - 1 - index;
	return enum_adapters(iface, index, riid, ret_adapter);
}

static HRESULT WINAPI factory_MakeWindowAssociation(IDXGIFactory7 *iface, HWND window, UINT flags)
{
	return S_OK;
}

static HRESULT WINAPI factory_GetWindowAssociation(IDXGIFactory7 *iface, HWND *ret_window)
{
	if (!ret_window)
		return DXGI_ERROR_INVALID_CALL;
	*ret_window = NULL;
	return S_OK;
}

static BOOL WINAPI factory_IsCurrent(IDXGIFactory7 *iface)
{
	return TRUE;
}

static BOOL WINAPI factory_IsWindowedStereoEnabled(IDXGIFactory7 *iface)
{
	return FALSE;
}

/* Whose memory it is; the processor's is the software adapter's, and anybody may open it. */
static LUID luid_of(xf_id id)
{
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	const struct xfi_adapter *found = xfi_adapter_software(), *list;
	struct xfi_kmt_resource *kmt;
	if (xfi_kmt_resource_open(id, &kmt))
		return found->luid;
	const bool is_there = kmt->pixels && !xf_surface_desc(kmt->pixels, &desc, NULL);
	for (UINT i = is_there && desc.memory ? xfi_adapters(&list) : 0; i--;)
		if (!memcmp(list[i].device_uuid, desc.device_uuid, sizeof(desc.device_uuid)))
			found = &list[i];
	xfi_object_unref(&kmt->base);
	return found->luid;
}

static HRESULT WINAPI factory_GetSharedResourceAdapterLuid(
	IDXGIFactory7 *iface, HANDLE handle, LUID *ret_luid)
{
	xf_id id;
	if (!ret_luid || xfi_global_find((D3DKMT_HANDLE)(uintptr_t)handle, XF_SURFACE, &id, NULL))
		return DXGI_ERROR_INVALID_CALL;
	*ret_luid = luid_of(id);
	return S_OK;
}

static UINT WINAPI factory_GetCreationFlags(IDXGIFactory7 *iface)
{
	return factory_of(iface)->flags;
}

/* A picture that does not wait for the display is shown at once, and whole. */
static HRESULT WINAPI factory_CheckFeatureSupport(
	IDXGIFactory7 *iface, DXGI_FEATURE feature, void *data, UINT size)
{
	const BOOL yes = TRUE;
	if (feature != DXGI_FEATURE_PRESENT_ALLOW_TEARING || !data || size != sizeof(yes))
		return DXGI_ERROR_INVALID_CALL;
	memcpy(data, &yes, size);
	return S_OK;
}

static HRESULT WINAPI factory_CreateSwapChain(IDXGIFactory7 *iface, IUnknown *device,
	DXGI_SWAP_CHAIN_DESC *desc, IDXGISwapChain **ret_chain)
{
	DXGI_SWAP_CHAIN_FULLSCREEN_DESC fullscreen;
	DXGI_SWAP_CHAIN_DESC1 desc1;
	if (ret_chain)
		*ret_chain = NULL;
	if (!desc)
		return DXGI_ERROR_INVALID_CALL;
	xfi_swap_chain_from_old(desc, &desc1, &fullscreen);
	const struct xfi_swap_chain_params params = { iface, device, &desc1, &fullscreen,
		desc->OutputWindow, false };
	return xfi_swap_chain_create(&params, (IDXGISwapChain4 **)ret_chain);
}

static HRESULT WINAPI factory_CreateSwapChainForHwnd(IDXGIFactory7 *iface, IUnknown *device,
	HWND window, const DXGI_SWAP_CHAIN_DESC1 *desc,
	const DXGI_SWAP_CHAIN_FULLSCREEN_DESC *fullscreen, IDXGIOutput *output,
	IDXGISwapChain1 **ret_chain)
{
	const struct xfi_swap_chain_params params = { iface, device, desc, fullscreen, window,
		false };
	return xfi_swap_chain_create(&params, (IDXGISwapChain4 **)ret_chain);
}

static HRESULT WINAPI factory_CreateSwapChainForComposition(IDXGIFactory7 *iface, IUnknown *device,
	const DXGI_SWAP_CHAIN_DESC1 *desc, IDXGIOutput *output, IDXGISwapChain1 **ret_chain)
{
	const struct xfi_swap_chain_params params = { iface, device, desc, NULL, NULL, true };
	return xfi_swap_chain_create(&params, (IDXGISwapChain4 **)ret_chain);
}

/* Adapters neither come nor go, so nobody will be told. */
static HRESULT WINAPI factory_RegisterAdaptersChangedEvent(
	IDXGIFactory7 *iface, HANDLE event, DWORD *ret_cookie)
{
	if (!event || !ret_cookie)
		return DXGI_ERROR_INVALID_CALL;
	*ret_cookie = 1;
	return S_OK;
}

static HRESULT WINAPI factory_UnregisterAdaptersChangedEvent(IDXGIFactory7 *iface, DWORD cookie)
{
	return S_OK;
}

static const IDXGIFactory7Vtbl factory_vtbl = {
	XFI_ROOT_OBJECT_METHODS(factory),
	/* IDXGIFactory, 1 and 2 */
	.EnumAdapters = factory_EnumAdapters,
	.EnumAdapters1 = factory_EnumAdapters1,
	.CreateSwapChain = factory_CreateSwapChain,
	.CreateSwapChainForHwnd = factory_CreateSwapChainForHwnd,
	.CreateSwapChainForComposition = factory_CreateSwapChainForComposition,
	.MakeWindowAssociation = factory_MakeWindowAssociation,
	.GetWindowAssociation = factory_GetWindowAssociation,
	.IsCurrent = factory_IsCurrent,
	.IsWindowedStereoEnabled = factory_IsWindowedStereoEnabled,
	.GetSharedResourceAdapterLuid = factory_GetSharedResourceAdapterLuid,
	/* IDXGIFactory3 to 7 */
	.GetCreationFlags = factory_GetCreationFlags,
	.EnumAdapterByLuid = factory_EnumAdapterByLuid,
	.EnumWarpAdapter = factory_EnumWarpAdapter,
	.CheckFeatureSupport = factory_CheckFeatureSupport,
	.EnumAdapterByGpuPreference = factory_EnumAdapterByGpuPreference,
	.RegisterAdaptersChangedEvent = factory_RegisterAdaptersChangedEvent,
	.UnregisterAdaptersChangedEvent = factory_UnregisterAdaptersChangedEvent,
	XFI_UNSUPPORTED_FACTORY,
};

static struct factory *factory_create(UINT flags, bool first_version)
{
	struct factory *factory = calloc(1, sizeof(*factory));
	if (!factory)
		return NULL;
	factory->iface.lpVtbl = &factory_vtbl;
	xfi_root_init(&factory->root);
	factory->flags = flags;
	factory->first_version = first_version;
	return factory;
}

IDXGIAdapter *xfi_factory_adapter(const struct xfi_adapter *what)
{
	struct factory *factory = factory_create(0, false);
	IDXGIAdapter4 *adapter;
	if (!factory)
		return NULL;
	adapter = xfi_adapter_create(&factory->iface, what);
	factory_Release(&factory->iface);
	return (IDXGIAdapter *)adapter;
}

static HRESULT create(UINT flags, bool first_version, REFIID riid, void **ret_factory)
{
	struct factory *factory;
	HRESULT hr;
	if (!ret_factory || !riid)
		return DXGI_ERROR_INVALID_CALL;
	*ret_factory = NULL;
	factory = factory_create(flags, first_version);
	if (!factory)
		return E_OUTOFMEMORY;
	hr = factory_QueryInterface(&factory->iface, riid, ret_factory);
	factory_Release(&factory->iface);
	return hr;
}

HRESULT WINAPI CreateDXGIFactory2(UINT flags, REFIID riid, void **ret_factory)
{
	return create(flags, false, riid, ret_factory);
}

HRESULT WINAPI CreateDXGIFactory1(REFIID riid, void **ret_factory)
{
	return create(0, false, riid, ret_factory);
}

HRESULT WINAPI CreateDXGIFactory(REFIID riid, void **ret_factory)
{
	return create(0, true, riid, ret_factory);
}
