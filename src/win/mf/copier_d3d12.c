/* SPDX-License-Identifier: MIT */
#include "win/mf/copier_d3d12.h"

#include <mfobjects.h>

struct xfi_copier_d3d12 {
	ID3D12Resource *texture; /* borrowed */
	ID3D12Resource *down, *up; /* readback, upload */
	UINT subresource;
	D3D12_PLACED_SUBRESOURCE_FOOTPRINT footprint;
	UINT64 size_bytes;
	BYTE *read, *write; /* both mapped for as long as they live */
	ID3D12CommandQueue *queue;
	ID3D12CommandAllocator *allocator;
	ID3D12GraphicsCommandList *list;
	ID3D12Fence *fence;
	UINT64 value;
	HANDLE event;
};

static HRESULT make_buffer(ID3D12Device *device, D3D12_HEAP_TYPE type, D3D12_RESOURCE_STATES state,
	UINT64 size_bytes, ID3D12Resource **ret_buffer, BYTE **ret_data)
{
	const D3D12_HEAP_PROPERTIES heap = { .Type = type };
	const D3D12_RESOURCE_DESC desc = {
		.Dimension = D3D12_RESOURCE_DIMENSION_BUFFER,
		.Width = size_bytes,
		.Height = 1,
		.DepthOrArraySize = 1,
		.MipLevels = 1,
		.SampleDesc = { .Count = 1 },
		.Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR,
	};
	HRESULT hr = ID3D12Device_CreateCommittedResource(device, &heap, D3D12_HEAP_FLAG_NONE,
		&desc, state, NULL, &IID_ID3D12Resource, (void **)ret_buffer);
	return FAILED(hr) ? hr : ID3D12Resource_Map(*ret_buffer, 0, NULL, (void **)ret_data);
}

static HRESULT make_buffers(struct xfi_copier_d3d12 *copier, ID3D12Device *device)
{
	D3D12_RESOURCE_DESC desc;
	HRESULT hr;
	copier->texture->lpVtbl->GetDesc(copier->texture, &desc);
	ID3D12Device_GetCopyableFootprints(device, &desc, copier->subresource, 1, 0,
		&copier->footprint, NULL, NULL, &copier->size_bytes);
	hr = make_buffer(device, D3D12_HEAP_TYPE_READBACK, D3D12_RESOURCE_STATE_COPY_DEST,
		copier->size_bytes, &copier->down, &copier->read);
	if (SUCCEEDED(hr))
		hr = make_buffer(device, D3D12_HEAP_TYPE_UPLOAD, D3D12_RESOURCE_STATE_GENERIC_READ,
			copier->size_bytes, &copier->up, &copier->write);
	return hr;
}

static HRESULT make_queue(struct xfi_copier_d3d12 *copier, ID3D12Device *device)
{
	const D3D12_COMMAND_LIST_TYPE type = D3D12_COMMAND_LIST_TYPE_DIRECT;
	const D3D12_COMMAND_QUEUE_DESC desc = { .Type = type };
	HRESULT hr = ID3D12Device_CreateCommandQueue(
		device, &desc, &IID_ID3D12CommandQueue, (void **)&copier->queue);
	if (SUCCEEDED(hr))
		hr = ID3D12Device_CreateCommandAllocator(
			device, type, &IID_ID3D12CommandAllocator, (void **)&copier->allocator);
	if (SUCCEEDED(hr))
		hr = ID3D12Device_CreateCommandList(device, 0, type, copier->allocator, NULL,
			&IID_ID3D12GraphicsCommandList, (void **)&copier->list);
	if (SUCCEEDED(hr))
		hr = ID3D12GraphicsCommandList_Close(copier->list);
	if (SUCCEEDED(hr))
		hr = ID3D12Device_CreateFence(device, 0, D3D12_FENCE_FLAG_NONE, &IID_ID3D12Fence,
			(void **)&copier->fence);
	if (SUCCEEDED(hr)) {
		copier->event = CreateEventW(NULL, FALSE, FALSE, NULL);
		hr = copier->event ? S_OK : E_OUTOFMEMORY;
	}
	return hr;
}

static HRESULT make(ID3D12Resource *texture, UINT subresource, struct xfi_copier_d3d12 **ret_copier)
{
	struct xfi_copier_d3d12 *copier = calloc(1, sizeof(*copier));
	ID3D12Device *device;
	HRESULT hr;
	if (!copier)
		return E_OUTOFMEMORY;
	copier->texture = texture;
	copier->subresource = subresource;
	hr = ID3D12Resource_GetDevice(texture, &IID_ID3D12Device, (void **)&device);
	if (SUCCEEDED(hr)) {
		hr = make_buffers(copier, device);
		if (SUCCEEDED(hr))
			hr = make_queue(copier, device);
		ID3D12Device_Release(device);
	}
	if (SUCCEEDED(hr))
		*ret_copier = copier;
	else
		xfi_copier_d3d12_destroy(copier);
	return hr;
}

