/* SPDX-License-Identifier: MIT */
#include "win/dxgi/swap_chain.h"

#include "win/dxgi/chain.h"
#include "win/dxgi/device_dxgi.h"
#include "win/dxgi/root_object.h"

#include <crossfence/result.h>

struct swap_chain {
	IDXGISwapChain4 iface;
	struct xfi_root root;
	IDXGIFactory7 *factory; /* referenced */
	struct xfi_chain chain;
	HWND window;
	bool composition;
	DXGI_RGBA background; /* as the program wished, and what follows */
	DXGI_MODE_ROTATION rotation;
	DXGI_MATRIX_3X2_F matrix;
};

static void swap_chain_finish(struct swap_chain *swap_chain)
{
	xfi_chain_close(&swap_chain->chain);
	IDXGIFactory7_Release(swap_chain->factory);
}

XFI_ROOT_OBJECT(swap_chain, IDXGISwapChain4)

static struct xfi_chain *chain_of(IDXGISwapChain4 *iface)
{
	return &swap_chain_of(iface)->chain;
}

static HRESULT WINAPI swap_chain_QueryInterface(
	IDXGISwapChain4 *iface, REFIID riid, void **ret_object)
{
	static const IID *const iids[] = { &IID_IUnknown, &IID_IDXGIObject,
		&IID_IDXGIDeviceSubObject, &IID_IDXGISwapChain, &IID_IDXGISwapChain1,
		&IID_IDXGISwapChain2, &IID_IDXGISwapChain3, &IID_IDXGISwapChain4, NULL };
	if (!ret_object)
		return E_POINTER;
	*ret_object = NULL;
	if (!riid || !xfi_iid_is_one_of(riid, iids))
		return E_NOINTERFACE;
	swap_chain_AddRef(iface);
	*ret_object = iface;
	return S_OK;
}

static HRESULT WINAPI swap_chain_GetParent(IDXGISwapChain4 *iface, REFIID riid, void **ret_parent)
{
	return IDXGIFactory7_QueryInterface(swap_chain_of(iface)->factory, riid, ret_parent);
}

static HRESULT WINAPI swap_chain_GetDevice(IDXGISwapChain4 *iface, REFIID riid, void **ret_device)
{
	return xfi_device_query(chain_of(iface)->device, riid, ret_device);
}

/* The stream is made by the first Present; so a program can have named the chain before. */
static void take_name(IDXGISwapChain4 *iface)
{
	struct xfi_chain *chain = chain_of(iface);
	char name[1024];
	UINT size = sizeof(name);
	if (FAILED(IDXGISwapChain4_GetPrivateData(iface, &WKPDID_D3DDebugObjectName, &size, name)))
		size = 0;
	if (size >= sizeof(chain->name)) /* as much of it as a stream's may have */
		size = sizeof(chain->name) - 1;
	memcpy(chain->name, name, size);
	chain->name[size] = '\0';
}

static HRESULT WINAPI swap_chain_Present(IDXGISwapChain4 *iface, UINT interval, UINT flags)
{
	struct xfi_chain *chain = chain_of(iface);
	pthread_mutex_lock(&chain->lock); /* another thread may present, too */
	if (!chain->screen && !*chain->name)
		take_name(iface);
	pthread_mutex_unlock(&chain->lock);
	return xfi_chain_present(chain, interval, flags);
}

/* A picture is shown as a whole: what was not drawn anew is what it was. */
static HRESULT WINAPI swap_chain_Present1(IDXGISwapChain4 *iface, UINT interval, UINT flags,
	const DXGI_PRESENT_PARAMETERS *parameters)
{
	if (parameters && parameters->DirtyRectsCount && !parameters->pDirtyRects)
		return DXGI_ERROR_INVALID_CALL;
	return swap_chain_Present(iface, interval, flags);
}

/* Of a chain that discards only the first can be looked at. */
static HRESULT WINAPI swap_chain_GetBuffer(
	IDXGISwapChain4 *iface, UINT index, REFIID riid, void **ret_surface)
{
	struct xfi_chain *chain = chain_of(iface);
	const bool discards = chain->desc.SwapEffect == DXGI_SWAP_EFFECT_DISCARD ||
			      chain->desc.SwapEffect == DXGI_SWAP_EFFECT_FLIP_DISCARD;
	if (!ret_surface || !riid)
		return DXGI_ERROR_INVALID_CALL;
	*ret_surface = NULL;
	if (index >= chain->desc.BufferCount || (discards && index))
		return DXGI_ERROR_INVALID_CALL;
	return xfi_child_query(&chain->buffers[index]->child, riid, ret_surface);
}

