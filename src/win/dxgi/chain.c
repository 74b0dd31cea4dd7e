/* SPDX-License-Identifier: MIT */
#include "win/dxgi/chain.h"

#include "win/dxgi/frame.h"
#include "win/dxgi/pipeline.h"
#include "win/dxgi/render.h"
#include "win/dxgi/say.h"
#include "win/nt/codes.h"

/* How long who wants every frame may hold up one that waits for the display. */
#define PATIENCE_NS INT64_C(1000000000)

static void free_buffers(struct xfi_resource *buffers[DXGI_MAX_SWAP_CHAIN_BUFFERS])
{
	for (int i = 0; i < DXGI_MAX_SWAP_CHAIN_BUFFERS && buffers[i]; i++)
		xfi_child_unuse(&buffers[i]->child);
}

/* We use them, and refer to none: what the program has counts apart. */
static HRESULT make_buffers(struct xfi_device *device, const DXGI_SWAP_CHAIN_DESC1 *desc,
	struct xfi_resource *ret_buffers[DXGI_MAX_SWAP_CHAIN_BUFFERS])
{
	const struct xfi_desc buffer = xfi_swap_chain_buffer(desc);
	HRESULT hr = S_OK;
	memset(ret_buffers, 0, DXGI_MAX_SWAP_CHAIN_BUFFERS * sizeof(*ret_buffers));
	for (UINT i = 0; SUCCEEDED(hr) && i < desc->BufferCount; i++) {
		hr = xfi_resource_create(device, &buffer, NULL, &ret_buffers[i]);
		if (FAILED(hr))
			break;
		ret_buffers[i]->is_back_buffer = true;
		xfi_child_use(&ret_buffers[i]->child);
		xfi_child_release(&ret_buffers[i]->child);
	}
	if (FAILED(hr))
		free_buffers(ret_buffers);
	return hr;
}

HRESULT xfi_chain_open(struct xfi_device *device, const DXGI_SWAP_CHAIN_DESC1 *desc,
	const DXGI_SWAP_CHAIN_FULLSCREEN_DESC *fullscreen, struct xfi_chain *ret_chain)
{
	*ret_chain = (struct xfi_chain){
		.device = device, .desc = *desc, .fullscreen = *fullscreen, .max_latency = 1
	};
	HRESULT hr = make_buffers(device, desc, ret_chain->buffers);
	if (FAILED(hr))
		return hr;
	if (desc->Flags & DXGI_SWAP_CHAIN_FLAG_FRAME_LATENCY_WAITABLE_OBJECT) {
		ret_chain->latency = CreateSemaphoreW(NULL, 1, INT32_MAX, NULL);
		if (!ret_chain->latency) {
			free_buffers(ret_chain->buffers);
			return E_OUTOFMEMORY;
		}
	}
	pthread_mutex_init(&ret_chain->lock, NULL);
	xfi_device_addref(device);
	xfi_refresh_init(&ret_chain->refresh, fullscreen->RefreshRate.Numerator,
		fullscreen->RefreshRate.Denominator);
	return S_OK;
}

void xfi_chain_close(struct xfi_chain *chain)
{
	xfi_device_lock(chain->device);
	xfi_frames_gpu_end(&chain->gpu, chain->device);
	xfi_device_unlock(chain->device);
	xfi_screen_close(chain->screen);
	free_buffers(chain->buffers);
	if (chain->latency)
		CloseHandle(chain->latency);
	pthread_mutex_destroy(&chain->lock);
	xfi_device_release(chain->device);
}

static struct xf_surface_desc picture_of(const struct xfi_chain *chain)
{
	const struct xfi_back_format *format = xfi_back_format(chain->desc.Format);
	const bool opaque = chain->desc.AlphaMode != DXGI_ALPHA_MODE_PREMULTIPLIED;
	struct xfi_extent e;
	(void)xfi_desc_extent(&chain->buffers[0]->desc, 0, &e); /* of the first there is one */
	return (struct xf_surface_desc){ .size = sizeof(struct xf_surface_desc),
		.width_px = e.width,
		.height_px = e.height,
		.fourcc = opaque ? format->opaque : format->with_alpha,
		.n_planes = 1,
		.planes = { { .stride_bytes = e.row_pitch } } };
}

