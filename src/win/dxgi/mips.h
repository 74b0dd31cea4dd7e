/* SPDX-License-Identifier: MIT */
#ifndef XFI_WIN_MIPS_H
#define XFI_WIN_MIPS_H

#include "win/dxgi/view.h"

/*
 * Fills all levels that the view shows from its first one, each the average of the one before.
 * Takes the device's lock. Nothing happens where D3D11_RESOURCE_MISC_GENERATE_MIPS is not set.
 */
void xfi_generate_mips(struct xfi_view *view);

#endif
