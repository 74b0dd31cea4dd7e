/* SPDX-License-Identifier: MIT */
#include "win/dxgi/query.h"

#include <crossfence/result.h>

#include "win/dxgi/query_gpu.h"
#include "win/dxgi/render.h"

static void query_destroy(struct xfi_child *child)
{
	struct xfi_query *query = xfi_query_of(child);
	xfi_device_lock(child->device);
	xfi_query_gpu_free(query);
	xfi_device_unlock(child->device);
	free(query);
}

static void *query_query(struct xfi_child *child, REFIID riid)
{
	bool d3d10 = child->device->is_d3d10;
	if (xfi_iid_is(riid, &IID_IUnknown))
		return d3d10 ? (void *)&child->d3d10 : &child->d3d11;
	if (xfi_iid_is(riid, &IID_ID3D11DeviceChild) || xfi_iid_is(riid, &IID_ID3D11Asynchronous) ||
		xfi_iid_is(riid, &IID_ID3D11Query) || xfi_iid_is(riid, &IID_ID3D11Query1))
		return &child->d3d11;
	if (xfi_query_of(child)->is_predicate && xfi_iid_is(riid, &IID_ID3D11Predicate))
		return &child->d3d11;
	if (d3d10 && xfi_query_of(child)->is_predicate && xfi_iid_is(riid, &IID_ID3D10Predicate))
		return &child->d3d10;
	if (d3d10 && (xfi_iid_is(riid, &IID_ID3D10DeviceChild) ||
			     xfi_iid_is(riid, &IID_ID3D10Asynchronous) ||
			     xfi_iid_is(riid, &IID_ID3D10Query)))
		return &child->d3d10;
	return NULL;
}

static const struct xfi_child_type query_type = { .destroy = query_destroy, .query = query_query };

static UINT data_size(const struct xfi_query *query)
{
	switch (query->desc.Query) {
	case D3D11_QUERY_EVENT:
	case D3D11_QUERY_OCCLUSION_PREDICATE:
		return sizeof(BOOL);
	case D3D11_QUERY_OCCLUSION:
	case D3D11_QUERY_TIMESTAMP:
		return sizeof(UINT64);
	default:
		return sizeof(D3D11_QUERY_DATA_TIMESTAMP_DISJOINT);
	}
}

/* The others are about one moment. */
static bool has_begin(const struct xfi_query *query)
{
	return query->desc.Query != D3D11_QUERY_EVENT && query->desc.Query != D3D11_QUERY_TIMESTAMP;
}

void xfi_query_begin(struct xfi_query *query)
{
	if (!has_begin(query))
		return;
	xfi_device_lock(query->child.device);
	query->begun = true;
	query->ended = false;
	xfi_query_gpu_begin(query);
	xfi_device_unlock(query->child.device);
}

void xfi_query_end(struct xfi_query *query)
{
	xfi_device_lock(query->child.device);
	if (query->begun || !has_begin(query)) {
		query->begun = false;
		query->ended = true;
		query->ended_at = (UINT64)xf_now();
		xfi_query_gpu_end(query);
	}
	xfi_device_unlock(query->child.device);
}

static void answer(const struct xfi_query *query, void *data)
{
	D3D11_QUERY_DATA_TIMESTAMP_DISJOINT disjoint = { .Frequency = 1000000000 };
	BOOL done = TRUE, seen = query->samples != 0;
	switch (query->desc.Query) {
	case D3D11_QUERY_EVENT:
		memcpy(data, &done, sizeof(done));
		break;
	case D3D11_QUERY_OCCLUSION_PREDICATE:
		memcpy(data, &seen, sizeof(seen));
		break;
	case D3D11_QUERY_OCCLUSION:
		memcpy(data, &query->samples, sizeof(query->samples));
		break;
	case D3D11_QUERY_TIMESTAMP:
		memcpy(data, &query->ended_at, sizeof(query->ended_at));
		break;
	default:
		memcpy(data, &disjoint, sizeof(disjoint));
		break;
	}
}

HRESULT xfi_query_get(struct xfi_query *query, void *data, UINT size, UINT flags)
{
	HRESULT hr = S_OK;
	if ((data && size != data_size(query)) || (!data && size))
		return E_INVALIDARG;
	xfi_device_lock(query->child.device);
	if (!query->ended || query->desc.MiscFlags & D3D11_QUERY_MISC_PREDICATEHINT)
		hr = DXGI_ERROR_INVALID_CALL;
	else if (!xfi_query_gpu_is_done(query, !(flags & D3D11_ASYNC_GETDATA_DONOTFLUSH)))
		hr = S_FALSE;
	else if (FAILED(xfi_render_removed(query->child.device)))
		hr = DXGI_ERROR_DEVICE_REMOVED;
	else if (data)
		answer(query, data);
	xfi_device_unlock(query->child.device);
	return hr;
}

