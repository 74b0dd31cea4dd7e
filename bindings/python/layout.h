/* SPDX-License-Identifier: MIT */
/* Where the numbers of a surface's planes are, as the buffer protocol and DLPack say it. */
#ifndef XFP_LAYOUT_H
#define XFP_LAYOUT_H

#include "module.h"

#define XFP_LAYOUTS_MAX (XF_PLANES_MAX + 1)

struct xfp_layout {
	const char *format; /* as struct has it; NULL: it has none (bfloat16) */
	uint32_t dtype; /* enum xf_dtype */
	int n_dims;
	uint64_t offset; /* bytes */
	Py_ssize_t item_bytes, bytes; /* of an element, of all */
	Py_ssize_t shape[XF_TENSOR_DIMS_MAX], strides[XF_TENSOR_DIMS_MAX];
	int64_t strides_items[XF_TENSOR_DIMS_MAX]; /* for DLPack */
	int64_t shape_items[XF_TENSOR_DIMS_MAX];
};

/*
 * One for each plane of `desc`; returns how many: 0 where nobody knows what they look like. The
 * description is another process' word: what does not fit into `size` bytes is left out, too.
 */
uint32_t xfp_layout_planes(const struct xf_surface_desc *desc, uint64_t size,
	struct xfp_layout ret_layouts[XF_PLANES_MAX]);

/* All bytes. */
void xfp_layout_raw(uint64_t size, struct xfp_layout *ret_layout);

bool xfp_layout_is_contiguous(const struct xfp_layout *layout, char order);

#endif
