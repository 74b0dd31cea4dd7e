/* SPDX-License-Identifier: MIT */
/* One row for each format; what several share is named by what their planes hold. */
#include <errno.h>
#include <stddef.h>

#include "base/message.h"
#include "base/params.h"
#include "surface/format.h"

#include <crossfence/format.h>

/* clang-format off */
#define PACKED(bits, bytes)	   1, bits, { { bytes, 1, 1 } }
#define PAIRS(bits, bytes)	   1, bits, { { bytes, 2, 1 } } /* two pixels share their chroma */
#define Y_UV(bits, bytes, x, y)	   2, bits, { { bytes, 1, 1 }, { 2 * (bytes), x, y } }
#define Y_U_V(bits, bytes, x, y)   3, bits, { { bytes, 1, 1 }, { bytes, x, y }, { bytes, x, y } }

static const struct xfi_format formats[] = {
	{ XF_FORMAT_RAW, PACKED(8, 1) },
	{ XF_FORMAT_ABGR8888, PACKED(8, 4) },
	{ XF_FORMAT_XBGR8888, PACKED(8, 4) },
	{ XF_FORMAT_ARGB8888, PACKED(8, 4) },
	{ XF_FORMAT_XRGB8888, PACKED(8, 4) },
	{ XF_FORMAT_RGBA8888, PACKED(8, 4) },
	{ XF_FORMAT_RGBX8888, PACKED(8, 4) },
	{ XF_FORMAT_BGRA8888, PACKED(8, 4) },
	{ XF_FORMAT_BGRX8888, PACKED(8, 4) },
	{ XF_FORMAT_RGB888, PACKED(8, 3) },
	{ XF_FORMAT_BGR888, PACKED(8, 3) },
	{ XF_FORMAT_RGB565, PACKED(6, 2) },
	{ XF_FORMAT_XRGB2101010, PACKED(10, 4) },
	{ XF_FORMAT_ARGB2101010, PACKED(10, 4) },
	{ XF_FORMAT_XBGR2101010, PACKED(10, 4) },
	{ XF_FORMAT_ABGR2101010, PACKED(10, 4) },
	{ XF_FORMAT_ABGR16161616F, PACKED(16, 8) },
	{ XF_FORMAT_XBGR16161616F, PACKED(16, 8) },
	{ XF_FORMAT_R8, PACKED(8, 1) },
	{ XF_FORMAT_R16, PACKED(16, 2) },
	{ XF_FORMAT_GR88, PACKED(8, 2) },
	{ XF_FORMAT_GR1616, PACKED(16, 4) },
	{ XF_FORMAT_NV12, Y_UV(8, 1, 2, 2) },
	{ XF_FORMAT_NV21, Y_UV(8, 1, 2, 2) },
	{ XF_FORMAT_NV16, Y_UV(8, 1, 2, 1) },
	{ XF_FORMAT_NV24, Y_UV(8, 1, 1, 1) },
	{ XF_FORMAT_P010, Y_UV(10, 2, 2, 2) },
	{ XF_FORMAT_P012, Y_UV(12, 2, 2, 2) },
	{ XF_FORMAT_P016, Y_UV(16, 2, 2, 2) },
	{ XF_FORMAT_P210, Y_UV(10, 2, 2, 1) },
	{ XF_FORMAT_YUV420, Y_U_V(8, 1, 2, 2) },
	{ XF_FORMAT_YVU420, Y_U_V(8, 1, 2, 2) },
	{ XF_FORMAT_YUV422, Y_U_V(8, 1, 2, 1) },
	{ XF_FORMAT_YUV444, Y_U_V(8, 1, 1, 1) },
	{ XF_FORMAT_S010, Y_U_V(10, 2, 2, 2) },
	{ XF_FORMAT_S210, Y_U_V(10, 2, 2, 1) },
	{ XF_FORMAT_S410, Y_U_V(10, 2, 1, 1) },
	{ XF_FORMAT_YUYV, PAIRS(8, 4) },
	{ XF_FORMAT_UYVY, PAIRS(8, 4) },
	{ XF_FORMAT_Y210, PAIRS(10, 8) },
	{ XF_FORMAT_AYUV, PACKED(8, 4) },
	{ XF_FORMAT_VUY888, PACKED(8, 3) },
	{ XF_FORMAT_Y410, PACKED(10, 4) },
};
/* clang-format on */

const struct xfi_format *xfi_format_find(uint32_t fourcc)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i].fourcc == fourcc)
			return &formats[i];
	return NULL;
}

int xf_format_info(uint32_t fourcc, struct xf_format_info *ret_info)
{
	xfi_message_forget();
	const struct xfi_format *format = xfi_format_find(fourcc);
	if (!format)
		return -ENOENT;
	struct xf_format_info info = { .n_planes = format->n_planes, .bits = format->bits };
	for (uint32_t i = 0; i < format->n_planes; i++) {
		info.planes[i].block_bytes = format->planes[i].bytes;
		info.planes[i].block_width_px = format->planes[i].x_div;
		info.planes[i].block_height_px = format->planes[i].y_div;
	}
	return XFI_PARAMS_WRITE(ret_info, struct xf_format_info, &info);
}
