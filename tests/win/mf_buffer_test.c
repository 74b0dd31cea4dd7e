/* SPDX-License-Identifier: MIT */
/* The buffer attribute by which a downstream component finds the object, and MFStartup. */
#include "mf_stage.h"

static void buffers_carry_the_object(void **state)
{
	struct stage *s = *state;
	IMFMediaBuffer *media;
	IMFDXGIBuffer *buffer;
	IMFD3D12SynchronizationObjectCommands *found;
	ID3D12Resource *resource;
	UINT index;
	assert_int_equal(MFCreateDXGISurfaceBuffer(
				 &IID_ID3D12Resource, (IUnknown *)s->texture, 3, FALSE, &media),
		S_OK);
	assert_int_equal(
		IMFMediaBuffer_QueryInterface(media, &IID_IMFDXGIBuffer, (void **)&buffer), S_OK);
	assert_int_equal(
		IMFDXGIBuffer_GetResource(buffer, &IID_ID3D12Resource, (void **)&resource), S_OK);
	assert_ptr_equal(resource, s->texture);
	ID3D12Resource_Release(resource);
	assert_int_equal(IMFDXGIBuffer_GetSubresourceIndex(buffer, &index), S_OK);
	assert_int_equal(index, 3);
	assert_int_equal(IMFDXGIBuffer_GetUnknown(buffer, &MF_D3D12_SYNCHRONIZATION_OBJECT,
				 &IID_IMFD3D12SynchronizationObjectCommands, (void **)&found),
		MF_E_NOT_FOUND);
	assert_int_equal(IMFDXGIBuffer_SetUnknown(
				 buffer, &MF_D3D12_SYNCHRONIZATION_OBJECT, (IUnknown *)s->sync),
		S_OK);
	assert_int_equal(IMFDXGIBuffer_SetUnknown(
				 buffer, &MF_D3D12_SYNCHRONIZATION_OBJECT, (IUnknown *)s->sync),
		HRESULT_FROM_WIN32(ERROR_OBJECT_ALREADY_EXISTS));
	/* The way a downstream component goes. */
	assert_int_equal(IMFDXGIBuffer_GetUnknown(buffer, &MF_D3D12_SYNCHRONIZATION_OBJECT,
				 &IID_IMFD3D12SynchronizationObjectCommands, (void **)&found),
		S_OK);
	assert_ptr_equal(found, s->commands);
	assert_int_equal(
		IMFD3D12SynchronizationObjectCommands_EnqueueResourceRelease(found, s->a), S_OK);
	IMFD3D12SynchronizationObjectCommands_Release(found);
	assert_int_equal(
		IMFDXGIBuffer_SetUnknown(buffer, &MF_D3D12_SYNCHRONIZATION_OBJECT, NULL), S_OK);
	assert_int_equal(IMFDXGIBuffer_GetUnknown(buffer, &MF_D3D12_SYNCHRONIZATION_OBJECT,
				 &IID_IUnknown, (void **)&found),
		MF_E_NOT_FOUND);
	IMFDXGIBuffer_Release(buffer);
	assert_int_equal(IMFMediaBuffer_Release(media), 0);
	d3d12_finish(s->device, s->a);
}

static void only_direct3d_12_resources_are_taken(void **state)
{
	struct stage *s = *state;
	static const IID *const wrong[] = { &IID_IUnknown, &IID_ID3D12Device, &IID_ID3D12Fence,
		&IID_IMFMediaBuffer };
	IMFMediaBuffer *media = (void *)1;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(MFCreateDXGISurfaceBuffer(
					 wrong[i], (IUnknown *)s->texture, 0, FALSE, &media),
			E_INVALIDARG);
	/* The right name, for an object of another kind. */
	assert_int_equal(MFCreateDXGISurfaceBuffer(
				 &IID_ID3D12Resource, (IUnknown *)s->gate, 0, FALSE, &media),
		E_NOINTERFACE);
	assert_int_equal(MFCreateDXGISurfaceBuffer(NULL, (IUnknown *)s->texture, 0, FALSE, &media),
		E_INVALIDARG);
	assert_int_equal(MFCreateDXGISurfaceBuffer(&IID_ID3D12Resource, NULL, 0, FALSE, &media),
		E_INVALIDARG);
	assert_int_equal(MFCreateDXGISurfaceBuffer(
				 &IID_ID3D12Resource, (IUnknown *)s->texture, 0, FALSE, NULL),
		E_INVALIDARG);
	assert_ptr_equal(media, (void *)1);
}

static void unsupported_resources_are_refused(void **state)
{
	struct stage *s = *state;
	const D3D12_HEAP_PROPERTIES heap = { .Type = D3D12_HEAP_TYPE_DEFAULT };
	const D3D12_RESOURCE_DESC desc = {
		.Dimension = D3D12_RESOURCE_DIMENSION_TEXTURE3D,
		.Width = 16,
		.Height = 16,
		.DepthOrArraySize = 16,
		.MipLevels = 1,
		.Format = DXGI_FORMAT_R8G8B8A8_UNORM,
		.SampleDesc = { .Count = 1 },
	};
	ID3D12Resource *volume;
	IMFMediaBuffer *media;
	IMFDXGIBuffer *buffer;
	assert_int_equal(
		ID3D12Device_CreateCommittedResource(s->device, &heap, D3D12_HEAP_FLAG_NONE, &desc,
			D3D12_RESOURCE_STATE_COMMON, NULL, &IID_ID3D12Resource, (void **)&volume),
		S_OK);
	assert_int_equal(MFCreateDXGISurfaceBuffer(
				 &IID_ID3D12Resource, (IUnknown *)volume, 0, FALSE, &media),
		S_OK);
	assert_int_equal(
		IMFMediaBuffer_QueryInterface(media, &IID_IMFDXGIBuffer, (void **)&buffer), S_OK);
	assert_int_equal(IMFDXGIBuffer_SetUnknown(
				 buffer, &MF_D3D12_SYNCHRONIZATION_OBJECT, (IUnknown *)s->sync),
		MF_E_UNSUPPORTED_MEDIATYPE_AT_D3D_FEATURE_LEVEL);
	IMFDXGIBuffer_Release(buffer);
	IMFMediaBuffer_Release(media);
	ID3D12Resource_Release(volume);
}

static void startup_and_shutdown(void **state)
{
	assert_int_equal(MFStartup(MF_VERSION, MFSTARTUP_FULL), S_OK);
	assert_int_equal(MFStartup(0x00020070, MFSTARTUP_LITE), S_OK);
	assert_int_equal(MFStartup(0x00030070, 0), MF_E_BAD_STARTUP_VERSION);
	assert_int_equal(MFShutdown(), S_OK);
	assert_int_equal(MFShutdown(), S_OK);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		row(buffers_carry_the_object),
		row(only_direct3d_12_resources_are_taken),
		row(unsupported_resources_are_refused),
		row(startup_and_shutdown),
	};
	mf_start(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
