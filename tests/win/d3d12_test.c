/* SPDX-License-Identifier: MIT */
/* D3D12CreateDevice, queues that keep their word about waiting, and surfaces as textures. */
#include "d3d12_harness.h"
#include "harness.h"

#include <dxgi1_6.h>
#include <sched.h>

struct stage {
	ID3D12Device *device;
	ID3D12CommandQueue *queue, *other;
	ID3D12Fence *gate, *done;
	ID3D12Resource *upload, *readback;
	uint8_t *up, *down;
};

static int set_up(void **state)
{
	struct stage *s = calloc(1, sizeof(*s));
	s->device = d3d12_device();
	s->queue = d3d12_queue(s->device);
	s->other = d3d12_queue(s->device);
	s->gate = d3d12_fence(s->device);
	s->done = d3d12_fence(s->device);
	s->upload =
		d3d12_buffer(s->device, D3D12_HEAP_TYPE_UPLOAD, D3D12_RESOURCE_STATE_GENERIC_READ);
	s->readback =
		d3d12_buffer(s->device, D3D12_HEAP_TYPE_READBACK, D3D12_RESOURCE_STATE_COPY_DEST);
	s->up = d3d12_map(s->upload);
	s->down = d3d12_map(s->readback);
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *s = *state;
	ID3D12Resource_Release(s->upload);
	ID3D12Resource_Release(s->readback);
	if (s->queue)
		ID3D12CommandQueue_Release(s->queue);
	ID3D12CommandQueue_Release(s->other);
	ID3D12Fence_Release(s->gate);
	ID3D12Fence_Release(s->done);
	int left = (int)ID3D12Device_Release(s->device);
	free(s);
	return left;
}

#define on_stage(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

/* The way in of most programs: a factory, its adapter, a device, and the adapter again. */
static void adapters_of_factories(void **state)
{
	const LUID nobody = { 1, 2 };
	IDXGIAdapter1 *adapter, *again;
	IDXGIFactory4 *factory;
	DXGI_ADAPTER_DESC1 desc;
	ID3D12Device *device;
	LUID luid;
	assert_int_equal(CreateDXGIFactory2(0, &IID_IDXGIFactory4, (void **)&factory), S_OK);
	assert_int_equal(IDXGIFactory4_EnumAdapters1(factory, 0, &adapter), S_OK);
	assert_int_equal(IDXGIAdapter1_GetDesc1(adapter, &desc), S_OK);
	assert_int_equal(D3D12CreateDevice((IUnknown *)adapter, D3D_FEATURE_LEVEL_11_0,
				 &IID_ID3D12Device, NULL),
		S_FALSE);
	assert_int_equal(D3D12CreateDevice((IUnknown *)adapter, D3D_FEATURE_LEVEL_11_0,
				 &IID_ID3D12Device, (void **)&device),
		S_OK);
	device->lpVtbl->GetAdapterLuid(device, &luid);
	assert_memory_equal(&luid, &desc.AdapterLuid, sizeof(luid));
	assert_int_equal(
		IDXGIFactory4_EnumAdapterByLuid(factory, luid, &IID_IDXGIAdapter1, (void **)&again),
		S_OK);
	assert_int_equal(IDXGIAdapter1_Release(again), 0);
	assert_int_equal(IDXGIFactory4_EnumAdapterByLuid(
				 factory, nobody, &IID_IDXGIAdapter1, (void **)&again),
		DXGI_ERROR_NOT_FOUND);
	/* What is no adapter is refused. */
	assert_int_equal(D3D12CreateDevice((IUnknown *)factory, D3D_FEATURE_LEVEL_11_0,
				 &IID_ID3D12Device, (void **)&device),
		E_INVALIDARG);
	assert_int_equal(IDXGIAdapter1_Release(adapter), 0);
	assert_int_equal(IDXGIFactory4_Release(factory), 0);
}

