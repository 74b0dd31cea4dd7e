/* SPDX-License-Identifier: MIT */
/*
 * Realign: a part of a buffer that begins where Vulkan lets none begin is bound elsewhere. It is
 * copied there before the command, and back afterwards if the command may write it.
 */
#ifndef XFI_WIN_REALIGN_H
#define XFI_WIN_REALIGN_H

#include "win/dxgi/drawing.h"

/* Before the command; `bound` is changed to where the copy is. */
int xfi_realign_bring(struct xfi_drawing *drawing, bool write, VkDescriptorBufferInfo *bound);

/* After it: all that may have been written. */
void xfi_realign_take_back(struct xfi_drawing *drawing);

#endif
