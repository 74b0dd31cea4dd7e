/* SPDX-License-Identifier: MIT */
#include "layout.h"

static const char *format_of(uint32_t dtype)
{
	switch (dtype) {
	case XF_DTYPE_I8:
		return "b";
	case XF_DTYPE_I16:
		return "h";
	case XF_DTYPE_I32:
		return "i";
	case XF_DTYPE_I64:
		return "q";
	case XF_DTYPE_U8:
		return "B";
	case XF_DTYPE_U16:
		return "H";
	case XF_DTYPE_U32:
		return "I";
	case XF_DTYPE_U64:
		return "Q";
	case XF_DTYPE_F16:
		return "e";
	case XF_DTYPE_F32:
		return "f";
	case XF_DTYPE_F64:
		return "d";
	}
	return NULL;
}

/* Of a format's components. Where they are not bytes or words of their own: what has them all. */
static uint32_t dtype_of(uint32_t fourcc, const struct xf_format_info *info)
{
	switch (fourcc) {
	case XF_FORMAT_RGB565:
		return XF_DTYPE_U16;
	case XF_FORMAT_XRGB2101010:
	case XF_FORMAT_ARGB2101010:
	case XF_FORMAT_XBGR2101010:
	case XF_FORMAT_ABGR2101010:
	case XF_FORMAT_Y410:
		return XF_DTYPE_U32;
	case XF_FORMAT_ABGR16161616F:
	case XF_FORMAT_XBGR16161616F:
		return XF_DTYPE_F16;
	}
	return info->bits > 8 ? XF_DTYPE_U16 : XF_DTYPE_U8;
}

static void set_dtype(struct xfp_layout *l, uint32_t dtype)
{
	l->dtype = dtype;
	l->format = format_of(dtype);
	l->item_bytes = (Py_ssize_t)XF_DTYPE_BYTES(dtype);
}

static void add_dim(struct xfp_layout *l, uint64_t n, uint64_t stride)
{
	l->shape[l->n_dims] = (Py_ssize_t)n;
	l->strides[l->n_dims] = (Py_ssize_t)stride;
	l->n_dims++;
}

/* What follows from the rest; false: it does not lie within the surface. */
static bool complete(struct xfp_layout *l, uint64_t size)
{
	unsigned __int128 end = l->offset + (uint64_t)l->item_bytes, count = 1;
	for (int i = 0; i < l->n_dims; i++) {
		if (l->shape[i] <= 0 || l->strides[i] < 0)
			return false;
		end += (unsigned __int128)(l->shape[i] - 1) * (uint64_t)l->strides[i];
		count *= (uint64_t)l->shape[i];
		l->shape_items[i] = l->shape[i];
		l->strides_items[i] =
			l->strides[i] % l->item_bytes ? -1 : l->strides[i] / l->item_bytes;
		if (end > size || count > size)
			return false;
	}
	l->bytes = (Py_ssize_t)count * l->item_bytes;
	return end <= size && l->offset % (uint64_t)l->item_bytes == 0;
}

/*
 * Rows of elements, or of groups of them. A picture of one plane whose block stands for several
 * pixels (YUYV) has as many groups as pixels, as OpenCV wants it.
 */
static bool plane(const struct xf_surface_desc *desc, const struct xf_format_info *info,
	uint32_t which, struct xfp_layout *l)
{
	const struct xf_format_plane *block = &info->planes[which];
	const struct xf_plane *p = &desc->planes[which];
	uint64_t columns = (desc->width_px + block->block_width_px - 1) / block->block_width_px;
	set_dtype(l, dtype_of(desc->fourcc, info));
	uint64_t group = block->block_bytes / (uint64_t)l->item_bytes;
	if (info->n_planes == 1 && block->block_width_px > 1) {
		columns *= block->block_width_px;
		group /= block->block_width_px;
	}
	l->offset = p->offset_bytes;
	add_dim(l, p->rows, p->stride_bytes);
	add_dim(l, columns, group * (uint64_t)l->item_bytes);
	if (group > 1)
		add_dim(l, group, (uint64_t)l->item_bytes);
	return group > 0;
}

static uint32_t tensor(const struct xf_tensor *t, uint64_t size, struct xfp_layout *l)
{
	if (t->n_dims > XF_TENSOR_DIMS_MAX || !xf_dtype_name(t->dtype))
		return 0;
	set_dtype(l, t->dtype);
	l->offset = t->offset_bytes;
	for (uint32_t i = 0; i < t->n_dims; i++)
		add_dim(l, t->dims[i], (uint64_t)t->strides_bytes[i]);
	return complete(l, size) ? 1 : 0;
}

void xfp_layout_raw(uint64_t size, struct xfp_layout *l)
{
	*l = (struct xfp_layout){ .offset = 0 };
	set_dtype(l, XF_DTYPE_U8);
	add_dim(l, size, 1);
	(void)complete(l, size);
}

uint32_t xfp_layout_planes(const struct xf_surface_desc *desc, uint64_t size,
	struct xfp_layout ret_layouts[XF_PLANES_MAX])
{
	struct xf_format_info info = { .size = sizeof(info) };
	memset(ret_layouts, 0, XF_PLANES_MAX * sizeof(*ret_layouts));
	if (desc->fourcc == XF_FORMAT_TENSOR)
		return tensor(&desc->tensor, size, ret_layouts);
	if (desc->fourcc == XF_FORMAT_RAW) {
		xfp_layout_raw(size < desc->width_px ? size : desc->width_px, ret_layouts);
		return 1;
	}
	if (desc->modifier != XF_MODIFIER_LINEAR || xf_format_info(desc->fourcc, &info) ||
		info.n_planes > XF_PLANES_MAX || desc->n_planes != info.n_planes)
		return 0;
	for (uint32_t i = 0; i < info.n_planes; i++)
		if (!plane(desc, &info, i, &ret_layouts[i]) || !complete(&ret_layouts[i], size))
			return 0;
	return info.n_planes;
}

bool xfp_layout_is_contiguous(const struct xfp_layout *l, char order)
{
	Py_ssize_t expected = l->item_bytes;
	for (int n = 0; n < l->n_dims; n++) {
		int i = order == 'F' ? n : l->n_dims - 1 - n;
		if (l->shape[i] != 1 && l->strides[i] != expected)
			return false;
		expected *= l->shape[i];
	}
	return true;
}
