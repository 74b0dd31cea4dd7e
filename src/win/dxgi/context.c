/* SPDX-License-Identifier: MIT */
/* ID3D11DeviceContext4: the immediate context, part of its device; what binds is in context_bind.c.
 */
#include "win/dxgi/context.h"

#include "win/dxgi/command.h"
#include "win/dxgi/context_bind.h"
#include "win/dxgi/context_draw.h"
#include "win/dxgi/context_more.h"
#include "win/dxgi/counter_copy.h"
#include "win/dxgi/fence.h"
#include "win/dxgi/map.h"
#include "win/dxgi/pipeline.h"
#include "win/dxgi/predicate.h"
#include "win/dxgi/query.h"
#include "win/dxgi/unsupported.h"

static struct xfi_device *impl(ID3D11DeviceContext4 *iface)
{
	return XFI_CONTAINER(iface, struct xfi_device, context);
}

static struct xfi_resource *resource_of(void *iface)
{
	return iface ? xfi_resource_of(xfi_child_of11(iface)) : NULL;
}

static struct xfi_view *view_of(void *iface)
{
	return iface ? xfi_view_of(xfi_child_of11(iface)) : NULL;
}

ULONG xfi_context_addref(struct xfi_device *device)
{
	ULONG before = atomic_fetch_add(&device->context_refs, 1);
	if (!before)
		xfi_device_addref(device);
	return before + 1;
}

static ULONG WINAPI context_AddRef(ID3D11DeviceContext4 *iface)
{
	return xfi_context_addref(impl(iface));
}

static ULONG WINAPI context_Release(ID3D11DeviceContext4 *iface)
{
	struct xfi_device *device = impl(iface);
	ULONG left = atomic_fetch_sub(&device->context_refs, 1) - 1;
	if (!left)
		xfi_device_release(device);
	return left;
}

static HRESULT WINAPI context_QueryInterface(
	ID3D11DeviceContext4 *iface, REFIID riid, void **ret_object)
{
	static const IID *const iids[] = { &IID_IUnknown, &IID_ID3D11DeviceChild,
		&IID_ID3D11DeviceContext, &IID_ID3D11DeviceContext1, &IID_ID3D11DeviceContext2,
		&IID_ID3D11DeviceContext3, &IID_ID3D11DeviceContext4, NULL };
	if (!ret_object)
		return E_POINTER;
	*ret_object = NULL;
	if (xfi_iid_is(riid, &IID_ID3DUserDefinedAnnotation)) {
		xfi_context_addref(impl(iface));
		*ret_object = &impl(iface)->annotation;
		return S_OK;
	}
	if (!xfi_iid_is_one_of(riid, iids)) {
		/* Programs ask the context, too, for the device's lock. */
		if (!xfi_iid_is(riid, &IID_ID3D10Multithread) &&
			!xfi_iid_is(riid, &IID_ID3D11Multithread))
			return E_NOINTERFACE;
		return xfi_device_query(impl(iface), riid, ret_object);
	}
	xfi_context_addref(impl(iface));
	*ret_object = iface;
	return S_OK;
}

static void WINAPI context_GetDevice(ID3D11DeviceContext4 *iface, ID3D11Device **ret_device)
{
	struct xfi_device *device = impl(iface);
	xfi_device_addref(device);
	*ret_device = (ID3D11Device *)&device->d3d11;
}

static HRESULT WINAPI context_GetPrivateData(
	ID3D11DeviceContext4 *iface, REFGUID guid, UINT *size, void *bytes)
{
	struct xfi_device *device = impl(iface);
	HRESULT hr;
	xfi_device_lock(device);
	hr = xfi_private_get(&device->context_data, guid, size, bytes);
	xfi_device_unlock(device);
	return hr;
}

static HRESULT WINAPI context_SetPrivateData(
	ID3D11DeviceContext4 *iface, REFGUID guid, UINT size, const void *bytes)
{
	struct xfi_device *device = impl(iface);
	HRESULT hr;
	xfi_device_lock(device);
	hr = xfi_private_set(&device->context_data, guid, size, bytes);
	xfi_device_unlock(device);
	return hr;
}

static HRESULT WINAPI context_SetPrivateDataInterface(
	ID3D11DeviceContext4 *iface, REFGUID guid, const IUnknown *object)
{
	struct xfi_device *device = impl(iface);
	HRESULT hr;
	xfi_device_lock(device);
	hr = xfi_private_set_interface(&device->context_data, guid, object);
	xfi_device_unlock(device);
	return hr;
}

