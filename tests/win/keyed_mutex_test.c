/* SPDX-License-Identifier: MIT */
/*
 * IDXGIKeyedMutex, row by row of what is known of Windows' behaviour. Where Windows was seen to
 * return DXGI_ERROR_INVALID_CALL from ReleaseSync we return E_FAIL, as documented.
 */
#include "d3d.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>

#include <crossfence/win/win.h>

#define KEYED D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX

struct pair {
	ID3D11Device1 *device1, *device2;
	ID3D11Texture2D *texture1, *texture2;
	IDXGIKeyedMutex *mutex1, *mutex2;
};

/* One texture, made by device 1 and opened by device 2 of the same process and thread. */
static struct pair make_pair(void)
{
	struct pair p;
	p.device1 = make_device();
	p.device2 = make_device();
	p.texture1 = make_texture(p.device1, KEYED);
	p.texture2 = open_texture(p.device2, handle_of(p.texture1));
	p.mutex1 = mutex_of(p.texture1);
	p.mutex2 = mutex_of(p.texture2);
	return p;
}

static void end_side(ID3D11Device1 *device, ID3D11Texture2D *texture, IDXGIKeyedMutex *mutex)
{
	IDXGIKeyedMutex_Release(mutex);
	assert_int_equal(ID3D11Texture2D_Release(texture), 0);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

static void end_pair(struct pair *p)
{
	end_side(p->device1, p->texture1, p->mutex1);
	end_side(p->device2, p->texture2, p->mutex2);
}

/* Textures made with the keyed flag have the interface, others do not. */
static void only_keyed_textures_have_the_interface(void **state)
{
	ID3D11Device1 *device = make_device();
	static const UINT without[] = { 0, D3D11_RESOURCE_MISC_SHARED };
	ID3D11Texture2D *texture = make_texture(device, KEYED);
	IDXGIKeyedMutex *mutex = mutex_of(texture);
	IDXGIKeyedMutex_Release(mutex);
	ID3D11Texture2D_Release(texture);
	for (int i = 0; i < 2; i++) {
		texture = make_texture(device, without[i]);
		assert_hr(ID3D11Texture2D_QueryInterface(
				  texture, &IID_IDXGIKeyedMutex, (void **)&mutex),
			E_NOINTERFACE);
		assert_null(mutex);
		ID3D11Texture2D_Release(texture);
	}
	ID3D11Device1_Release(device);
}

/* The mutex is an interface of the resource. */
static void the_mutex_is_an_interface_of_the_resource(void **state)
{
	ID3D11Device1 *device = make_device();
	ID3D11Texture2D *texture = make_texture(device, KEYED);
	IDXGIKeyedMutex *mutex = mutex_of(texture);
	IDXGIResource *resource;
	IUnknown *a, *b, *c;
	ID3D11Device *parent;
	ID3D11Texture2D_QueryInterface(texture, &IID_IDXGIResource, (void **)&resource);
	IDXGIKeyedMutex_QueryInterface(mutex, &IID_IDXGIObject, (void **)&a);
	IDXGIResource_QueryInterface(resource, &IID_IDXGIObject, (void **)&b);
	assert_ptr_equal(a, b);
	IUnknown_Release(a);
	IUnknown_Release(b);
	IDXGIKeyedMutex_QueryInterface(mutex, &IID_IUnknown, (void **)&a);
	IDXGIResource_QueryInterface(resource, &IID_IUnknown, (void **)&b);
	ID3D11Texture2D_QueryInterface(texture, &IID_IUnknown, (void **)&c);
	assert_ptr_equal(a, b);
	assert_ptr_equal(a, c);
	IUnknown_Release(a);
	IUnknown_Release(b);
	IUnknown_Release(c);
	assert_hr(IDXGIKeyedMutex_GetDevice(mutex, &IID_ID3D11Device, (void **)&parent), S_OK);
	assert_ptr_equal(parent, device);
	ID3D11Device_Release(parent);
	IDXGIResource_Release(resource);
	end_side(device, texture, mutex);
}

/* One call after the other, each with the state that the one before left. */
static void one_device_follows_the_table(void **state)
{
	enum { ACQUIRE, RELEASE };
	static const struct {
		int row, call;
		UINT64 key;
		DWORD ms;
		HRESULT expected;
	} steps[] = {
		{ 4, RELEASE, 0, 0, E_FAIL },
		{ 4, RELEASE, 1, 0, E_FAIL },
		{ 5, ACQUIRE, 1, 0, WAIT_TIMEOUT },
		{ 6, ACQUIRE, 0, 0, S_OK },
		{ 7, ACQUIRE, 0, 0, DXGI_ERROR_INVALID_CALL },
		{ 7, ACQUIRE, 1, 0, DXGI_ERROR_INVALID_CALL },
		{ 7, ACQUIRE, 0, INFINITE, DXGI_ERROR_INVALID_CALL },
		{ 8, RELEASE, 0, 0, S_OK },
		{ 8, RELEASE, 0, 0, E_FAIL },
		{ 8, ACQUIRE, 0, 0, S_OK },
		{ 9, RELEASE, 1, 0, S_OK },
		{ 10, ACQUIRE, 0, 0, WAIT_TIMEOUT },
		{ 10, ACQUIRE, 2, 1, WAIT_TIMEOUT },
		{ 11, ACQUIRE, 1, 0, S_OK },
		{ 20, RELEASE, UINT64_MAX, 0, S_OK },
		{ 20, ACQUIRE, UINT32_MAX, 0, WAIT_TIMEOUT },
		{ 20, ACQUIRE, UINT64_MAX, INFINITE, S_OK },
		{ 20, RELEASE, UINT64_C(1) << 32, 0, S_OK },
		{ 117, ACQUIRE, 0, 0, WAIT_TIMEOUT },
		{ 117, ACQUIRE, UINT64_C(1) << 32, 0, S_OK },
		{ 117, RELEASE, 0, 0, S_OK },
	};
	ID3D11Device1 *device = make_device();
	ID3D11Texture2D *texture = make_texture(device, KEYED);
	IDXGIKeyedMutex *mutex = mutex_of(texture);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		HRESULT hr = steps[i].call == ACQUIRE
				     ? IDXGIKeyedMutex_AcquireSync(mutex, steps[i].key, steps[i].ms)
				     : IDXGIKeyedMutex_ReleaseSync(mutex, steps[i].key);
		if (hr != steps[i].expected)
			print_message("step %zu, row %d: %#x\n", i, steps[i].row, (unsigned)hr);
		assert_hr(hr, steps[i].expected);
	}
	end_side(device, texture, mutex);
}

