/* SPDX-License-Identifier: MIT */
/* What D3D12 programs call before they have a device, and the device that takes the result. */
#include "d3d12_harness.h"
#include "harness.h"

#include <d3d12.h>
#include <dxgi.h>

/* One table of constants, and a sampler: as a program that draws has them. */
static D3D12_ROOT_SIGNATURE_DESC describe(void)
{
	static const D3D12_ROOT_PARAMETER parameter = {
		.ParameterType = D3D12_ROOT_PARAMETER_TYPE_32BIT_CONSTANTS,
		.Constants = { .ShaderRegister = 3, .Num32BitValues = 7 },
	};
	static const D3D12_STATIC_SAMPLER_DESC sampler = {
		.Filter = D3D12_FILTER_MIN_MAG_MIP_LINEAR,
		.AddressU = D3D12_TEXTURE_ADDRESS_MODE_CLAMP,
		.AddressV = D3D12_TEXTURE_ADDRESS_MODE_CLAMP,
		.AddressW = D3D12_TEXTURE_ADDRESS_MODE_CLAMP,
		.ShaderRegister = 5,
	};
	return (D3D12_ROOT_SIGNATURE_DESC){ .NumParameters = 1,
		.pParameters = &parameter,
		.NumStaticSamplers = 1,
		.pStaticSamplers = &sampler };
}

static void assert_described(const D3D12_ROOT_SIGNATURE_DESC *desc)
{
	assert_int_equal(desc->NumParameters, 1);
	assert_int_equal(desc->pParameters[0].Constants.ShaderRegister, 3);
	assert_int_equal(desc->pParameters[0].Constants.Num32BitValues, 7);
	assert_int_equal(desc->NumStaticSamplers, 1);
	assert_int_equal(desc->pStaticSamplers[0].ShaderRegister, 5);
}

static void a_signature_is_written_read_and_taken(void **state)
{
	const D3D12_ROOT_SIGNATURE_DESC desc = describe();
	ID3D12RootSignatureDeserializer *reader;
	ID3D12Device *device = d3d12_device();
	ID3D12RootSignature *signature;
	ID3DBlob *blob, *errors = (ID3DBlob *)1;
	assert_int_equal(
		D3D12SerializeRootSignature(&desc, D3D_ROOT_SIGNATURE_VERSION_1_0, &blob, &errors),
		S_OK);
	assert_null(errors);
	assert_memory_equal(ID3D10Blob_GetBufferPointer(blob), "DXBC", 4);
	assert_int_equal(D3D12CreateRootSignatureDeserializer(ID3D10Blob_GetBufferPointer(blob),
				 ID3D10Blob_GetBufferSize(blob),
				 &IID_ID3D12RootSignatureDeserializer, (void **)&reader),
		S_OK);
	assert_described(ID3D12RootSignatureDeserializer_GetRootSignatureDesc(reader));
	ID3D12RootSignatureDeserializer_Release(reader);
	assert_int_equal(ID3D12Device_CreateRootSignature(device, 0,
				 ID3D10Blob_GetBufferPointer(blob), ID3D10Blob_GetBufferSize(blob),
				 &IID_ID3D12RootSignature, (void **)&signature),
		S_OK);
	ID3D12RootSignature_Release(signature);
	ID3D10Blob_Release(blob);
	ID3D12Device_Release(device);
}

static void versions_are_converted(void **state)
{
	const D3D12_VERSIONED_ROOT_SIGNATURE_DESC desc = {
		.Version = D3D_ROOT_SIGNATURE_VERSION_1_0,
		.Desc_1_0 = describe(),
	};
	const D3D12_VERSIONED_ROOT_SIGNATURE_DESC *found;
	ID3D12VersionedRootSignatureDeserializer *reader;
	ID3DBlob *blob;
	assert_int_equal(D3D12SerializeVersionedRootSignature(&desc, &blob, NULL), S_OK);
	assert_int_equal(D3D12CreateVersionedRootSignatureDeserializer(
				 ID3D10Blob_GetBufferPointer(blob), ID3D10Blob_GetBufferSize(blob),
				 &IID_ID3D12VersionedRootSignatureDeserializer, (void **)&reader),
		S_OK);
	found = ID3D12VersionedRootSignatureDeserializer_GetUnconvertedRootSignatureDesc(reader);
	assert_int_equal(found->Version, D3D_ROOT_SIGNATURE_VERSION_1_0);
	assert_described(&found->Desc_1_0);
	assert_int_equal(ID3D12VersionedRootSignatureDeserializer_GetRootSignatureDescAtVersion(
				 reader, D3D_ROOT_SIGNATURE_VERSION_1_1, &found),
		S_OK);
	assert_int_equal(found->Desc_1_1.pParameters[0].Constants.Num32BitValues, 7);
	ID3D12VersionedRootSignatureDeserializer_Release(reader);
	ID3D10Blob_Release(blob);
}

static void nonsense_is_refused(void **state)
{
	const D3D12_ROOT_SIGNATURE_DESC desc = describe();
	const char bytes[64] = "DXBC and nothing that follows from it";
	void *reader;
	ID3DBlob *blob;
	assert_int_equal(
		D3D12SerializeRootSignature(NULL, D3D_ROOT_SIGNATURE_VERSION_1_0, &blob, NULL),
		E_INVALIDARG);
	assert_int_equal(
		D3D12SerializeRootSignature(&desc, D3D_ROOT_SIGNATURE_VERSION_1_0, NULL, NULL),
		E_INVALIDARG);
	assert_true(FAILED(D3D12CreateRootSignatureDeserializer(
		bytes, sizeof(bytes), &IID_ID3D12RootSignatureDeserializer, &reader)));
	assert_int_equal(D3D12CreateRootSignatureDeserializer(
				 NULL, 0, &IID_ID3D12RootSignatureDeserializer, &reader),
		E_INVALIDARG);
}

static void there_is_no_debug_layer(void **state)
{
	void *debug = (void *)1;
	assert_int_equal((uint32_t)D3D12GetDebugInterface(&IID_IUnknown, &debug),
		(uint32_t)DXGI_ERROR_SDK_COMPONENT_MISSING);
	assert_null(debug);
}

int main(int argc, char **argv)
{
	const struct role none = { NULL, NULL };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signature_is_written_read_and_taken),
		cmocka_unit_test(versions_are_converted),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(there_is_no_debug_layer),
	};
	harness_start(argc, argv, &none);
	alarm(90);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
