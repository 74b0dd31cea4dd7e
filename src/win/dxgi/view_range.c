/* SPDX-License-Identifier: MIT */
#include "win/dxgi/view_range.h"

static struct xfi_part part_of(const struct xfi_view *view)
{
	struct xfi_part part = { .n_mips = 1 };
	(void)xfi_part_read(view->kind, &view->desc, &part); /* it was made from one */
	return part;
}

enum xfi_dimension xfi_view_dimension(const struct xfi_view *view)
{
	return part_of(view).dimension;
}

UINT xfi_view_levels(const struct xfi_view *view)
{
	return view->kind == XFI_SRV ? part_of(view).n_mips : 1;
}

static bool meet(UINT a, UINT n_a, UINT b, UINT n_b)
{
	return a < b + n_b && b < a + n_a;
}

bool xfi_view_overlaps(const struct xfi_view *a, const struct xfi_view *b)
{
	const D3D11_RESOURCE_DIMENSION dimension = a->resource->desc.dimension;
	if (a->resource != b->resource || a->chroma != b->chroma)
		return false;
	if (dimension == D3D11_RESOURCE_DIMENSION_BUFFER)
		return meet(a->left_byte, a->n_bytes, b->left_byte, b->n_bytes);
	return meet(a->mip, xfi_view_levels(a), b->mip, xfi_view_levels(b)) &&
	       (dimension == D3D11_RESOURCE_DIMENSION_TEXTURE3D ||
		       meet(a->first, a->count, b->first, b->count));
}
