/* SPDX-License-Identifier: MIT */
/*
 * Device: ID3D11Device with its immediate context, ID3D10Device and IDXGIDevice in one object.
 *
 * One lock per device guards the pipeline's bind state and every command. It is never held while
 * AcquireSync waits. Programs do call ReleaseSync from a thread that does not use the context.
 */
#ifndef XFI_WIN_DEVICE_H
#define XFI_WIN_DEVICE_H

#include "win/dxgi/child.h"
#include "win/dxgi/state_desc.h"

struct xfi_adapter;
struct xfi_drawing;
struct xfi_fence11;
struct xfi_fence_wait;
struct xfi_gpu;
struct xfi_info_queue;
struct xfi_kmt_sync;
struct xfi_pipeline;
struct xfi_state;
struct xfi_resource;

struct xfi_device {
	ID3D11Device5 d3d11;
	ID3D11DeviceContext4 context;
	ID3D10Device1 d3d10;
	IDXGIDevice2 dxgi;
	ID3D10Multithread multithread10;
	ID3D11Multithread multithread11;
	ID3D11InfoQueue info; /* with info_queue only, as `debug` */
	ID3D11Debug debug;
	ID3DUserDefinedAnnotation annotation; /* of the context */
	INT annotations; /* begun, and not ended */
	struct xfi_info_queue *info_queue; /* NULL: no debug layer */
	_Atomic UINT debug_mask, debug_delay_ms; /* as the program wished */
	_Atomic uint32_t refs;
	_Atomic uint32_t context_refs; /* of the program; all together are one of the device */
	pthread_mutex_t lock; /* recursive: Enter() and Leave() are the program's */
	struct xfi_private_data private_data, context_data;
	struct xfi_pipeline *pipeline;
	struct xfi_drawing *drawing; /* draw.c's: the last draw; NULL: there was none */
	uint64_t changes; /* commands that may matter to a draw; see draw_again.h */
	struct xfi_fence11 *fences; /* fence.c's */
	struct xfi_resource *keyed; /* all keyed resources of this device, by next_keyed */
	struct xfi_state *states[XFI_STATE_KINDS]; /* all there are, by next */
	struct xfi_gpu *gpu; /* render.c; NULL: nothing was drawn yet */
	int gpu_failed; /* why there is none, or 0 */
	struct xfi_fence_wait *fence_waits; /* fence_gpu.c's */
	struct xfi_kmt_sync *done; /* done_event.c's, as the next; or NULL */
	uint64_t done_value; /* the last that the queue was told to give it */
	struct xfi_resource *unpublished; /* shared without a mutex, and newer on the GPU */
	_Atomic bool removed; /* the GPU is lost */
	struct xfi_removed_event *removed_events; /* removed.c's, as the next */
	DWORD removed_cookie;
	bool has_gpu_clock;
	uint64_t gpu_clock_ns; /* what it is behind ours */
	const struct xfi_adapter *what; /* device_adapter.c's, as the next; NULL: not asked yet */
	IDXGIAdapter *adapter;
	D3D_FEATURE_LEVEL level;
	UINT creation_flags, exception_mode, max_latency;
	INT priority;
	bool is_d3d10;
	BOOL multithread_protected;
};

void xfi_device_lock(struct xfi_device *device);
void xfi_device_unlock(struct xfi_device *device);

/* With the lock, once for each time it was taken: nothing was done that matters to draws. */
static inline void xfi_device_unchanged(struct xfi_device *device)
{
	device->changes--;
}

ULONG xfi_device_addref(struct xfi_device *device);
ULONG xfi_device_release(struct xfi_device *device);
HRESULT xfi_device_query(struct xfi_device *device, REFIID riid, void **ret_object);

#endif