static void a_device_is_made_as_documented(void **state)
{
	IUnknown *unknown;
	ID3D12Device *device, *same;
	ID3D12CommandQueue *queue;
	assert_int_equal(
		D3D12CreateDevice(NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device, NULL), S_FALSE);
	assert_true(FAILED(D3D12CreateDevice(
		NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Fence, (void **)&unknown)));
	device = d3d12_device();
	assert_int_equal(
		ID3D12Device_QueryInterface(device, &IID_IUnknown, (void **)&unknown), S_OK);
	assert_int_equal(IUnknown_QueryInterface(unknown, &IID_ID3D12Device, (void **)&same), S_OK);
	assert_ptr_equal(device, same);
	assert_int_equal(ID3D12Device_GetNodeCount(device), 1); /* through a thunk */
	assert_true(FAILED(D3D12CreateDevice(
		unknown, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device, (void **)&unknown)));
	queue = d3d12_queue(device);
	ID3D12Device_Release(same);
	assert_int_equal(
		ID3D12CommandQueue_GetDevice(queue, &IID_ID3D12Device, (void **)&same), S_OK);
	assert_ptr_equal(device, same);
	D3D12_COMMAND_QUEUE_DESC desc;
	assert_ptr_equal(queue->lpVtbl->GetDesc(queue, &desc), &desc); /* so are structures */
	assert_int_equal(desc.Type, D3D12_COMMAND_LIST_TYPE_DIRECT);
	ID3D12CommandQueue_Release(queue);
	ID3D12Device_Release(same);
	IUnknown_Release(unknown);
	assert_int_equal(ID3D12Device_Release(device), 0);
}

/* All kinds of work, held back in order, and the caller never blocks. */
static void waits_before_signal_in_order(void **state)
{
	struct stage *s = *state;
	struct d3d12_list copy = d3d12_copy(s->device, s->readback, s->upload, 1);
	int64_t before;
	memset(s->up, 7, BYTES);
	memset(s->down, 0, BYTES);
	before = xf_now();
	assert_int_equal(ID3D12CommandQueue_Wait(s->queue, s->gate, 1), S_OK);
	assert_int_equal(ID3D12CommandQueue_Signal(s->queue, s->done, 1), S_OK);
	assert_int_equal(ID3D12CommandQueue_Wait(s->queue, s->gate, 2), S_OK);
	d3d12_run(s->queue, &copy);
	assert_int_equal(ID3D12CommandQueue_Signal(s->queue, s->done, 2), S_OK);
	assert_true(xf_now() - before < 1000 * MS);
	assert_false(d3d12_reaches(s->done, 1, SHORT_MS));
	assert_int_equal(ID3D12Fence_Signal(s->gate, 1), S_OK);
	assert_true(d3d12_reaches(s->done, 1, LONG_MS));
	assert_false(d3d12_reaches(s->done, 2, SHORT_MS));
	assert_int_equal(s->down[0], 0);
	/* By another queue, as the facts say libvkd3d cannot. */
	assert_int_equal(ID3D12CommandQueue_Signal(s->other, s->gate, 2), S_OK);
	assert_true(d3d12_reaches(s->done, 2, LONG_MS));
	assert_int_equal(memcmp(s->up, s->down, BYTES), 0);
	/* And then it goes straight through again. */
	assert_int_equal(ID3D12CommandQueue_Wait(s->queue, s->gate, 2), S_OK);
	assert_int_equal(ID3D12CommandQueue_Signal(s->queue, s->done, 3), S_OK);
	assert_true(d3d12_reaches(s->done, 3, LONG_MS));
	assert_int_equal(ID3D12CommandQueue_Wait(s->queue, NULL, 1), E_INVALIDARG);
	assert_int_equal(ID3D12CommandQueue_Signal(s->queue, NULL, 1), E_INVALIDARG);
	d3d12_list_release(&copy);
}

/* Two queues wait for one value; libvkd3d drops the second wait. */
static void two_queues_wait_for_one_value(void **state)
{
	struct stage *s = *state;
	ID3D12Fence *done = d3d12_fence(s->device);
	assert_int_equal(ID3D12CommandQueue_Wait(s->queue, s->gate, 1), S_OK);
	assert_int_equal(ID3D12CommandQueue_Wait(s->other, s->gate, 1), S_OK);
	assert_int_equal(ID3D12CommandQueue_Signal(s->queue, s->done, 1), S_OK);
	assert_int_equal(ID3D12CommandQueue_Signal(s->other, done, 1), S_OK);
	assert_false(d3d12_reaches(s->done, 1, SHORT_MS));
	assert_int_equal(ID3D12Fence_GetCompletedValue(done), 0);
	assert_int_equal(ID3D12Fence_Signal(s->gate, 1), S_OK);
	assert_true(d3d12_reaches(s->done, 1, LONG_MS));
	assert_true(d3d12_reaches(done, 1, LONG_MS));
	ID3D12Fence_Release(done);
}