/* There are no displays to take. */
static HRESULT WINAPI swap_chain_SetFullscreenState(
	IDXGISwapChain4 *iface, BOOL fullscreen, IDXGIOutput *target)
{
	if (fullscreen)
		return DXGI_ERROR_NOT_CURRENTLY_AVAILABLE;
	return target ? DXGI_ERROR_INVALID_CALL : S_OK;
}

static HRESULT WINAPI swap_chain_GetFullscreenState(
	IDXGISwapChain4 *iface, BOOL *ret_fullscreen, IDXGIOutput **ret_target)
{
	if (ret_fullscreen)
		*ret_fullscreen = FALSE;
	if (ret_target)
		*ret_target = NULL;
	return S_OK;
}

static HRESULT WINAPI swap_chain_GetDesc(IDXGISwapChain4 *iface, DXGI_SWAP_CHAIN_DESC *ret_desc)
{
	const struct xfi_chain *chain = chain_of(iface);
	if (!ret_desc)
		return E_INVALIDARG;
	xfi_swap_chain_to_old(&chain->desc, &chain->fullscreen, ret_desc);
	ret_desc->OutputWindow = swap_chain_of(iface)->window;
	return S_OK;
}

static HRESULT WINAPI swap_chain_GetDesc1(IDXGISwapChain4 *iface, DXGI_SWAP_CHAIN_DESC1 *ret_desc)
{
	if (!ret_desc)
		return E_INVALIDARG;
	*ret_desc = chain_of(iface)->desc;
	return S_OK;
}

static HRESULT WINAPI swap_chain_GetFullscreenDesc(
	IDXGISwapChain4 *iface, DXGI_SWAP_CHAIN_FULLSCREEN_DESC *ret_desc)
{
	if (!ret_desc)
		return E_INVALIDARG;
	*ret_desc = chain_of(iface)->fullscreen;
	return S_OK;
}

/* Whether frames can be waited for, and may tear, is settled when a chain is made. */
static HRESULT WINAPI swap_chain_ResizeBuffers(
	IDXGISwapChain4 *iface, UINT count, UINT width, UINT height, DXGI_FORMAT format, UINT flags)
{
	const UINT settled = DXGI_SWAP_CHAIN_FLAG_FRAME_LATENCY_WAITABLE_OBJECT |
			     DXGI_SWAP_CHAIN_FLAG_ALLOW_TEARING;
	DXGI_SWAP_CHAIN_DESC1 desc = chain_of(iface)->desc;
	if ((desc.Flags ^ flags) & settled)
		return DXGI_ERROR_INVALID_CALL;
	desc.BufferCount = count ? count : desc.BufferCount;
	desc.Format = format ? format : desc.Format;
	desc.Width = width;
	desc.Height = height;
	desc.Flags = flags;
	HRESULT hr = xfi_swap_chain_check(&desc, swap_chain_of(iface)->composition);
	return FAILED(hr) ? hr : xfi_chain_resize(chain_of(iface), &desc);
}

/* One node, and no queues of Direct3D 12 to present from. */
static HRESULT WINAPI swap_chain_ResizeBuffers1(IDXGISwapChain4 *iface, UINT count, UINT width,
	UINT height, DXGI_FORMAT format, UINT flags, const UINT *nodes, IUnknown *const *queues)
{
	return swap_chain_ResizeBuffers(iface, count, width, height, format, flags);
}

static HRESULT WINAPI swap_chain_ResizeTarget(IDXGISwapChain4 *iface, const DXGI_MODE_DESC *mode)
{
	return mode ? S_OK : DXGI_ERROR_INVALID_CALL;
}

static HRESULT WINAPI swap_chain_GetContainingOutput(
	IDXGISwapChain4 *iface, IDXGIOutput **ret_output)
{
	if (!ret_output)
		return DXGI_ERROR_INVALID_CALL;
	*ret_output = NULL;
	return DXGI_ERROR_UNSUPPORTED;
}

