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

int main(int argc, char **argv)
{
	static const struct role roles[] = { { NULL, NULL } };
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_features),
	};

	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