/* A list may be reset once it is submitted, although what it recorded has not run. */
static void a_list_may_be_reset_while_held_back(void **state)
{
	struct stage *s = *state;
	struct d3d12_list copy = d3d12_copy(s->device, s->readback, s->upload, 1);
	ID3D12CommandAllocator *second;
	assert_int_equal(
		ID3D12Device_CreateCommandAllocator(s->device, D3D12_COMMAND_LIST_TYPE_DIRECT,
			&IID_ID3D12CommandAllocator, (void **)&second),
		S_OK);
	memset(s->up, 9, BYTES);
	memset(s->down, 0, BYTES);
	assert_int_equal(ID3D12CommandQueue_Wait(s->queue, s->gate, 1), S_OK);
	d3d12_run(s->queue, &copy);
	assert_int_equal(ID3D12GraphicsCommandList_Reset(copy.list, second, NULL), S_OK);
	assert_int_equal(ID3D12GraphicsCommandList_Close(copy.list), S_OK); /* nothing in it */
	d3d12_run(s->queue, &copy);
	assert_int_equal(ID3D12CommandQueue_Signal(s->queue, s->done, 1), S_OK);
	assert_int_equal(ID3D12Fence_Signal(s->gate, 1), S_OK);
	assert_true(d3d12_reaches(s->done, 1, LONG_MS));
	assert_int_equal(memcmp(s->up, s->down, BYTES), 0);
	/* Not held back any more: the list's own Reset. */
	assert_int_equal(ID3D12GraphicsCommandList_Reset(copy.list, second, NULL), S_OK);
	assert_int_equal(ID3D12GraphicsCommandList_Close(copy.list), S_OK);
	d3d12_list_release(&copy);
	ID3D12CommandAllocator_Release(second);
}

static void a_released_queue_drops_work_and_gives_signals(void **state)
{
	struct stage *s = *state;
	struct d3d12_list copy = d3d12_copy(s->device, s->readback, s->upload, 1);
	memset(s->up, 3, BYTES);
	memset(s->down, 0, BYTES);
	assert_int_equal(ID3D12CommandQueue_Wait(s->queue, s->gate, 1), S_OK);
	d3d12_run(s->queue, &copy);
	assert_int_equal(ID3D12CommandQueue_Signal(s->queue, s->done, 1), S_OK);
	assert_int_equal(ID3D12CommandQueue_Release(s->queue), 0);
	s->queue = NULL;
	assert_true(d3d12_reaches(s->done, 1, LONG_MS));
	assert_int_equal(s->down[0], 0);
	assert_int_equal(ID3D12Fence_Signal(s->gate, 1), S_OK); /* nobody is there any more */
	d3d12_list_release(&copy);
}

static void *signal_many(void *arg)
{
	struct stage *s = arg;
	for (UINT64 i = 1; i <= 500; i++)
		ID3D12CommandQueue_Signal(s->other, s->gate, i);
	return NULL;
}

/* Waits that are and are not passed yet, in whatever order it comes. */
static void under_contention(void **state)
{
	struct stage *s = *state;
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, signal_many, s), 0);
	for (UINT64 i = 1; i <= 500; i++) {
		assert_int_equal(ID3D12CommandQueue_Wait(s->queue, s->gate, i), S_OK);
		assert_int_equal(ID3D12CommandQueue_Signal(s->queue, s->done, i), S_OK);
	}
	assert_true(d3d12_reaches(s->done, 500, LONG_MS));
	assert_int_equal(ID3D12Fence_GetCompletedValue(s->gate), 500);
	pthread_join(thread, NULL);
}

