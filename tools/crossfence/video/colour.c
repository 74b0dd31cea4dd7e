/* SPDX-License-Identifier: MIT */
/* One row for each format says where its components lie; one function reads them all. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "colour.h"

/* A component within its block: `bytes` little endian ones, of which `bits` above `shift` count. */
struct component {
	uint8_t bytes; /* 0: the format has it not */
	uint8_t plane, offset, shift, bits;
	uint8_t odd; /* added to the offset for the second pixel of a block of two */
};

struct colour_components {
	uint32_t fourcc;
	enum { RGB, YUV, GREY, HALF } kind;
	struct component of[4]; /* red, green, blue, alpha; or Y, U, V, alpha */
};

/* clang-format off */
#define B(plane, offset)	 { 1, plane, offset, 0, 8, 0 }
#define W(plane, offset, s, n)	 { 2, plane, offset, s, n, 0 }
#define D(s, n)			 { 4, 0, 0, s, n, 0 }
#define PAIR(n, off, s, bits, o) { n, 0, off, s, bits, o }
#define NONE			 { 0, 0, 0, 0, 0, 0 }

static const struct colour_components known[] = {
	{ XF_FORMAT_ABGR8888, RGB, { B(0, 0), B(0, 1), B(0, 2), B(0, 3) } },
	{ XF_FORMAT_XBGR8888, RGB, { B(0, 0), B(0, 1), B(0, 2), NONE } },
	{ XF_FORMAT_ARGB8888, RGB, { B(0, 2), B(0, 1), B(0, 0), B(0, 3) } },
	{ XF_FORMAT_XRGB8888, RGB, { B(0, 2), B(0, 1), B(0, 0), NONE } },
	{ XF_FORMAT_RGBA8888, RGB, { B(0, 3), B(0, 2), B(0, 1), B(0, 0) } },
	{ XF_FORMAT_RGBX8888, RGB, { B(0, 3), B(0, 2), B(0, 1), NONE } },
	{ XF_FORMAT_BGRA8888, RGB, { B(0, 1), B(0, 2), B(0, 3), B(0, 0) } },
	{ XF_FORMAT_BGRX8888, RGB, { B(0, 1), B(0, 2), B(0, 3), NONE } },
	{ XF_FORMAT_RGB888,   RGB, { B(0, 2), B(0, 1), B(0, 0), NONE } },
	{ XF_FORMAT_BGR888,   RGB, { B(0, 0), B(0, 1), B(0, 2), NONE } },
	{ XF_FORMAT_RGB565,   RGB, { W(0, 0, 11, 5), W(0, 0, 5, 6), W(0, 0, 0, 5), NONE } },
	{ XF_FORMAT_XRGB2101010, RGB, { D(20, 10), D(10, 10), D(0, 10), NONE } },
	{ XF_FORMAT_ARGB2101010, RGB, { D(20, 10), D(10, 10), D(0, 10), D(30, 2) } },
	{ XF_FORMAT_XBGR2101010, RGB, { D(0, 10), D(10, 10), D(20, 10), NONE } },
	{ XF_FORMAT_ABGR2101010, RGB, { D(0, 10), D(10, 10), D(20, 10), D(30, 2) } },
	{ XF_FORMAT_ABGR16161616F, HALF, { W(0, 0, 0, 16), W(0, 2, 0, 16), W(0, 4, 0, 16), W(0, 6, 0, 16) } },
	{ XF_FORMAT_XBGR16161616F, HALF, { W(0, 0, 0, 16), W(0, 2, 0, 16), W(0, 4, 0, 16), NONE } },
	{ XF_FORMAT_R8,     GREY, { B(0, 0), NONE, NONE, NONE } },
	{ XF_FORMAT_R16,    GREY, { W(0, 0, 0, 16), NONE, NONE, NONE } },
	{ XF_FORMAT_GR88,   RGB, { B(0, 0), B(0, 1), NONE, NONE } },
	{ XF_FORMAT_GR1616, RGB, { W(0, 0, 0, 16), W(0, 2, 0, 16), NONE, NONE } },
	{ XF_FORMAT_NV12,   YUV, { B(0, 0), B(1, 0), B(1, 1), NONE } },
	{ XF_FORMAT_NV21,   YUV, { B(0, 0), B(1, 1), B(1, 0), NONE } },
	{ XF_FORMAT_NV16,   YUV, { B(0, 0), B(1, 0), B(1, 1), NONE } },
	{ XF_FORMAT_NV24,   YUV, { B(0, 0), B(1, 0), B(1, 1), NONE } },
	{ XF_FORMAT_P010,   YUV, { W(0, 0, 6, 10), W(1, 0, 6, 10), W(1, 2, 6, 10), NONE } },
	{ XF_FORMAT_P012,   YUV, { W(0, 0, 4, 12), W(1, 0, 4, 12), W(1, 2, 4, 12), NONE } },
	{ XF_FORMAT_P016,   YUV, { W(0, 0, 0, 16), W(1, 0, 0, 16), W(1, 2, 0, 16), NONE } },
	{ XF_FORMAT_P210,   YUV, { W(0, 0, 6, 10), W(1, 0, 6, 10), W(1, 2, 6, 10), NONE } },
	{ XF_FORMAT_YUV420, YUV, { B(0, 0), B(1, 0), B(2, 0), NONE } },
	{ XF_FORMAT_YVU420, YUV, { B(0, 0), B(2, 0), B(1, 0), NONE } },
	{ XF_FORMAT_YUV422, YUV, { B(0, 0), B(1, 0), B(2, 0), NONE } },
	{ XF_FORMAT_YUV444, YUV, { B(0, 0), B(1, 0), B(2, 0), NONE } },
	{ XF_FORMAT_S010,   YUV, { W(0, 0, 0, 10), W(1, 0, 0, 10), W(2, 0, 0, 10), NONE } },
	{ XF_FORMAT_S210,   YUV, { W(0, 0, 0, 10), W(1, 0, 0, 10), W(2, 0, 0, 10), NONE } },
	{ XF_FORMAT_S410,   YUV, { W(0, 0, 0, 10), W(1, 0, 0, 10), W(2, 0, 0, 10), NONE } },
	{ XF_FORMAT_YUYV,   YUV, { PAIR(1, 0, 0, 8, 2), B(0, 1), B(0, 3), NONE } },
	{ XF_FORMAT_UYVY,   YUV, { PAIR(1, 1, 0, 8, 2), B(0, 0), B(0, 2), NONE } },
	{ XF_FORMAT_Y210,   YUV, { PAIR(2, 0, 6, 10, 4), W(0, 2, 6, 10), W(0, 6, 6, 10), NONE } },
	{ XF_FORMAT_AYUV,   YUV, { B(0, 2), B(0, 1), B(0, 0), B(0, 3) } },
	{ XF_FORMAT_VUY888, YUV, { B(0, 0), B(0, 1), B(0, 2), NONE } },
	{ XF_FORMAT_Y410,   YUV, { D(10, 10), D(0, 10), D(20, 10), D(30, 2) } },
};
/* clang-format on */

