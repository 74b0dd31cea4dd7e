/* SPDX-License-Identifier: MIT */
/*
 * IMFD3D12SynchronizationObject on the first Vulkan device.
 *
 *	mf_bench latency [N]	last release on the GPU's timeline -> waiting thread runs, against
 *				libvkd3d's bare SetEventOnCompletion; taken in turns, medians
 *	mf_bench cycles [N]	N times ready, wait, release, final release, Reset; what is
 *				held before and after
 */
#include <windows.h>
#include <mfd3d12.h>

#include <crossfence/crossfence.h>

#include "bench_stat.h"

static ID3D12Device *device;
static ID3D12CommandQueue *producer, *consumer;
static ID3D12Fence *fence;
static IMFD3D12SynchronizationObject *object;
static IMFD3D12SynchronizationObjectCommands *commands;
static HANDLE event;

static void must(HRESULT hr, const char *what)
{
	if (FAILED(hr)) {
		fprintf(stderr, "%s: %#x\n", what, (unsigned)hr);
		exit(1);
	}
}

#define MUST(call) must(call, #call)

static ID3D12CommandQueue *make_queue(void)
{
	const D3D12_COMMAND_QUEUE_DESC desc = { .Type = D3D12_COMMAND_LIST_TYPE_DIRECT };
	ID3D12CommandQueue *queue;
	MUST(ID3D12Device_CreateCommandQueue(
		device, &desc, &IID_ID3D12CommandQueue, (void **)&queue));
	return queue;
}

static int64_t bare(UINT64 value)
{
	int64_t before = xf_now();
	MUST(ID3D12CommandQueue_Signal(consumer, fence, value));
	MUST(ID3D12Fence_SetEventOnCompletion(fence, value, event));
	WaitForSingleObject(event, INFINITE);
	return xf_now() - before;
}

static int64_t final_release(void)
{
	int64_t before = xf_now();
	MUST(IMFD3D12SynchronizationObjectCommands_EnqueueResourceRelease(commands, consumer));
	MUST(IMFD3D12SynchronizationObject_SignalEventOnFinalResourceRelease(object, event));
	WaitForSingleObject(event, INFINITE);
	return xf_now() - before;
}

static void latency(unsigned n)
{
	int64_t *theirs = malloc(n * sizeof(*theirs)), *ours = malloc(n * sizeof(*ours));
	if (!theirs || !ours)
		exit(1);
	for (unsigned i = 0; i < n; i++) {
		theirs[i] = bare(i + 1);
		ours[i] = final_release();
	}
	double bare_us = bench_median_us(theirs, n), final_us = bench_median_us(ours, n);
	printf("queue signal -> SetEventOnCompletion -> waiter runs %7.2f us\n", bare_us);
	printf("last release -> final release event -> waiter runs  %7.2f us   %.2f x\n", final_us,
		final_us / bare_us);
	free(theirs);
	free(ours);
}

static void cycle(void)
{
	MUST(IMFD3D12SynchronizationObjectCommands_EnqueueResourceReadyWait(commands, consumer));
	MUST(IMFD3D12SynchronizationObjectCommands_EnqueueResourceRelease(commands, consumer));
	MUST(IMFD3D12SynchronizationObjectCommands_EnqueueResourceReady(commands, producer));
	MUST(IMFD3D12SynchronizationObject_SignalEventOnFinalResourceRelease(object, event));
	WaitForSingleObject(event, INFINITE);
	MUST(IMFD3D12SynchronizationObject_Reset(object));
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "latency";
	unsigned n = argc > 2 ? (unsigned)atoi(argv[2]) : 0;
	MUST(D3D12CreateDevice(NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device, (void **)&device));
	producer = make_queue();
	consumer = make_queue();
	MUST(ID3D12Device_CreateFence(
		device, 0, D3D12_FENCE_FLAG_NONE, &IID_ID3D12Fence, (void **)&fence));
	MUST(MFCreateD3D12SynchronizationObject(
		device, &IID_IMFD3D12SynchronizationObject, (void **)&object));
	MUST(IMFD3D12SynchronizationObject_QueryInterface(
		object, &IID_IMFD3D12SynchronizationObjectCommands, (void **)&commands));
	event = CreateEventW(NULL, FALSE, FALSE, NULL);
	if (!strcmp(what, "latency"))
		latency(n ? n : 10000);
	else if (!strcmp(what, "cycles"))
		bench_cycles(n ? n : 1000000, cycle);
	else
		return 2;
	IMFD3D12SynchronizationObjectCommands_Release(commands);
	IMFD3D12SynchronizationObject_Release(object);
	ID3D12Fence_Release(fence);
	ID3D12CommandQueue_Release(producer);
	ID3D12CommandQueue_Release(consumer);
	ID3D12Device_Release(device);
	CloseHandle(event);
	return 0;
}