static HRESULT WINAPI swap_chain_GetFrameStatistics(
	IDXGISwapChain4 *iface, DXGI_FRAME_STATISTICS *ret_statistics)
{
	struct xfi_chain *chain = chain_of(iface);
	if (!ret_statistics)
		return E_INVALIDARG;
	pthread_mutex_lock(&chain->lock);
	const int64_t now = xf_now();
	*ret_statistics = (DXGI_FRAME_STATISTICS){ .PresentCount = atomic_load(&chain->n_presents),
		.PresentRefreshCount = xfi_refresh_count(&chain->refresh, chain->refresh.shown_ns),
		.SyncRefreshCount = xfi_refresh_count(&chain->refresh, now),
		.SyncQPCTime.QuadPart = now / 100 };
	pthread_mutex_unlock(&chain->lock);
	return S_OK;
}

static HRESULT WINAPI swap_chain_GetLastPresentCount(IDXGISwapChain4 *iface, UINT *ret_count)
{
	if (!ret_count)
		return E_INVALIDARG;
	*ret_count = atomic_load(&chain_of(iface)->n_presents);
	return S_OK;
}

static HRESULT WINAPI swap_chain_GetHwnd(IDXGISwapChain4 *iface, HWND *ret_window)
{
	if (!ret_window || swap_chain_of(iface)->composition)
		return DXGI_ERROR_INVALID_CALL;
	*ret_window = swap_chain_of(iface)->window;
	return S_OK;
}

static HRESULT WINAPI swap_chain_GetCoreWindow(
	IDXGISwapChain4 *iface, REFIID riid, void **ret_window)
{
	if (ret_window)
		*ret_window = NULL;
	return DXGI_ERROR_INVALID_CALL;
}

static BOOL WINAPI swap_chain_IsTemporaryMonoSupported(IDXGISwapChain4 *iface)
{
	return FALSE;
}

static HRESULT WINAPI swap_chain_GetRestrictToOutput(
	IDXGISwapChain4 *iface, IDXGIOutput **ret_output)
{
	if (!ret_output)
		return E_INVALIDARG;
	*ret_output = NULL;
	return S_OK;
}

static HRESULT WINAPI swap_chain_SetBackgroundColor(IDXGISwapChain4 *iface, const DXGI_RGBA *colour)
{
	if (!colour)
		return E_INVALIDARG;
	swap_chain_of(iface)->background = *colour;
	return S_OK;
}

static HRESULT WINAPI swap_chain_GetBackgroundColor(IDXGISwapChain4 *iface, DXGI_RGBA *ret_colour)
{
	if (!ret_colour)
		return E_INVALIDARG;
	*ret_colour = swap_chain_of(iface)->background;
	return S_OK;
}

/* Pictures go to readers as they are drawn; no display stands upright. */
static HRESULT WINAPI swap_chain_SetRotation(IDXGISwapChain4 *iface, DXGI_MODE_ROTATION rotation)
{
	if (!xfi_swap_chain_flips(&chain_of(iface)->desc) || rotation > DXGI_MODE_ROTATION_IDENTITY)
		return DXGI_ERROR_INVALID_CALL;
	swap_chain_of(iface)->rotation = rotation;
	return S_OK;
}

static HRESULT WINAPI swap_chain_GetRotation(
	IDXGISwapChain4 *iface, DXGI_MODE_ROTATION *ret_rotation)
{
	if (!ret_rotation || !xfi_swap_chain_flips(&chain_of(iface)->desc))
		return DXGI_ERROR_INVALID_CALL;
	*ret_rotation = swap_chain_of(iface)->rotation;
	return S_OK;
}

static HRESULT WINAPI swap_chain_SetSourceSize(IDXGISwapChain4 *iface, UINT width, UINT height)
{
	struct xfi_chain *chain = chain_of(iface);
	if (!xfi_swap_chain_flips(&chain->desc) || !width || !height || width > chain->desc.Width ||
		height > chain->desc.Height)
		return DXGI_ERROR_INVALID_CALL;
	pthread_mutex_lock(&chain->lock);
	chain->source_width = width;
	chain->source_height = height;
	pthread_mutex_unlock(&chain->lock);
	return S_OK;
}

static HRESULT WINAPI swap_chain_GetSourceSize(
	IDXGISwapChain4 *iface, UINT *ret_width, UINT *ret_height)
{
	const struct xfi_chain *chain = chain_of(iface);
	if (!ret_width || !ret_height)
		return DXGI_ERROR_INVALID_CALL;
	*ret_width = chain->source_width ? chain->source_width : chain->desc.Width;
	*ret_height = chain->source_height ? chain->source_height : chain->desc.Height;
	return S_OK;
}

