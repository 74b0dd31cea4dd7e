/* SPDX-License-Identifier: MIT */
/* IDXGIFactory2 and its one adapter: software, without outputs. */
#include "win/dxgi/factory.h"

#include <dxgi1_3.h>

#include "win/dxgi/private_data.h"
#include "win/dxgi/unsupported.h"
#include "win/kmt/adapter.h"
#include "win/kmt/record.h"

struct factory {
	IDXGIFactory2 iface;
	_Atomic uint32_t refs;
	pthread_mutex_t lock;
	struct xfi_private_data private_data;
};

struct adapter {
	IDXGIAdapter2 iface;
	_Atomic uint32_t refs;
	pthread_mutex_t lock;
	struct xfi_private_data private_data;
	struct factory *factory; /* referenced */
};

static struct factory *factory_of(IDXGIFactory2 *iface)
{
	return XFI_CONTAINER(iface, struct factory, iface);
}

static struct adapter *adapter_of(IDXGIAdapter2 *iface)
{
	return XFI_CONTAINER(iface, struct adapter, iface);
}

/* IUnknown's counts and IDXGIObject's data, the same for both. */
#define OBJECT(name, I)                                                                            \
	static ULONG WINAPI name##_AddRef(I *iface)                                                \
	{                                                                                          \
		return atomic_fetch_add(&name##_of(iface)->refs, 1) + 1;                           \
	}                                                                                          \
	static ULONG WINAPI name##_Release(I *iface)                                               \
	{                                                                                          \
		struct name *object = name##_of(iface);                                            \
		ULONG left = atomic_fetch_sub(&object->refs, 1) - 1;                               \
		if (!left) {                                                                       \
			name##_finish(object);                                                     \
			xfi_private_clear(&object->private_data);                                  \
			pthread_mutex_destroy(&object->lock);                                      \
			free(object);                                                              \
		}                                                                                  \
		return left;                                                                       \
	}                                                                                          \
	static HRESULT WINAPI name##_SetPrivateData(                                               \
		I *iface, REFGUID guid, UINT size, const void *bytes)                              \
	{                                                                                          \
		struct name *object = name##_of(iface);                                            \
		HRESULT hr;                                                                        \
		pthread_mutex_lock(&object->lock);                                                 \
		hr = xfi_private_set(&object->private_data, guid, size, bytes);                    \
		pthread_mutex_unlock(&object->lock);                                               \
		return hr;                                                                         \
	}                                                                                          \
	static HRESULT WINAPI name##_SetPrivateDataInterface(                                      \
		I *iface, REFGUID guid, const IUnknown *data)                                      \
	{                                                                                          \
		struct name *object = name##_of(iface);                                            \
		HRESULT hr;                                                                        \
		pthread_mutex_lock(&object->lock);                                                 \
		hr = xfi_private_set_interface(&object->private_data, guid, data);                 \
		pthread_mutex_unlock(&object->lock);                                               \
		return hr;                                                                         \
	}                                                                                          \
	static HRESULT WINAPI name##_GetPrivateData(                                               \
		I *iface, REFGUID guid, UINT *size, void *bytes)                                   \
	{                                                                                          \
		struct name *object = name##_of(iface);                                            \
		HRESULT hr;                                                                        \
		pthread_mutex_lock(&object->lock);                                                 \
		hr = xfi_private_get(&object->private_data, guid, size, bytes);                    \
		pthread_mutex_unlock(&object->lock);                                               \
		return hr;                                                                         \
	}

static void factory_finish(struct factory *factory)
{
}

static void adapter_finish(struct adapter *adapter)
{
	IDXGIFactory2_Release(&adapter->factory->iface);
}

OBJECT(factory, IDXGIFactory2)
OBJECT(adapter, IDXGIAdapter2)

static bool is_one_of(REFIID riid, const IID *const *iids)
{
	for (; *iids; iids++)
		if (xfi_iid_is(riid, *iids))
			return true;
	return false;
}

static HRESULT WINAPI adapter_QueryInterface(IDXGIAdapter2 *iface, REFIID riid, void **ret_object)
{
	static const IID *const iids[] = { &IID_IUnknown, &IID_IDXGIObject, &IID_IDXGIAdapter,
		&IID_IDXGIAdapter1, &IID_IDXGIAdapter2, NULL };

	if (!ret_object)
		return E_POINTER;
	*ret_object = NULL;
	if (!is_one_of(riid, iids))
		return E_NOINTERFACE;
	adapter_AddRef(iface);
	*ret_object = iface;
	return S_OK;
}

