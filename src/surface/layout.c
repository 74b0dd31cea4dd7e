/* SPDX-License-Identifier: MIT */
/* Arithmetic of pixel layouts: what a description needs, and whether it holds together. */
#include <errno.h>
#include <string.h>

#include "base/message.h"
#include "base/params.h"
#include "shm/object.h"
#include "surface/device.h"
#include "surface/format.h"
#include "surface/layout.h"
#include "surface/tensor.h"

#define ALIGNMENT     64u
#define ALIGNMENT_MAX 65536u

static uint32_t div_up(uint32_t n, uint32_t by)
{
	return n / by + (n % by != 0);
}

/* Where memory is laid out in another way than in rows, what the format says does not count. */
static const struct xfi_format *format_of(const struct xf_surface_desc *desc)
{
	return desc->modifier == XF_MODIFIER_LINEAR ? xfi_format_find(desc->fourcc) : NULL;
}

static int check_size(const struct xf_surface_desc *desc)
{
	if (!desc->width_px || !desc->height_px)
		return xf_fail(
			-EINVAL, "a surface of %u x %u pixels", desc->width_px, desc->height_px);
	if (desc->n_planes > XF_PLANES_MAX)
		return xf_fail(-EINVAL, "n_planes is %u; at most %u", desc->n_planes,
			(unsigned)XF_PLANES_MAX);
	if (desc->fourcc == XF_FORMAT_RAW) /* a buffer may be longer than an image is wide */
		return desc->height_px == 1 ? 0 : xf_fail(-EINVAL, "a raw surface has one row");
	if (desc->width_px > XF_SIZE_MAX_PX || desc->height_px > XF_SIZE_MAX_PX)
		return xf_fail(-EINVAL, "%u x %u pixels; at most %u each", desc->width_px,
			desc->height_px, (unsigned)XF_SIZE_MAX_PX);
	return 0;
}

static int check_padding(const struct xf_surface_desc *desc)
{
	uint32_t alignment = desc->alignment_bytes, rows = desc->padded_height_px;
	if (alignment & (alignment - 1) || alignment > ALIGNMENT_MAX)
		return xf_fail(-EINVAL, "alignment_bytes is %u; a power of two up to %u", alignment,
			ALIGNMENT_MAX);
	if (rows && (rows < desc->height_px || rows > XF_SIZE_MAX_PX))
		return xf_fail(
			-EINVAL, "padded_height_px is %u for %u rows", rows, desc->height_px);
	return 0;
}

static int fill_plane(
	struct xf_surface_desc *desc, const struct xfi_format_plane *p, uint32_t rows, uint32_t i)
{
	uint32_t align = (desc->alignment_bytes ? desc->alignment_bytes : ALIGNMENT) - 1;
	struct xf_plane *plane = &desc->planes[i];
	uint32_t stride, bytes;
	if (__builtin_mul_overflow(div_up(desc->width_px, p->x_div), p->bytes, &stride) ||
		__builtin_add_overflow(stride, align, &stride))
		return -EOVERFLOW;
	plane->stride_bytes = stride & ~align;
	plane->rows = 0;
	if (i + 1 == desc->n_planes)
		return 0;
	if (__builtin_mul_overflow(plane->stride_bytes, div_up(rows, p->y_div), &bytes) ||
		__builtin_add_overflow(plane->offset_bytes, bytes, &plane[1].offset_bytes))
		return -EOVERFLOW;
	return 0;
}

static int fill_planes(struct xf_surface_desc *desc, const struct xfi_format *format)
{
	if (!format)
		return xf_fail(-EINVAL, "format %.4s is not known here: fill in its planes",
			(const char *)&desc->fourcc);
	int r = check_padding(desc);
	uint32_t rows = desc->padded_height_px ? desc->padded_height_px : desc->height_px;
	/* As GStreamer does: also the plane above the chroma has whole blocks of rows. */
	rows += rows % format->planes[format->n_planes - 1].y_div;
	desc->n_planes = format->n_planes;
	desc->planes[0].offset_bytes = 0;
	for (uint32_t i = 0; !r && i < format->n_planes; i++)
		r = fill_plane(desc, &format->planes[i], rows, i);
	return r;
}

