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
	IUnknown *nothing;
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
	assert_int_equal(IMFDXGIBuffer_GetUnknown(
				 buffer, &IID_IMFMediaBuffer, &IID_IUnknown, (void **)&nothing),
		MF_E_NOT_FOUND);
	/* What could not tell when the resource is free is no such object. */
	assert_int_equal(IMFDXGIBuffer_SetUnknown(
				 buffer, &MF_D3D12_SYNCHRONIZATION_OBJECT, (IUnknown *)media),
		E_INVALIDARG);
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
	IMFDXGIBuffer_Release(buffer);
	assert_int_equal(IMFMediaBuffer_Release(media), 0);
	d3d12_finish(s->device, s->a);
}

static IMFDXGIBuffer *dxgi_buffer_of(ID3D12Resource *resource)
{
	IMFMediaBuffer *media;
	IMFDXGIBuffer *buffer;
	assert_int_equal(MFCreateDXGISurfaceBuffer(
				 &IID_ID3D12Resource, (IUnknown *)resource, 0, FALSE, &media),
		S_OK);
	assert_int_equal(
		IMFMediaBuffer_QueryInterface(media, &IID_IMFDXGIBuffer, (void **)&buffer), S_OK);
	IMFMediaBuffer_Release(media);
	return buffer;
}

static void a_buffer_makes_its_own_object(void **state)
{
	struct stage *s = *state;
	IMFDXGIBuffer *buffer = dxgi_buffer_of(s->texture);
	IMFD3D12SynchronizationObject *made, *again;
	IMFD3D12SynchronizationObjectCommands *commands;
	assert_int_equal(IMFDXGIBuffer_GetUnknown(buffer, &MF_D3D12_SYNCHRONIZATION_OBJECT,
				 &IID_IMFD3D12SynchronizationObject, (void **)&made),
		S_OK);
	assert_int_equal(IMFDXGIBuffer_GetUnknown(buffer, &MF_D3D12_SYNCHRONIZATION_OBJECT,
				 &IID_IMFD3D12SynchronizationObject, (void **)&again),
		S_OK);
	assert_ptr_equal(made, again); /* one for all who ask */
	IMFD3D12SynchronizationObject_Release(again);
	assert_int_equal(IMFDXGIBuffer_SetUnknown(
				 buffer, &MF_D3D12_SYNCHRONIZATION_OBJECT, (IUnknown *)s->sync),
		HRESULT_FROM_WIN32(ERROR_OBJECT_ALREADY_EXISTS));
	/* It works. */
	assert_int_equal(IMFD3D12SynchronizationObject_QueryInterface(made,
				 &IID_IMFD3D12SynchronizationObjectCommands, (void **)&commands),
		S_OK);
	hold_a(s);
	assert_int_equal(
		IMFD3D12SynchronizationObjectCommands_EnqueueResourceRelease(commands, s->a), S_OK);
	assert_int_equal(
		IMFD3D12SynchronizationObject_SignalEventOnFinalResourceRelease(made, s->event),
		S_OK);
	assert_true(stays_unset(s->event));
	let_a_go(s);
	assert_true(gets_set(s->event));
	IMFD3D12SynchronizationObjectCommands_Release(commands);
	IMFD3D12SynchronizationObject_Release(made);
	assert_int_equal(IMFDXGIBuffer_Release(buffer), 0);
}

static ID3D12Resource *make_texture(ID3D12Device *device, UINT width, UINT height)
{
	const D3D12_HEAP_PROPERTIES heap = { .Type = D3D12_HEAP_TYPE_DEFAULT };
	const D3D12_RESOURCE_DESC desc = {
		.Dimension = D3D12_RESOURCE_DIMENSION_TEXTURE2D,
		.Width = width,
		.Height = height,
		.DepthOrArraySize = 1,
		.MipLevels = 1,
		.Format = DXGI_FORMAT_B8G8R8A8_UNORM,
		.SampleDesc = { .Count = 1 },
	};
	ID3D12Resource *texture;
	assert_int_equal(
		ID3D12Device_CreateCommittedResource(device, &heap, D3D12_HEAP_FLAG_NONE, &desc,
			D3D12_RESOURCE_STATE_COMMON, NULL, &IID_ID3D12Resource, (void **)&texture),
		S_OK);
	return texture;
}

/* Through the texture: each lock copies from it, or to it, by a queue. */
static void textures_are_read_and_written(void **state)
{
	enum { WIDTH = 100, HEIGHT = 30, LENGTH = 4 * WIDTH * HEIGHT };
	static BYTE wanted[LENGTH], got[LENGTH];
	struct stage *s = *state;
	ID3D12Resource *texture = make_texture(s->device, WIDTH, HEIGHT);
	IMFDXGIBuffer *buffer = dxgi_buffer_of(texture), *other = dxgi_buffer_of(texture);
	IMFMediaBuffer *media;
	IMF2DBuffer2 *rows;
	DWORD length;
	LONG pitch;
	BYTE *data;
	for (int i = 0; i < LENGTH; i++)
		wanted[i] = (BYTE)(i * 7 + i / 256);
	assert_int_equal(
		IMFDXGIBuffer_QueryInterface(buffer, &IID_IMF2DBuffer2, (void **)&rows), S_OK);
	assert_int_equal(
		IMFDXGIBuffer_QueryInterface(other, &IID_IMFMediaBuffer, (void **)&media), S_OK);
	assert_int_equal(IMF2DBuffer2_ContiguousCopyFrom(rows, wanted, LENGTH), S_OK);
	assert_int_equal(IMFMediaBuffer_Lock(media, &data, &length, NULL), S_OK);
	assert_int_equal(length, LENGTH);
	assert_memory_equal(data, wanted, LENGTH);
	data[400] = wanted[400] ^= 0xff;
	assert_int_equal(IMFMediaBuffer_Unlock(media), S_OK);
	assert_int_equal(IMF2DBuffer2_Lock2D(rows, &data, &pitch), S_OK);
	assert_memory_equal(data + pitch, wanted + 4 * WIDTH, 4 * WIDTH);
	data[pitch + 4] = wanted[4 * WIDTH + 4] ^= 0xff;
	assert_int_equal(IMF2DBuffer2_Unlock2D(rows), S_OK);
	assert_int_equal(IMF2DBuffer2_ContiguousCopyTo(rows, got, LENGTH), S_OK);
	assert_memory_equal(got, wanted, LENGTH);
	IMF2DBuffer2_Release(rows);
	IMFMediaBuffer_Release(media);
	assert_int_equal(IMFDXGIBuffer_Release(buffer), 0);
	assert_int_equal(IMFDXGIBuffer_Release(other), 0);
	ID3D12Resource_Release(texture);
}

static void other_things_than_resources_are_refused(void **state)
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
		row(a_buffer_makes_its_own_object),
		row(textures_are_read_and_written),
		row(other_things_than_resources_are_refused),
		row(unsupported_resources_are_refused),
		row(startup_and_shutdown),
	};
	mf_start(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