static HRESULT WINAPI adapter_GetParent(IDXGIAdapter2 *iface, REFIID riid, void **ret_parent)
{
	return IDXGIFactory2_QueryInterface(&adapter_of(iface)->factory->iface, riid, ret_parent);
}

static HRESULT WINAPI adapter_EnumOutputs(
	IDXGIAdapter2 *iface, UINT index, IDXGIOutput **ret_output)
{
	if (!ret_output)
		return E_INVALIDARG;
	*ret_output = NULL;
	return DXGI_ERROR_NOT_FOUND;
}

static HRESULT WINAPI adapter_GetDesc2(IDXGIAdapter2 *iface, DXGI_ADAPTER_DESC2 *ret_desc)
{
	static const WCHAR name[] = L"crossfence software adapter";

	if (!ret_desc)
		return E_INVALIDARG;
	memset(ret_desc, 0, sizeof(*ret_desc));
	memcpy(ret_desc->Description, name, sizeof(name));
	ret_desc->SharedSystemMemory = (SIZE_T)1 << 32;
	ret_desc->AdapterLuid = xfi_adapter_luid;
	ret_desc->Flags = DXGI_ADAPTER_FLAG_SOFTWARE;
	return S_OK;
}

/* Each description is the beginning of the next. */
static HRESULT WINAPI adapter_GetDesc1(IDXGIAdapter2 *iface, DXGI_ADAPTER_DESC1 *ret_desc)
{
	DXGI_ADAPTER_DESC2 desc;

	if (!ret_desc)
		return E_INVALIDARG;
	adapter_GetDesc2(iface, &desc);
	memcpy(ret_desc, &desc, sizeof(*ret_desc));
	return S_OK;
}

static HRESULT WINAPI adapter_GetDesc(IDXGIAdapter2 *iface, DXGI_ADAPTER_DESC *ret_desc)
{
	DXGI_ADAPTER_DESC2 desc;

	if (!ret_desc)
		return E_INVALIDARG;
	adapter_GetDesc2(iface, &desc);
	memcpy(ret_desc, &desc, sizeof(*ret_desc));
	return S_OK;
}

static HRESULT WINAPI adapter_CheckInterfaceSupport(
	IDXGIAdapter2 *iface, REFGUID guid, LARGE_INTEGER *ret_version)
{
	static const IID *const iids[] = { &IID_IDXGIDevice, &IID_ID3D10Device, &IID_ID3D10Device1,
		NULL };

	if (!is_one_of(guid, iids))
		return DXGI_ERROR_UNSUPPORTED;
	if (ret_version)
		ret_version->QuadPart = 1;
	return S_OK;
}

static const IDXGIAdapter2Vtbl adapter_vtbl = {
	/* IUnknown */
	.QueryInterface = adapter_QueryInterface,
	.AddRef = adapter_AddRef,
	.Release = adapter_Release,
	/* IDXGIObject */
	.SetPrivateData = adapter_SetPrivateData,
	.SetPrivateDataInterface = adapter_SetPrivateDataInterface,
	.GetPrivateData = adapter_GetPrivateData,
	.GetParent = adapter_GetParent,
	/* IDXGIAdapter, 1 and 2 */
	.EnumOutputs = adapter_EnumOutputs,
	.GetDesc = adapter_GetDesc,
	.CheckInterfaceSupport = adapter_CheckInterfaceSupport,
	.GetDesc1 = adapter_GetDesc1,
	.GetDesc2 = adapter_GetDesc2,
};

/* Borrows `factory`. */
static struct adapter *adapter_create(struct factory *factory)
{
	struct adapter *adapter = calloc(1, sizeof(*adapter));

	if (!adapter)
		return NULL;
	adapter->iface.lpVtbl = &adapter_vtbl;
	atomic_init(&adapter->refs, 1);
	pthread_mutex_init(&adapter->lock, NULL);
	adapter->factory = factory;
	factory_AddRef(&factory->iface);
	return adapter;
}

static HRESULT WINAPI factory_QueryInterface(IDXGIFactory2 *iface, REFIID riid, void **ret_object)
{
	static const IID *const iids[] = { &IID_IUnknown, &IID_IDXGIObject, &IID_IDXGIFactory,
		&IID_IDXGIFactory1, &IID_IDXGIFactory2, NULL };

	if (!ret_object)
		return E_POINTER;
	*ret_object = NULL;
	if (!is_one_of(riid, iids))
		return E_NOINTERFACE;
	factory_AddRef(iface);
	*ret_object = iface;
	return S_OK;
}

static HRESULT WINAPI factory_GetParent(IDXGIFactory2 *iface, REFIID riid, void **ret_parent)
{
	if (ret_parent)
		*ret_parent = NULL;
	return E_NOINTERFACE;
}

