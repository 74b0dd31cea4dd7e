/* SPDX-License-Identifier: MIT */
#include "win/dxgi/adapter.h"

#include "win/dxgi/root_object.h"
#include "win/dxgi/unsupported.h"

struct adapter {
	IDXGIAdapter4 iface;
	struct xfi_root root;
	IDXGIFactory7 *factory; /* referenced */
	const struct xfi_adapter *what;
	_Atomic UINT64 reserved[2]; /* bytes of each group, as the program wished */
};

static void adapter_finish(struct adapter *adapter)
{
	IDXGIFactory7_Release(adapter->factory);
}

XFI_ROOT_OBJECT(adapter, IDXGIAdapter4)

static HRESULT WINAPI adapter_QueryInterface(IDXGIAdapter4 *iface, REFIID riid, void **ret_object)
{
	static const IID *const iids[] = { &IID_IUnknown, &IID_IDXGIObject, &IID_IDXGIAdapter,
		&IID_IDXGIAdapter1, &IID_IDXGIAdapter2, &IID_IDXGIAdapter3, &IID_IDXGIAdapter4,
		NULL };
	if (!ret_object)
		return E_POINTER;
	*ret_object = NULL;
	if (!riid || !xfi_iid_is_one_of(riid, iids))
		return E_NOINTERFACE;
	adapter_AddRef(iface);
	*ret_object = iface;
	return S_OK;
}

static HRESULT WINAPI adapter_GetParent(IDXGIAdapter4 *iface, REFIID riid, void **ret_parent)
{
	return IDXGIFactory7_QueryInterface(adapter_of(iface)->factory, riid, ret_parent);
}

static HRESULT WINAPI adapter_EnumOutputs(
	IDXGIAdapter4 *iface, UINT index, IDXGIOutput **ret_output)
{
	if (!ret_output)
		return E_INVALIDARG;
	*ret_output = NULL;
	return DXGI_ERROR_NOT_FOUND;
}

/* What is described; each description is the beginning of the next, the last has more flags. */
static DXGI_ADAPTER_DESC2 describe(const struct xfi_adapter *what, UINT flags)
{
	DXGI_ADAPTER_DESC2 desc = {
		.VendorId = what->vendor,
		.DeviceId = what->device,
		.DedicatedVideoMemory = what->local_bytes,
		.SharedSystemMemory = what->shared_bytes,
		.AdapterLuid = what->luid,
		.Flags = (what->is_software ? DXGI_ADAPTER_FLAG_SOFTWARE : 0) | flags,
	};
	for (size_t i = 0; i < sizeof(what->name) && what->name[i]; i++)
		desc.Description[i] = (unsigned char)what->name[i];
	return desc;
}

static HRESULT get_desc(IDXGIAdapter4 *iface, UINT flags, void *ret_desc, size_t size)
{
	DXGI_ADAPTER_DESC2 desc = describe(adapter_of(iface)->what, flags);
	if (!ret_desc)
		return E_INVALIDARG;
	memcpy(ret_desc, &desc, size);
	return S_OK;
}

static HRESULT WINAPI adapter_GetDesc(IDXGIAdapter4 *iface, DXGI_ADAPTER_DESC *ret_desc)
{
	return get_desc(iface, 0, ret_desc, sizeof(*ret_desc));
}

static HRESULT WINAPI adapter_GetDesc1(IDXGIAdapter4 *iface, DXGI_ADAPTER_DESC1 *ret_desc)
{
	return get_desc(iface, 0, ret_desc, sizeof(*ret_desc));
}

static HRESULT WINAPI adapter_GetDesc2(IDXGIAdapter4 *iface, DXGI_ADAPTER_DESC2 *ret_desc)
{
	return get_desc(iface, 0, ret_desc, sizeof(*ret_desc));
}

static HRESULT WINAPI adapter_GetDesc3(IDXGIAdapter4 *iface, DXGI_ADAPTER_DESC3 *ret_desc)
{
	_Static_assert(sizeof(DXGI_ADAPTER_DESC3) == sizeof(DXGI_ADAPTER_DESC2), "one layout");
	return get_desc(
		iface, DXGI_ADAPTER_FLAG3_KEYED_MUTEX_CONFORMANCE, ret_desc, sizeof(*ret_desc));
}

static HRESULT WINAPI adapter_CheckInterfaceSupport(
	IDXGIAdapter4 *iface, REFGUID guid, LARGE_INTEGER *ret_version)
{
	static const IID *const iids[] = { &IID_IDXGIDevice, &IID_ID3D10Device, &IID_ID3D10Device1,
		NULL };
	if (!xfi_iid_is_one_of(guid, iids))
		return DXGI_ERROR_UNSUPPORTED;
	if (ret_version)
		ret_version->QuadPart = 1;
	return S_OK;
}

