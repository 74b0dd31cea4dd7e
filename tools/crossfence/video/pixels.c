/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include <crossfence/format.h>

#include "pixels.h"

/* Where the three disagree on a name DRM's code counts: GStreamer's AYUV is another one. */
static const struct pixels known[] = {
	{ XF_FORMAT_ABGR8888, "rgba", "RGBA", NULL },
	{ XF_FORMAT_XBGR8888, "rgb0", "RGBx", NULL },
	{ XF_FORMAT_ARGB8888, "bgra", "BGRA", NULL },
	{ XF_FORMAT_XRGB8888, "bgr0", "BGRx", NULL },
	{ XF_FORMAT_RGBA8888, "abgr", "ABGR", NULL },
	{ XF_FORMAT_RGBX8888, "0bgr", "xBGR", NULL },
	{ XF_FORMAT_BGRA8888, "argb", "ARGB", NULL },
	{ XF_FORMAT_BGRX8888, "0rgb", "xRGB", NULL },
	{ XF_FORMAT_RGB888, "bgr24", "BGR", NULL },
	{ XF_FORMAT_BGR888, "rgb24", "RGB", NULL },
	{ XF_FORMAT_RGB565, "rgb565le", "RGB16", NULL },
	{ XF_FORMAT_XRGB2101010, "x2rgb10le", NULL, NULL },
	{ XF_FORMAT_ARGB2101010, NULL, "BGR10A2_LE", NULL },
	{ XF_FORMAT_XBGR2101010, "x2bgr10le", NULL, NULL },
	{ XF_FORMAT_ABGR2101010, NULL, "RGB10A2_LE", NULL },
	{ XF_FORMAT_ABGR16161616F, "rgbaf16le", NULL, NULL },
	{ XF_FORMAT_XBGR16161616F, NULL, NULL, NULL },
	{ XF_FORMAT_R8, "gray", "GRAY8", "mono" },
	{ XF_FORMAT_R16, "gray16le", "GRAY16_LE", "mono16" },
	{ XF_FORMAT_GR88, NULL, NULL, NULL },
	{ XF_FORMAT_GR1616, NULL, NULL, NULL },
	{ XF_FORMAT_NV12, "nv12", "NV12", NULL },
	{ XF_FORMAT_NV21, "nv21", "NV21", NULL },
	{ XF_FORMAT_NV16, "nv16", "NV16", NULL },
	{ XF_FORMAT_NV24, "nv24", "NV24", NULL },
	{ XF_FORMAT_P010, "p010le", "P010_10LE", NULL },
	{ XF_FORMAT_P012, "p012le", "P012_LE", NULL },
	{ XF_FORMAT_P016, "p016le", "P016_LE", NULL },
	{ XF_FORMAT_P210, "p210le", NULL, NULL },
	{ XF_FORMAT_YUV420, "yuv420p", "I420", "420" },
	{ XF_FORMAT_YVU420, NULL, "YV12", NULL },
	{ XF_FORMAT_YUV422, "yuv422p", "Y42B", "422" },
	{ XF_FORMAT_YUV444, "yuv444p", "Y444", "444" },
	{ XF_FORMAT_S010, "yuv420p10le", "I420_10LE", "420p10" },
	{ XF_FORMAT_S210, "yuv422p10le", "I422_10LE", "422p10" },
	{ XF_FORMAT_S410, "yuv444p10le", "Y444_10LE", "444p10" },
	{ XF_FORMAT_YUYV, "yuyv422", "YUY2", NULL },
	{ XF_FORMAT_UYVY, "uyvy422", "UYVY", NULL },
	{ XF_FORMAT_Y210, "y210le", "Y210", NULL },
	{ XF_FORMAT_Y410, NULL, "Y410", NULL },
	{ XF_FORMAT_AYUV, "vuya", "VUYA", NULL },
	{ XF_FORMAT_VUY888, NULL, "v308", NULL },
};
#define N_KNOWN (sizeof(known) / sizeof(known[0]))

/* "NV12" or "R8": four characters, the last ones may be blanks. */
static int find_code(const char *text, uint32_t *ret_fourcc)
{
	struct xf_format_info info = { .size = sizeof(info) };
	char code[4] = { ' ', ' ', ' ', ' ' };
	size_t length = strlen(text);
	if (length < 2 || length > 4)
		return -ENOENT;
	memcpy(code, text, length);
	uint32_t fourcc =
		XF_FOURCC((uint8_t)code[0], (uint8_t)code[1], (uint8_t)code[2], (uint8_t)code[3]);
	if (xf_format_info(fourcc, &info))
		return -ENOENT;
	*ret_fourcc = fourcc;
	return 0;
}

const struct pixels *pixels_at(size_t i)
{
	return i < N_KNOWN ? &known[i] : NULL;
}

static bool same(const char *name, const char *text)
{
	return name && strcasecmp(name, text) == 0;
}

int pixels_find(const char *text, uint32_t *ret_fourcc)
{
	if (find_code(text, ret_fourcc) == 0)
		return 0;
	for (size_t i = 0; i < N_KNOWN; i++)
		if (same(known[i].ffmpeg, text) || same(known[i].gstreamer, text)) {
			*ret_fourcc = known[i].fourcc;
			return 0;
		}
	return -ENOENT;
}

static const struct pixels *find(uint32_t fourcc)
{
	static const struct pixels none;
	for (size_t i = 0; i < N_KNOWN; i++)
		if (known[i].fourcc == fourcc)
			return &known[i];
	return &none;
}

const char *pixels_ffmpeg_name(uint32_t fourcc)
{
	return find(fourcc)->ffmpeg;
}

const char *pixels_y4m_name(uint32_t fourcc)
{
	return find(fourcc)->y4m;
}

int pixels_from_y4m(const char *type, uint32_t *ret_fourcc)
{
	static const char *const sited[] = { "420jpeg", "420mpeg2", "420paldv" };
	for (size_t i = 0; i < sizeof(sited) / sizeof(sited[0]); i++)
		if (strcmp(type, sited[i]) == 0)
			type = "420";
	for (size_t i = 0; i < N_KNOWN; i++)
		if (known[i].y4m && strcmp(known[i].y4m, type) == 0) {
			*ret_fourcc = known[i].fourcc;
			return 0;
		}
	return -ENOENT;
}