static HRESULT WINAPI context_Map(ID3D11DeviceContext4 *iface, ID3D11Resource *resource,
	UINT subresource, D3D11_MAP type, UINT flags, D3D11_MAPPED_SUBRESOURCE *ret_mapped)
{
	if (!resource) {
		if (ret_mapped)
			*ret_mapped = (D3D11_MAPPED_SUBRESOURCE){ 0 };
		return E_INVALIDARG;
	}
	return xfi_resource_map(resource_of(resource), subresource, type, flags, ret_mapped);
}

static void WINAPI context_Unmap(
	ID3D11DeviceContext4 *iface, ID3D11Resource *resource, UINT subresource)
{
	if (resource)
		xfi_resource_unmap(resource_of(resource), subresource);
}

static void WINAPI context_CopySubresourceRegion1(ID3D11DeviceContext4 *iface, ID3D11Resource *to,
	UINT to_subresource, UINT x, UINT y, UINT z, ID3D11Resource *from, UINT from_subresource,
	const D3D11_BOX *box, UINT flags)
{
	xfi_command_copy_region(
		resource_of(to), to_subresource, x, y, z, resource_of(from), from_subresource, box);
}

static void WINAPI context_CopySubresourceRegion(ID3D11DeviceContext4 *iface, ID3D11Resource *to,
	UINT to_subresource, UINT x, UINT y, UINT z, ID3D11Resource *from, UINT from_subresource,
	const D3D11_BOX *box)
{
	context_CopySubresourceRegion1(
		iface, to, to_subresource, x, y, z, from, from_subresource, box, 0);
}

static void WINAPI context_CopyResource(
	ID3D11DeviceContext4 *iface, ID3D11Resource *to, ID3D11Resource *from)
{
	xfi_command_copy(resource_of(to), resource_of(from));
}

static void WINAPI context_UpdateSubresource1(ID3D11DeviceContext4 *iface, ID3D11Resource *to,
	UINT subresource, const D3D11_BOX *box, const void *data, UINT row_pitch, UINT depth_pitch,
	UINT flags)
{
	D3D11_SUBRESOURCE_DATA source = { data, row_pitch, depth_pitch };
	xfi_command_update(resource_of(to), subresource, box, &source);
}

static void WINAPI context_UpdateSubresource(ID3D11DeviceContext4 *iface, ID3D11Resource *to,
	UINT subresource, const D3D11_BOX *box, const void *data, UINT row_pitch, UINT depth_pitch)
{
	context_UpdateSubresource1(iface, to, subresource, box, data, row_pitch, depth_pitch, 0);
}

static void WINAPI context_CopyStructureCount(
	ID3D11DeviceContext4 *iface, ID3D11Buffer *to, UINT at, ID3D11UnorderedAccessView *view)
{
	xfi_counter_copy(resource_of(to), at, view_of(view));
}

static void WINAPI context_ClearRenderTargetView(
	ID3D11DeviceContext4 *iface, ID3D11RenderTargetView *view, const FLOAT colour[4])
{
	xfi_command_clear_float(view_of(view), colour);
}

static void WINAPI context_ClearUnorderedAccessViewUint(
	ID3D11DeviceContext4 *iface, ID3D11UnorderedAccessView *view, const UINT values[4])
{
	xfi_command_clear_uint(view_of(view), values);
}

static void WINAPI context_ClearUnorderedAccessViewFloat(
	ID3D11DeviceContext4 *iface, ID3D11UnorderedAccessView *view, const FLOAT values[4])
{
	xfi_command_clear_float(view_of(view), values);
}

static void WINAPI context_ClearDepthStencilView(ID3D11DeviceContext4 *iface,
	ID3D11DepthStencilView *view, UINT flags, FLOAT depth, UINT8 stencil)
{
	xfi_command_clear_depth(view_of(view), flags, depth, stencil);
}

/* Discarding allows us to keep everything as it is. */
static void WINAPI context_DiscardResource(ID3D11DeviceContext4 *iface, ID3D11Resource *resource)
{
}

static void WINAPI context_DiscardView(ID3D11DeviceContext4 *iface, ID3D11View *view)
{
}

static void WINAPI context_DiscardView1(
	ID3D11DeviceContext4 *iface, ID3D11View *view, const D3D11_RECT *rects, UINT count)
{
}

static void WINAPI context_SetPredication(
	ID3D11DeviceContext4 *iface, ID3D11Predicate *predicate, BOOL value)
{
	xfi_predicate_set(impl(iface), xfi_child_of11(predicate), value);
}

static void WINAPI context_GetPredication(
	ID3D11DeviceContext4 *iface, ID3D11Predicate **ret_predicate, BOOL *ret_value)
{
	struct xfi_child *child = xfi_predicate_get(impl(iface), ret_predicate != NULL, ret_value);
	if (ret_predicate)
		*ret_predicate = child ? (void *)&child->d3d11 : NULL;
}