/* As libvkd3d's does when it finds a later signal done before an earlier one; here without it. */
static void a_value_that_was_seen_stays(void **state)
{
	struct stage *s = *state;
	ID3D12Fence *inner = xf_win_d3d12_inner_fence(s->gate);
	assert_int_equal(ID3D12Fence_Signal(inner, 500), S_OK);
	assert_int_equal(ID3D12Fence_GetCompletedValue(s->gate), 500);
	assert_int_equal(ID3D12Fence_Signal(inner, 499), S_OK);
	assert_int_equal(ID3D12Fence_GetCompletedValue(s->gate), 500);
	assert_int_equal(ID3D12Fence_SetEventOnCompletion(s->gate, 500, NULL), S_OK);
	assert_true(d3d12_reaches(s->gate, 500, LONG_MS));
	assert_int_equal(ID3D12CommandQueue_Wait(s->queue, s->gate, 500), S_OK);
	assert_int_equal(ID3D12CommandQueue_Signal(s->queue, s->done, 1), S_OK);
	assert_true(d3d12_reaches(s->done, 1, LONG_MS));
	/* Seen by a queue that waited for it. */
	assert_int_equal(ID3D12CommandQueue_Wait(s->queue, s->gate, 600), S_OK);
	assert_int_equal(ID3D12CommandQueue_Signal(s->queue, s->done, 2), S_OK);
	assert_int_equal(ID3D12Fence_Signal(inner, 600), S_OK);
	assert_true(d3d12_reaches(s->done, 2, LONG_MS));
	assert_int_equal(ID3D12Fence_Signal(inner, 599), S_OK);
	assert_int_equal(ID3D12Fence_SetEventOnCompletion(s->gate, 600, NULL), S_OK);
	/* Who wants it to go back gets that. */
	assert_int_equal(ID3D12Fence_Signal(s->gate, 7), S_OK);
	assert_int_equal(ID3D12Fence_GetCompletedValue(s->gate), 7);
}

static void surfaces_are_textures(void **state)
{
	struct stage *s = *state;
	struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = 320,
		.height_px = 240,
		.fourcc = XF_FORMAT_ABGR8888 };
	struct xf_domain *domain;
	struct xf_surface *surface, *gray;
	ID3D12Resource *texture;
	uint32_t *pixels;
	struct d3d12_list l = d3d12_list(s->device);
	assert_int_equal(xf_domain_create(NULL, &domain), 0);
	assert_int_equal(xf_surface_create(domain, &desc, 0, &surface), 0);
	assert_int_equal(xf_win_d3d12_open_surface(s->device, surface, &texture), S_OK);
	assert_int_equal(
		xf_surface_begin(surface, XF_ACCESS_READ | XF_ACCESS_WRITE, (void **)&pixels), 0);
	for (uint32_t i = 0; i < 320 * 240; i++)
		((uint32_t *)s->up)[i] = i * 2654435761u;
	const D3D12_TEXTURE_COPY_LOCATION to = { .pResource = texture,
		.Type = D3D12_TEXTURE_COPY_TYPE_SUBRESOURCE_INDEX };
	const D3D12_TEXTURE_COPY_LOCATION from = { .pResource = s->upload,
		.Type = D3D12_TEXTURE_COPY_TYPE_PLACED_FOOTPRINT,
		.PlacedFootprint.Footprint = { DXGI_FORMAT_R8G8B8A8_UNORM, 320, 240, 1, 320 * 4 } };
	const D3D12_RESOURCE_BARRIER barrier = { .Type = D3D12_RESOURCE_BARRIER_TYPE_TRANSITION,
		.Transition = {
			texture, 0, D3D12_RESOURCE_STATE_COMMON, D3D12_RESOURCE_STATE_COPY_DEST } };
	ID3D12GraphicsCommandList_ResourceBarrier(l.list, 1, &barrier);
	ID3D12GraphicsCommandList_CopyTextureRegion(l.list, &to, 0, 0, 0, &from, NULL);
	assert_int_equal(ID3D12GraphicsCommandList_Close(l.list), S_OK);
	d3d12_run(s->queue, &l);
	d3d12_finish(s->device, s->queue);
	assert_int_equal(memcmp(pixels, s->up, 320 * 240 * 4), 0); /* without a copy */
	xf_surface_end(surface);
	assert_int_equal(ID3D12Resource_Release(texture), 0);
	desc = (struct xf_surface_desc){
		.size = sizeof(desc), .width_px = 64, .height_px = 64, .fourcc = XF_FORMAT_R8
	};
	assert_int_equal(xf_surface_create(domain, &desc, 0, &gray), 0);
	assert_int_equal(xf_win_d3d12_open_surface(s->device, gray, &texture), E_INVALIDARG);
	assert_int_equal(
		xf_win_d3d12_open_surface(xf_win_d3d12_inner_device(s->device), surface, &texture),
		DXGI_ERROR_UNSUPPORTED);
	xf_surface_close(gray);
	xf_surface_close(surface);
	xf_domain_leave(domain);
	d3d12_list_release(&l);
}