static UINT WINAPI query11_GetDataSize(ID3D11Query1 *iface)
{
	return data_size(xfi_query_of(xfi_child_of11(iface)));
}

static void WINAPI query11_GetDesc(ID3D11Query1 *iface, D3D11_QUERY_DESC *ret_desc)
{
	*ret_desc = xfi_query_of(xfi_child_of11(iface))->desc;
}

static void WINAPI query11_GetDesc1(ID3D11Query1 *iface, D3D11_QUERY_DESC1 *ret_desc)
{
	const struct xfi_query *query = xfi_query_of(xfi_child_of11(iface));
	*ret_desc = (D3D11_QUERY_DESC1){ query->desc.Query, query->desc.MiscFlags, query->context };
}

static const ID3D11Query1Vtbl query11_vtbl = {
	XFI_CHILD_METHODS(ID3D11Query1, 11),
	/* ID3D11Asynchronous */
	.GetDataSize = query11_GetDataSize,
	/* ID3D11Query */
	.GetDesc = query11_GetDesc,
	/* ID3D11Query1 */
	.GetDesc1 = query11_GetDesc1,
};

static void WINAPI query10_Begin(ID3D10Query *iface)
{
	xfi_query_begin(xfi_query_of(xfi_child_of10(iface)));
}

static void WINAPI query10_End(ID3D10Query *iface)
{
	xfi_query_end(xfi_query_of(xfi_child_of10(iface)));
}

static HRESULT WINAPI query10_GetData(ID3D10Query *iface, void *data, UINT size, UINT flags)
{
	return xfi_query_get(xfi_query_of(xfi_child_of10(iface)), data, size, flags);
}

static UINT WINAPI query10_GetDataSize(ID3D10Query *iface)
{
	return data_size(xfi_query_of(xfi_child_of10(iface)));
}

static void WINAPI query10_GetDesc(ID3D10Query *iface, D3D10_QUERY_DESC *ret_desc)
{
	const struct xfi_query *query = xfi_query_of(xfi_child_of10(iface));
	ret_desc->Query = (D3D10_QUERY)query->desc.Query;
	ret_desc->MiscFlags = query->desc.MiscFlags;
}

static const ID3D10QueryVtbl query10_vtbl = {
	XFI_CHILD_METHODS(ID3D10Query, 10),
	/* ID3D10Asynchronous */
	.Begin = query10_Begin,
	.End = query10_End,
	.GetData = query10_GetData,
	.GetDataSize = query10_GetDataSize,
	/* ID3D10Query */
	.GetDesc = query10_GetDesc,
};

HRESULT xfi_query_create(
	struct xfi_device *device, const D3D11_QUERY_DESC *desc, struct xfi_query **ret_query)
{
	struct xfi_query *query;
	if (FAILED(xfi_render_removed(device)))
		return DXGI_ERROR_DEVICE_REMOVED;
	if (desc->Query != D3D11_QUERY_EVENT && desc->Query != D3D11_QUERY_TIMESTAMP &&
		desc->Query != D3D11_QUERY_TIMESTAMP_DISJOINT &&
		desc->Query != D3D11_QUERY_OCCLUSION &&
		desc->Query != D3D11_QUERY_OCCLUSION_PREDICATE)
		return desc->Query <= D3D11_QUERY_SO_OVERFLOW_PREDICATE_STREAM3 ? E_NOTIMPL
										: E_INVALIDARG;
	if (desc->MiscFlags && (desc->MiscFlags != D3D11_QUERY_MISC_PREDICATEHINT ||
				       desc->Query != D3D11_QUERY_OCCLUSION_PREDICATE))
		return E_INVALIDARG;
	if (!ret_query)
		return S_FALSE;
	query = calloc(1, sizeof(*query));
	if (!query)
		return E_OUTOFMEMORY;
	query->desc = *desc;
	xfi_child_init(&query->child, device, &query_type);
	query->child.d3d11.lpVtbl = (const void *)&query11_vtbl;
	query->child.d3d10.lpVtbl = (const void *)&query10_vtbl;
	*ret_query = query;
	return S_OK;
}