/* Fills in the rows; *ret_end is one past the last byte. The last row may lack its padding. */
static int check_plane(struct xf_surface_desc *desc, const struct xfi_format *format, uint32_t i,
	uint64_t *ret_end)
{
	struct xf_plane *plane = &desc->planes[i];
	uint64_t rows = desc->height_px, row_bytes = plane->stride_bytes;
	if (format) {
		const struct xfi_format_plane *p = &format->planes[i];
		rows = div_up(desc->height_px, p->y_div);
		row_bytes = (uint64_t)div_up(desc->width_px, p->x_div) * p->bytes;
		if (plane->rows && plane->rows != rows)
			return xf_fail(-EINVAL, "plane %u has %u rows; the format has %u", i,
				plane->rows, (unsigned)rows);
		if (rows > 1 && plane->stride_bytes < row_bytes)
			return xf_fail(-EINVAL, "stride %u of plane %u; a row has %u bytes",
				plane->stride_bytes, i, (unsigned)row_bytes);
	}
	if (!format && plane->rows)
		rows = plane->rows;
	if (!row_bytes || rows > XF_SIZE_MAX_PX)
		return xf_fail(-EINVAL, "plane %u has %u rows of %u bytes", i, (unsigned)rows,
			(unsigned)row_bytes);
	plane->rows = (uint32_t)rows;
	*ret_end = plane->offset_bytes + (rows - 1) * plane->stride_bytes + row_bytes;
	return *ret_end > UINT32_MAX ? -EOVERFLOW : 0;
}

static int check_planes(
	struct xf_surface_desc *desc, const struct xfi_format *format, uint64_t *ret_size)
{
	uint64_t ends[XF_PLANES_MAX], size = 0;
	if (format && desc->n_planes != format->n_planes)
		return xf_fail(-EINVAL, "n_planes is %u; the format has %u", desc->n_planes,
			format->n_planes);
	for (uint32_t i = 0; i < desc->n_planes; i++) {
		int r = check_plane(desc, format, i, &ends[i]);
		if (r)
			return r;
		for (uint32_t j = 0; j < i; j++)
			if (desc->planes[i].offset_bytes < ends[j] &&
				desc->planes[j].offset_bytes < ends[i])
				return xf_fail(-EINVAL, "planes %u and %u overlap", j, i);
		size = ends[i] > size ? ends[i] : size;
	}
	*ret_size = size;
	return 0;
}

static int picture_layout(struct xf_surface_desc *desc, uint64_t *ret_size)
{
	const struct xfi_format *format = format_of(desc);
	int r = check_size(desc);
	if (!r && !desc->n_planes)
		r = fill_planes(desc, format);
	return r ? r : check_planes(desc, format, ret_size);
}

static int check_label(const struct xf_surface_desc *desc)
{
	if (memchr(desc->label, 0, sizeof(desc->label)))
		return xfi_label_check(desc->label);
	return xf_fail(-EINVAL, "label has no terminator within %d bytes", XF_LABEL_MAX + 1);
}

int xf_surface_layout(struct xf_surface_desc *desc, uint64_t *ret_size_bytes)
{
	struct xf_surface_desc copy;
	uint64_t size = 0;
	xfi_message_forget();
	if (!ret_size_bytes)
		return xf_fail(-EINVAL, "ret_size_bytes is NULL");
	int r = XFI_PARAMS_READ(&copy, struct xf_surface_desc, desc);
	if (r)
		return r;
	r = check_label(&copy);
	if (!r)
		r = copy.fourcc == XF_FORMAT_TENSOR ? xfi_tensor_layout(&copy, &size)
						    : picture_layout(&copy, &size);
	if (r)
		return r;
	*ret_size_bytes = size;
	return XFI_PARAMS_WRITE(desc, struct xf_surface_desc, &copy);
}

int xfi_surface_plan(struct xfi_surface_plan *plan, const struct xf_surface_desc *desc)
{
	*plan = (struct xfi_surface_plan){ .fd = -1 };
	int r = XFI_PARAMS_READ(&plan->desc, struct xf_surface_desc, desc);
	if (!r)
		r = xf_surface_layout(&plan->desc, &plan->size_bytes);
	return r ? r : xfi_device_check(plan);
}
