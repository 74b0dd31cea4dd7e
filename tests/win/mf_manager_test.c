/* SPDX-License-Identifier: MIT */
/* IMFDXGIDeviceManager: handles that go stale, and a lock among threads. */
#include "d3d.h"

#include <pthread.h>
#include <unistd.h>

#include <mfapi.h>
#include <mferror.h>

#define SHORT_MS 30 /* what must not happen does not within */

struct stage {
	ID3D11Device1 *device, *other;
	IMFDXGIDeviceManager *manager;
	UINT token;
};

static int set_up(void **state)
{
	struct stage *s = calloc(1, sizeof(*s));
	s->device = make_device();
	s->other = make_device();
	assert_hr(MFCreateDXGIDeviceManager(&s->token, &s->manager), S_OK);
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *s = *state;
	ULONG left = IMFDXGIDeviceManager_Release(s->manager);
	left += ID3D11Device1_Release(s->device);
	left += ID3D11Device1_Release(s->other);
	free(s);
	return (int)left;
}

static HRESULT reset(struct stage *s, ID3D11Device1 *device)
{
	return IMFDXGIDeviceManager_ResetDevice(s->manager, (IUnknown *)device, s->token);
}

static HANDLE open_handle(struct stage *s)
{
	HANDLE handle;
	assert_hr(IMFDXGIDeviceManager_OpenDeviceHandle(s->manager, &handle), S_OK);
	return handle;
}

static HRESULT lock(struct stage *s, HANDLE handle, BOOL block)
{
	ID3D11Device *device;
	HRESULT hr = IMFDXGIDeviceManager_LockDevice(
		s->manager, handle, &IID_ID3D11Device, (void **)&device, block);
	if (SUCCEEDED(hr))
		ID3D11Device_Release(device);
	return hr;
}

static HRESULT unlock(struct stage *s, HANDLE handle)
{
	return IMFDXGIDeviceManager_UnlockDevice(s->manager, handle, FALSE);
}

static void a_device_is_set_by_whoever_has_the_token(void **state)
{
	struct stage *s = *state;
	HANDLE handle = (HANDLE)1;
	ID3D11Device *device;
	assert_hr(IMFDXGIDeviceManager_OpenDeviceHandle(s->manager, &handle),
		MF_E_DXGI_DEVICE_NOT_INITIALIZED);
	assert_null(handle);
	assert_hr(IMFDXGIDeviceManager_ResetDevice(s->manager, (IUnknown *)s->device, s->token + 1),
		E_INVALIDARG);
	assert_hr(IMFDXGIDeviceManager_ResetDevice(s->manager, NULL, s->token), E_INVALIDARG);
	assert_hr(IMFDXGIDeviceManager_ResetDevice(s->manager, (IUnknown *)s->manager, s->token),
		E_INVALIDARG);
	assert_hr(reset(s, s->device), S_OK);
	handle = open_handle(s);
	assert_hr(IMFDXGIDeviceManager_GetVideoService(
			  s->manager, handle, &IID_ID3D11Device, (void **)&device),
		S_OK);
	assert_true((void *)device == (void *)s->device);
	ID3D11Device_Release(device);
	assert_hr(IMFDXGIDeviceManager_GetVideoService(
			  s->manager, handle, &IID_IMFAttributes, (void **)&device),
		E_NOINTERFACE);
	assert_hr(IMFDXGIDeviceManager_CloseDeviceHandle(s->manager, handle), S_OK);
	assert_hr(IMFDXGIDeviceManager_CloseDeviceHandle(s->manager, handle), E_HANDLE);
}