/* Two devices in one thread exclude each other, and hand on. */
static void two_devices_exclude_each_other(void **state)
{
	struct pair p = make_pair();
	assert_hr(IDXGIKeyedMutex_AcquireSync(p.mutex1, 0, 0), S_OK);
	assert_hr(IDXGIKeyedMutex_AcquireSync(p.mutex2, 0, 0), WAIT_TIMEOUT);
	assert_hr(IDXGIKeyedMutex_AcquireSync(p.mutex2, 1, 0), WAIT_TIMEOUT);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(p.mutex2, 0), E_FAIL);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(p.mutex2, 1), E_FAIL);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(p.mutex1, 0), S_OK);
	assert_hr(IDXGIKeyedMutex_AcquireSync(p.mutex2, 0, 0), S_OK);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(p.mutex2, 0), S_OK);
	assert_hr(IDXGIKeyedMutex_AcquireSync(p.mutex1, 0, 0), S_OK);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(p.mutex1, 5), S_OK);
	end_pair(&p);
}

/* Abandoned for good. */
static void a_device_that_ends_abandons(void **state)
{
	struct pair p = make_pair();
	assert_hr(IDXGIKeyedMutex_AcquireSync(p.mutex1, 0, 0), S_OK);
	end_side(p.device1, p.texture1, p.mutex1);
	for (int i = 0; i < 2; i++) {
		assert_hr(IDXGIKeyedMutex_AcquireSync(p.mutex2, 0, INFINITE), WAIT_ABANDONED);
		assert_hr(IDXGIKeyedMutex_ReleaseSync(p.mutex2, 0), E_FAIL);
		assert_hr(IDXGIKeyedMutex_ReleaseSync(p.mutex2, 1), E_FAIL);
	}
	assert_true(SUCCEEDED((HRESULT)WAIT_ABANDONED));
	end_side(p.device2, p.texture2, p.mutex2);
}