static HRESULT enum_adapters(IDXGIFactory2 *iface, UINT index, void **ret_adapter)
{
	struct adapter *adapter;

	if (!ret_adapter)
		return DXGI_ERROR_INVALID_CALL;
	*ret_adapter = NULL;
	if (index)
		return DXGI_ERROR_NOT_FOUND;
	adapter = adapter_create(factory_of(iface));
	if (!adapter)
		return E_OUTOFMEMORY;
	*ret_adapter = &adapter->iface;
	return S_OK;
}

static HRESULT WINAPI factory_EnumAdapters(
	IDXGIFactory2 *iface, UINT index, IDXGIAdapter **ret_adapter)
{
	return enum_adapters(iface, index, (void **)ret_adapter);
}

static HRESULT WINAPI factory_EnumAdapters1(
	IDXGIFactory2 *iface, UINT index, IDXGIAdapter1 **ret_adapter)
{
	return enum_adapters(iface, index, (void **)ret_adapter);
}

static HRESULT WINAPI factory_MakeWindowAssociation(IDXGIFactory2 *iface, HWND window, UINT flags)
{
	return S_OK;
}

static HRESULT WINAPI factory_GetWindowAssociation(IDXGIFactory2 *iface, HWND *ret_window)
{
	if (!ret_window)
		return DXGI_ERROR_INVALID_CALL;
	*ret_window = NULL;
	return S_OK;
}

static BOOL WINAPI factory_IsCurrent(IDXGIFactory2 *iface)
{
	return TRUE;
}

static BOOL WINAPI factory_IsWindowedStereoEnabled(IDXGIFactory2 *iface)
{
	return FALSE;
}

static HRESULT WINAPI factory_GetSharedResourceAdapterLuid(
	IDXGIFactory2 *iface, HANDLE handle, LUID *ret_luid)
{
	xf_id id;

	if (!ret_luid || xfi_global_find((D3DKMT_HANDLE)(uintptr_t)handle, XF_SURFACE, &id, NULL))
		return DXGI_ERROR_INVALID_CALL;
	*ret_luid = xfi_adapter_luid;
	return S_OK;
}

static const IDXGIFactory2Vtbl factory_vtbl = {
	/* IUnknown */
	.QueryInterface = factory_QueryInterface,
	.AddRef = factory_AddRef,
	.Release = factory_Release,
	/* IDXGIObject */
	.SetPrivateData = factory_SetPrivateData,
	.SetPrivateDataInterface = factory_SetPrivateDataInterface,
	.GetPrivateData = factory_GetPrivateData,
	.GetParent = factory_GetParent,
	/* IDXGIFactory, 1 and 2 */
	.EnumAdapters = factory_EnumAdapters,
	.EnumAdapters1 = factory_EnumAdapters1,
	.MakeWindowAssociation = factory_MakeWindowAssociation,
	.GetWindowAssociation = factory_GetWindowAssociation,
	.IsCurrent = factory_IsCurrent,
	.IsWindowedStereoEnabled = factory_IsWindowedStereoEnabled,
	.GetSharedResourceAdapterLuid = factory_GetSharedResourceAdapterLuid,
	XFI_UNSUPPORTED_FACTORY,
};

static struct factory *factory_create(void)
{
	struct factory *factory = calloc(1, sizeof(*factory));

	if (!factory)
		return NULL;
	factory->iface.lpVtbl = &factory_vtbl;
	atomic_init(&factory->refs, 1);
	pthread_mutex_init(&factory->lock, NULL);
	return factory;
}

IDXGIAdapter *xfi_adapter_create(void)
{
	struct factory *factory = factory_create();
	struct adapter *adapter;

	if (!factory)
		return NULL;
	adapter = adapter_create(factory);
	factory_Release(&factory->iface);
	return adapter ? (IDXGIAdapter *)&adapter->iface : NULL;
}

HRESULT WINAPI CreateDXGIFactory2(UINT flags, REFIID riid, void **ret_factory)
{
	struct factory *factory;
	HRESULT hr;

	if (!ret_factory || !riid)
		return DXGI_ERROR_INVALID_CALL;
	*ret_factory = NULL;
	factory = factory_create();
	if (!factory)
		return E_OUTOFMEMORY;
	hr = factory_QueryInterface(&factory->iface, riid, ret_factory);
	factory_Release(&factory->iface);
	return hr;
}

HRESULT WINAPI CreateDXGIFactory1(REFIID riid, void **ret_factory)
{
	return CreateDXGIFactory2(0, riid, ret_factory);
}

HRESULT WINAPI CreateDXGIFactory(REFIID riid, void **ret_factory)
{
	return CreateDXGIFactory2(0, riid, ret_factory);
}
