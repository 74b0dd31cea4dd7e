/* SPDX-License-Identifier: MIT */
/* The allocator with memory and Direct3D 11; see mf_recycle_test.c for final releases. */
#include "d3d.h"
#include "mf_notify.h"

#include <unistd.h>

#include <mferror.h>
#include <mftransform.h>

#define LONG_MS 20000

struct stage {
	ID3D11Device1 *device;
	IMFDXGIDeviceManager *manager;
	IMFVideoSampleAllocatorEx *allocator;
	IMFVideoSampleAllocatorCallback *callback;
	IMFMediaType *type;
	IMFAttributes *attributes;
	struct notify *notify;
};

static int set_up(void **state)
{
	struct stage *s = calloc(1, sizeof(*s));
	UINT token;
	s->device = make_device();
	assert_hr(MFCreateDXGIDeviceManager(&token, &s->manager), S_OK);
	assert_hr(IMFDXGIDeviceManager_ResetDevice(s->manager, (IUnknown *)s->device, token), S_OK);
	assert_hr(MFCreateVideoSampleAllocatorEx(
			  &IID_IMFVideoSampleAllocatorEx, (void **)&s->allocator),
		S_OK);
	assert_hr(IMFVideoSampleAllocatorEx_QueryInterface(s->allocator,
			  &IID_IMFVideoSampleAllocatorCallback, (void **)&s->callback),
		S_OK);
	assert_hr(MFCreateAttributes(&s->attributes, 0), S_OK);
	assert_hr(MFCreateMediaType(&s->type), S_OK);
	assert_hr(IMFMediaType_SetGUID(s->type, &MF_MT_MAJOR_TYPE, &MFMediaType_Video), S_OK);
	assert_hr(IMFMediaType_SetGUID(s->type, &MF_MT_SUBTYPE, &MFVideoFormat_ARGB32), S_OK);
	assert_hr(IMFMediaType_SetUINT64(s->type, &MF_MT_FRAME_SIZE, (UINT64)64 << 32 | 32), S_OK);
	s->notify = notify_create();
	*state = s;
	return 0;
}

/* Nothing is left of what the allocator made. */
static int tear_down(void **state)
{
	struct stage *s = *state;
	IMFVideoSampleAllocatorCallback_Release(s->callback);
	ULONG left = IMFVideoSampleAllocatorEx_Release(s->allocator);
	left += IMFMediaType_Release(s->type);
	left += IMFAttributes_Release(s->attributes);
	left += IMFDXGIDeviceManager_Release(s->manager);
	left += ID3D11Device1_Release(s->device);
	notify_unref(s->notify);
	free(s);
	return (int)left;
}

static HRESULT initialize(struct stage *s, DWORD initial, DWORD maximum)
{
	return IMFVideoSampleAllocatorEx_InitializeSampleAllocatorEx(
		s->allocator, initial, maximum, s->attributes, s->type);
}

static void use_device(struct stage *s)
{
	assert_hr(IMFVideoSampleAllocatorEx_SetDirectXManager(s->allocator, (IUnknown *)s->manager),
		S_OK);
}

static LONG count_free(struct stage *s)
{
	LONG count = 77;
	assert_hr(IMFVideoSampleAllocatorCallback_GetFreeSampleCount(s->callback, &count), S_OK);
	return count;
}

static IMFSample *take(struct stage *s)
{
	IMFSample *sample;
	assert_hr(IMFVideoSampleAllocatorEx_AllocateSample(s->allocator, &sample), S_OK);
	return sample;
}

static void take_and_release(struct stage *s)
{
	IMFSample *sample = take(s);
	IMFSample_Release(sample);
}

static void assert_none(struct stage *s, HRESULT expected)
{
	IMFSample *sample;
	assert_hr(IMFVideoSampleAllocatorEx_AllocateSample(s->allocator, &sample), expected);
}

static IMFDXGIBuffer *dxgi_of(IMFSample *sample, DWORD index)
{
	IMFMediaBuffer *media;
	IMFDXGIBuffer *dxgi;
	assert_hr(IMFSample_GetBufferByIndex(sample, index, &media), S_OK);
	assert_hr(IMFMediaBuffer_QueryInterface(media, &IID_IMFDXGIBuffer, (void **)&dxgi), S_OK);
	IMFMediaBuffer_Release(media);
	return dxgi;
}

static ID3D11Texture2D *texture_of(IMFSample *sample, DWORD index)
{
	IMFDXGIBuffer *dxgi = dxgi_of(sample, index);
	ID3D11Texture2D *texture;
	assert_hr(IMFDXGIBuffer_GetResource(dxgi, &IID_ID3D11Texture2D, (void **)&texture), S_OK);
	IMFDXGIBuffer_Release(dxgi);
	return texture;
}