static const struct colour_components *find(uint32_t fourcc)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].fourcc == fourcc)
			return &known[i];
	return NULL;
}

/* Kr and Kb of the matrices in use, by their numbers; what is not said goes by the size. */
static void choose_matrix(struct colour *c, uint8_t matrix)
{
	double red = 0.299, blue = 0.114; /* BT.601 */
	if (matrix == 1 || (matrix != 5 && matrix != 6 && c->desc->height_px >= 720)) {
		red = 0.2126; /* BT.709 */
		blue = 0.0722;
	}
	if (matrix == 9 || matrix == 10) {
		red = 0.2627; /* BT.2020 */
		blue = 0.0593;
	}
	double green = 1 - red - blue;
	c->red_v = 2 * (1 - red);
	c->blue_u = 2 * (1 - blue);
	c->green_u = c->blue_u * blue / green;
	c->green_v = c->red_v * red / green;
}

int colour_init(struct colour *c, const struct xf_stream_format *format, const void *data)
{
	struct xf_format_info info = { .size = sizeof(info) };
	*c = (struct colour){ .desc = format->desc, .data = data };
	c->components = find(format->desc->fourcc);
	if (!c->components || xf_format_info(format->desc->fourcc, &info) ||
		format->desc->modifier != XF_MODIFIER_LINEAR)
		return -ENOTSUP;
	c->yuv = c->components->kind == YUV;
	c->alpha = c->components->of[3].bytes != 0;
	c->full_range = format->colorimetry.full_range;
	for (uint32_t i = 0; i < info.n_planes; i++) {
		c->block_width_px[i] = info.planes[i].block_width_px;
		c->block_height_px[i] = info.planes[i].block_height_px;
		c->block_bytes[i] = info.planes[i].block_bytes;
	}
	choose_matrix(c, format->colorimetry.matrix);
	return 0;
}