/* By numbers of H.273. */
static struct xf_colorimetry colours_of(const struct xfi_chain *chain)
{
	struct xf_colorimetry colours = { .full_range = 1, .primaries = 1, .transfer = 13 };
	if (chain->colours == DXGI_COLOR_SPACE_RGB_FULL_G2084_NONE_P2020) {
		colours.primaries = 9;
		colours.transfer = 16;
	} else if (chain->desc.Format == DXGI_FORMAT_R16G16B16A16_FLOAT) { /* as on Windows */
		colours.transfer = 8;
	}
	return colours;
}

static void set_rate(const struct xfi_chain *chain, struct xf_stream_format *format)
{
	if (!chain->refresh.period_ns)
		return;
	format->rate_num = (uint32_t)((INT64_C(1000000000000) / chain->refresh.period_ns + 5) / 10);
	format->rate_den = 100;
}

/* Opens the screen, or changes its format where that is another one. */
static int set_format(struct xfi_chain *chain)
{
	const struct xf_surface_desc picture = picture_of(chain);
	struct xf_stream_format format = {
		.size = sizeof(format), .desc = &picture, .colorimetry = colours_of(chain)
	};
	set_rate(chain, &format);
	if (!chain->screen)
		return xfi_screen_open(chain->name, &format, &chain->screen);
	return xf_stream_set_format_until(chain->screen->stream, &format, xf_deadline(PATIENCE_NS));
}

/* Without one that others see a program goes on all the same, and shows its pictures to nobody. */
static int make_screen(struct xfi_chain *chain)
{
	if (chain->screen && !chain->screen->stream)
		return 0;
	int r = set_format(chain);
	if (!r)
		return 0;
	xfi_device_say(chain->device, D3D11_MESSAGE_CATEGORY_MISCELLANEOUS,
		D3D11_MESSAGE_SEVERITY_WARNING, 0, "Present: nobody sees this: %s",
		xf_last_message(r));
	return chain->screen ? r : xfi_screen_alone(&chain->screen);
}

/* False: there is none, or readers keep all; as a picture that came too fast for a display. */
static bool hold(struct xfi_chain *chain, bool patient, struct xf_frame *ret_frame)
{
	return !make_screen(chain) && chain->screen->stream &&
	       !xf_stream_hold(
		       chain->screen->stream, patient ? xf_deadline(PATIENCE_NS) : 0, ret_frame);
}

/* As on Windows, in the flip model what was drawn to is to be bound anew. */
static void unbind(struct xfi_chain *chain)
{
	if (xfi_swap_chain_flips(&chain->desc))
		xfi_pipeline_unset_target(chain->device->pipeline, chain->buffers[0]);
}

/* The frame, if there is one, is whole, or will be when the fence says so; else an error. */
static int finish_locked(struct xfi_chain *chain, const struct xf_frame *frame, bool *ret_fenced)
{
	int r = frame ? xfi_frame_by_gpu(&chain->gpu, chain->buffers[0], frame) : 0;
	const bool by_cpu = r == XFI_NOT_BY_GPU;
	if (by_cpu)
		r = xfi_frame_by_cpu(chain->buffers[0], chain->screen, frame);
	const int promised = chain->screen ? xfi_frame_promise(chain->device, chain->screen) : 0;
	*ret_fenced = !by_cpu;
	unbind(chain);
	return r || by_cpu ? r : promised;
}

/* A frame more may be begun, unless that is one too many by now. */
static void give_turn(struct xfi_chain *chain)
{
	if (chain->owed)
		chain->owed--;
	else
		(void)ReleaseSemaphore(chain->latency, 1, NULL); /* ours, with room for all */
}

static void finish(struct xfi_chain *chain, struct xf_frame *frame)
{
	const struct xf_rect shown = { .width_px = chain->source_width,
		.height_px = chain->source_height };
	bool fenced;
	xfi_device_lock(chain->device);
	int r = finish_locked(chain, frame, &fenced);
	xfi_device_unlock(chain->device);
	if (frame && r)
		(void)xf_stream_drop(chain->screen->stream, frame); /* it is held */
	else if (frame)
		(void)xfi_screen_show(chain->screen, frame, &shown, fenced); /* likewise */
	atomic_fetch_add(&chain->n_presents, 1);
	if (chain->latency)
		give_turn(chain);
}

/* How many pictures the GPU may have still to make. */
static UINT latency_of(const struct xfi_chain *chain)
{
	return chain->latency ? chain->max_latency : chain->device->max_latency;
}

