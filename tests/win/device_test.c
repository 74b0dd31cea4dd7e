/* SPDX-License-Identifier: MIT */
/* What devices, contexts, factories and adapters say of themselves, and how long they live. */
#include "d3d.h"

#include <dxgi1_6.h>

/* A question with another size than its answer's is refused, and nothing is written. */
static void test_features(void **state)
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
static void test_factories(void **state)
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

/* The one adapter is found by number, by identifier, by preference and as WARP. */
static void test_adapters(void **state)
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
	assert_hr(IDXGIFactory7_EnumAdapters1(factory, 0, &first), S_OK);
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
	assert_hr(IDXGIFactory7_EnumAdapterByGpuPreference(factory, 0,
			  DXGI_GPU_PREFERENCE_HIGH_PERFORMANCE, &IID_IDXGIAdapter4,
			  (void **)&adapter),
		S_OK);
	check_adapter(adapter, &desc.AdapterLuid);
	assert_hr(IDXGIFactory7_EnumAdapterByGpuPreference(factory, 1,
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
		assert_int_equal(room, size == 4 ? UINT64_C(0xffffffff00000000) : UINT64_MAX);
	}
	assert_hr(IDXGIFactory7_CheckFeatureSupport(factory, 77, &tearing, sizeof(tearing)),
		DXGI_ERROR_INVALID_CALL);
	assert_hr(IDXGIFactory7_RegisterAdaptersChangedEvent(factory, &handle, &cookie), S_OK);
	assert_int_not_equal(cookie, 0);
	assert_hr(IDXGIFactory7_UnregisterAdaptersChangedEvent(factory, cookie), S_OK);
	assert_int_equal(IDXGIFactory7_Release(factory), 0);
}

static void test_video_memory(void **state)
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

int main(int argc, char **argv)
{
	static const struct role roles[] = { { NULL, NULL } };
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_features),
		cmocka_unit_test(test_factories),
		cmocka_unit_test(test_adapters),
		cmocka_unit_test(test_video_memory),
	};

	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
