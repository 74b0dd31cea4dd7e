/* SPDX-License-Identifier: MIT */
#include "win/dxgi/adapter.h"

#include "win/dxgi/root_object.h"
#include "win/dxgi/unsupported.h"
#include "win/luid.h"

#define MEMORY_BYTES (UINT64_C(1) << 32) /* as much as textures can have together */

struct adapter {
	IDXGIAdapter4 iface;
	struct xfi_root root;
	IDXGIFactory7 *factory; /* referenced */
	_Atomic UINT64 reserved; /* bytes, as the program wished */
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
static DXGI_ADAPTER_DESC2 describe(UINT flags)
{
	static const WCHAR name[] = L"crossfence software adapter";
	DXGI_ADAPTER_DESC2 desc = {
		.SharedSystemMemory = MEMORY_BYTES,
		.AdapterLuid = xfi_adapter_luid,
		.Flags = DXGI_ADAPTER_FLAG_SOFTWARE | flags,
	};
	memcpy(desc.Description, name, sizeof(name));
	return desc;
}

static HRESULT get_desc(UINT flags, void *ret_desc, size_t size)
{
	DXGI_ADAPTER_DESC2 desc = describe(flags);
	if (!ret_desc)
		return E_INVALIDARG;
	memcpy(ret_desc, &desc, size);
	return S_OK;
}

static HRESULT WINAPI adapter_GetDesc(IDXGIAdapter4 *iface, DXGI_ADAPTER_DESC *ret_desc)
{
	return get_desc(0, ret_desc, sizeof(*ret_desc));
}

static HRESULT WINAPI adapter_GetDesc1(IDXGIAdapter4 *iface, DXGI_ADAPTER_DESC1 *ret_desc)
{
	return get_desc(0, ret_desc, sizeof(*ret_desc));
}

static HRESULT WINAPI adapter_GetDesc2(IDXGIAdapter4 *iface, DXGI_ADAPTER_DESC2 *ret_desc)
{
	return get_desc(0, ret_desc, sizeof(*ret_desc));
}

static HRESULT WINAPI adapter_GetDesc3(IDXGIAdapter4 *iface, DXGI_ADAPTER_DESC3 *ret_desc)
{
	_Static_assert(sizeof(DXGI_ADAPTER_DESC3) == sizeof(DXGI_ADAPTER_DESC2), "one layout");
	return get_desc(DXGI_ADAPTER_FLAG3_KEYED_MUTEX_CONFORMANCE, ret_desc, sizeof(*ret_desc));
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

/* All memory is the processor's, so it is local, and none of it is elsewhere. */
static HRESULT WINAPI adapter_QueryVideoMemoryInfo(IDXGIAdapter4 *iface, UINT node,
	DXGI_MEMORY_SEGMENT_GROUP group, DXGI_QUERY_VIDEO_MEMORY_INFO *ret_info)
{
	if (!ret_info || node || group > DXGI_MEMORY_SEGMENT_GROUP_NON_LOCAL)
		return E_INVALIDARG;
	*ret_info = (DXGI_QUERY_VIDEO_MEMORY_INFO){ 0 };
	if (group == DXGI_MEMORY_SEGMENT_GROUP_LOCAL) {
		ret_info->Budget = MEMORY_BYTES;
		ret_info->AvailableForReservation = MEMORY_BYTES / 2;
		ret_info->CurrentReservation = atomic_load(&adapter_of(iface)->reserved);
	}
	return S_OK;
}

/* A wish, and so it is kept; nothing is set aside for it. */
static HRESULT WINAPI adapter_SetVideoMemoryReservation(
	IDXGIAdapter4 *iface, UINT node, DXGI_MEMORY_SEGMENT_GROUP group, UINT64 bytes)
{
	bool local = group == DXGI_MEMORY_SEGMENT_GROUP_LOCAL;
	if (node || group > DXGI_MEMORY_SEGMENT_GROUP_NON_LOCAL ||
		bytes > (local ? MEMORY_BYTES / 2 : 0))
		return E_INVALIDARG;
	if (local)
		atomic_store(&adapter_of(iface)->reserved, bytes);
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

IDXGIAdapter4 *xfi_adapter_create(IDXGIFactory7 *factory)
{
	struct adapter *adapter = calloc(1, sizeof(*adapter));
	if (!adapter)
		return NULL;
	adapter->iface.lpVtbl = &adapter_vtbl;
	xfi_root_init(&adapter->root);
	adapter->factory = factory;
	IDXGIFactory7_AddRef(factory);
	return &adapter->iface;
}
