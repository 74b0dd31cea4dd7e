/* SPDX-License-Identifier: MIT */
/* Life and identity of devices, and the functions that create them. */
#include "win/dxgi/device.h"

#include <d3d10misc.h>

#include "win/dxgi/annotation.h"
#include "win/dxgi/context.h"
#include "win/dxgi/context_state.h"
#include "win/dxgi/device_adapter.h"
#include "win/dxgi/device_d3d10.h"
#include "win/dxgi/device_d3d11.h"
#include "win/dxgi/device_debug.h"
#include "win/dxgi/device_dxgi.h"
#include "win/dxgi/done_event.h"
#include "win/dxgi/fence_gpu.h"
#include "win/dxgi/pipeline.h"
#include "win/dxgi/removed.h"
#include "win/dxgi/render.h"
#include "win/dxgi/resource.h"

void xfi_device_lock(struct xfi_device *device)
{
	pthread_mutex_lock(&device->lock);
	device->changes++;
}

void xfi_device_unlock(struct xfi_device *device)
{
	pthread_mutex_unlock(&device->lock);
}

static void device_destroy(struct xfi_device *device)
{
	xfi_context_state_end(device);
	free(device->drawing);
	xfi_render_end(device);
	xfi_fence_gpu_end(device);
	xfi_done_event_end(device);
	xfi_removed_end(device);
	xfi_private_clear(&device->private_data);
	xfi_private_clear(&device->context_data);
	xfi_device_finish_debug(device);
	if (device->adapter)
		IDXGIAdapter_Release(device->adapter);
	pthread_mutex_destroy(&device->lock);
	free(device);
}

ULONG xfi_device_addref(struct xfi_device *device)
{
	return atomic_fetch_add(&device->refs, 1) + 1;
}

ULONG xfi_device_release(struct xfi_device *device)
{
	ULONG left = atomic_fetch_sub(&device->refs, 1) - 1;
	if (!left)
		device_destroy(device);
	return left;
}

static void *face_of(struct xfi_device *device, REFIID riid)
{
	static const IID *const d3d11[] = { &IID_ID3D11Device, &IID_ID3D11Device1,
		&IID_ID3D11Device2, &IID_ID3D11Device3, &IID_ID3D11Device4, &IID_ID3D11Device5,
		NULL };
	bool d3d10 = device->is_d3d10;
	if (xfi_iid_is(riid, &IID_IUnknown))
		return d3d10 ? (void *)&device->d3d10 : &device->d3d11;
	if (xfi_iid_is_one_of(riid, d3d11))
		return &device->d3d11;
	if (d3d10 && (xfi_iid_is(riid, &IID_ID3D10Device) || xfi_iid_is(riid, &IID_ID3D10Device1)))
		return &device->d3d10;
	if (xfi_iid_is(riid, &IID_IDXGIObject) || xfi_iid_is(riid, &IID_IDXGIDevice) ||
		xfi_iid_is(riid, &IID_IDXGIDevice1) || xfi_iid_is(riid, &IID_IDXGIDevice2))
		return &device->dxgi;
	if (xfi_iid_is(riid, &IID_ID3D10Multithread))
		return &device->multithread10;
	if (xfi_iid_is(riid, &IID_ID3D11Multithread))
		return &device->multithread11;
	if (device->info_queue && xfi_iid_is(riid, &IID_ID3D11InfoQueue))
		return &device->info;
	if (device->info_queue && xfi_iid_is(riid, &IID_ID3D11Debug))
		return &device->debug;
	return NULL;
}

HRESULT xfi_device_query(struct xfi_device *device, REFIID riid, void **ret_object)
{
	if (!ret_object)
		return E_POINTER;
	*ret_object = riid ? face_of(device, riid) : NULL;
	if (!*ret_object)
		return riid ? E_NOINTERFACE : E_INVALIDARG;
	xfi_device_addref(device);
	return S_OK;
}

static HRESULT make_parts(
	struct xfi_device *device, IDXGIAdapter *adapter, bool software, UINT flags)
{
	device->pipeline = xfi_pipeline_create();
	if (!device->pipeline ||
		(flags & D3D11_CREATE_DEVICE_DEBUG && !xfi_device_init_debug(device)))
		return E_OUTOFMEMORY;
	return xfi_device_set_adapter(device, adapter, software);
}

static HRESULT create(IDXGIAdapter *adapter, bool software, UINT flags, D3D_FEATURE_LEVEL level,
	bool d3d10, struct xfi_device **ret_device)
{
	struct xfi_device *device = calloc(1, sizeof(*device));
	pthread_mutexattr_t attr;
	if (!device)
		return E_OUTOFMEMORY;
	HRESULT hr = make_parts(device, adapter, software, flags);
	if (FAILED(hr)) {
		xfi_device_finish_debug(device);
		free(device->pipeline);
		free(device);
		return hr;
	}
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&device->lock, &attr);
	pthread_mutexattr_destroy(&attr);
	atomic_init(&device->refs, 1);
	device->creation_flags = flags;
	device->level = level;
	device->is_d3d10 = d3d10;
	device->multithread_protected = d3d10 && !(flags & D3D10_CREATE_DEVICE_SINGLETHREADED);
	device->max_latency = 3;
	xfi_device_init_d3d11(device);
	xfi_device_init_context(device);
	xfi_device_init_annotation(device);
	xfi_device_init_d3d10(device);
	xfi_device_init_dxgi(device);
	*ret_device = device;
	return S_OK;
}