static void samples_come_back(void **state)
{
	struct stage *s = *state;
	IMFSample *a, *b;
	IMFMediaBuffer *buffer;
	IMF2DBuffer *rows;
	DWORD count;
	LONGLONG time;
	assert_none(s, MF_E_NOT_INITIALIZED);
	assert_int_equal(count_free(s), 0);
	assert_hr(IMFVideoSampleAllocatorEx_InitializeSampleAllocator(s->allocator, 2, s->type),
		S_OK);
	assert_int_equal(count_free(s), 2);
	a = take(s);
	b = take(s);
	assert_true(a != b);
	assert_int_equal(count_free(s), 0);
	assert_none(s, MF_E_SAMPLEALLOCATOR_EMPTY);
	/* Without a device a picture lies in memory. */
	assert_hr(IMFSample_GetBufferByIndex(a, 0, &buffer), S_OK);
	assert_hr(IMFMediaBuffer_QueryInterface(buffer, &IID_IMF2DBuffer, (void **)&rows), S_OK);
	IMF2DBuffer_Release(rows);
	IMFMediaBuffer_Release(buffer);
	assert_hr(IMFSample_SetSampleTime(a, 5), S_OK);
	assert_hr(IMFSample_SetUINT32(a, &MF_MT_SUBTYPE, 5), S_OK);
	assert_hr(IMFSample_RemoveAllBuffers(a), S_OK);
	assert_int_equal(IMFSample_Release(a), 0);
	assert_int_equal(count_free(s), 1);
	/* The same one, as new. */
	assert_ptr_equal(take(s), a);
	assert_hr(IMFSample_GetSampleTime(a, &time), MF_E_NO_SAMPLE_TIMESTAMP);
	assert_hr(IMFSample_GetCount(a, &count), S_OK);
	assert_int_equal(count, 0);
	assert_hr(IMFSample_GetBufferCount(a, &count), S_OK);
	assert_int_equal(count, 1);
	IMFSample_Release(a);
	IMFSample_Release(b);
}

static void there_are_as_many_as_asked_for(void **state)
{
	struct stage *s = *state;
	IMFSample *samples[3];
	assert_hr(IMFVideoSampleAllocatorEx_InitializeSampleAllocator(s->allocator, 0, s->type),
		S_OK);
	assert_int_equal(count_free(s), 1); /* at least */
	assert_hr(initialize(s, 3, 2), E_INVALIDARG);
	assert_hr(initialize(s, 1, 3), S_OK);
	assert_int_equal(count_free(s), 1);
	for (int i = 0; i < 3; i++)
		samples[i] = take(s); /* one was there, two are made */
	assert_none(s, MF_E_SAMPLEALLOCATOR_EMPTY);
	for (int i = 0; i < 3; i++)
		IMFSample_Release(samples[i]);
	assert_int_equal(count_free(s), 3);
	assert_hr(IMFAttributes_SetUINT32(s->attributes, &MF_SA_MINIMUM_OUTPUT_SAMPLE_COUNT, 5),
		S_OK);
	assert_hr(initialize(s, 1, 2), S_OK);
	assert_int_equal(count_free(s), 5);
}

static void what_is_no_picture_is_refused(void **state)
{
	struct stage *s = *state;
	assert_hr(initialize(s, 1, 1), S_OK);
	assert_hr(IMFMediaType_DeleteItem(s->type, &MF_MT_FRAME_SIZE), S_OK);
	assert_hr(initialize(s, 2, 2), MF_E_INVALIDMEDIATYPE);
	assert_hr(IMFMediaType_SetUINT64(s->type, &MF_MT_FRAME_SIZE, (UINT64)64 << 32), S_OK);
	assert_hr(initialize(s, 2, 2), MF_E_INVALIDMEDIATYPE);
	assert_hr(IMFMediaType_SetUINT64(s->type, &MF_MT_FRAME_SIZE, (UINT64)64 << 32 | 32), S_OK);
	assert_hr(IMFMediaType_SetGUID(s->type, &MF_MT_SUBTYPE, &MFVideoFormat_H264), S_OK);
	assert_hr(initialize(s, 2, 2), MF_E_INVALIDMEDIATYPE);
	assert_hr(IMFVideoSampleAllocatorEx_SetDirectXManager(
			  s->allocator, (IUnknown *)s->attributes),
		E_NOINTERFACE);
	assert_int_equal(count_free(s), 1); /* what was there before is there */
	take_and_release(s);
}

