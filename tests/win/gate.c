/* SPDX-License-Identifier: MIT */
#include "gate.h"

#include <unistd.h>

#define PATIENCE_S 60

static ID3D11DeviceContext4 *context_of(ID3D11Device5 *device)
{
	ID3D11DeviceContext *context;
	ID3D11DeviceContext4 *four;
	ID3D11Device5_GetImmediateContext(device, &context);
	assert_hr(ID3D11DeviceContext_QueryInterface(
			  context, &IID_ID3D11DeviceContext4, (void **)&four),
		S_OK);
	ID3D11DeviceContext_Release(context);
	return four;
}

static ID3D11Device5 *make_opener(void)
{
	ID3D11Device *device;
	ID3D11Device5 *five;
	assert_hr(D3D11CreateDevice(NULL, D3D_DRIVER_TYPE_HARDWARE, NULL, 0, NULL, 0,
			  D3D11_SDK_VERSION, &device, NULL, NULL),
		S_OK);
	assert_hr(ID3D11Device_QueryInterface(device, &IID_ID3D11Device5, (void **)&five), S_OK);
	ID3D11Device_Release(device);
	return five;
}

void gate_make(struct gate *gate, ID3D11Device *device)
{
	ID3D11Device5 *five;
	HANDLE handle;
	*gate = (struct gate){ .opener = make_opener() };
	assert_hr(ID3D11Device_QueryInterface(device, &IID_ID3D11Device5, (void **)&five), S_OK);
	gate->context = context_of(five);
	gate->opener_context = context_of(gate->opener);
	assert_hr(ID3D11Device5_CreateFence(five, 0, D3D11_FENCE_FLAG_SHARED, &IID_ID3D11Fence,
			  (void **)&gate->fence),
		S_OK);
	assert_hr(ID3D11Fence_CreateSharedHandle(gate->fence, NULL, GENERIC_ALL, NULL, &handle),
		S_OK);
	assert_hr(ID3D11Device5_OpenSharedFence(
			  gate->opener, handle, &IID_ID3D11Fence, (void **)&gate->fence_there),
		S_OK);
	CloseHandle(handle);
	ID3D11Device5_Release(five);
}

void gate_leave(struct gate *gate)
{
	ID3D11Fence_Release(gate->fence);
	ID3D11DeviceContext4_Release(gate->context);
	gate->context = NULL;
}

void gate_free(struct gate *gate)
{
	if (gate->context)
		gate_leave(gate);
	ID3D11Fence_Release(gate->fence_there);
	ID3D11DeviceContext4_Release(gate->opener_context);
	ID3D11Device5_Release(gate->opener);
}

void gate_shut(struct gate *gate)
{
	alarm(PATIENCE_S);
	assert_hr(ID3D11DeviceContext4_Wait(gate->context, gate->fence, ++gate->value), S_OK);
}

void gate_open(struct gate *gate)
{
	assert_hr(ID3D11DeviceContext4_Signal(gate->opener_context, gate->fence_there, gate->value),
		S_OK);
	ID3D11DeviceContext4_Flush(gate->opener_context);
	alarm(0);
}