/* The holding resource counts, not the device. */
static void the_holding_resource_abandons(void **state)
{
	struct pair p = make_pair();
	assert_hr(IDXGIKeyedMutex_AcquireSync(p.mutex1, 0, 0), S_OK);
	IDXGIKeyedMutex_Release(p.mutex1);
	assert_hr(IDXGIKeyedMutex_AcquireSync(p.mutex2, 0, 0), WAIT_TIMEOUT);
	ID3D11Texture2D_Release(p.texture1);
	assert_hr(IDXGIKeyedMutex_AcquireSync(p.mutex2, 0, 0), WAIT_ABANDONED);
	ID3D11Device1_Release(p.device1);
	end_side(p.device2, p.texture2, p.mutex2);
}

/* The device that owns opened the same resource once more. */
static void a_twin_hands_on_like_another(void **state)
{
	ID3D11Device1 *device = make_device();
	ID3D11Texture2D *texture = make_texture(device, KEYED);
	ID3D11Texture2D *twin = open_texture(device, handle_of(texture));
	IDXGIKeyedMutex *mutex = mutex_of(texture), *twin_mutex = mutex_of(twin);
	assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 0, 0), S_OK);
	assert_hr(IDXGIKeyedMutex_AcquireSync(twin_mutex, 0, 0), E_FAIL);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(twin_mutex, 0), E_FAIL);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(mutex, 3), S_OK);
	assert_hr(IDXGIKeyedMutex_AcquireSync(twin_mutex, 3, 0), S_OK);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(twin_mutex, 0), S_OK);
	IDXGIKeyedMutex_Release(twin_mutex);
	ID3D11Texture2D_Release(twin);
	end_side(device, texture, mutex);
}

struct waiter {
	IDXGIKeyedMutex *mutex;
	UINT64 key;
	HRESULT result;
};

static void *acquire(void *arg)
{
	struct waiter *waiter = arg;
	waiter->result = IDXGIKeyedMutex_AcquireSync(waiter->mutex, waiter->key, 5000);
	return NULL;
}

/* A blocked acquire, released by a thread that never touched the context. */
static void *release(void *arg)
{
	struct waiter *waiter = arg;
	Sleep(20);
	waiter->result = IDXGIKeyedMutex_ReleaseSync(waiter->mutex, waiter->key);
	return NULL;
}

static void a_waiting_thread_is_woken_by_another(void **state)
{
	struct pair p = make_pair();
	struct waiter waiter = { p.mutex2, 9, E_FAIL }, releaser = { p.mutex1, 9, E_FAIL };
	pthread_t one, two;
	assert_hr(IDXGIKeyedMutex_AcquireSync(p.mutex1, 0, 0), S_OK);
	pthread_create(&one, NULL, acquire, &waiter);
	pthread_create(&two, NULL, release, &releaser);
	pthread_join(one, NULL);
	pthread_join(two, NULL);
	assert_hr(waiter.result, S_OK);
	assert_hr(releaser.result, S_OK);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(p.mutex2, 0), S_OK);
	end_pair(&p);
}

/* Pixels go along. Without the mutex nothing happens, and it is counted. */
static void pixels_go_along_with_the_mutex(void **state)
{
	struct pair p = make_pair();
	struct xf_win_counters before = { sizeof(before) }, after = before;
	xf_win_counters(&before);
	clear_texture(p.device1, p.texture1, 0x11223344);
	xf_win_counters(&after);
	assert_int_equal(after.dropped_commands, before.dropped_commands + 1);
	assert_hr(IDXGIKeyedMutex_AcquireSync(p.mutex1, 0, 0), S_OK);
	assert_int_equal(first_pixel(p.device1, p.texture1), 0);
	clear_texture(p.device1, p.texture1, 0xaabbccdd);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(p.mutex1, 1), S_OK);
	clear_texture(p.device1, p.texture1, 0x11223344);
	assert_hr(IDXGIKeyedMutex_AcquireSync(p.mutex2, 1, 0), S_OK);
	assert_int_equal(first_pixel(p.device2, p.texture2), 0xaabbccdd);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(p.mutex2, 0), S_OK);
	end_pair(&p);
}

