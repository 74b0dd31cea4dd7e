/* SPDX-License-Identifier: MIT */
/* A device on software Vulkan, queues, buffers of many megabytes and lists that copy them. */
#ifndef TESTS_WIN_D3D12_HARNESS_H
#define TESTS_WIN_D3D12_HARNESS_H

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <windows.h>
#include <mfapi.h>
#include <mfd3d12.h>
#include <mferror.h>

#include <crossfence/crossfence.h>
#include <crossfence/win/xf_d3d12.h>

#define MS	 INT64_C(1000000)
#define BYTES	 (32u << 20)
#define LONG_MS	 20000 /* what must happen happens within; a busy machine included */
#define SHORT_MS 30 /* what must not happen does not within */

static inline ID3D12Device *d3d12_device(void)
{
	ID3D12Device *device;
	setenv("VK_ICD_FILENAMES", "/usr/share/vulkan/icd.d/lvp_icd.x86_64.json", 0);
	if (FAILED(D3D12CreateDevice(
		    NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device, (void **)&device))) {
		fprintf(stderr, "no Vulkan driver that libvkd3d can use (mesa-vulkan-drivers)\n");
		exit(77);
	}
	return device;
}

static inline ID3D12CommandQueue *d3d12_queue(ID3D12Device *device)
{
	const D3D12_COMMAND_QUEUE_DESC desc = { .Type = D3D12_COMMAND_LIST_TYPE_DIRECT };
	ID3D12CommandQueue *queue;
	assert_int_equal(ID3D12Device_CreateCommandQueue(
				 device, &desc, &IID_ID3D12CommandQueue, (void **)&queue),
		S_OK);
	return queue;
}

static inline ID3D12Fence *d3d12_fence(ID3D12Device *device)
{
	ID3D12Fence *fence;
	assert_int_equal(ID3D12Device_CreateFence(device, 0, D3D12_FENCE_FLAG_NONE,
				 &IID_ID3D12Fence, (void **)&fence),
		S_OK);
	return fence;
}

static inline ID3D12Resource *d3d12_buffer(
	ID3D12Device *device, D3D12_HEAP_TYPE type, D3D12_RESOURCE_STATES state)
{
	const D3D12_HEAP_PROPERTIES heap = { .Type = type };
	const D3D12_RESOURCE_DESC desc = {
		.Dimension = D3D12_RESOURCE_DIMENSION_BUFFER,
		.Width = BYTES,
		.Height = 1,
		.DepthOrArraySize = 1,
		.MipLevels = 1,
		.SampleDesc = { .Count = 1 },
		.Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR,
	};
	ID3D12Resource *buffer;
	assert_int_equal(ID3D12Device_CreateCommittedResource(device, &heap, D3D12_HEAP_FLAG_NONE,
				 &desc, state, NULL, &IID_ID3D12Resource, (void **)&buffer),
		S_OK);
	return buffer;
}

static inline uint8_t *d3d12_map(ID3D12Resource *buffer)
{
	void *data;
	assert_int_equal(ID3D12Resource_Map(buffer, 0, NULL, &data), S_OK);
	return data;
}

/* A list that copies `from` to `to`, `times` over, closed and ready to be submitted. */
struct d3d12_list {
	ID3D12CommandAllocator *allocator;
	ID3D12GraphicsCommandList *list;
};

static inline void d3d12_record(
	struct d3d12_list *l, ID3D12Resource *to, ID3D12Resource *from, int times)
{
	for (int i = 0; i < times; i++)
		ID3D12GraphicsCommandList_CopyBufferRegion(l->list, to, 0, from, 0, BYTES);
	assert_int_equal(ID3D12GraphicsCommandList_Close(l->list), S_OK);
}

static inline struct d3d12_list d3d12_list(ID3D12Device *device)
{
	struct d3d12_list l;
	assert_int_equal(ID3D12Device_CreateCommandAllocator(device, D3D12_COMMAND_LIST_TYPE_DIRECT,
				 &IID_ID3D12CommandAllocator, (void **)&l.allocator),
		S_OK);
	assert_int_equal(
		ID3D12Device_CreateCommandList(device, 0, D3D12_COMMAND_LIST_TYPE_DIRECT,
			l.allocator, NULL, &IID_ID3D12GraphicsCommandList, (void **)&l.list),
		S_OK);
	return l;
}

static inline struct d3d12_list d3d12_copy(
	ID3D12Device *device, ID3D12Resource *to, ID3D12Resource *from, int times)
{
	struct d3d12_list l = d3d12_list(device);
	d3d12_record(&l, to, from, times);
	return l;
}

static inline void d3d12_run(ID3D12CommandQueue *queue, struct d3d12_list *l)
{
	ID3D12CommandQueue_ExecuteCommandLists(queue, 1, (ID3D12CommandList *const *)&l->list);
}

static inline void d3d12_list_release(struct d3d12_list *l)
{
	ID3D12GraphicsCommandList_Release(l->list);
	ID3D12CommandAllocator_Release(l->allocator);
}

static inline bool d3d12_reaches(ID3D12Fence *fence, UINT64 value, unsigned ms)
{
	HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
	assert_int_equal(ID3D12Fence_SetEventOnCompletion(fence, value, event), S_OK);
	bool reached = WaitForSingleObject(event, ms) == WAIT_OBJECT_0;
	CloseHandle(event);
	return reached;
}

/* Everything submitted to the queue so far is done. */
static inline void d3d12_finish(ID3D12Device *device, ID3D12CommandQueue *queue)
{
	ID3D12Fence *fence = d3d12_fence(device);
	assert_int_equal(ID3D12CommandQueue_Signal(queue, fence, 1), S_OK);
	assert_true(d3d12_reaches(fence, 1, LONG_MS));
	ID3D12Fence_Release(fence);
}

#endif