static void handles_go_stale_with_their_device(void **state)
{
	struct stage *s = *state;
	ID3D11Device *device;
	assert_hr(IMFDXGIDeviceManager_TestDevice(s->manager, NULL), E_HANDLE);
	assert_hr(reset(s, s->device), S_OK);
	HANDLE handle = open_handle(s), later;
	assert_hr(IMFDXGIDeviceManager_TestDevice(s->manager, handle), S_OK);
	assert_hr(reset(s, s->other), S_OK);
	assert_hr(IMFDXGIDeviceManager_TestDevice(s->manager, handle), MF_E_DXGI_NEW_VIDEO_DEVICE);
	assert_hr(lock(s, handle, FALSE), MF_E_DXGI_NEW_VIDEO_DEVICE);
	assert_hr(IMFDXGIDeviceManager_GetVideoService(
			  s->manager, handle, &IID_ID3D11Device, (void **)&device),
		MF_E_DXGI_NEW_VIDEO_DEVICE);
	later = open_handle(s);
	assert_true(later != handle);
	assert_hr(IMFDXGIDeviceManager_CloseDeviceHandle(s->manager, handle), S_OK);
	assert_hr(lock(s, later, FALSE), S_OK);
	assert_hr(unlock(s, later), S_OK);
	assert_hr(unlock(s, later), E_INVALIDARG);
	assert_hr(unlock(s, handle), E_HANDLE);
	assert_hr(lock(s, handle, FALSE), E_HANDLE);
}

struct other {
	struct stage *s;
	HANDLE handle;
	BOOL block;
	HRESULT hr;
	_Atomic bool done;
};

static void *lock_and_unlock(void *arg)
{
	struct other *other = arg;
	other->hr = lock(other->s, other->handle, other->block);
	if (SUCCEEDED(other->hr))
		unlock(other->s, other->handle);
	other->done = true;
	return NULL;
}

static pthread_t start(struct other *other)
{
	pthread_t thread;
	other->done = false;
	assert_int_equal(pthread_create(&thread, NULL, lock_and_unlock, other), 0);
	return thread;
}

static void other_threads_wait_for_the_lock(void **state)
{
	struct stage *s = *state;
	struct other other = { .s = s };
	pthread_t thread;
	assert_hr(reset(s, s->device), S_OK);
	HANDLE handle = open_handle(s);
	other.handle = open_handle(s);
	assert_hr(lock(s, handle, TRUE), S_OK);
	assert_hr(lock(s, other.handle, TRUE), S_OK); /* the same thread may */
	assert_hr(unlock(s, other.handle), S_OK);
	pthread_join(start(&other), NULL);
	assert_hr(other.hr, MF_E_DXGI_VIDEO_DEVICE_LOCKED);
	other.block = TRUE;
	thread = start(&other);
	usleep(SHORT_MS * 1000);
	assert_false(other.done);
	assert_hr(unlock(s, handle), S_OK);
	pthread_join(thread, NULL);
	assert_hr(other.hr, S_OK);
	/* What is closed is unlocked. */
	assert_hr(lock(s, handle, TRUE), S_OK);
	thread = start(&other);
	usleep(SHORT_MS * 1000);
	assert_false(other.done);
	assert_hr(IMFDXGIDeviceManager_CloseDeviceHandle(s->manager, handle), S_OK);
	pthread_join(thread, NULL);
	assert_hr(other.hr, S_OK);
}

static void who_waits_hears_of_a_new_device(void **state)
{
	struct stage *s = *state;
	struct other other = { .s = s, .block = TRUE };
	assert_hr(reset(s, s->device), S_OK);
	HANDLE handle = open_handle(s);
	other.handle = open_handle(s);
	assert_hr(lock(s, handle, TRUE), S_OK);
	pthread_t thread = start(&other);
	usleep(SHORT_MS * 1000);
	assert_hr(reset(s, s->other), S_OK);
	pthread_join(thread, NULL);
	assert_hr(other.hr, MF_E_DXGI_NEW_VIDEO_DEVICE);
	assert_hr(unlock(s, handle), S_OK); /* the stale one's lock */
}

int main(int argc, char **argv)
{
	const struct role none = { NULL, NULL };
#define row(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		row(a_device_is_set_by_whoever_has_the_token),
		row(handles_go_stale_with_their_device),
		row(other_threads_wait_for_the_lock),
		row(who_waits_hears_of_a_new_device),
	};
	harness_start(argc, argv, &none);
	alarm(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
