/* SPDX-License-Identifier: MIT */
/*
 * What crossfence-win adds to D3D12. Programs made for Windows need none of it.
 *
 * Devices of our D3D12CreateDevice, and their queues, keep the promise that libvkd3d does not:
 * ID3D12CommandQueue::Wait for a value that is signalled later holds the queue's work back, and
 * never blocks the caller. These calls serve devices from elsewhere, and surfaces.
 */
#ifndef CROSSFENCE_WIN_XF_D3D12_H
#define CROSSFENCE_WIN_XF_D3D12_H

#include <windows.h>
#include <d3d12.h>

#include <crossfence/queue.h>
#include <crossfence/surface.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Makes a queue that forwards everything to `queue` (which it references) and keeps its word about
 * waiting. Use it in place of `queue` from then on: what is submitted past it is not held back.
 * The device's event callback must be SetEvent, or do the same. While work is held back, a command
 * list of a foreign device must not be reset before it ran; lists of our devices may.
 *
 * Releasing it while work is held back drops that work; its signals are given.
 * E_INVALIDARG, E_OUTOFMEMORY. Thread-safety: safe.
 */
XF_API HRESULT WINAPI xf_win_d3d12_wrap_queue(
	ID3D12CommandQueue *queue, ID3D12CommandQueue **ret_queue);

/*
 * The libvkd3d device behind a device of ours, its fence behind one of that device, the queue
 * behind a wrapped one, or the resource behind a shared texture with a keyed mutex, for calls of
 * libvkd3d itself, which takes only its own; borrowed. Others are returned as they are.
 */
XF_API ID3D12Device *WINAPI xf_win_d3d12_inner_device(ID3D12Device *device);
XF_API ID3D12CommandQueue *WINAPI xf_win_d3d12_inner_queue(ID3D12CommandQueue *queue);
XF_API ID3D12Fence *WINAPI xf_win_d3d12_inner_fence(ID3D12Fence *fence);
XF_API ID3D12Resource *WINAPI xf_win_d3d12_inner_resource(ID3D12Resource *resource);

/*
 * A texture whose memory is the surface's, without a copy: every process that opens the surface
 * sees the same pixels. One plane, ABGR8888 (DXGI_FORMAT_R8G8B8A8_UNORM) or ARGB8888
 * (B8G8R8A8_UNORM), with a stride that the driver takes for a linear image. The surface must stay
 * open as long as the texture lives. Initial state: D3D12_RESOURCE_STATE_COMMON.
 *
 * Who may touch it when is not the texture's business: use a sync object or a keyed mutex.
 * DXGI_ERROR_UNSUPPORTED: not a device of ours, or the driver cannot; E_INVALIDARG: the surface has
 * another format or stride.
 */
XF_API HRESULT WINAPI xf_win_d3d12_open_surface(
	ID3D12Device *device, struct xf_surface *surface, ID3D12Resource **ret_resource);

/*
 * The D3D12 queue as a queue of crossfence ("d3d12"): timelines and sync objects of a domain then
 * hold back and follow its work, across processes. Work submitted to `queue` itself keeps its
 * place among what is handed over here, if `queue` is one of our devices' or of
 * xf_win_d3d12_wrap_queue(). It is referenced until xf_queue_destroy(), and starts a thread.
 * Destroy it after xf_queue_finish(): what waits for a timeline by then stays held back until
 * `queue` is released.
 *
 * 0; -EINVAL; -ENOMEM; -EAGAIN: no thread; -EIO: the device refused a fence.
 */
XF_API int xf_win_d3d12_queue(ID3D12CommandQueue *queue, struct xf_queue **ret_queue);

#ifdef __cplusplus
}
#endif
#endif
