/* SPDX-License-Identifier: MIT */
/* Buffers have no keyed mutex, and are libvkd3d's own: what takes only those is not here. */
#include "win/mf/list_resource.h"

#include "win/mf/keyed_texture.h"

#define SOME 16u /* handed on at once */

static ID3D12GraphicsCommandList *inner_of(ID3D12GraphicsCommandList *iface)
{
	return (ID3D12GraphicsCommandList *)((struct xfi_proxy *)iface)->inner;
}

static void WINAPI list_CopyTextureRegion(ID3D12GraphicsCommandList *iface,
	const D3D12_TEXTURE_COPY_LOCATION *dst, UINT x, UINT y, UINT z,
	const D3D12_TEXTURE_COPY_LOCATION *src, const D3D12_BOX *box)
{
	D3D12_TEXTURE_COPY_LOCATION to = *dst, from = *src;
	to.pResource = xfi_texture_inner(to.pResource);
	from.pResource = xfi_texture_inner(from.pResource);
	ID3D12GraphicsCommandList_CopyTextureRegion(inner_of(iface), &to, x, y, z, &from, box);
}

/* A command that names no resource has no effect: libvkd3d would follow the NULL. */
static void WINAPI list_CopyResource(
	ID3D12GraphicsCommandList *iface, ID3D12Resource *dst, ID3D12Resource *src)
{
	if (!dst || !src)
		return;
	ID3D12GraphicsCommandList_CopyResource(
		inner_of(iface), xfi_texture_inner(dst), xfi_texture_inner(src));
}

static void WINAPI list_ResolveSubresource(ID3D12GraphicsCommandList *iface, ID3D12Resource *dst,
	UINT dst_index, ID3D12Resource *src, UINT src_index, DXGI_FORMAT format)
{
	if (!dst || !src)
		return;
	ID3D12GraphicsCommandList_ResolveSubresource(inner_of(iface), xfi_texture_inner(dst),
		dst_index, xfi_texture_inner(src), src_index, format);
}

/* Each kind has its resources elsewhere. */
static void unwrap(D3D12_RESOURCE_BARRIER *barrier)
{
	switch (barrier->Type) {
	case D3D12_RESOURCE_BARRIER_TYPE_TRANSITION:
		barrier->Transition.pResource = xfi_texture_inner(barrier->Transition.pResource);
		break;
	case D3D12_RESOURCE_BARRIER_TYPE_ALIASING:
		barrier->Aliasing.pResourceBefore =
			xfi_texture_inner(barrier->Aliasing.pResourceBefore);
		barrier->Aliasing.pResourceAfter =
			xfi_texture_inner(barrier->Aliasing.pResourceAfter);
		break;
	case D3D12_RESOURCE_BARRIER_TYPE_UAV:
		barrier->UAV.pResource = xfi_texture_inner(barrier->UAV.pResource);
		break;
	}
}

static void WINAPI list_ResourceBarrier(
	ID3D12GraphicsCommandList *iface, UINT count, const D3D12_RESOURCE_BARRIER *barriers)
{
	D3D12_RESOURCE_BARRIER some[SOME];
	for (UINT done = 0; done < count; done += SOME) {
		const UINT n = count - done < SOME ? count - done : SOME;
		memcpy(some, barriers + done, n * sizeof(*some));
		for (UINT i = 0; i < n; i++)
			unwrap(&some[i]);
		ID3D12GraphicsCommandList_ResourceBarrier(inner_of(iface), n, some);
	}
}

static void WINAPI list_ClearUnorderedAccessViewUint(ID3D12GraphicsCommandList *iface,
	D3D12_GPU_DESCRIPTOR_HANDLE gpu, D3D12_CPU_DESCRIPTOR_HANDLE cpu, ID3D12Resource *resource,
	const UINT values[4], UINT count, const D3D12_RECT *rects)
{
	if (!resource)
		return;
	ID3D12GraphicsCommandList_ClearUnorderedAccessViewUint(
		inner_of(iface), gpu, cpu, xfi_texture_inner(resource), values, count, rects);
}

static void WINAPI list_ClearUnorderedAccessViewFloat(ID3D12GraphicsCommandList *iface,
	D3D12_GPU_DESCRIPTOR_HANDLE gpu, D3D12_CPU_DESCRIPTOR_HANDLE cpu, ID3D12Resource *resource,
	const float values[4], UINT count, const D3D12_RECT *rects)
{
	if (!resource)
		return;
	ID3D12GraphicsCommandList_ClearUnorderedAccessViewFloat(
		inner_of(iface), gpu, cpu, xfi_texture_inner(resource), values, count, rects);
}

static void WINAPI list_DiscardResource(ID3D12GraphicsCommandList *iface, ID3D12Resource *resource,
	const D3D12_DISCARD_REGION *region)
{
	ID3D12GraphicsCommandList_DiscardResource(
		inner_of(iface), xfi_texture_inner(resource), region);
}

static void WINAPI list_ResolveSubresourceRegion(ID3D12GraphicsCommandList1 *iface,
	ID3D12Resource *dst, UINT dst_index, UINT x, UINT y, ID3D12Resource *src, UINT src_index,
	D3D12_RECT *rect, DXGI_FORMAT format, D3D12_RESOLVE_MODE mode)
{
	ID3D12GraphicsCommandList1 *inner =
		(ID3D12GraphicsCommandList1 *)((struct xfi_proxy *)iface)->inner;
	ID3D12GraphicsCommandList1_ResolveSubresourceRegion(inner, xfi_texture_inner(dst),
		dst_index, x, y, xfi_texture_inner(src), src_index, rect, format, mode);
}

#define FILL(method)                                                                               \
	slots[offsetof(ID3D12GraphicsCommandList1Vtbl, method) / sizeof(*slots)] =                 \
		(void *)list_##method

void xfi_list_fill_resources(void **slots)
{
	FILL(CopyTextureRegion);
	FILL(CopyResource);
	FILL(ResolveSubresource);
	FILL(ResourceBarrier);
	FILL(ClearUnorderedAccessViewUint);
	FILL(ClearUnorderedAccessViewFloat);
	FILL(DiscardResource);
	FILL(ResolveSubresourceRegion);
}
