/* SPDX-License-Identifier: MIT */
/*
 * Chain: a swap chain without its interface. The program draws into its first buffer, whose picture
 * Present copies into a frame of the screen's stream. That is the only one whose contents change;
 * they stay as they are after a Present, whatever the swap effect.
 *
 * Where a GPU drew the picture it also makes the copy, and the frame goes with a fence: nobody
 * waits for it here, but that the GPU is no more pictures behind than the program wishes. Where
 * there is no VK_EXT_external_memory_host it goes by way of the CPU, which does wait.
 *
 * Thread-safety: present and resize are safe, under a lock of the chain's. Before the device's.
 */
#ifndef XFI_WIN_CHAIN_H
#define XFI_WIN_CHAIN_H

#include "win/dxgi/frame_gpu.h"
#include "win/dxgi/refresh.h"
#include "win/dxgi/resource.h"
#include "win/dxgi/swap_chain_desc.h"

struct xfi_chain {
	pthread_mutex_t lock;
	struct xfi_device *device; /* referenced */
	DXGI_SWAP_CHAIN_DESC1 desc;
	DXGI_SWAP_CHAIN_FULLSCREEN_DESC fullscreen;
	struct xfi_resource *buffers[DXGI_MAX_SWAP_CHAIN_BUFFERS]; /* each with a use of ours */
	char name[XF_LABEL_MAX + 1]; /* of the stream, as the program wishes; or empty */
	struct xfi_screen *screen; /* from the first Present on; NULL: no memory for one */
	struct xfi_refresh refresh;
	struct xfi_frames_gpu gpu;
	DXGI_COLOR_SPACE_TYPE colours;
	UINT source_width, source_height; /* what of the picture is shown; 0: all */
	_Atomic UINT n_presents;
	UINT max_latency; /* under the lock, as the semaphore */
	UINT owed; /* turns that the program has and a lower latency takes back */
	HANDLE latency; /* semaphore of frames that may be begun; NULL: no such object */
};

/* `desc` was checked. */
HRESULT xfi_chain_open(struct xfi_device *device, const DXGI_SWAP_CHAIN_DESC1 *desc,
	const DXGI_SWAP_CHAIN_FULLSCREEN_DESC *fullscreen, struct xfi_chain *ret_chain);
void xfi_chain_close(struct xfi_chain *chain);

HRESULT xfi_chain_present(struct xfi_chain *chain, UINT interval, UINT flags);

/* DXGI_ERROR_INVALID_CALL: somebody has a reference to a buffer; then nothing has changed. */
HRESULT xfi_chain_resize(struct xfi_chain *chain, const DXGI_SWAP_CHAIN_DESC1 *desc);

/* Waits for the GPU: later frames are of another format. */
void xfi_chain_set_colours(struct xfi_chain *chain, DXGI_COLOR_SPACE_TYPE colours);

HRESULT xfi_chain_set_latency(struct xfi_chain *chain, UINT latency);

#endif