static HRESULT WINAPI swap_chain_SetMaximumFrameLatency(IDXGISwapChain4 *iface, UINT latency)
{
	return xfi_chain_set_latency(chain_of(iface), latency);
}

static HRESULT WINAPI swap_chain_GetMaximumFrameLatency(IDXGISwapChain4 *iface, UINT *ret_latency)
{
	if (!ret_latency || !chain_of(iface)->latency)
		return DXGI_ERROR_INVALID_CALL;
	*ret_latency = chain_of(iface)->max_latency;
	return S_OK;
}

/* The program closes it. */
static HANDLE WINAPI swap_chain_GetFrameLatencyWaitableObject(IDXGISwapChain4 *iface)
{
	HANDLE handle = NULL;
	if (!chain_of(iface)->latency ||
		!DuplicateHandle(GetCurrentProcess(), chain_of(iface)->latency, GetCurrentProcess(),
			&handle, SYNCHRONIZE, FALSE, 0))
		return NULL;
	return handle;
}

static HRESULT WINAPI swap_chain_SetMatrixTransform(
	IDXGISwapChain4 *iface, const DXGI_MATRIX_3X2_F *matrix)
{
	if (!matrix || !swap_chain_of(iface)->composition)
		return DXGI_ERROR_INVALID_CALL;
	swap_chain_of(iface)->matrix = *matrix;
	return S_OK;
}

static HRESULT WINAPI swap_chain_GetMatrixTransform(
	IDXGISwapChain4 *iface, DXGI_MATRIX_3X2_F *ret_matrix)
{
	if (!ret_matrix || !swap_chain_of(iface)->composition)
		return DXGI_ERROR_INVALID_CALL;
	*ret_matrix = swap_chain_of(iface)->matrix;
	return S_OK;
}

/* Direct3D 11 always draws to the first. */
static UINT WINAPI swap_chain_GetCurrentBackBufferIndex(IDXGISwapChain4 *iface)
{
	return 0;
}

static bool can_show(DXGI_FORMAT format, DXGI_COLOR_SPACE_TYPE colours)
{
	switch (colours) {
	case DXGI_COLOR_SPACE_RGB_FULL_G22_NONE_P709:
		return format != DXGI_FORMAT_R16G16B16A16_FLOAT;
	case DXGI_COLOR_SPACE_RGB_FULL_G10_NONE_P709:
		return format == DXGI_FORMAT_R16G16B16A16_FLOAT;
	case DXGI_COLOR_SPACE_RGB_FULL_G2084_NONE_P2020:
		return format == DXGI_FORMAT_R10G10B10A2_UNORM;
	default:
		return false;
	}
}

static HRESULT WINAPI swap_chain_CheckColorSpaceSupport(
	IDXGISwapChain4 *iface, DXGI_COLOR_SPACE_TYPE colours, UINT *ret_support)
{
	if (!ret_support)
		return E_INVALIDARG;
	*ret_support = can_show(chain_of(iface)->desc.Format, colours)
			       ? DXGI_SWAP_CHAIN_COLOR_SPACE_SUPPORT_FLAG_PRESENT
			       : 0;
	return S_OK;
}

static HRESULT WINAPI swap_chain_SetColorSpace1(
	IDXGISwapChain4 *iface, DXGI_COLOR_SPACE_TYPE colours)
{
	if (!can_show(chain_of(iface)->desc.Format, colours))
		return E_INVALIDARG;
	xfi_chain_set_colours(chain_of(iface), colours);
	return S_OK;
}

/* Readers are told the colours, and no more. */
static HRESULT WINAPI swap_chain_SetHDRMetaData(
	IDXGISwapChain4 *iface, DXGI_HDR_METADATA_TYPE type, UINT size, void *metadata)
{
	if (type == DXGI_HDR_METADATA_TYPE_NONE)
		return S_OK;
	if (type != DXGI_HDR_METADATA_TYPE_HDR10 || !metadata ||
		size != sizeof(DXGI_HDR_METADATA_HDR10))
		return E_INVALIDARG;
	return S_OK;
}

