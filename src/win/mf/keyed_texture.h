/* SPDX-License-Identifier: MIT */
/*
 * Keyed texture: an ID3D12Resource over a shared texture with a keyed mutex, which stands before
 * libvkd3d's and answers to IDXGIKeyedMutex, too. The owner is the resource, as in Direct3D 11.
 *
 * ReleaseSync hands the texture on behind all that the device's queues were given before, and does
 * not wait for it. AcquireSync waits for what the last owner's device has still to do.
 */
#ifndef XFI_WIN_MF_KEYED_TEXTURE_H
#define XFI_WIN_MF_KEYED_TEXTURE_H

#include "win/kmt/resource.h"
#include "win/mf/proxy.h"
#include "win/mf/queue_set.h"

/*
 * Takes `inner`'s reference on success, and references the others. E_INVALIDARG: the resource has
 * no mutex.
 */
HRESULT xfi_keyed_texture_wrap(ID3D12Resource *inner, ID3D12Device *device,
	struct xfi_queue_set *queues, struct xfi_kmt_resource *kmt, ID3D12Resource **ret_resource);

/* What libvkd3d takes, borrowed; others, and NULL, are returned as they are. */
ID3D12Resource *xfi_texture_inner(ID3D12Resource *resource);

#endif