/* Lists are recorded by deferred contexts only. */
static HRESULT WINAPI context_FinishCommandList(
	ID3D11DeviceContext4 *iface, BOOL restore, ID3D11CommandList **ret_list)
{
	if (ret_list)
		*ret_list = NULL;
	return DXGI_ERROR_INVALID_CALL;
}

static void WINAPI context_Begin(ID3D11DeviceContext4 *iface, ID3D11Asynchronous *query)
{
	if (query)
		xfi_query_begin(xfi_query_of(xfi_child_of11(query)));
}

static void WINAPI context_End(ID3D11DeviceContext4 *iface, ID3D11Asynchronous *query)
{
	if (query)
		xfi_query_end(xfi_query_of(xfi_child_of11(query)));
}

static HRESULT WINAPI context_GetData(
	ID3D11DeviceContext4 *iface, ID3D11Asynchronous *query, void *data, UINT size, UINT flags)
{
	if (!query)
		return E_INVALIDARG;
	return xfi_query_get(xfi_query_of(xfi_child_of11(query)), data, size, flags);
}

static void WINAPI context_ClearState(ID3D11DeviceContext4 *iface)
{
	struct xfi_device *device = impl(iface);
	xfi_device_lock(device);
	xfi_pipeline_clear(device->pipeline);
	xfi_device_unlock(device);
}

static D3D11_DEVICE_CONTEXT_TYPE WINAPI context_GetType(ID3D11DeviceContext4 *iface)
{
	return D3D11_DEVICE_CONTEXT_IMMEDIATE;
}

static UINT WINAPI context_GetContextFlags(ID3D11DeviceContext4 *iface)
{
	return 0;
}

static HRESULT WINAPI context_Signal(ID3D11DeviceContext4 *iface, ID3D11Fence *fence, UINT64 value)
{
	return xfi_fence11_signal(impl(iface), fence, value);
}

static HRESULT WINAPI context_Wait(ID3D11DeviceContext4 *iface, ID3D11Fence *fence, UINT64 value)
{
	return xfi_fence11_wait(impl(iface), fence, value);
}

#define ENTRY(name) .name = xfi_context_##name,

static const ID3D11DeviceContext4Vtbl context_vtbl = {
	/* IUnknown */
	.QueryInterface = context_QueryInterface,
	.AddRef = context_AddRef,
	.Release = context_Release,
	/* ID3D11DeviceChild */
	.GetDevice = context_GetDevice,
	.GetPrivateData = context_GetPrivateData,
	.SetPrivateData = context_SetPrivateData,
	.SetPrivateDataInterface = context_SetPrivateDataInterface,
	/* ID3D11DeviceContext and ID3D11DeviceContext1 */
	.Map = context_Map,
	.Unmap = context_Unmap,
	.CopySubresourceRegion = context_CopySubresourceRegion,
	.CopySubresourceRegion1 = context_CopySubresourceRegion1,
	.CopyStructureCount = context_CopyStructureCount,
	.CopyResource = context_CopyResource,
	.UpdateSubresource = context_UpdateSubresource,
	.UpdateSubresource1 = context_UpdateSubresource1,
	.ClearRenderTargetView = context_ClearRenderTargetView,
	.ClearUnorderedAccessViewUint = context_ClearUnorderedAccessViewUint,
	.ClearUnorderedAccessViewFloat = context_ClearUnorderedAccessViewFloat,
	.ClearDepthStencilView = context_ClearDepthStencilView,
	.DiscardResource = context_DiscardResource,
	.DiscardView = context_DiscardView,
	.DiscardView1 = context_DiscardView1,
	.SetPredication = context_SetPredication,
	.GetPredication = context_GetPredication,
	.FinishCommandList = context_FinishCommandList,
	.Begin = context_Begin,
	.End = context_End,
	.GetData = context_GetData,
	.ClearState = context_ClearState,
	.GetType = context_GetType,
	.GetContextFlags = context_GetContextFlags,
	/* ID3D11DeviceContext4 */
	.Signal = context_Signal,
	.Wait = context_Wait,
	XFI_CONTEXT_MORE(ENTRY) XFI_CONTEXT_BINDINGS(ENTRY) XFI_CONTEXT_DRAW(ENTRY)
	/* Not provided. */
	XFI_UNSUPPORTED_D3D11_CONTEXT,
};

void xfi_device_init_context(struct xfi_device *device)
{
	device->context.lpVtbl = &context_vtbl;
}