static void transition(
	struct xfi_copier_d3d12 *copier, D3D12_RESOURCE_STATES from, D3D12_RESOURCE_STATES to)
{
	const D3D12_RESOURCE_BARRIER barrier = { .Type = D3D12_RESOURCE_BARRIER_TYPE_TRANSITION,
		.Transition = { copier->texture, copier->subresource, from, to } };
	ID3D12GraphicsCommandList_ResourceBarrier(copier->list, 1, &barrier);
}

static void record(struct xfi_copier_d3d12 *copier, bool write)
{
	const D3D12_TEXTURE_COPY_LOCATION image = { .pResource = copier->texture,
		.Type = D3D12_TEXTURE_COPY_TYPE_SUBRESOURCE_INDEX,
		.SubresourceIndex = copier->subresource };
	const D3D12_TEXTURE_COPY_LOCATION rows = { .pResource = write ? copier->up : copier->down,
		.Type = D3D12_TEXTURE_COPY_TYPE_PLACED_FOOTPRINT,
		.PlacedFootprint = copier->footprint };
	D3D12_RESOURCE_STATES state =
		write ? D3D12_RESOURCE_STATE_COPY_DEST : D3D12_RESOURCE_STATE_COPY_SOURCE;
	transition(copier, D3D12_RESOURCE_STATE_COMMON, state);
	ID3D12GraphicsCommandList_CopyTextureRegion(
		copier->list, write ? &image : &rows, 0, 0, 0, write ? &rows : &image, NULL);
	transition(copier, state, D3D12_RESOURCE_STATE_COMMON);
}

static HRESULT copy(struct xfi_copier_d3d12 *copier, bool write)
{
	HRESULT hr = ID3D12CommandAllocator_Reset(copier->allocator);
	if (SUCCEEDED(hr))
		hr = ID3D12GraphicsCommandList_Reset(copier->list, copier->allocator, NULL);
	if (FAILED(hr))
		return hr;
	record(copier, write);
	hr = ID3D12GraphicsCommandList_Close(copier->list);
	if (FAILED(hr))
		return hr;
	ID3D12CommandQueue_ExecuteCommandLists(
		copier->queue, 1, (ID3D12CommandList *const *)&copier->list);
	hr = ID3D12CommandQueue_Signal(copier->queue, copier->fence, ++copier->value);
	if (SUCCEEDED(hr))
		hr = ID3D12Fence_SetEventOnCompletion(copier->fence, copier->value, copier->event);
	if (SUCCEEDED(hr) && WaitForSingleObject(copier->event, INFINITE) != WAIT_OBJECT_0)
		hr = E_FAIL;
	return hr;
}

HRESULT xfi_copier_d3d12_map(struct xfi_copier_d3d12 **copier, ID3D12Resource *texture,
	UINT subresource, DWORD flags, BYTE **ret_data, DWORD *ret_pitch_bytes)
{
	HRESULT hr = *copier ? S_OK : make(texture, subresource, copier);
	if (SUCCEEDED(hr) && flags & MF2DBuffer_LockFlags_Read)
		hr = copy(*copier, false);
	if (FAILED(hr))
		return hr;
	/* What the program changes is what is uploaded; the rest of it has to be there, too. */
	if (flags & MF2DBuffer_LockFlags_Write && flags & MF2DBuffer_LockFlags_Read)
		memcpy((*copier)->write, (*copier)->read, (*copier)->size_bytes);
	*ret_data = flags & MF2DBuffer_LockFlags_Write ? (*copier)->write : (*copier)->read;
	*ret_pitch_bytes = (*copier)->footprint.Footprint.RowPitch;
	return S_OK;
}

void xfi_copier_d3d12_unmap(struct xfi_copier_d3d12 *copier, DWORD flags)
{
	if (flags & MF2DBuffer_LockFlags_Write)
		(void)copy(copier, true); /* a device that is gone shows nothing any more */
}

static void release(void *object)
{
	if (object)
		IUnknown_Release((IUnknown *)object);
}

void xfi_copier_d3d12_destroy(struct xfi_copier_d3d12 *copier)
{
	if (!copier)
		return;
	release(copier->list);
	release(copier->allocator);
	release(copier->queue);
	release(copier->fence);
	release(copier->down);
	release(copier->up);
	if (copier->event)
		CloseHandle(copier->event);
	free(copier);
}