static bool is_level(D3D_FEATURE_LEVEL level)
{
	switch (level) {
	case D3D_FEATURE_LEVEL_9_1:
	case D3D_FEATURE_LEVEL_9_2:
	case D3D_FEATURE_LEVEL_9_3:
	case D3D_FEATURE_LEVEL_10_0:
	case D3D_FEATURE_LEVEL_10_1:
	case D3D_FEATURE_LEVEL_11_0:
	case D3D_FEATURE_LEVEL_11_1:
		return true;
	default:
		return false;
	}
}

/* The first of the list that we have; 0: none. */
static D3D_FEATURE_LEVEL choose_level(const D3D_FEATURE_LEVEL *levels, UINT count)
{
	if (!levels || !count)
		return D3D_FEATURE_LEVEL_11_0;
	for (UINT i = 0; i < count; i++)
		if (is_level(levels[i]))
			return levels[i];
	return 0;
}

/* An adapter goes with UNKNOWN, no adapter with every other type; SOFTWARE needs a module. */
static HRESULT check_driver(IDXGIAdapter *adapter, D3D_DRIVER_TYPE type, HMODULE module)
{
	if (adapter)
		return type == D3D_DRIVER_TYPE_UNKNOWN ? S_OK : E_INVALIDARG;
	switch (type) {
	case D3D_DRIVER_TYPE_HARDWARE:
	case D3D_DRIVER_TYPE_WARP:
	case D3D_DRIVER_TYPE_REFERENCE:
	case D3D_DRIVER_TYPE_NULL:
		return module ? E_INVALIDARG : S_OK;
	default:
		return E_INVALIDARG;
	}
}

HRESULT WINAPI D3D11CreateDevice(IDXGIAdapter *adapter, D3D_DRIVER_TYPE type, HMODULE module,
	UINT flags, const D3D_FEATURE_LEVEL *levels, UINT n_levels, UINT sdk_version,
	ID3D11Device **ret_device, D3D_FEATURE_LEVEL *ret_level, ID3D11DeviceContext **ret_context)
{
	D3D_FEATURE_LEVEL level = choose_level(levels, n_levels);
	struct xfi_device *device;
	HRESULT hr;
	if (ret_device)
		*ret_device = NULL;
	if (ret_context)
		*ret_context = NULL;
	if (ret_level)
		*ret_level = 0;
	hr = check_driver(adapter, type, module);
	if (FAILED(hr) || !level || sdk_version != D3D11_SDK_VERSION)
		return E_INVALIDARG;
	if (ret_level)
		*ret_level = level;
	if (!ret_device && !ret_context)
		return S_FALSE;
	hr = create(adapter, type != D3D_DRIVER_TYPE_HARDWARE, flags, level, false, &device);
	if (FAILED(hr))
		return hr;
	if (ret_device)
		*ret_device = (ID3D11Device *)&device->d3d11;
	if (ret_context) {
		*ret_context = (ID3D11DeviceContext *)&device->context;
		xfi_context_addref(device);
	}
	if (!ret_device)
		xfi_device_release(device);
	return S_OK;
}

static HRESULT create_d3d10(IDXGIAdapter *adapter, D3D10_DRIVER_TYPE type, HMODULE module,
	UINT flags, D3D_FEATURE_LEVEL level, struct xfi_device **ret_device)
{
	switch (type) {
	case D3D10_DRIVER_TYPE_HARDWARE:
	case D3D10_DRIVER_TYPE_REFERENCE:
	case D3D10_DRIVER_TYPE_NULL:
	case D3D10_DRIVER_TYPE_WARP:
		return module ? E_INVALIDARG
			      : create(adapter, type != D3D10_DRIVER_TYPE_HARDWARE, flags, level,
					true, ret_device);
	default:
		return E_INVALIDARG;
	}
}

HRESULT WINAPI D3D10CreateDevice(IDXGIAdapter *adapter, D3D10_DRIVER_TYPE type, HMODULE module,
	UINT flags, UINT sdk_version, ID3D10Device **ret_device)
{
	struct xfi_device *device;
	HRESULT hr;
	if (!ret_device || sdk_version != D3D10_SDK_VERSION)
		return E_INVALIDARG;
	*ret_device = NULL;
	hr = create_d3d10(adapter, type, module, flags, D3D_FEATURE_LEVEL_10_0, &device);
	if (SUCCEEDED(hr))
		*ret_device = (ID3D10Device *)&device->d3d10;
	return hr;
}

HRESULT WINAPI D3D10CreateDevice1(IDXGIAdapter *adapter, D3D10_DRIVER_TYPE type, HMODULE module,
	UINT flags, D3D10_FEATURE_LEVEL1 level, UINT sdk_version, ID3D10Device1 **ret_device)
{
	struct xfi_device *device;
	HRESULT hr;
	if (!ret_device || sdk_version != D3D10_1_SDK_VERSION)
		return E_INVALIDARG;
	*ret_device = NULL;
	if (!is_level((D3D_FEATURE_LEVEL)level) || level > D3D10_FEATURE_LEVEL_10_1)
		return E_INVALIDARG;
	hr = create_d3d10(adapter, type, module, flags, (D3D_FEATURE_LEVEL)level, &device);
	if (SUCCEEDED(hr))
		*ret_device = &device->d3d10;
	return hr;
}
