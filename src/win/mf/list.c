/* SPDX-License-Identifier: MIT */
#include "win/mf/list.h"

#include "win/mf/list_resource.h"

struct xfi_list {
	struct xfi_proxy proxy;
	ID3D12Device *device; /* ours */
	UINT node_mask;
	D3D12_COMMAND_LIST_TYPE type;
	_Atomic UINT held;
};

static struct {
	ID3D12GraphicsCommandListVtbl known;
	void *room[XFI_PROXY_SLOTS]; /* for the slots of later versions of the interface */
} list_vtbl;

static struct xfi_list *of(ID3D12GraphicsCommandList *iface)
{
	return (struct xfi_list *)iface;
}

static ID3D12GraphicsCommandList *inner_of(struct xfi_list *list)
{
	return (ID3D12GraphicsCommandList *)list->proxy.inner;
}

struct xfi_list *xfi_list_of(ID3D12CommandList *list)
{
	return (const void *)list->lpVtbl == &list_vtbl ? (struct xfi_list *)list : NULL;
}

ID3D12CommandList *xfi_list_inner(ID3D12CommandList *list)
{
	struct xfi_list *ours = xfi_list_of(list);
	return ours ? (ID3D12CommandList *)ours->proxy.inner : list;
}

ID3D12CommandList *xfi_list_hold(struct xfi_list *list)
{
	atomic_fetch_add(&list->held, 1);
	xfi_proxy_AddRef((IUnknown *)list);
	return (ID3D12CommandList *)list->proxy.inner;
}

void xfi_list_unhold(struct xfi_list *list)
{
	atomic_fetch_sub(&list->held, 1);
	xfi_proxy_Release((IUnknown *)list);
}

static HRESULT WINAPI list_GetDevice(ID3D12GraphicsCommandList *iface, REFIID riid, void **device)
{
	return ID3D12Device_QueryInterface(of(iface)->device, riid, device);
}

static HRESULT WINAPI list_Reset(ID3D12GraphicsCommandList *iface,
	ID3D12CommandAllocator *allocator, ID3D12PipelineState *state)
{
	struct xfi_list *list = of(iface);
	ID3D12GraphicsCommandList *fresh;
	HRESULT hr;
	if (!atomic_load(&list->held))
		return ID3D12GraphicsCommandList_Reset(inner_of(list), allocator, state);
	hr = ID3D12Device_CreateCommandList(
		(ID3D12Device *)((struct xfi_proxy *)list->device)->inner, list->node_mask,
		list->type, allocator, state, &IID_ID3D12GraphicsCommandList, (void **)&fresh);
	if (FAILED(hr))
		return hr;
	ID3D12GraphicsCommandList_Release(inner_of(list));
	list->proxy.inner = (IUnknown *)fresh;
	return S_OK;
}

static void WINAPI list_ExecuteBundle(
	ID3D12GraphicsCommandList *iface, ID3D12GraphicsCommandList *bundle)
{
	ID3D12GraphicsCommandList_ExecuteBundle(inner_of(of(iface)),
		(ID3D12GraphicsCommandList *)xfi_list_inner((ID3D12CommandList *)bundle));
}

static void list_destroy(struct xfi_proxy *proxy)
{
	struct xfi_list *list = (struct xfi_list *)proxy;
	IUnknown_Release(proxy->inner);
	ID3D12Device_Release(list->device);
	free(list);
}

__attribute__((constructor)) static void fill_table(void)
{
	xfi_proxy_fill(&list_vtbl, XFI_PROXY_SLOTS);
	xfi_list_fill_resources((void **)&list_vtbl);
	list_vtbl.known.GetDevice = list_GetDevice;
	list_vtbl.known.Reset = list_Reset;
	list_vtbl.known.ExecuteBundle = list_ExecuteBundle;
}

HRESULT xfi_list_wrap(ID3D12GraphicsCommandList *inner, ID3D12Device *device, UINT node_mask,
	D3D12_COMMAND_LIST_TYPE type, ID3D12GraphicsCommandList **ret_list)
{
	struct xfi_list *list = calloc(1, sizeof(*list));
	if (!list)
		return E_OUTOFMEMORY;
	xfi_proxy_init(&list->proxy, &list_vtbl, inner, list_destroy);
	list->device = device;
	ID3D12Device_AddRef(device);
	list->node_mask = node_mask;
	list->type = type;
	*ret_list = (ID3D12GraphicsCommandList *)list;
	return S_OK;
}