/* What a texture is made with says what others may do with it. */
static void textures_are_shared_as_the_attributes_say(void **state)
{
	static const struct {
		const GUID *key;
		UINT misc;
	} kinds[] = { { NULL, 0 }, { &MF_SA_D3D11_SHARED, D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX },
		{ &MF_SA_D3D11_SHARED_WITHOUT_MUTEX, D3D11_RESOURCE_MISC_SHARED } };
	struct stage *s = *state;
	use_device(s);
	for (int i = 0; i < 3; i++) {
		ID3D11Texture2D *texture, *opened;
		ID3D11Device1 *other = make_device();
		D3D11_TEXTURE2D_DESC desc;
		IMFSample *sample;
		if (kinds[i].key)
			assert_hr(IMFAttributes_SetUINT32(s->attributes, kinds[i].key, 1), S_OK);
		assert_hr(initialize(s, 1, 1), S_OK);
		sample = take(s);
		texture = texture_of(sample, 0);
		ID3D11Texture2D_GetDesc(texture, &desc);
		assert_int_equal(desc.MiscFlags, kinds[i].misc);
		assert_int_equal(desc.Width, 64);
		assert_int_equal(desc.Height, 32);
		assert_int_equal(desc.Format, DXGI_FORMAT_B8G8R8A8_UNORM);
		if (i) { /* somebody else sees it */
			IDXGIKeyedMutex *ours = i == 1 ? mutex_of(texture) : NULL, *theirs = NULL;
			opened = open_texture(other, handle_of(texture));
			if (ours)
				assert_hr(IDXGIKeyedMutex_AcquireSync(ours, 0, 0), S_OK);
			clear_texture(s->device, texture, 0xff332211);
			if (ours) {
				theirs = mutex_of(opened);
				assert_hr(IDXGIKeyedMutex_ReleaseSync(ours, 1), S_OK);
				assert_hr(IDXGIKeyedMutex_AcquireSync(theirs, 1, LONG_MS), S_OK);
				IDXGIKeyedMutex_Release(ours);
			}
			assert_int_equal(first_pixel(other, opened), 0xff112233); /* BGRA */
			if (theirs) {
				assert_hr(IDXGIKeyedMutex_ReleaseSync(theirs, 0), S_OK);
				IDXGIKeyedMutex_Release(theirs);
			}
			ID3D11Texture2D_Release(opened);
			IMFAttributes_DeleteAllItems(s->attributes);
		}
		ID3D11Texture2D_Release(texture);
		IMFSample_Release(sample);
		assert_int_equal(ID3D11Device1_Release(other), 0);
	}
	assert_hr(IMFAttributes_SetUINT32(s->attributes, kinds[1].key, 1), S_OK);
	assert_hr(IMFAttributes_SetUINT32(s->attributes, kinds[2].key, 1), S_OK);
	assert_hr(initialize(s, 1, 1), E_INVALIDARG);
}

static void a_sample_can_have_many_textures(void **state)
{
	struct stage *s = *state;
	ID3D11Texture2D *a, *b;
	D3D11_TEXTURE2D_DESC desc;
	IMFSample *sample;
	DWORD count;
	use_device(s);
	assert_hr(IMFMediaType_SetGUID(s->type, &MF_MT_SUBTYPE, &MFVideoFormat_NV12), S_OK);
	assert_hr(IMFAttributes_SetUINT32(s->attributes, &MF_SA_BUFFERS_PER_SAMPLE, 2), S_OK);
	assert_hr(IMFAttributes_SetUINT32(s->attributes, &MF_SA_D3D11_USAGE, D3D11_USAGE_STAGING),
		S_OK);
	assert_hr(initialize(s, 1, 1), S_OK);
	sample = take(s);
	assert_hr(IMFSample_GetBufferCount(sample, &count), S_OK);
	assert_int_equal(count, 2);
	a = texture_of(sample, 0);
	b = texture_of(sample, 1);
	assert_true(a != b);
	ID3D11Texture2D_GetDesc(a, &desc);
	assert_int_equal(desc.Format, DXGI_FORMAT_NV12);
	assert_int_equal(desc.Usage, D3D11_USAGE_STAGING);
	ID3D11Texture2D_Release(a);
	ID3D11Texture2D_Release(b);
	IMFSample_Release(sample);
	assert_hr(IMFAttributes_SetUINT32(s->attributes, &MF_SA_BUFFERS_PER_SAMPLE, 0), S_OK);
	assert_hr(initialize(s, 1, 1), E_INVALIDARG);
}

static void wait_for_release(struct stage *s, unsigned total)
{
	while (s->notify->released < total)
		assert_int_equal(WaitForSingleObject(s->notify->event, LONG_MS), WAIT_OBJECT_0);
	assert_int_equal(s->notify->released, total);
}

