/* SPDX-License-Identifier: MIT */
/* Arithmetic of pixel layouts: what a description needs, and whether it holds together. */
#include <errno.h>
#include <string.h>

#include "base/params.h"
#include "surface/surface.h"

struct plane_format {
	uint8_t bytes; /* per sample */
	uint8_t x_div, y_div; /* subsampling */
};

static const struct format {
	uint32_t fourcc;
	uint32_t n_planes;
	struct plane_format planes[3];
} formats[] = {
	{ XF_FORMAT_ABGR8888, 1, { { 4, 1, 1 } } },
	{ XF_FORMAT_XBGR8888, 1, { { 4, 1, 1 } } },
	{ XF_FORMAT_ARGB8888, 1, { { 4, 1, 1 } } },
	{ XF_FORMAT_XRGB8888, 1, { { 4, 1, 1 } } },
	{ XF_FORMAT_R8, 1, { { 1, 1, 1 } } },
	{ XF_FORMAT_GR88, 1, { { 2, 1, 1 } } },
	{ XF_FORMAT_NV12, 2, { { 1, 1, 1 }, { 2, 2, 2 } } },
	{ XF_FORMAT_YUV420, 3, { { 1, 1, 1 }, { 1, 2, 2 }, { 1, 2, 2 } } },
	{ XF_FORMAT_RAW, 1, { { 1, 1, 1 } } },
};

static const struct format *find_format(uint32_t fourcc)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i].fourcc == fourcc)
			return &formats[i];
	return NULL;
}

static uint32_t div_up(uint32_t n, uint32_t by)
{
	return (n + by - 1) / by;
}

static int check_size(const struct xf_surface_desc *desc)
{
	if (!desc->width_px || !desc->height_px || desc->n_planes > XF_PLANES_MAX)
		return -EINVAL;
	if (desc->fourcc == XF_FORMAT_RAW) /* a buffer may be longer than an image is wide */
		return desc->height_px == 1 ? 0 : -EINVAL;
	return desc->width_px > XF_SIZE_MAX_PX || desc->height_px > XF_SIZE_MAX_PX ? -EINVAL : 0;
}

static int fill_planes(struct xf_surface_desc *desc, const struct format *format)
{
	uint32_t offset = 0, stride, bytes;
	for (uint32_t i = 0; i < format->n_planes; i++) {
		const struct plane_format *p = &format->planes[i];
		if (__builtin_mul_overflow(div_up(desc->width_px, p->x_div), p->bytes, &stride) ||
			__builtin_add_overflow(stride, 63u, &stride))
			return -EOVERFLOW;
		stride &= ~63u;
		desc->planes[i] = (struct xf_plane){ offset, stride };
		if (__builtin_mul_overflow(stride, div_up(desc->height_px, p->y_div), &bytes) ||
			__builtin_add_overflow(offset, bytes, &offset))
			return -EOVERFLOW;
	}
	desc->n_planes = format->n_planes;
	return 0;
}

/* One past a plane's last byte; the last row need not be padded to the stride. */
static int plane_end(const struct xf_surface_desc *desc, const struct format *format, uint32_t i,
	uint64_t *ret_end)
{
	const struct xf_plane *plane = &desc->planes[i];
	uint64_t rows = desc->height_px, row_bytes = plane->stride_bytes;
	if (format) {
		const struct plane_format *p = &format->planes[i];
		rows = div_up(desc->height_px, p->y_div);
		row_bytes = (uint64_t)div_up(desc->width_px, p->x_div) * p->bytes;
		if (rows > 1 && plane->stride_bytes < row_bytes)
			return -EINVAL;
	}
	if (!row_bytes)
		return -EINVAL;
	*ret_end = plane->offset_bytes + (rows - 1) * plane->stride_bytes + row_bytes;
	return *ret_end > UINT32_MAX ? -EOVERFLOW : 0;
}

static int check_planes(
	const struct xf_surface_desc *desc, const struct format *format, uint64_t *ret_size)
{
	uint64_t ends[XF_PLANES_MAX], size = 0;
	if (format && desc->n_planes != format->n_planes)
		return -EINVAL;
	for (uint32_t i = 0; i < desc->n_planes; i++) {
		int r = plane_end(desc, format, i, &ends[i]);
		if (r)
			return r;
		for (uint32_t j = 0; j < i; j++)
			if (desc->planes[i].offset_bytes < ends[j] &&
				desc->planes[j].offset_bytes < ends[i])
				return -EINVAL;
		size = ends[i] > size ? ends[i] : size;
	}
	*ret_size = size;
	return 0;
}

int xf_surface_layout(struct xf_surface_desc *desc, uint64_t *ret_size_bytes)
{
	struct xf_surface_desc copy;
	uint64_t size;
	if (!ret_size_bytes)
		return xf_fail(-EINVAL, "ret_size_bytes is NULL");
	int r = XFI_PARAMS_READ(&copy, struct xf_surface_desc, desc);
	if (r)
		return r;
	const struct format *format = find_format(copy.fourcc);
	r = check_size(&copy);
	if (!r && !copy.n_planes)
		r = format ? fill_planes(&copy, format) : -EINVAL;
	if (!r)
		r = check_planes(&copy, format, &size);
	if (r)
		return r;
	*ret_size_bytes = size;
	return XFI_PARAMS_WRITE(desc, struct xf_surface_desc, &copy);
}

int xfi_surface_plan(struct xfi_surface_plan *plan, const struct xf_surface_desc *desc)
{
	*plan = (struct xfi_surface_plan){ .fd = -1 };
	int r = XFI_PARAMS_READ(&plan->desc, struct xf_surface_desc, desc);
	return r ? r : xf_surface_layout(&plan->desc, &plan->size_bytes);
}
