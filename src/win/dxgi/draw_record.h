/* SPDX-License-Identifier: MIT */
/* The commands of a draw that is put together. Thread-safety: all calls need the device's lock. */
#ifndef XFI_WIN_DRAW_RECORD_H
#define XFI_WIN_DRAW_RECORD_H

#include "win/dxgi/draw.h"
#include "win/dxgi/drawing.h"

/* All of them, of those that set something only what was not set before. */
void xfi_draw_record(struct xfi_drawing *drawing, const struct xfi_draw *draw, VkBuffer arguments,
	VkDeviceSize at);

/* The parts of that which may differ between draws that are alike. */
void xfi_draw_bind_sets(
	const struct xfi_drawing *drawing, VkCommandBuffer commands, VkPipelineBindPoint point);
void xfi_draw_set_input(const struct xfi_drawing *drawing, VkCommandBuffer commands, bool indexed);
void xfi_draw_issue(const struct xfi_drawing *drawing, VkCommandBuffer commands,
	const struct xfi_draw *draw, VkBuffer arguments, VkDeviceSize at);

#endif