static void the_program_is_told(void **state)
{
	struct stage *s = *state;
	IMFSample *a, *b;
	assert_hr(IMFVideoSampleAllocatorCallback_SetCallback(s->callback, notify_face(s->notify)),
		S_OK);
	assert_hr(initialize(s, 2, 2), S_OK);
	a = take(s);
	b = take(s);
	IMFSample_AddRef(a);
	assert_int_equal(IMFSample_Release(a), 1);
	assert_int_equal(s->notify->released, 0);
	IMFSample_Release(a);
	wait_for_release(s, 1);
	IMFSample_Release(b);
	wait_for_release(s, 2);
	assert_int_equal(s->notify->pruned, 0);
	/* What the allocator has no use for any more it tells of, too. */
	a = take(s);
	assert_hr(IMFVideoSampleAllocatorEx_UninitializeSampleAllocator(s->allocator), S_OK);
	assert_int_equal(s->notify->pruned, 1);
	IMFSample_Release(a);
	assert_int_equal(s->notify->pruned, 2);
	assert_hr(IMFVideoSampleAllocatorCallback_SetCallback(s->callback, NULL), S_OK);
	assert_hr(initialize(s, 1, 1), S_OK);
	take_and_release(s);
	assert_int_equal(s->notify->released, 2);
}

static void samples_outlive_their_pool(void **state)
{
	struct stage *s = *state;
	IMFVideoSampleAllocatorEx *other;
	ID3D11Texture2D *texture;
	IMFSample *old, *new;
	use_device(s);
	assert_hr(initialize(s, 1, 1), S_OK);
	old = take(s);
	assert_hr(initialize(s, 4, 4), S_OK);
	assert_int_equal(count_free(s), 4);
	texture = texture_of(old, 0); /* it is all there */
	assert_int_equal(ID3D11Texture2D_Release(texture), 1);
	new = take(s);
	IMFSample_Release(old); /* not into the new pool */
	assert_int_equal(count_free(s), 3);
	IMFSample_Release(new);
	assert_int_equal(count_free(s), 4);
	/* Also when the allocator itself is gone. */
	assert_hr(MFCreateVideoSampleAllocatorEx(&IID_IMFVideoSampleAllocatorEx, (void **)&other),
		S_OK);
	assert_hr(IMFVideoSampleAllocatorEx_SetDirectXManager(other, (IUnknown *)s->manager), S_OK);
	assert_hr(IMFVideoSampleAllocatorEx_InitializeSampleAllocator(other, 2, s->type), S_OK);
	assert_hr(IMFVideoSampleAllocatorEx_AllocateSample(other, &old), S_OK);
	assert_int_equal(IMFVideoSampleAllocatorEx_Release(other), 0);
	texture = texture_of(old, 0);
	ID3D11Texture2D_Release(texture);
	IMFSample_Release(old);
}

static ULONG device_refs(struct stage *s)
{
	ID3D11Device1_AddRef(s->device);
	return ID3D11Device1_Release(s->device);
}

/* Every object of the device has a reference to it: their number is that of the device. */
static void generations_leave_nothing(void **state)
{
	struct stage *s = *state;
	const char *more = getenv("XFT_GENERATIONS");
	int generations = more ? atoi(more) : 1000;
	ULONG refs = 0;
	use_device(s);
	assert_hr(IMFVideoSampleAllocatorCallback_SetCallback(s->callback, notify_face(s->notify)),
		S_OK);
	assert_hr(initialize(s, 2, 3), S_OK);
	for (int i = 0; i < generations; i++) {
		IMFSample *samples[3];
		for (int k = 0; k < 3; k++)
			samples[k] = take(s);
		for (int k = 0; k < 3; k++)
			IMFSample_Release(samples[k]);
		if (!i)
			refs = device_refs(s);
		assert_int_equal(device_refs(s), refs);
	}
	wait_for_release(s, 3 * (unsigned)generations);
	assert_hr(IMFVideoSampleAllocatorEx_UninitializeSampleAllocator(s->allocator), S_OK);
	assert_true(device_refs(s) < refs);
}

int main(int argc, char **argv)
{
	const struct role none = { NULL, NULL };
#define row(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		row(samples_come_back),
		row(there_are_as_many_as_asked_for),
		row(what_is_no_picture_is_refused),
		row(textures_are_shared_as_the_attributes_say),
		row(a_sample_can_have_many_textures),
		row(the_program_is_told),
		row(samples_outlive_their_pool),
		row(generations_leave_nothing),
	};
	harness_start(argc, argv, &none);
	alarm(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