/* One resource has one shared handle; what is no such handle is refused. */
static void one_resource_has_one_shared_handle(void **state)
{
	static const uintptr_t bogus[] = { 0, 1, 2, 0xc0123450, 0xc0fffffe, 0xc0000002, 0x40000040,
		0xffffffff00000002, UINTPTR_MAX };
	struct pair p = make_pair();
	ID3D11Texture2D *texture;
	assert_ptr_equal(handle_of(p.texture1), handle_of(p.texture2));
	assert_ptr_equal(handle_of(p.texture1), handle_of(p.texture1));
	assert_int_equal((uintptr_t)handle_of(p.texture1) & 0x3f, 2);
	for (size_t i = 0; i < sizeof(bogus) / sizeof(bogus[0]); i++) {
		if (bogus[i] == (uintptr_t)handle_of(p.texture1))
			continue;
		assert_hr(ID3D11Device1_OpenSharedResource(p.device2, (HANDLE)bogus[i],
				  &IID_ID3D11Texture2D, (void **)&texture),
			E_INVALIDARG);
		assert_null(texture);
	}
	assert_hr(ID3D11Device1_OpenSharedResource(
			  p.device2, handle_of(p.texture1), &IID_ID3D11Buffer, (void **)&texture),
		E_NOINTERFACE);
	assert_hr(ID3D11Device1_OpenSharedResource(
			  p.device2, handle_of(p.texture1), &IID_ID3D11Texture2D, NULL),
		E_INVALIDARG);
	/* A handle holds no reference: once all is released it leads nowhere. */
	HANDLE handle = handle_of(p.texture1);
	end_pair(&p);
	p.device1 = make_device();
	assert_hr(ID3D11Device1_OpenSharedResource(
			  p.device1, handle, &IID_ID3D11Texture2D, (void **)&texture),
		E_INVALIDARG);
	ID3D11Device1_Release(p.device1);
}

/* The pattern of a well-known recorder: the key grows with every frame, nobody looks at results. */
static void *encode(void *arg)
{
	IDXGIKeyedMutex *mutex = arg;
	for (UINT64 key = 1; key <= 2000; key += 2) {
		IDXGIKeyedMutex_AcquireSync(mutex, key, INFINITE);
		IDXGIKeyedMutex_ReleaseSync(mutex, key + 1);
	}
	return NULL;
}

static void keys_may_grow_for_ever(void **state)
{
	struct pair p = make_pair();
	pthread_t encoder;
	pthread_create(&encoder, NULL, encode, p.mutex2);
	assert_hr(IDXGIKeyedMutex_AcquireSync(p.mutex1, 0, INFINITE), S_OK);
	for (UINT64 key = 0; key < 2000; key += 2) {
		assert_hr(IDXGIKeyedMutex_ReleaseSync(p.mutex1, key + 1), S_OK);
		assert_hr(IDXGIKeyedMutex_AcquireSync(p.mutex1, key + 2, INFINITE), S_OK);
	}
	pthread_join(encoder, NULL);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(p.mutex1, 0), S_OK);
	end_pair(&p);
}

/* Another known pattern: ReleaseSync(0) after every acquire that did not succeed. */
static void a_release_after_failure_fails(void **state)
{
	struct pair p = make_pair();
	assert_hr(IDXGIKeyedMutex_AcquireSync(p.mutex1, 0, 67), S_OK);
	for (int i = 0; i < 3; i++) {
		assert_hr(IDXGIKeyedMutex_AcquireSync(p.mutex2, 0, 5), WAIT_TIMEOUT);
		assert_hr(IDXGIKeyedMutex_ReleaseSync(p.mutex2, 0), E_FAIL);
	}
	clear_texture(p.device1, p.texture1, 0x01020304);
	assert_int_equal(first_pixel(p.device1, p.texture1), 0x01020304);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(p.mutex1, 0), S_OK);
	assert_hr(IDXGIKeyedMutex_AcquireSync(p.mutex2, 0, 67), S_OK);
	assert_int_equal(first_pixel(p.device2, p.texture2), 0x01020304);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(p.mutex2, 0), S_OK);
	end_pair(&p);
}

