/* SPDX-License-Identifier: MIT */
/*
 * Two devices of Vulkan's that are no processors, as the test layer has them, and the software
 * adapter: who is found how, who draws where, and who may open whose textures.
 */
#include "quad.h"

#include <dxgi1_6.h>
#include <stdio.h>

#include <crossfence/result.h>
#include <crossfence/win/xf_d3d12.h>
#include <d3d12.h>

#define SIZE 16

static IDXGIFactory6 *make_factory(void)
{
	IDXGIFactory6 *factory;
	assert_hr(CreateDXGIFactory1(&IID_IDXGIFactory6, (void **)&factory), S_OK);
	return factory;
}

static IDXGIAdapter *adapter_at(UINT index)
{
	IDXGIFactory6 *factory = make_factory();
	IDXGIAdapter *adapter;
	assert_hr(IDXGIFactory6_EnumAdapters(factory, index, &adapter), S_OK);
	IDXGIFactory6_Release(factory);
	return adapter;
}

static DXGI_ADAPTER_DESC1 desc_at(UINT index)
{
	IDXGIAdapter *adapter = adapter_at(index);
	DXGI_ADAPTER_DESC1 desc;
	IDXGIAdapter1 *newer;
	assert_hr(IDXGIAdapter_QueryInterface(adapter, &IID_IDXGIAdapter1, (void **)&newer), S_OK);
	assert_hr(IDXGIAdapter1_GetDesc1(newer, &desc), S_OK);
	IDXGIAdapter1_Release(newer);
	assert_int_equal(IDXGIAdapter_Release(adapter), 0);
	return desc;
}

static bool is_same(LUID a, LUID b)
{
	return a.LowPart == b.LowPart && a.HighPart == b.HighPart;
}

static ID3D11Device *device_at(UINT index)
{
	IDXGIAdapter *adapter = adapter_at(index);
	ID3D11Device *device;
	assert_hr(D3D11CreateDevice(adapter, D3D_DRIVER_TYPE_UNKNOWN, NULL, 0, NULL, 0,
			  D3D11_SDK_VERSION, &device, NULL, NULL),
		S_OK);
	IDXGIAdapter_Release(adapter);
	return device;
}

static LUID luid_of(ID3D11Device *device)
{
	DXGI_ADAPTER_DESC desc;
	IDXGIAdapter *adapter;
	IDXGIDevice *dxgi;
	assert_hr(ID3D11Device_QueryInterface(device, &IID_IDXGIDevice, (void **)&dxgi), S_OK);
	assert_hr(IDXGIDevice_GetAdapter(dxgi, &adapter), S_OK);
	assert_hr(IDXGIAdapter_GetDesc(adapter, &desc), S_OK);
	IDXGIAdapter_Release(adapter);
	IDXGIDevice_Release(dxgi);
	return desc.AdapterLuid;
}

static void the_factory_has_all_of_them(void **state)
{
	static const WCHAR name[] = L"Test GPU 2";
	const DXGI_ADAPTER_DESC1 one = desc_at(0), two = desc_at(1), last = desc_at(2);
	IDXGIFactory6 *factory = make_factory();
	IDXGIAdapter *adapter;
	DXGI_ADAPTER_DESC desc;
	assert_hr(IDXGIFactory6_EnumAdapters(factory, 3, &adapter), DXGI_ERROR_NOT_FOUND);
	assert_memory_equal(two.Description, name, sizeof(name));
	assert_int_equal(two.VendorId, 0x1002);
	assert_int_equal(two.DeviceId, 1);
	assert_int_equal(one.Flags | two.Flags, 0);
	assert_int_equal(last.Flags, DXGI_ADAPTER_FLAG_SOFTWARE);
	assert_true(one.DedicatedVideoMemory > 0);
	assert_int_equal(last.DedicatedVideoMemory, 0);
	assert_false(is_same(one.AdapterLuid, two.AdapterLuid));
	assert_false(is_same(one.AdapterLuid, last.AdapterLuid));
	for (UINT i = 0; i < 3; i++) {
		assert_hr(IDXGIFactory6_EnumAdapterByLuid(factory, desc_at(i).AdapterLuid,
				  &IID_IDXGIAdapter, (void **)&adapter),
			S_OK);
		assert_hr(IDXGIAdapter_GetDesc(adapter, &desc), S_OK);
		assert_true(is_same(desc.AdapterLuid, desc_at(i).AdapterLuid));
		IDXGIAdapter_Release(adapter);
	}
	assert_hr(IDXGIFactory6_EnumAdapterByGpuPreference(factory, 0,
			  DXGI_GPU_PREFERENCE_MINIMUM_POWER, &IID_IDXGIAdapter, (void **)&adapter),
		S_OK);
	assert_hr(IDXGIAdapter_GetDesc(adapter, &desc), S_OK);
	assert_true(is_same(desc.AdapterLuid, two.AdapterLuid));
	IDXGIAdapter_Release(adapter);
	assert_hr(
		IDXGIFactory6_EnumWarpAdapter(factory, &IID_IDXGIAdapter, (void **)&adapter), S_OK);
	assert_hr(IDXGIAdapter_GetDesc(adapter, &desc), S_OK);
	assert_true(is_same(desc.AdapterLuid, last.AdapterLuid));
	IDXGIAdapter_Release(adapter);
	assert_int_equal(IDXGIFactory6_Release(factory), 0);
}

/* Others must find the same adapter by it. */
static int run_teller(int socket, const char *argument)
{
	const LUID luid = desc_at(1).AdapterLuid;
	parent_tell(socket, (char)(luid.LowPart == strtoull(argument, NULL, 16) ? 'y' : 'n'));
	return 0;
}

