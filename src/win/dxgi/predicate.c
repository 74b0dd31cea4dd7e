/* SPDX-License-Identifier: MIT */
#include "win/dxgi/predicate.h"

#include "win/dxgi/pipeline.h"
#include "win/dxgi/query_gpu.h"
#include "win/dxgi/render.h"
#include "win/dxgi/residence.h"

static bool is_predicate(D3D11_QUERY query)
{
	switch (query) {
	case D3D11_QUERY_OCCLUSION_PREDICATE:
	case D3D11_QUERY_SO_OVERFLOW_PREDICATE:
	case D3D11_QUERY_SO_OVERFLOW_PREDICATE_STREAM0:
	case D3D11_QUERY_SO_OVERFLOW_PREDICATE_STREAM1:
	case D3D11_QUERY_SO_OVERFLOW_PREDICATE_STREAM2:
	case D3D11_QUERY_SO_OVERFLOW_PREDICATE_STREAM3:
		return true;
	default:
		return false;
	}
}

HRESULT xfi_predicate_create(
	struct xfi_device *device, const D3D11_QUERY_DESC *desc, struct xfi_query **ret_query)
{
	if (!is_predicate(desc->Query))
		return E_INVALIDARG;
	HRESULT hr = xfi_query_create(device, desc, ret_query);
	if (hr == S_OK)
		(*ret_query)->is_predicate = true;
	return hr;
}

/* What is not known yet draws, if it is a hint. With the lock, which may be given up meanwhile. */
static bool bars(struct xfi_device *device, struct xfi_query *query, BOOL value)
{
	const bool is_hint = query->desc.MiscFlags & D3D11_QUERY_MISC_PREDICATEHINT;
	if (!query->ended)
		return false;
	if (!is_hint && !xfi_query_gpu_is_done(query, true))
		xfi_residence_finish(device);
	if (!xfi_query_gpu_is_done(query, false) || FAILED(xfi_render_removed(device)))
		return false;
	return (query->samples != 0) == (value != FALSE);
}

void xfi_predicate_set(struct xfi_device *device, struct xfi_child *predicate, BOOL value)
{
	xfi_device_lock(device);
	const bool barred = predicate && bars(device, xfi_query_of(predicate), value);
	xfi_pipeline_set(device->pipeline, XFI_SLOT_PREDICATE, predicate);
	device->pipeline->predicate_value = predicate ? value : FALSE;
	device->pipeline->is_barred = barred;
	xfi_device_unlock(device);
}

struct xfi_child *xfi_predicate_get(struct xfi_device *device, bool wanted, BOOL *ret_value)
{
	xfi_device_lock(device);
	struct xfi_child *child =
		wanted ? xfi_pipeline_get(device->pipeline, XFI_SLOT_PREDICATE) : NULL;
	if (ret_value)
		*ret_value = device->pipeline->predicate_value;
	xfi_device_unlock(device);
	return child;
}