static void *drop_reference(void *arg)
{
	IUnknown_Release((IUnknown *)arg);
	return NULL;
}

static void the_last_reference_may_go_in_another_thread(void **state)
{
	struct pair p = make_pair();
	pthread_t thread;
	assert_hr(IDXGIKeyedMutex_AcquireSync(p.mutex1, 0, 0), S_OK);
	IDXGIKeyedMutex_Release(p.mutex1);
	ID3D11Device1_Release(p.device1); /* the texture keeps it */
	pthread_create(&thread, NULL, drop_reference, p.texture1);
	pthread_join(thread, NULL);
	assert_hr(IDXGIKeyedMutex_AcquireSync(p.mutex2, 0, 0), WAIT_ABANDONED);
	end_side(p.device2, p.texture2, p.mutex2);
}

/*
 * One thread fills device 1's texture without ever looking at the mutex, another acquires and
 * releases it; between release and the next acquire, device 2 must find every pixel at rest.
 */
enum { BIG = 256 };

struct painter {
	ID3D11Device1 *device;
	ID3D11Texture2D *texture;
	_Atomic bool stop;
};

static void *paint(void *arg)
{
	struct painter *painter = arg;
	for (uint32_t i = 1; !painter->stop; i++)
		clear_texture(painter->device, painter->texture, i * 0x01010101u);
	return NULL;
}

static bool is_at_rest(ID3D11DeviceContext *context, ID3D11Texture2D *staging)
{
	D3D11_MAPPED_SUBRESOURCE mapped;
	bool same = true;
	assert_hr(ID3D11DeviceContext_Map(
			  context, (ID3D11Resource *)staging, 0, D3D11_MAP_READ, 0, &mapped),
		S_OK);
	for (UINT y = 0; y < BIG; y++)
		same = same &&
		       !memcmp((char *)mapped.pData + y * mapped.RowPitch, mapped.pData, BIG * 4);
	ID3D11DeviceContext_Unmap(context, (ID3D11Resource *)staging, 0);
	return same;
}

static void commands_stop_at_the_release(void **state)
{
	D3D11_TEXTURE2D_DESC desc = texture_desc(KEYED);
	struct painter painter = { make_device(), NULL, false };
	ID3D11Device1 *device = make_device();
	ID3D11DeviceContext *context;
	ID3D11Texture2D *opened, *staging;
	IDXGIKeyedMutex *mutex1, *mutex2;
	pthread_t thread;
	desc.Width = desc.Height = BIG;
	assert_hr(
		ID3D11Device1_CreateTexture2D(painter.device, &desc, NULL, &painter.texture), S_OK);
	desc.MiscFlags = desc.BindFlags = 0;
	desc.Usage = D3D11_USAGE_STAGING;
	desc.CPUAccessFlags = D3D11_CPU_ACCESS_READ;
	assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, NULL, &staging), S_OK);
	opened = open_texture(device, handle_of(painter.texture));
	mutex1 = mutex_of(painter.texture);
	mutex2 = mutex_of(opened);
	ID3D11Device1_GetImmediateContext(device, &context);
	pthread_create(&thread, NULL, paint, &painter);
	for (int i = 0; i < 300; i++) {
		assert_hr(IDXGIKeyedMutex_AcquireSync(mutex1, 0, INFINITE), S_OK);
		for (int64_t until = xf_now() + i % 50 * 1000; xf_now() < until;)
			;
		assert_hr(IDXGIKeyedMutex_ReleaseSync(mutex1, 1), S_OK);
		assert_hr(IDXGIKeyedMutex_AcquireSync(mutex2, 1, INFINITE), S_OK);
		ID3D11DeviceContext_CopyResource(
			context, (ID3D11Resource *)staging, (ID3D11Resource *)opened);
		assert_true(is_at_rest(context, staging));
		assert_hr(IDXGIKeyedMutex_ReleaseSync(mutex2, 0), S_OK);
	}
	painter.stop = true;
	pthread_join(thread, NULL);
	ID3D11DeviceContext_Release(context);
	ID3D11Texture2D_Release(staging);
	end_side(painter.device, painter.texture, mutex1);
	end_side(device, opened, mutex2);
}