/* One pixel of a surface of that format, after Direct3D made all of it red. */
static uint32_t red_pixel(struct stage *s, uint32_t fourcc)
{
	const struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 64, .fourcc = fourcc
	};
	const D3D12_DESCRIPTOR_HEAP_DESC heap_desc = { D3D12_DESCRIPTOR_HEAP_TYPE_RTV, 1, 0, 0 };
	const FLOAT red[] = { 1, 0, 0, 1 };
	struct d3d12_list l = d3d12_list(s->device);
	D3D12_CPU_DESCRIPTOR_HANDLE view;
	ID3D12DescriptorHeap *heap;
	struct xf_domain *domain;
	struct xf_surface *surface;
	ID3D12Resource *texture;
	uint32_t *pixels, pixel;
	assert_int_equal(xf_domain_create(NULL, &domain), 0);
	assert_int_equal(xf_surface_create(domain, &desc, 0, &surface), 0);
	assert_int_equal(xf_win_d3d12_open_surface(s->device, surface, &texture), S_OK);
	assert_int_equal(ID3D12Device_CreateDescriptorHeap(
				 s->device, &heap_desc, &IID_ID3D12DescriptorHeap, (void **)&heap),
		S_OK);
	heap->lpVtbl->GetCPUDescriptorHandleForHeapStart(heap, &view);
	ID3D12Device_CreateRenderTargetView(s->device, texture, NULL, view);
	const D3D12_RESOURCE_BARRIER barrier = { .Type = D3D12_RESOURCE_BARRIER_TYPE_TRANSITION,
		.Transition = { texture, 0, D3D12_RESOURCE_STATE_COMMON,
			D3D12_RESOURCE_STATE_RENDER_TARGET } };
	ID3D12GraphicsCommandList_ResourceBarrier(l.list, 1, &barrier);
	ID3D12GraphicsCommandList_ClearRenderTargetView(l.list, view, red, 0, NULL);
	assert_int_equal(ID3D12GraphicsCommandList_Close(l.list), S_OK);
	d3d12_run(s->queue, &l);
	d3d12_finish(s->device, s->queue);
	assert_int_equal(xf_surface_begin(surface, XF_ACCESS_READ, (void **)&pixels), 0);
	pixel = pixels[0];
	xf_surface_end(surface);
	ID3D12DescriptorHeap_Release(heap);
	assert_int_equal(ID3D12Resource_Release(texture), 0);
	xf_surface_close(surface);
	xf_domain_leave(domain);
	d3d12_list_release(&l);
	return pixel;
}

static void red_stays_red(void **state)
{
	assert_int_equal(red_pixel(*state, XF_FORMAT_ABGR8888), 0xff0000ff);
	assert_int_equal(red_pixel(*state, XF_FORMAT_ARGB8888), 0xffff0000);
}

static void *signal_late(void *arg)
{
	struct stage *s = arg;
	for (UINT64 i = 1; i <= 500; i++) {
		sched_yield();
		assert_int_equal(ID3D12Fence_Signal(s->gate, i), S_OK);
		while (ID3D12Fence_GetCompletedValue(s->done) < i)
			sched_yield();
	}
	return NULL;
}

/* SetEventOnCompletion without an event returns when the value is reached, not before. */
static void no_event_means_to_wait(void **state)
{
	struct stage *s = *state;
	ID3D12Device *device;
	pthread_t thread;
	assert_int_equal(ID3D12Fence_SetEventOnCompletion(s->gate, 0, NULL), S_OK);
	assert_int_equal(pthread_create(&thread, NULL, signal_late, s), 0);
	for (UINT64 i = 1; i <= 500; i++) {
		assert_int_equal(ID3D12Fence_SetEventOnCompletion(s->gate, i, NULL), S_OK);
		assert_int_equal(ID3D12Fence_GetCompletedValue(s->gate), i);
		assert_int_equal(ID3D12Fence_Signal(s->done, i), S_OK);
	}
	pthread_join(thread, NULL);
	/* By a queue, too; and the fence names its device. */
	assert_int_equal(ID3D12CommandQueue_Signal(s->queue, s->gate, 501), S_OK);
	assert_int_equal(ID3D12Fence_SetEventOnCompletion(s->gate, 501, NULL), S_OK);
	assert_int_equal(ID3D12Fence_GetDevice(s->gate, &IID_ID3D12Device, (void **)&device), S_OK);
	assert_ptr_equal(device, s->device);
	ID3D12Device_Release(device);
	assert_ptr_not_equal(xf_win_d3d12_inner_fence(s->gate), s->gate);
	assert_ptr_equal(xf_win_d3d12_inner_fence(xf_win_d3d12_inner_fence(s->gate)),
		xf_win_d3d12_inner_fence(s->gate));
}

