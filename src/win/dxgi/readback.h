/* SPDX-License-Identifier: MIT */
/*
 * Copies from the GPU to staging resources. Such a resource gets host memory that the GPU writes as
 * well, in D3D's layout: the copy is recorded, and the processor waits for it when it looks there.
 */
#ifndef XFI_WIN_READBACK_H
#define XFI_WIN_READBACK_H

#include "win/dxgi/copy_gpu.h"

/*
 * Records the copy of these blocks, in the order of what is drawn. -EOPNOTSUPP: the processor has
 * to do it. Other errors as win/gpu/gpu.h. Needs the device's lock.
 */
int xfi_readback_record(const struct xfi_copy *copy, const D3D11_BOX *blocks);

#endif