static void luids_are_the_same_in_every_process(void **state)
{
	char text[32];
	snprintf(text, sizeof(text), "%lx", (unsigned long)desc_at(1).AdapterLuid.LowPart);
	struct child child = child_start("teller", text);
	assert_int_equal(child_hear(&child), 'y');
	assert_int_equal(child_end(&child), 0);
}

static void devices_are_where_they_were_made(void **state)
{
	static const D3D_DRIVER_TYPE types[] = { D3D_DRIVER_TYPE_HARDWARE, D3D_DRIVER_TYPE_WARP };
	ID3D11Device *device;
	for (UINT i = 0; i < 3; i++) {
		device = device_at(i);
		assert_true(is_same(luid_of(device), desc_at(i).AdapterLuid));
		ID3D11Device_Release(device);
	}
	for (UINT i = 0; i < 2; i++) {
		assert_hr(D3D11CreateDevice(NULL, types[i], NULL, 0, NULL, 0, D3D11_SDK_VERSION,
				  &device, NULL, NULL),
			S_OK);
		assert_true(is_same(luid_of(device), desc_at(i ? 2 : 0).AdapterLuid));
		ID3D11Device_Release(device);
	}
}

static void d3d12_takes_each(void **state)
{
	for (UINT i = 0; i < 2; i++) {
		IDXGIAdapter *adapter = adapter_at(i);
		ID3D12Device *device;
		LUID luid;
		assert_hr(D3D12CreateDevice((IUnknown *)adapter, D3D_FEATURE_LEVEL_11_0,
				  &IID_ID3D12Device, (void **)&device),
			S_OK);
		(void)device->lpVtbl->GetAdapterLuid(device, &luid);
		assert_true(is_same(luid, desc_at(i).AdapterLuid));
		ID3D12Device_Release(device);
		IDXGIAdapter_Release(adapter);
	}
}

static ID3D11Texture2D *filled_texture(ID3D11Device *device, UINT misc)
{
	static const uint32_t pixels[SIZE * SIZE] = { [0 ... SIZE * SIZE - 1] = 0xff336699 };
	const D3D11_SUBRESOURCE_DATA data = { pixels, SIZE * 4, 0 };
	D3D11_TEXTURE2D_DESC desc = texture_desc(misc);
	ID3D11Texture2D *texture;
	desc.Width = desc.Height = SIZE;
	assert_hr(ID3D11Device_CreateTexture2D(device, &desc, &data, &texture), S_OK);
	return texture;
}

static HRESULT open_on(UINT index, HANDLE handle)
{
	ID3D11Device *device = device_at(index);
	ID3D11Texture2D *texture = NULL;
	HRESULT hr = ID3D11Device_OpenSharedResource(
		device, handle, &IID_ID3D11Texture2D, (void **)&texture);
	if (SUCCEEDED(hr)) {
		IDXGIKeyedMutex *mutex = mutex_of(texture);
		assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 0, 10000), S_OK);
		uint32_t *pixels = texture_pixels(device, texture, 4);
		for (int i = 0; i < SIZE * SIZE; i++)
			assert_int_equal(pixels[i], 0xff336699);
		free(pixels);
		assert_hr(IDXGIKeyedMutex_ReleaseSync(mutex, 0), S_OK);
		IDXGIKeyedMutex_Release(mutex);
		ID3D11Texture2D_Release(texture);
	} else {
		assert_null(texture);
	}
	ID3D11Device_Release(device);
	return hr;
}

static LUID luid_of_handle(HANDLE handle)
{
	IDXGIFactory6 *factory = make_factory();
	LUID luid;
	assert_hr(IDXGIFactory6_GetSharedResourceAdapterLuid(factory, handle, &luid), S_OK);
	IDXGIFactory6_Release(factory);
	return luid;
}

/* What is in a device's memory opens there, and nowhere else; what is in the domain's everywhere.
 */
static void who_may_open_whose(void **state)
{
	for (UINT maker = 0; maker < 3; maker++) {
		ID3D11Device *device = device_at(maker);
		ID3D11Texture2D *texture =
			filled_texture(device, D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX);
		HANDLE handle = handle_of(texture);
		assert_true(is_same(luid_of_handle(handle), desc_at(maker).AdapterLuid));
		for (UINT i = 0; i < 3; i++) {
			const bool may = maker == 2 || maker == i;
			assert_hr(open_on(i, handle), may ? S_OK : DXGI_ERROR_UNSUPPORTED);
		}
		ID3D11Texture2D_Release(texture);
		ID3D11Device_Release(device);
	}
}

/* What has no mutex opens everywhere. */
static void others_are_in_the_domains_memory(void **state)
{
	ID3D11Device *device = device_at(0);
	ID3D11Texture2D *texture = filled_texture(device, D3D11_RESOURCE_MISC_SHARED);
	ID3D11Device *other = device_at(1);
	ID3D11Texture2D *opened;
	assert_hr(ID3D11Device_OpenSharedResource(
			  other, handle_of(texture), &IID_ID3D11Texture2D, (void **)&opened),
		S_OK);
	uint32_t *pixels = texture_pixels(other, opened, 4);
	assert_int_equal(pixels[SIZE * SIZE - 1], 0xff336699);
	free(pixels);
	ID3D11Texture2D_Release(opened);
	ID3D11Device_Release(other);
	ID3D11Texture2D_Release(texture);
	ID3D11Device_Release(device);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { "teller", run_teller }, { NULL, NULL } };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_factory_has_all_of_them),
		cmocka_unit_test(luids_are_the_same_in_every_process),
		cmocka_unit_test(devices_are_where_they_were_made),
		cmocka_unit_test(d3d12_takes_each),
		cmocka_unit_test(who_may_open_whose),
		cmocka_unit_test(others_are_in_the_domains_memory),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