static uint32_t read_component(
	const struct colour *c, const struct component *part, uint32_t x, uint32_t y)
{
	const struct xf_plane *plane = &c->desc->planes[part->plane];
	uint32_t across = c->block_width_px[part->plane], down = c->block_height_px[part->plane];
	const uint8_t *at = c->data + plane->offset_bytes +
			    (size_t)(y / down) * plane->stride_bytes +
			    (size_t)(x / across) * c->block_bytes[part->plane] + part->offset +
			    x % across * part->odd;
	uint32_t value = 0;
	for (uint32_t i = part->bytes; i; i--)
		value = value << 8 | at[i - 1];
	return value >> part->shift & ((UINT32_C(1) << part->bits) - 1);
}

/* As 8 bits: the upper ones of more, and of less repeated. */
static uint8_t to_8_bits(uint32_t value, uint32_t bits)
{
	if (bits >= 8)
		return (uint8_t)(value >> (bits - 8));
	return (uint8_t)(value * 255 / ((1u << bits) - 1));
}

static uint8_t clamp(double value)
{
	return value <= 0 ? 0 : value >= 255 ? 255 : (uint8_t)(value + 0.5);
}

static uint8_t half_to_8_bits(uint32_t half)
{
	int exponent = (int)(half >> 10 & 31);
	double value =
		exponent ? ldexp(1024 + (half & 1023), exponent - 25) : ldexp(half & 1023, -24);
	return half & 0x8000 ? 0 : exponent == 31 ? 255 : clamp(value * 255);
}

static void from_yuv(const struct colour *c, uint8_t rgba[4])
{
	double y = rgba[0], u = rgba[1] - 128.0, v = rgba[2] - 128.0;
	if (!c->full_range) {
		y = (y - 16) * 255 / 219;
		u = u * 255 / 224;
		v = v * 255 / 224;
	}
	rgba[0] = clamp(y + c->red_v * v);
	rgba[1] = clamp(y - c->green_u * u - c->green_v * v);
	rgba[2] = clamp(y + c->blue_u * u);
}

void colour_at(const struct colour *c, uint32_t x, uint32_t y, uint8_t rgba[4])
{
	for (int i = 0; i < 4; i++) {
		const struct component *part = &c->components->of[i];
		uint32_t value = part->bytes ? read_component(c, part, x, y) : 0;
		rgba[i] = !part->bytes			? (i == 3 ? 255 : 0)
			  : c->components->kind == HALF ? half_to_8_bits(value)
							: to_8_bits(value, part->bits);
	}
	if (c->yuv)
		from_yuv(c, rgba);
	else if (c->components->kind == GREY)
		rgba[1] = rgba[2] = rgba[0];
}
