/* SPDX-License-Identifier: MIT */
/*
 * Can the device's queues wait for a value that is signalled later? libvkd3d 1.2 takes such a wait
 * and goes on at once; other devices hold the queue back, as they should; and where all queues
 * share one queue below, a real wait would block them all. The answer is kept at the device.
 *
 * One queue waits for a fence nobody signals and then signals another; meanwhile a second queue
 * goes round a few times. If the first has not come through by then and the second has, waits are
 * real and hold back one queue only.
 */
#include <mferror.h>

#include "win/mf/fence.h"
#include "win/mf/probe.h"
#include "win/nt/event.h"
#include "win/nt/handle.h"

#define ROUNDS	 3
#define ROUND_NS INT64_C(1000000000) /* nothing is that slow, except what is stuck */

static const GUID answer_key = { 0x5b1b54c6, 0x8e1a, 0x4d0c,
	{ 0x9d, 0x35, 0x3c, 0x0e, 0x41, 0x7f, 0x52, 0xa8 } };

struct probe {
	ID3D12CommandQueue *waits, *other;
	ID3D12Fence *never, *through, *round;
	struct xfi_object *event;
	HANDLE handle;
};

static bool make_queue(ID3D12Device *device, ID3D12CommandQueue **ret_queue)
{
	const D3D12_COMMAND_QUEUE_DESC desc = { .Type = D3D12_COMMAND_LIST_TYPE_COMPUTE };
	return SUCCEEDED(ID3D12Device_CreateCommandQueue(
		device, &desc, &IID_ID3D12CommandQueue, (void **)ret_queue));
}

static bool make_fence(ID3D12Device *device, ID3D12Fence **ret_fence)
{
	return SUCCEEDED(xfi_fence_create(device, ret_fence));
}

static bool reaches(struct probe *probe, ID3D12Fence *fence, UINT64 value)
{
	return SUCCEEDED(ID3D12Fence_SetEventOnCompletion(fence, value, probe->handle)) &&
	       xf_event_wait(xfi_event_of(probe->event), xf_deadline(ROUND_NS)) == 0;
}

static bool ask(struct probe *probe)
{
	bool held, goes_on;
	if (FAILED(ID3D12CommandQueue_Wait(probe->waits, probe->never, 1)) ||
		FAILED(ID3D12CommandQueue_Signal(probe->waits, probe->through, 1)))
		return false;
	for (UINT64 i = 1; i <= ROUNDS; i++)
		if (FAILED(ID3D12CommandQueue_Signal(probe->other, probe->round, i)) ||
			!reaches(probe, probe->round, i)) {
			(void)ID3D12Fence_Signal(probe->never, 1);
			return false;
		}
	held = ID3D12Fence_GetCompletedValue(probe->through) == 0;
	goes_on =
		SUCCEEDED(ID3D12Fence_Signal(probe->never, 1)) && reaches(probe, probe->through, 1);
	return held && goes_on;
}

static void release(void *object)
{
	if (object)
		IUnknown_Release((IUnknown *)object);
}

static bool probe_device(ID3D12Device *device)
{
	struct probe probe = { 0 };
	bool answer = false;
	if (!xfi_event_create(0, &probe.event) &&
		!xfi_nt_handle_create(probe.event, EVENT_ALL_ACCESS, &probe.handle) &&
		make_queue(device, &probe.waits) && make_queue(device, &probe.other) &&
		make_fence(device, &probe.never) && make_fence(device, &probe.through) &&
		make_fence(device, &probe.round))
		answer = ask(&probe);
	release(probe.waits);
	release(probe.other);
	release(probe.never);
	release(probe.through);
	release(probe.round);
	if (probe.handle)
		(void)xfi_nt_handle_close(probe.handle);
	xfi_object_unref(probe.event);
	return answer;
}

bool xfi_device_can_wait(ID3D12Device *device)
{
	uint8_t answer = 0;
	UINT size = sizeof(answer);
	if (SUCCEEDED(ID3D12Device_GetPrivateData(device, &answer_key, &size, &answer)) &&
		size == sizeof(answer))
		return answer != 0;
	answer = probe_device(device);
	/* Without it the next object asks again: slower, not wrong. */
	(void)ID3D12Device_SetPrivateData(device, &answer_key, sizeof(answer), &answer);
	return answer != 0;
}

HRESULT xfi_probe_device(ID3D12Device *device)
{
	/* libvkd3d leaves this unimplemented in places; a device that cannot say is not removed. */
	HRESULT hr = ID3D12Device_GetDeviceRemovedReason(device);
	return FAILED(hr) && hr != E_NOTIMPL ? MF_E_OPERATION_UNSUPPORTED_AT_D3D_FEATURE_LEVEL
					     : S_OK;
}