static _Atomic int called;

static void note_call(void *arg)
{
	struct stage *s = arg;
	atomic_store(&called, s->down[0]); /* what the copy before it has left */
}

/* The same queue under the calls of crossfence, among what is submitted to it directly. */
static void a_queue_of_crossfence(void **state)
{
	struct stage *s = *state;
	struct d3d12_list copy = d3d12_copy(s->device, s->readback, s->upload, 1);
	struct xf_domain *domain;
	struct xf_timeline *before, *after;
	struct xf_queue *queue, *other;
	uint64_t value;
	assert_int_equal(xf_domain_create(NULL, &domain), 0);
	assert_int_equal(xf_timeline_create(domain, 0, 0, NULL, &before), 0);
	assert_int_equal(xf_timeline_create(domain, 0, 0, NULL, &after), 0);
	assert_int_equal(xf_win_d3d12_queue(NULL, &queue), -EINVAL);
	assert_int_equal(xf_win_d3d12_queue(s->queue, &queue), 0);
	assert_string_equal(xf_queue_kind(queue), "d3d12");
	memset(s->up, 5, BYTES);
	memset(s->down, 0, BYTES);
	atomic_store(&called, -1);
	assert_int_equal(xf_queue_wait(queue, before, 2), 0);
	d3d12_run(s->queue, &copy);
	assert_int_equal(xf_queue_call(queue, note_call, s), 0);
	assert_int_equal(xf_queue_signal(queue, after, 7), 0);
	assert_int_equal(xf_queue_finish(queue, xf_deadline(SHORT_MS * MS)), XF_TIMEOUT);
	assert_int_equal(s->down[0], 0);
	assert_int_equal(xf_timeline_signal(before, 2), 0);
	assert_int_equal(xf_timeline_wait(after, 7, xf_deadline(LONG_MS * MS)), 0);
	assert_int_equal(atomic_load(&called), 5);
	assert_int_equal(xf_queue_finish(queue, xf_deadline(LONG_MS * MS)), 0);
	assert_int_equal(memcmp(s->up, s->down, BYTES), 0);
	/* Destroyed while it waits for what never comes: nothing runs, nobody hangs. */
	assert_int_equal(xf_win_d3d12_queue(s->other, &other), 0);
	assert_int_equal(xf_queue_wait(other, before, 3), 0);
	assert_int_equal(xf_queue_signal(other, after, 8), 0);
	xf_queue_destroy(other);
	assert_int_equal(xf_timeline_value(after, &value), 0);
	assert_int_equal(value, 7);
	xf_queue_destroy(queue);
	xf_timeline_close(before);
	xf_timeline_close(after);
	xf_domain_leave(domain);
	d3d12_list_release(&copy);
}

int main(int argc, char **argv)
{
	const struct role none = { NULL, NULL };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_is_made_as_documented),
		cmocka_unit_test(adapters_of_factories),
		on_stage(waits_before_signal_in_order),
		on_stage(two_queues_wait_for_one_value),
		on_stage(a_list_may_be_reset_while_held_back),
		on_stage(a_released_queue_drops_work_and_gives_signals),
		on_stage(under_contention),
		on_stage(a_value_that_was_seen_stays),
		on_stage(surfaces_are_textures),
		on_stage(red_stays_red),
		on_stage(no_event_means_to_wait),
		on_stage(a_queue_of_crossfence),
	};
	harness_start(argc, argv, &none);
	ID3D12Device *device = d3d12_device(); /* skips when there is none */
	ID3D12Device_Release(device);
	alarm(120);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