/* The software adapter's is the processor's: that is local, and none of it is elsewhere. */
static UINT64 bytes_of(const struct xfi_adapter *what, DXGI_MEMORY_SEGMENT_GROUP group)
{
	const bool local = group == DXGI_MEMORY_SEGMENT_GROUP_LOCAL;
	if (what->is_software)
		return local ? what->shared_bytes : 0;
	return local ? what->local_bytes : what->shared_bytes;
}

static HRESULT WINAPI adapter_QueryVideoMemoryInfo(IDXGIAdapter4 *iface, UINT node,
	DXGI_MEMORY_SEGMENT_GROUP group, DXGI_QUERY_VIDEO_MEMORY_INFO *ret_info)
{
	if (!ret_info || node || group > DXGI_MEMORY_SEGMENT_GROUP_NON_LOCAL)
		return E_INVALIDARG;
	const UINT64 bytes = bytes_of(adapter_of(iface)->what, group);
	*ret_info = (DXGI_QUERY_VIDEO_MEMORY_INFO){ .Budget = bytes,
		.AvailableForReservation = bytes / 2,
		.CurrentReservation = atomic_load(&adapter_of(iface)->reserved[group]) };
	return S_OK;
}

/* A wish, and so it is kept; nothing is set aside for it. */
static HRESULT WINAPI adapter_SetVideoMemoryReservation(
	IDXGIAdapter4 *iface, UINT node, DXGI_MEMORY_SEGMENT_GROUP group, UINT64 bytes)
{
	if (node || group > DXGI_MEMORY_SEGMENT_GROUP_NON_LOCAL ||
		bytes > bytes_of(adapter_of(iface)->what, group) / 2)
		return E_INVALIDARG;
	atomic_store(&adapter_of(iface)->reserved[group], bytes);
	return S_OK;
}

/* The budget never changes, so nobody will be told. */
static HRESULT WINAPI adapter_RegisterVideoMemoryBudgetChangeNotificationEvent(
	IDXGIAdapter4 *iface, HANDLE event, DWORD *ret_cookie)
{
	if (!event || !ret_cookie)
		return DXGI_ERROR_INVALID_CALL;
	*ret_cookie = 1;
	return S_OK;
}

static void WINAPI adapter_UnregisterVideoMemoryBudgetChangeNotification(
	IDXGIAdapter4 *iface, DWORD cookie)
{
}

static const IDXGIAdapter4Vtbl adapter_vtbl = {
	XFI_ROOT_OBJECT_METHODS(adapter),
	/* IDXGIAdapter, 1 and 2 */
	.EnumOutputs = adapter_EnumOutputs,
	.GetDesc = adapter_GetDesc,
	.CheckInterfaceSupport = adapter_CheckInterfaceSupport,
	.GetDesc1 = adapter_GetDesc1,
	.GetDesc2 = adapter_GetDesc2,
	/* IDXGIAdapter3 and 4 */
	.QueryVideoMemoryInfo = adapter_QueryVideoMemoryInfo,
	.SetVideoMemoryReservation = adapter_SetVideoMemoryReservation,
	.RegisterVideoMemoryBudgetChangeNotificationEvent =
		adapter_RegisterVideoMemoryBudgetChangeNotificationEvent,
	.UnregisterVideoMemoryBudgetChangeNotification =
		adapter_UnregisterVideoMemoryBudgetChangeNotification,
	.GetDesc3 = adapter_GetDesc3,
	XFI_UNSUPPORTED_ADAPTER,
};

IDXGIAdapter4 *xfi_adapter_create(IDXGIFactory7 *factory, const struct xfi_adapter *what)
{
	struct adapter *adapter = calloc(1, sizeof(*adapter));
	if (!adapter)
		return NULL;
	adapter->iface.lpVtbl = &adapter_vtbl;
	xfi_root_init(&adapter->root);
	adapter->factory = factory;
	adapter->what = what;
	IDXGIFactory7_AddRef(factory);
	return &adapter->iface;
}

const struct xfi_adapter *xfi_adapter_meant(IDXGIAdapter *adapter)
{
	DXGI_ADAPTER_DESC desc;
	return SUCCEEDED(IDXGIAdapter_GetDesc(adapter, &desc)) ? xfi_adapter_of(&desc.AdapterLuid)
							       : NULL;
}