static const IDXGISwapChain4Vtbl swap_chain_vtbl = {
	XFI_ROOT_OBJECT_METHODS(swap_chain),
	/* IDXGIDeviceSubObject */
	.GetDevice = swap_chain_GetDevice,
	/* IDXGISwapChain */
	.Present = swap_chain_Present,
	.GetBuffer = swap_chain_GetBuffer,
	.SetFullscreenState = swap_chain_SetFullscreenState,
	.GetFullscreenState = swap_chain_GetFullscreenState,
	.GetDesc = swap_chain_GetDesc,
	.ResizeBuffers = swap_chain_ResizeBuffers,
	.ResizeTarget = swap_chain_ResizeTarget,
	.GetContainingOutput = swap_chain_GetContainingOutput,
	.GetFrameStatistics = swap_chain_GetFrameStatistics,
	.GetLastPresentCount = swap_chain_GetLastPresentCount,
	/* IDXGISwapChain1 */
	.GetDesc1 = swap_chain_GetDesc1,
	.GetFullscreenDesc = swap_chain_GetFullscreenDesc,
	.GetHwnd = swap_chain_GetHwnd,
	.GetCoreWindow = swap_chain_GetCoreWindow,
	.Present1 = swap_chain_Present1,
	.IsTemporaryMonoSupported = swap_chain_IsTemporaryMonoSupported,
	.GetRestrictToOutput = swap_chain_GetRestrictToOutput,
	.SetBackgroundColor = swap_chain_SetBackgroundColor,
	.GetBackgroundColor = swap_chain_GetBackgroundColor,
	.SetRotation = swap_chain_SetRotation,
	.GetRotation = swap_chain_GetRotation,
	/* IDXGISwapChain2 */
	.SetSourceSize = swap_chain_SetSourceSize,
	.GetSourceSize = swap_chain_GetSourceSize,
	.SetMaximumFrameLatency = swap_chain_SetMaximumFrameLatency,
	.GetMaximumFrameLatency = swap_chain_GetMaximumFrameLatency,
	.GetFrameLatencyWaitableObject = swap_chain_GetFrameLatencyWaitableObject,
	.SetMatrixTransform = swap_chain_SetMatrixTransform,
	.GetMatrixTransform = swap_chain_GetMatrixTransform,
	/* IDXGISwapChain3 and 4 */
	.GetCurrentBackBufferIndex = swap_chain_GetCurrentBackBufferIndex,
	.CheckColorSpaceSupport = swap_chain_CheckColorSpaceSupport,
	.SetColorSpace1 = swap_chain_SetColorSpace1,
	.ResizeBuffers1 = swap_chain_ResizeBuffers1,
	.SetHDRMetaData = swap_chain_SetHDRMetaData,
};

static HRESULT create(const struct xfi_swap_chain_params *params, struct xfi_device *device,
	const DXGI_SWAP_CHAIN_DESC1 *desc, IDXGISwapChain4 **ret_chain)
{
	DXGI_SWAP_CHAIN_FULLSCREEN_DESC fullscreen = { .Windowed = TRUE };
	struct swap_chain *swap_chain = calloc(1, sizeof(*swap_chain));
	if (!swap_chain)
		return E_OUTOFMEMORY;
	if (params->fullscreen)
		fullscreen = *params->fullscreen;
	fullscreen.Windowed = TRUE;
	HRESULT hr = xfi_chain_open(device, desc, &fullscreen, &swap_chain->chain);
	if (FAILED(hr)) {
		free(swap_chain);
		return hr;
	}
	swap_chain->iface.lpVtbl = &swap_chain_vtbl;
	xfi_root_init(&swap_chain->root);
	swap_chain->factory = params->factory;
	IDXGIFactory7_AddRef(params->factory);
	swap_chain->window = params->window;
	swap_chain->composition = params->composition;
	swap_chain->rotation = DXGI_MODE_ROTATION_IDENTITY;
	swap_chain->matrix = (DXGI_MATRIX_3X2_F){ ._11 = 1, ._22 = 1 };
	*ret_chain = &swap_chain->iface;
	return S_OK;
}

HRESULT xfi_swap_chain_create(
	const struct xfi_swap_chain_params *params, IDXGISwapChain4 **ret_chain)
{
	DXGI_SWAP_CHAIN_DESC1 desc;
	if (ret_chain)
		*ret_chain = NULL;
	if (!ret_chain || !params->device || !params->desc)
		return DXGI_ERROR_INVALID_CALL;
	struct xfi_device *device = xfi_device_of(params->device);
	if (!device)
		return DXGI_ERROR_UNSUPPORTED;
	desc = *params->desc;
	HRESULT hr = xfi_swap_chain_check(&desc, params->composition);
	return FAILED(hr) ? hr : create(params, device, &desc, ret_chain);
}
