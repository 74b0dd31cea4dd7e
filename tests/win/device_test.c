/* SPDX-License-Identifier: MIT */
/* What devices, contexts, factories and adapters say of themselves, and how long they live. */
#include "d3d.h"

#include <dxgi1_6.h>
#include <malloc.h>

/* A question with another size than its answer's is refused, and nothing is written. */
static void features_are_told_in_their_size_only(void **state)
{
#define FEATURE(name)                                                                              \
	{                                                                                          \
		D3D11_FEATURE_##name, sizeof(D3D11_FEATURE_DATA_##name)                            \
	}
	static const struct {
		D3D11_FEATURE feature;
		UINT size;
	} rows[] = {
		FEATURE(THREADING),
		FEATURE(DOUBLES),
		FEATURE(FORMAT_SUPPORT),
		FEATURE(FORMAT_SUPPORT2),
		FEATURE(D3D10_X_HARDWARE_OPTIONS),
		FEATURE(D3D11_OPTIONS),
		FEATURE(ARCHITECTURE_INFO),
		FEATURE(D3D9_OPTIONS),
		FEATURE(SHADER_MIN_PRECISION_SUPPORT),
		FEATURE(D3D9_SHADOW_SUPPORT),
		FEATURE(D3D11_OPTIONS1),
		FEATURE(D3D9_SIMPLE_INSTANCING_SUPPORT),
		FEATURE(MARKER_SUPPORT),
		FEATURE(D3D9_OPTIONS1),
		FEATURE(D3D11_OPTIONS2),
		FEATURE(D3D11_OPTIONS3),
		FEATURE(GPU_VIRTUAL_ADDRESS_SUPPORT),
		FEATURE(D3D11_OPTIONS4),
		FEATURE(SHADER_CACHE),
		FEATURE(D3D11_OPTIONS5),
	};
	ID3D11Device1 *device = make_device();
	uint8_t data[256], untouched[256];
	memset(untouched, 0xcd, sizeof(untouched));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (UINT size = 0; size <= 128; size++) {
			DXGI_FORMAT format = DXGI_FORMAT_R8G8B8A8_UNORM;
			bool fits = size == rows[i].size;
			memset(data, 0xcd, sizeof(data));
			if (rows[i].feature == D3D11_FEATURE_FORMAT_SUPPORT ||
				rows[i].feature == D3D11_FEATURE_FORMAT_SUPPORT2)
				memcpy(data, &format, sizeof(format));
			memcpy(untouched, data, sizeof(format));
			assert_hr(ID3D11Device1_CheckFeatureSupport(
					  device, rows[i].feature, data, size),
				fits ? S_OK : E_INVALIDARG);
			assert_memory_equal(data + (fits ? size : 0), untouched + (fits ? size : 0),
				sizeof(data) - (fits ? size : 0));
			for (UINT j = 0; fits && j < size; j++)
				assert_int_not_equal(data[j], 0xcd);
		}
	assert_hr(ID3D11Device1_CheckFeatureSupport(device, 20, data, 4), E_INVALIDARG);
	assert_hr(ID3D11Device1_CheckFeatureSupport(device, (D3D11_FEATURE)-1, data, 4),
		E_INVALIDARG);
	assert_hr(ID3D11Device1_CheckFeatureSupport(device, D3D11_FEATURE_DOUBLES, NULL, 4),
		E_INVALIDARG);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

static const IID *const factory_iids[] = { &IID_IDXGIFactory, &IID_IDXGIFactory1,
	&IID_IDXGIFactory2, &IID_IDXGIFactory3, &IID_IDXGIFactory4, &IID_IDXGIFactory5,
	&IID_IDXGIFactory6, &IID_IDXGIFactory7 };
static const IID *const adapter_iids[] = { &IID_IDXGIAdapter, &IID_IDXGIAdapter1,
	&IID_IDXGIAdapter2, &IID_IDXGIAdapter3, &IID_IDXGIAdapter4 };

/* Every version, by every way to get one; the oldest function knows the oldest interface only. */
static void factories_come_in_every_version(void **state)
{
	IDXGIFactory7 *factory;
	IUnknown *other;
	for (int i = 0; i < 8; i++) {
		HRESULT old = i ? E_NOINTERFACE : S_OK;
		assert_hr(CreateDXGIFactory2(1, factory_iids[i], (void **)&factory), S_OK);
		assert_hr(
			IDXGIFactory7_QueryInterface(factory, factory_iids[7 - i], (void **)&other),
			S_OK);
		assert_int_equal(IDXGIFactory7_GetCreationFlags(factory), 1);
		IUnknown_Release(other);
		assert_int_equal(IDXGIFactory7_Release(factory), 0);
		assert_hr(CreateDXGIFactory1(factory_iids[i], (void **)&factory), S_OK);
		IDXGIFactory7_Release(factory);
		assert_hr(CreateDXGIFactory(factory_iids[i], (void **)&factory), old);
		assert_int_equal(!!factory, !old);
		if (!factory)
			continue;
		assert_hr(IDXGIFactory7_QueryInterface(factory, factory_iids[1], (void **)&other),
			E_NOINTERFACE);
		assert_null(other);
		IDXGIFactory7_Release(factory);
	}
	assert_hr(CreateDXGIFactory2(0, &IID_ID3D11Device, (void **)&factory), E_NOINTERFACE);
}

static void check_adapter(IDXGIAdapter4 *adapter, const LUID *luid)
{
	DXGI_ADAPTER_DESC3 desc;
	IUnknown *other;
	for (int i = 0; i < 5; i++) {
		assert_hr(IDXGIAdapter4_QueryInterface(adapter, adapter_iids[i], (void **)&other),
			S_OK);
		IUnknown_Release(other);
	}
	assert_hr(IDXGIAdapter4_GetDesc3(adapter, &desc), S_OK);
	assert_memory_equal(&desc.AdapterLuid, luid, sizeof(*luid));
	assert_true(desc.Flags & DXGI_ADAPTER_FLAG3_SOFTWARE);
	assert_int_equal(IDXGIAdapter4_Release(adapter), 0);
}

static UINT last_adapter(IDXGIFactory7 *factory)
{
	IDXGIAdapter1 *adapter;
	UINT count = 0;
	while (SUCCEEDED(IDXGIFactory7_EnumAdapters1(factory, count, &adapter))) {
		IDXGIAdapter1_Release(adapter);
		count++;
	}
	return count - 1;
}

/* The software adapter is found by number, by identifier, by preference and as WARP. */
static void the_adapter_is_found_by_every_way(void **state)
{
	const LUID nobody = { 1, 2 };
	DXGI_ADAPTER_DESC1 desc;
	IDXGIFactory7 *factory;
	IDXGIAdapter4 *adapter;
	IDXGIAdapter1 *first;
	BOOL tearing = 7;
	DWORD cookie = 0;
	int handle;
	assert_hr(CreateDXGIFactory2(0, &IID_IDXGIFactory7, (void **)&factory), S_OK);
	const UINT last = last_adapter(factory);
	assert_hr(IDXGIFactory7_EnumAdapters1(factory, last, &first), S_OK);
	IDXGIAdapter1_GetDesc1(first, &desc);
	check_adapter((IDXGIAdapter4 *)first, &desc.AdapterLuid);
	for (int i = 0; i < 5; i++) {
		assert_hr(IDXGIFactory7_EnumAdapterByLuid(
				  factory, desc.AdapterLuid, adapter_iids[i], (void **)&adapter),
			S_OK);
		check_adapter(adapter, &desc.AdapterLuid);
	}
	assert_hr(IDXGIFactory7_EnumWarpAdapter(factory, &IID_IDXGIAdapter4, (void **)&adapter),
		S_OK);
	check_adapter(adapter, &desc.AdapterLuid);
	assert_hr(IDXGIFactory7_EnumAdapterByGpuPreference(factory, last,
			  DXGI_GPU_PREFERENCE_HIGH_PERFORMANCE, &IID_IDXGIAdapter4,
			  (void **)&adapter),
		S_OK);
	check_adapter(adapter, &desc.AdapterLuid);
	assert_hr(IDXGIFactory7_EnumAdapterByGpuPreference(factory, last + 1,
			  DXGI_GPU_PREFERENCE_UNSPECIFIED, &IID_IDXGIAdapter4, (void **)&adapter),
		DXGI_ERROR_NOT_FOUND);
	assert_null(adapter);
	assert_hr(IDXGIFactory7_EnumAdapterByLuid(
			  factory, nobody, &IID_IDXGIAdapter, (void **)&adapter),
		DXGI_ERROR_NOT_FOUND);
	assert_null(adapter);
	assert_hr(IDXGIFactory7_EnumWarpAdapter(factory, &IID_IDXGIOutput, (void **)&adapter),
		E_NOINTERFACE);
	for (UINT size = 0; size < 9; size++) {
		UINT64 room = UINT64_MAX;
		assert_hr(IDXGIFactory7_CheckFeatureSupport(
				  factory, DXGI_FEATURE_PRESENT_ALLOW_TEARING, &room, size),
			size == 4 ? S_OK : DXGI_ERROR_INVALID_CALL);
		assert_int_equal(room, size == 4 ? UINT64_C(0xffffffff00000001) : UINT64_MAX);
	}
	assert_hr(IDXGIFactory7_CheckFeatureSupport(factory, 77, &tearing, sizeof(tearing)),
		DXGI_ERROR_INVALID_CALL);
	assert_hr(IDXGIFactory7_RegisterAdaptersChangedEvent(factory, &handle, &cookie), S_OK);
	assert_int_not_equal(cookie, 0);
	assert_hr(IDXGIFactory7_UnregisterAdaptersChangedEvent(factory, cookie), S_OK);
	assert_int_equal(IDXGIFactory7_Release(factory), 0);
}

static void video_memory_can_be_asked_for(void **state)
{
	const DXGI_MEMORY_SEGMENT_GROUP local = DXGI_MEMORY_SEGMENT_GROUP_LOCAL,
					other = DXGI_MEMORY_SEGMENT_GROUP_NON_LOCAL;
	DXGI_QUERY_VIDEO_MEMORY_INFO info;
	IDXGIFactory4 *factory;
	IDXGIAdapter3 *adapter;
	assert_hr(CreateDXGIFactory1(&IID_IDXGIFactory4, (void **)&factory), S_OK);
	assert_hr(IDXGIFactory4_EnumWarpAdapter(factory, &IID_IDXGIAdapter3, (void **)&adapter),
		S_OK);
	assert_hr(IDXGIAdapter3_QueryVideoMemoryInfo(adapter, 0, local, &info), S_OK);
	assert_true(info.Budget && info.AvailableForReservation <= info.Budget);
	assert_hr(IDXGIAdapter3_SetVideoMemoryReservation(adapter, 0, local, 4096), S_OK);
	assert_hr(IDXGIAdapter3_SetVideoMemoryReservation(adapter, 0, local, info.Budget + 1),
		E_INVALIDARG);
	assert_hr(IDXGIAdapter3_QueryVideoMemoryInfo(adapter, 0, local, &info), S_OK);
	assert_int_equal(info.CurrentReservation, 4096);
	assert_hr(IDXGIAdapter3_QueryVideoMemoryInfo(adapter, 0, other, &info), S_OK);
	assert_int_equal(info.Budget, 0);
	assert_hr(IDXGIAdapter3_QueryVideoMemoryInfo(adapter, 1, local, &info), E_INVALIDARG);
	assert_hr(IDXGIAdapter3_QueryVideoMemoryInfo(adapter, 0, 2, &info), E_INVALIDARG);
	assert_hr(IDXGIAdapter3_QueryVideoMemoryInfo(adapter, 0, local, NULL), E_INVALIDARG);
	IDXGIAdapter3_Release(adapter);
	assert_int_equal(IDXGIFactory4_Release(factory), 0);
}

/* The context is counted apart; all of its references together hold the device. */
static void a_context_is_counted_apart(void **state)
{
	ID3D11DeviceContext *context, *again;
	ID3D11Device *device, *of_context;
	IUnknown *unknown;
	assert_hr(D3D11CreateDevice(NULL, D3D_DRIVER_TYPE_WARP, NULL, 0, NULL, 0, D3D11_SDK_VERSION,
			  &device, NULL, &context),
		S_OK);
	assert_int_equal(ID3D11DeviceContext_Release(context), 0);
	assert_int_equal(ID3D11Device_AddRef(device), 2);
	assert_int_equal(ID3D11Device_Release(device), 1);
	/* It is still there, and the same one. */
	ID3D11Device_GetImmediateContext(device, &again);
	assert_ptr_equal(again, context);
	assert_int_equal(ID3D11DeviceContext_AddRef(context), 2);
	assert_hr(ID3D11DeviceContext_QueryInterface(
			  context, &IID_ID3D11DeviceContext1, (void **)&unknown),
		S_OK);
	assert_int_equal(IUnknown_Release(unknown), 2);
	assert_int_equal(ID3D11Device_Release(device), 1);
	assert_int_equal(ID3D11DeviceContext_Release(context), 1);
	ID3D11DeviceContext_GetDevice(context, &of_context);
	assert_ptr_equal(of_context, device);
	assert_int_equal(ID3D11Device_Release(device), 1);
	assert_int_equal(ID3D11DeviceContext_Release(context), 0);
	/* The context alone. */
	assert_hr(D3D11CreateDevice(NULL, D3D_DRIVER_TYPE_WARP, NULL, 0, NULL, 0, D3D11_SDK_VERSION,
			  NULL, NULL, &context),
		S_OK);
	assert_int_equal(ID3D11DeviceContext_Release(context), 0);
}

static void an_immediate_context_has_no_list(void **state)
{
	ID3D11Device1 *device = make_device();
	ID3D11CommandList *list = (void *)1;
	ID3D11DeviceContext *context;
	ID3D11Device1_GetImmediateContext(device, &context);
	assert_hr(ID3D11DeviceContext_FinishCommandList(context, FALSE, &list),
		DXGI_ERROR_INVALID_CALL);
	assert_null(list);
	assert_hr(ID3D11DeviceContext_FinishCommandList(context, FALSE, NULL),
		DXGI_ERROR_INVALID_CALL);
	ID3D11DeviceContext_Release(context);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

static BOOL is_protected(UINT flags)
{
	ID3D10Multithread *multithread;
	ID3D10Device *device;
	BOOL protected;
	assert_hr(D3D10CreateDevice(NULL, D3D10_DRIVER_TYPE_HARDWARE, NULL, flags,
			  D3D10_SDK_VERSION, &device),
		S_OK);
	ID3D10Device_QueryInterface(device, &IID_ID3D10Multithread, (void **)&multithread);
	protected = ID3D10Multithread_GetMultithreadProtected(multithread);
	ID3D10Multithread_Release(multithread);
	assert_int_equal(ID3D10Device_Release(device), 0);
	return protected;
}

/* D3D10 is protected unless it is told that there is one thread; D3D11 when it is asked to. */
static void d3d10_is_protected_unless_told(void **state)
{
	ID3D11Device1 *device = make_device();
	ID3D11Multithread *multithread;
	assert_true(is_protected(0));
	assert_false(is_protected(D3D10_CREATE_DEVICE_SINGLETHREADED));
	ID3D11Device1_QueryInterface(device, &IID_ID3D11Multithread, (void **)&multithread);
	assert_false(ID3D11Multithread_GetMultithreadProtected(multithread));
	assert_false(ID3D11Multithread_SetMultithreadProtected(multithread, TRUE));
	assert_true(ID3D11Multithread_SetMultithreadProtected(multithread, FALSE));
	ID3D11Multithread_Release(multithread);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

/* Flags that D3D10 does not have are refused: among them those of raw and structured buffers. */
static void flags_that_d3d10_has_not_are_refused(void **state)
{
	D3D10_BUFFER_DESC desc = { .ByteWidth = 64, .BindFlags = D3D10_BIND_SHADER_RESOURCE };
	ID3D10Device *device;
	ID3D10Buffer *buffer;
	assert_hr(D3D10CreateDevice(
			  NULL, D3D10_DRIVER_TYPE_HARDWARE, NULL, 0, D3D10_SDK_VERSION, &device),
		S_OK);
	assert_hr(ID3D10Device_CreateBuffer(device, &desc, NULL, NULL), S_FALSE);
	for (UINT flag = 0x20; flag; flag <<= 1) {
		desc.MiscFlags = flag;
		buffer = (void *)1;
		assert_hr(ID3D10Device_CreateBuffer(device, &desc, NULL, &buffer), E_INVALIDARG);
		assert_null(buffer);
	}
	assert_int_equal(ID3D10Device_Release(device), 0);
}

/* A texture of one row is a surface, as one of many is. */
static void a_texture_of_one_row_is_a_surface(void **state)
{
	D3D11_TEXTURE1D_DESC desc = {
		.Width = 33, .MipLevels = 1, .ArraySize = 1, .Format = DXGI_FORMAT_R8G8B8A8_UNORM
	};
	ID3D11Device1 *device = make_device();
	DXGI_SURFACE_DESC got;
	ID3D11Texture1D *texture;
	IDXGISurface *surface;
	assert_hr(ID3D11Device1_CreateTexture1D(device, &desc, NULL, &texture), S_OK);
	assert_hr(ID3D11Texture1D_QueryInterface(texture, &IID_IDXGISurface, (void **)&surface),
		S_OK);
	assert_hr(IDXGISurface_GetDesc(surface, &got), S_OK);
	assert_true(got.Width == 33 && got.Height == 1 && got.SampleDesc.Count == 1);
	IDXGISurface_Release(surface);
	ID3D11Texture1D_Release(texture);
	desc.MipLevels = 2;
	assert_hr(ID3D11Device1_CreateTexture1D(device, &desc, NULL, &texture), S_OK);
	assert_hr(ID3D11Texture1D_QueryInterface(texture, &IID_IDXGISurface, (void **)&surface),
		E_NOINTERFACE);
	ID3D11Texture1D_Release(texture);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

/* Surfaces without a texture's interface first: as many as asked for, or none. */
static void surfaces_are_made_all_or_none(void **state)
{
	DXGI_SURFACE_DESC desc = { 16, 8, DXGI_FORMAT_B8G8R8A8_UNORM, { 1, 0 } }, got;
	ID3D11Device1 *device = make_device();
	IDXGISurface *surfaces[3] = { (void *)1, (void *)1, (void *)1 };
	D3D11_TEXTURE2D_DESC texture_got;
	ID3D11Texture2D *texture;
	IDXGIDevice *dxgi;
	ID3D11Device1_QueryInterface(device, &IID_IDXGIDevice, (void **)&dxgi);
	assert_hr(IDXGIDevice_CreateSurface(
			  dxgi, &desc, 2, DXGI_USAGE_RENDER_TARGET_OUTPUT, NULL, surfaces),
		S_OK);
	assert_ptr_equal(surfaces[2], (void *)1);
	for (int i = 0; i < 2; i++) {
		assert_hr(IDXGISurface_GetDesc(surfaces[i], &got), S_OK);
		assert_memory_equal(&got, &desc, sizeof(got));
		IDXGISurface_QueryInterface(surfaces[i], &IID_ID3D11Texture2D, (void **)&texture);
		ID3D11Texture2D_GetDesc(texture, &texture_got);
		assert_int_equal(texture_got.BindFlags, D3D11_BIND_RENDER_TARGET);
		ID3D11Texture2D_Release(texture);
		assert_int_equal(IDXGISurface_Release(surfaces[i]), 0);
	}
	desc.Width = 0;
	assert_hr(IDXGIDevice_CreateSurface(dxgi, &desc, 2, 0, NULL, surfaces), E_INVALIDARG);
	assert_false(surfaces[0] || surfaces[1]);
	assert_ptr_equal(surfaces[2], (void *)1);
	IDXGIDevice_Release(dxgi);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

/* What cannot be mapped gives no pointer, by whatever interface. */
static void what_cannot_be_mapped_gives_no_pointer(void **state)
{
	const D3D10_BUFFER_DESC buffer_desc = { .ByteWidth = 64 };
	D3D10_TEXTURE1D_DESC desc1 = { 8, 1, 1, DXGI_FORMAT_R8_UNORM };
	D3D10_TEXTURE2D_DESC desc2 = { 8, 8, 1, 1, DXGI_FORMAT_R8_UNORM, { 1, 0 } };
	D3D10_TEXTURE3D_DESC desc3 = { 8, 8, 8, 1, DXGI_FORMAT_R8_UNORM };
	ID3D11Device1 *device = make_device();
	ID3D11Texture2D *texture = make_texture(device, 0);
	D3D11_MAPPED_SUBRESOURCE mapped = { (void *)1 };
	D3D10_MAPPED_TEXTURE2D mapped2 = { (void *)1 };
	D3D10_MAPPED_TEXTURE3D mapped3 = { (void *)1 };
	DXGI_MAPPED_RECT rect = { 1, (void *)1 };
	ID3D11DeviceContext *context;
	ID3D10Texture1D *texture1;
	ID3D10Texture2D *texture2;
	ID3D10Texture3D *texture3;
	ID3D10Buffer *buffer;
	ID3D10Device *device10;
	IDXGISurface *surface;
	void *data[2] = { (void *)1, (void *)1 };
	ID3D11Device1_GetImmediateContext(device, &context);
	assert_hr(ID3D11DeviceContext_Map(
			  context, (ID3D11Resource *)texture, 0, D3D11_MAP_READ, 0, &mapped),
		E_INVALIDARG);
	assert_null(mapped.pData);
	mapped.pData = (void *)1;
	assert_hr(ID3D11DeviceContext_Map(context, NULL, 0, D3D11_MAP_READ, 0, &mapped),
		E_INVALIDARG);
	assert_null(mapped.pData);
	ID3D11Texture2D_QueryInterface(texture, &IID_IDXGISurface, (void **)&surface);
	assert_hr(IDXGISurface_Map(surface, &rect, DXGI_MAP_READ), E_INVALIDARG);
	assert_null(rect.pBits);
	IDXGISurface_Release(surface);
	ID3D11DeviceContext_Release(context);
	ID3D11Texture2D_Release(texture);
	assert_int_equal(ID3D11Device1_Release(device), 0);
	assert_hr(D3D10CreateDevice(
			  NULL, D3D10_DRIVER_TYPE_HARDWARE, NULL, 0, D3D10_SDK_VERSION, &device10),
		S_OK);
	assert_hr(ID3D10Device_CreateBuffer(device10, &buffer_desc, NULL, &buffer), S_OK);
	assert_hr(ID3D10Device_CreateTexture1D(device10, &desc1, NULL, &texture1), S_OK);
	assert_hr(ID3D10Device_CreateTexture2D(device10, &desc2, NULL, &texture2), S_OK);
	assert_hr(ID3D10Device_CreateTexture3D(device10, &desc3, NULL, &texture3), S_OK);
	assert_hr(ID3D10Buffer_Map(buffer, D3D10_MAP_READ, 0, &data[0]), E_INVALIDARG);
	assert_hr(ID3D10Texture1D_Map(texture1, 0, D3D10_MAP_READ, 0, &data[1]), E_INVALIDARG);
	assert_hr(ID3D10Texture2D_Map(texture2, 0, D3D10_MAP_READ, 0, &mapped2), E_INVALIDARG);
	assert_hr(ID3D10Texture3D_Map(texture3, 0, D3D10_MAP_READ, 0, &mapped3), E_INVALIDARG);
	assert_false(data[0] || data[1] || mapped2.pData || mapped3.pData);
	ID3D10Buffer_Release(buffer);
	ID3D10Texture1D_Release(texture1);
	ID3D10Texture2D_Release(texture2);
	ID3D10Texture3D_Release(texture3);
	assert_int_equal(ID3D10Device_Release(device10), 0);
}

/* Dynamic buffers can be written to while the rest is in use, textures only as a whole. */
static void dynamic_buffers_are_written_beside_their_use(void **state)
{
	D3D11_BUFFER_DESC buffer_desc = { .ByteWidth = 64,
		.Usage = D3D11_USAGE_DYNAMIC,
		.BindFlags = D3D11_BIND_VERTEX_BUFFER,
		.CPUAccessFlags = D3D11_CPU_ACCESS_WRITE };
	D3D11_TEXTURE2D_DESC desc = texture_desc(0);
	ID3D11Device1 *device = make_device();
	D3D11_MAPPED_SUBRESOURCE mapped;
	ID3D11DeviceContext *context;
	ID3D11Resource *resources[2];
	desc.Usage = D3D11_USAGE_DYNAMIC;
	desc.BindFlags = D3D11_BIND_SHADER_RESOURCE;
	desc.CPUAccessFlags = D3D11_CPU_ACCESS_WRITE;
	ID3D11Device1_GetImmediateContext(device, &context);
	assert_hr(ID3D11Device1_CreateBuffer(
			  device, &buffer_desc, NULL, (ID3D11Buffer **)&resources[0]),
		S_OK);
	assert_hr(ID3D11Device1_CreateTexture2D(
			  device, &desc, NULL, (ID3D11Texture2D **)&resources[1]),
		S_OK);
	for (int i = 0; i < 2; i++) {
		assert_hr(ID3D11DeviceContext_Map(context, resources[i], 0,
				  D3D11_MAP_WRITE_NO_OVERWRITE, 0, &mapped),
			i ? E_INVALIDARG : S_OK);
		ID3D11DeviceContext_Unmap(context, resources[i], 0);
		assert_hr(ID3D11DeviceContext_Map(
				  context, resources[i], 0, D3D11_MAP_WRITE_DISCARD, 0, &mapped),
			S_OK);
		ID3D11DeviceContext_Unmap(context, resources[i], 0);
		ID3D11Resource_Release(resources[i]);
	}
	ID3D11DeviceContext_Release(context);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

static void a_flush_tells_when_all_is_done(void **state)
{
	ID3D11Device5 *device = (ID3D11Device5 *)make_device();
	HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
	ID3D11DeviceContext3 *context;
	BOOL on = TRUE;
	ID3D11Device5_GetImmediateContext3(device, &context);
	ID3D11DeviceContext3_Flush1(context, D3D11_CONTEXT_TYPE_ALL, NULL);
	ID3D11DeviceContext3_Flush1(context, D3D11_CONTEXT_TYPE_ALL, event);
	assert_int_equal(WaitForSingleObject(event, 20000), WAIT_OBJECT_0);
	ID3D11DeviceContext3_SetHardwareProtectionState(context, TRUE);
	ID3D11DeviceContext3_GetHardwareProtectionState(context, &on);
	assert_false(on);
	CloseHandle(event);
	ID3D11DeviceContext3_Release(context);
	assert_int_equal(ID3D11Device5_Release(device), 0);
}

/* Later versions begin with the earlier ones' methods, and none is another object. */
static void every_version_is_the_same_object(void **state)
{
	static const IID *const device_iids[] = { &IID_ID3D11Device, &IID_ID3D11Device1,
		&IID_ID3D11Device2, &IID_ID3D11Device3, &IID_ID3D11Device4, &IID_ID3D11Device5 };
	static const IID *const context_iids[] = { &IID_ID3D11DeviceContext,
		&IID_ID3D11DeviceContext1, &IID_ID3D11DeviceContext2, &IID_ID3D11DeviceContext3,
		&IID_ID3D11DeviceContext4 };
	ID3D11Device1 *device = make_device();
	ID3D11DeviceContext *context;
	ID3D11DeviceContext2 *context2;
	ID3D11DeviceContext3 *context3;
	ID3D11Device5 *last;
	ID3D11Device1_GetImmediateContext(device, &context);
	for (int i = 0; i < 6; i++) {
		assert_hr(
			ID3D11Device1_QueryInterface(device, device_iids[i], (void **)&last), S_OK);
		assert_ptr_equal(last, device);
		ID3D11Device5_Release(last);
	}
	for (int i = 0; i < 5; i++) {
		ID3D11DeviceContext *same;
		assert_hr(ID3D11DeviceContext_QueryInterface(
				  context, context_iids[i], (void **)&same),
			S_OK);
		assert_ptr_equal(same, context);
		ID3D11DeviceContext_Release(same);
	}
	ID3D11Device5_GetImmediateContext2((ID3D11Device5 *)device, &context2);
	ID3D11Device5_GetImmediateContext3((ID3D11Device5 *)device, &context3);
	assert_ptr_equal(context2, context);
	assert_ptr_equal(context3, context);
	ID3D11DeviceContext2_Release(context2);
	ID3D11DeviceContext3_Release(context3);
	assert_int_equal(ID3D11DeviceContext_Release(context), 0);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

/* Of somebody else's making. */
static HRESULT WINAPI says_nothing_of_itself(IDXGIAdapter *adapter, DXGI_ADAPTER_DESC *ret_desc)
{
	return E_FAIL;
}

/* Where the C library tells. */
static size_t allocated(void)
{
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
	return mallinfo2().uordblks;
#else
	return 0;
#endif
}

static void a_device_that_is_not_made_leaves_nothing(void **state)
{
	IDXGIAdapterVtbl table = { .GetDesc = says_nothing_of_itself };
	IDXGIAdapter foreign = { &table };
	size_t before = 0;
	for (int i = 0; i < 1100; i++) {
		ID3D11Device *device;
		UINT flags = i % 2 ? D3D11_CREATE_DEVICE_DEBUG : 0;
		assert_hr(D3D11CreateDevice(&foreign, D3D_DRIVER_TYPE_UNKNOWN, NULL, flags, NULL, 0,
				  D3D11_SDK_VERSION, &device, NULL, NULL),
			E_INVALIDARG);
		before = i == 99 ? allocated() : before;
	}
	assert_true(allocated() < before + 500 * sizeof(void *));
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { NULL, NULL } };
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_version_is_the_same_object),
		cmocka_unit_test(a_device_that_is_not_made_leaves_nothing),
		cmocka_unit_test(a_flush_tells_when_all_is_done),
		cmocka_unit_test(features_are_told_in_their_size_only),
		cmocka_unit_test(factories_come_in_every_version),
		cmocka_unit_test(the_adapter_is_found_by_every_way),
		cmocka_unit_test(video_memory_can_be_asked_for),
		cmocka_unit_test(a_context_is_counted_apart),
		cmocka_unit_test(an_immediate_context_has_no_list),
		cmocka_unit_test(d3d10_is_protected_unless_told),
		cmocka_unit_test(flags_that_d3d10_has_not_are_refused),
		cmocka_unit_test(a_texture_of_one_row_is_a_surface),
		cmocka_unit_test(surfaces_are_made_all_or_none),
		cmocka_unit_test(what_cannot_be_mapped_gives_no_pointer),
		cmocka_unit_test(dynamic_buffers_are_written_beside_their_use),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