/* Other processes: `arg` is the shared handle's number. */

static int consumer(int socket, const char *arg)
{
	ID3D11Device1 *device = make_device();
	ID3D11Texture2D *texture = open_texture(device, (HANDLE)strtoull(arg, NULL, 16));
	IDXGIKeyedMutex *mutex = mutex_of(texture);
	for (uint32_t i = 0; i < 500; i++) {
		if (IDXGIKeyedMutex_AcquireSync(mutex, 1, 5000) != S_OK)
			return 1;
		if (first_pixel(device, texture) != i * 0x01010101u % 255)
			return 2;
		if (IDXGIKeyedMutex_ReleaseSync(mutex, 0) != S_OK)
			return 3;
	}
	end_side(device, texture, mutex);
	return 0;
}

static const char *handle_text(void *texture)
{
	static char text[32];
	snprintf(text, sizeof(text), "%zx", (size_t)handle_of(texture));
	return text;
}

static void another_process_takes_turns(void **state)
{
	ID3D11Device1 *device = make_device();
	ID3D11Texture2D *texture = make_texture(device, KEYED);
	IDXGIKeyedMutex *mutex = mutex_of(texture);
	struct child child = child_start("consumer", handle_text(texture));
	for (uint32_t i = 0; i < 500; i++) {
		assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 0, 5000), S_OK);
		clear_texture(device, texture, i * 0x01010101u % 255);
		assert_hr(IDXGIKeyedMutex_ReleaseSync(mutex, 1), S_OK);
	}
	assert_int_equal(child_end(&child), 0);
	end_side(device, texture, mutex);
}

static int holder(int socket, const char *arg)
{
	ID3D11Device1 *device = make_device();
	IDXGIKeyedMutex *mutex = mutex_of(open_texture(device, (HANDLE)strtoull(arg, NULL, 16)));
	if (IDXGIKeyedMutex_AcquireSync(mutex, 0, 1000) != S_OK)
		return 1;
	parent_tell(socket, 'h');
	return parent_hear(socket);
}

/* A process is killed while it holds, and another blocks without limit. */
static void a_killed_holder_abandons(void **state)
{
	ID3D11Device1 *device = make_device();
	ID3D11Texture2D *texture = make_texture(device, KEYED);
	struct waiter waiter = { mutex_of(texture), 0, E_FAIL };
	struct child child = child_start("holder", handle_text(texture));
	int64_t killed, woken;
	pthread_t thread;
	assert_int_equal(child_hear(&child), 'h');
	pthread_create(&thread, NULL, acquire, &waiter);
	Sleep(50);
	killed = xf_now();
	kill(child.pid, SIGKILL);
	pthread_join(thread, NULL);
	woken = xf_now();
	child_kill(&child);
	assert_hr(waiter.result, WAIT_ABANDONED);
	assert_hr(IDXGIKeyedMutex_AcquireSync(waiter.mutex, 0, 0), WAIT_ABANDONED);
	print_message("told of the death after %lld us\n", (long long)(woken - killed) / 1000);
	end_side(device, texture, waiter.mutex);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = {
		{ "consumer", consumer },
		{ "holder", holder },
		{ NULL, NULL },
	};
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_keyed_textures_have_the_interface),
		cmocka_unit_test(the_mutex_is_an_interface_of_the_resource),
		cmocka_unit_test(one_device_follows_the_table),
		cmocka_unit_test(two_devices_exclude_each_other),
		cmocka_unit_test(a_device_that_ends_abandons),
		cmocka_unit_test(the_holding_resource_abandons),
		cmocka_unit_test(a_twin_hands_on_like_another),
		cmocka_unit_test(a_waiting_thread_is_woken_by_another),
		cmocka_unit_test(pixels_go_along_with_the_mutex),
		cmocka_unit_test(one_resource_has_one_shared_handle),
		cmocka_unit_test(keys_may_grow_for_ever),
		cmocka_unit_test(a_release_after_failure_fails),
		cmocka_unit_test(commands_stop_at_the_release),
		cmocka_unit_test(the_last_reference_may_go_in_another_thread),
		cmocka_unit_test(another_process_takes_turns),
		cmocka_unit_test(a_killed_holder_abandons),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