static HRESULT present(struct xfi_chain *chain, UINT interval, UINT flags)
{
	const bool may_wait = !(flags & DXGI_PRESENT_DO_NOT_WAIT);
	struct xf_frame frame = { .size = sizeof(frame) };
	if (FAILED(xfi_render_removed(chain->device)))
		return DXGI_ERROR_DEVICE_REMOVED;
	if (flags & DXGI_PRESENT_TEST)
		return S_OK;
	if ((chain->screen && !xfi_screen_wait(chain->screen, latency_of(chain), may_wait)) ||
		!xfi_refresh_wait(&chain->refresh, interval, may_wait))
		return DXGI_ERROR_WAS_STILL_DRAWING;
	const bool shows = !(flags & DXGI_PRESENT_DO_NOT_SEQUENCE) && hold(chain, interval, &frame);
	finish(chain, shows ? &frame : NULL);
	return xfi_render_removed(chain->device);
}

HRESULT xfi_chain_present(struct xfi_chain *chain, UINT interval, UINT flags)
{
	const UINT known = DXGI_PRESENT_TEST | DXGI_PRESENT_DO_NOT_SEQUENCE | DXGI_PRESENT_RESTART |
			   DXGI_PRESENT_DO_NOT_WAIT | DXGI_PRESENT_RESTRICT_TO_OUTPUT |
			   DXGI_PRESENT_USE_DURATION | DXGI_PRESENT_ALLOW_TEARING;
	const bool tears = flags & DXGI_PRESENT_ALLOW_TEARING;
	const bool may_tear = chain->desc.Flags & DXGI_SWAP_CHAIN_FLAG_ALLOW_TEARING;
	if (interval > 4 || flags & ~known || (tears && (interval || !may_tear)))
		return DXGI_ERROR_INVALID_CALL;
	pthread_mutex_lock(&chain->lock);
	HRESULT hr = present(chain, interval, flags);
	pthread_mutex_unlock(&chain->lock);
	return hr;
}

static bool are_free(const struct xfi_chain *chain)
{
	for (UINT i = 0; i < chain->desc.BufferCount; i++)
		if (atomic_load(&chain->buffers[i]->child.uses) != 1)
			return false;
	return true;
}

static HRESULT resize(struct xfi_chain *chain, const DXGI_SWAP_CHAIN_DESC1 *desc)
{
	struct xfi_resource *buffers[DXGI_MAX_SWAP_CHAIN_BUFFERS];
	if (!are_free(chain))
		return DXGI_ERROR_INVALID_CALL;
	HRESULT hr = make_buffers(chain->device, desc, buffers);
	if (FAILED(hr))
		return hr;
	xfi_frames_gpu_end(&chain->gpu, chain->device);
	free_buffers(chain->buffers);
	memcpy(chain->buffers, buffers, sizeof(buffers));
	chain->desc = *desc;
	chain->source_width = chain->source_height = 0;
	return S_OK;
}

HRESULT xfi_chain_resize(struct xfi_chain *chain, const DXGI_SWAP_CHAIN_DESC1 *desc)
{
	pthread_mutex_lock(&chain->lock);
	xfi_device_lock(chain->device);
	HRESULT hr = resize(chain, desc);
	xfi_device_unlock(chain->device);
	pthread_mutex_unlock(&chain->lock);
	return hr;
}

void xfi_chain_set_colours(struct xfi_chain *chain, DXGI_COLOR_SPACE_TYPE colours)
{
	pthread_mutex_lock(&chain->lock);
	xfi_device_lock(chain->device);
	if (colours != chain->colours)
		xfi_frames_gpu_end(&chain->gpu, chain->device);
	chain->colours = colours;
	xfi_device_unlock(chain->device);
	pthread_mutex_unlock(&chain->lock);
}

HRESULT xfi_chain_set_latency(struct xfi_chain *chain, UINT latency)
{
	if (!chain->latency || !latency || latency > DXGI_MAX_SWAP_CHAIN_BUFFERS)
		return DXGI_ERROR_INVALID_CALL;
	pthread_mutex_lock(&chain->lock);
	for (; chain->max_latency < latency; chain->max_latency++)
		give_turn(chain);
	for (; chain->max_latency > latency; chain->max_latency--)
		chain->owed += WaitForSingleObject(chain->latency, 0) != WAIT_OBJECT_0;
	pthread_mutex_unlock(&chain->lock);
	return S_OK;
}
