// SPDX-License-Identifier: MIT
//
// The same headers and calls from C++: __uuidof, methods that return structures, and one round of a
// synchronization object. Ends with 0 when everything behaved, 77 without a Vulkan driver.
//
#include <windows.h>
#include <mfd3d12.h>
#include <crossfence/win/xf_d3d12.h>

#include <cstdio>

static int line_failed(int line)
{
	fprintf(stderr, "line %d\n", line);
	return 1;
}

#define CHECK(what)                                                                                \
	if (!(what))                                                                               \
	return line_failed(__LINE__)

int main()
{
	ID3D12Device *device;
	ID3D12CommandQueue *queue;
	IMFD3D12SynchronizationObject *object;
	IMFD3D12SynchronizationObjectCommands *commands;
	D3D12_COMMAND_QUEUE_DESC desc = {};

	desc.Type = D3D12_COMMAND_LIST_TYPE_COMPUTE;
	if (FAILED(D3D12CreateDevice(nullptr, D3D_FEATURE_LEVEL_11_0, __uuidof(ID3D12Device),
		    reinterpret_cast<void **>(&device))))
		return 77;
	CHECK(device->CreateCommandQueue(&desc, __uuidof(ID3D12CommandQueue),
		      reinterpret_cast<void **>(&queue)) == S_OK);
	CHECK(queue->GetDesc().Type == D3D12_COMMAND_LIST_TYPE_COMPUTE);
	CHECK(MFCreateD3D12SynchronizationObject(device, __uuidof(IMFD3D12SynchronizationObject),
		      reinterpret_cast<void **>(&object)) == S_OK);
	CHECK(object->QueryInterface(__uuidof(IMFD3D12SynchronizationObjectCommands),
		      reinterpret_cast<void **>(&commands)) == S_OK);
	HANDLE event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
	CHECK(commands->EnqueueResourceReadyWait(queue) == S_OK);
	CHECK(commands->EnqueueResourceRelease(queue) == S_OK);
	CHECK(object->SignalEventOnFinalResourceRelease(event) == S_OK);
	CHECK(WaitForSingleObject(event, 20) == WAIT_TIMEOUT);
	CHECK(object->Reset() != S_OK);
	ID3D12CommandQueue *producer;
	CHECK(device->CreateCommandQueue(&desc, __uuidof(ID3D12CommandQueue),
		      reinterpret_cast<void **>(&producer)) == S_OK);
	CHECK(commands->EnqueueResourceReady(producer) == S_OK);
	CHECK(commands->SignalEventOnResourceReady(nullptr) == S_OK);
	CHECK(WaitForSingleObject(event, 20000) == WAIT_OBJECT_0);
	CHECK(object->Reset() == S_OK);
	CloseHandle(event);
	commands->Release();
	CHECK(object->Release() == 0);
	queue->Release();
	producer->Release();
	CHECK(device->Release() == 0);
	return 0;
}
