/* SPDX-License-Identifier: MIT */
#include "win/dxgi/view_part.h"

enum field { END, MIP, MIPS, FIRST, COUNT, FLAGS };

#define MAX_FIELDS 4

/* For shaders to read; the others have no number of levels, and slices of volumes instead. */
static const uint8_t read_fields[][MAX_FIELDS] = {
	[XFI_BUFFER] = { FIRST, COUNT },
	[XFI_1D] = { MIP, MIPS },
	[XFI_1D_ARRAY] = { MIP, MIPS, FIRST, COUNT },
	[XFI_2D] = { MIP, MIPS },
	[XFI_2D_ARRAY] = { MIP, MIPS, FIRST, COUNT },
	[XFI_2DMS] = { END },
	[XFI_2DMS_ARRAY] = { FIRST, COUNT },
	[XFI_3D] = { MIP, MIPS },
	[XFI_CUBE] = { MIP, MIPS },
	[XFI_CUBE_ARRAY] = { MIP, MIPS, FIRST, COUNT },
	[XFI_BUFFER_EX] = { FIRST, COUNT, FLAGS },
};

static const uint8_t written_fields[][MAX_FIELDS] = {
	[XFI_BUFFER] = { FIRST, COUNT, FLAGS },
	[XFI_1D] = { MIP },
	[XFI_1D_ARRAY] = { MIP, FIRST, COUNT },
	[XFI_2D] = { MIP },
	[XFI_2D_ARRAY] = { MIP, FIRST, COUNT },
	[XFI_2DMS] = { END },
	[XFI_2DMS_ARRAY] = { FIRST, COUNT },
	[XFI_3D] = { MIP, FIRST, COUNT },
};

static const uint8_t *fields_of(enum xfi_view_kind kind, enum xfi_dimension dimension)
{
	return kind == XFI_SRV ? read_fields[dimension] : written_fields[dimension];
}

static bool has(enum xfi_view_kind kind, enum xfi_dimension dimension)
{
	switch (kind) {
	case XFI_RTV:
		return dimension >= XFI_BUFFER && dimension <= XFI_3D;
	case XFI_DSV:
		return dimension >= XFI_1D && dimension <= XFI_2DMS_ARRAY;
	case XFI_SRV:
		return dimension >= XFI_BUFFER && dimension <= XFI_BUFFER_EX;
	default:
		return (dimension >= XFI_BUFFER && dimension <= XFI_2D_ARRAY) ||
		       dimension == XFI_3D;
	}
}

/* The numbers after format and dimension, and after flags in depth-stencil views. */
static UINT *numbers_of(enum xfi_view_kind kind, union xfi_view_desc *desc)
{
	return kind == XFI_DSV ? &desc->dsv.Texture1D.MipSlice : &desc->rtv.Buffer.FirstElement;
}

static UINT *place_of(struct xfi_part *part, enum field field)
{
	switch (field) {
	case MIP:
		return &part->mip;
	case MIPS:
		return &part->n_mips;
	case FIRST:
		return &part->first;
	case COUNT:
		return &part->count;
	default:
		return &part->flags;
	}
}

/* Render targets in buffers have no flags. */
static unsigned count_of(enum xfi_view_kind kind, enum xfi_dimension dimension)
{
	const uint8_t *fields = fields_of(kind, dimension);
	unsigned n = 0;
	while (n < MAX_FIELDS && fields[n] && !(kind == XFI_RTV && fields[n] == FLAGS))
		n++;
	return n;
}

size_t xfi_view_desc_size(enum xfi_view_kind kind)
{
	static const size_t sizes[] = { sizeof(D3D11_RENDER_TARGET_VIEW_DESC),
		sizeof(D3D11_DEPTH_STENCIL_VIEW_DESC), sizeof(D3D11_SHADER_RESOURCE_VIEW_DESC),
		sizeof(D3D11_UNORDERED_ACCESS_VIEW_DESC) };
	return sizes[kind];
}

bool xfi_part_read(
	enum xfi_view_kind kind, const union xfi_view_desc *desc, struct xfi_part *ret_part)
{
	const UINT *numbers = numbers_of(kind, (union xfi_view_desc *)desc);
	UINT dimension = desc->rtv.ViewDimension;
	if (dimension && kind == XFI_DSV)
		dimension += XFI_1D - D3D11_DSV_DIMENSION_TEXTURE1D;
	if (dimension > XFI_BUFFER_EX || !has(kind, dimension))
		return false;
	*ret_part = (struct xfi_part){
		.format = desc->rtv.Format, .dimension = dimension, .n_mips = 1
	};
	for (unsigned i = 0; i < count_of(kind, dimension); i++)
		*place_of(ret_part, fields_of(kind, dimension)[i]) = numbers[i];
	return true;
}

void xfi_part_write(enum xfi_view_kind kind, const struct xfi_part *part, union xfi_view_desc *desc)
{
	UINT *numbers = numbers_of(kind, desc);
	UINT dimension = part->dimension;
	if (kind == XFI_DSV)
		dimension -= XFI_1D - D3D11_DSV_DIMENSION_TEXTURE1D;
	desc->rtv.Format = part->format;
	desc->rtv.ViewDimension = (D3D11_RTV_DIMENSION)dimension;
	for (unsigned i = 0; i < count_of(kind, part->dimension); i++)
		numbers[i] =
			*place_of((struct xfi_part *)part, fields_of(kind, part->dimension)[i]);
}

bool xfi_part_has_range(enum xfi_view_kind kind, enum xfi_dimension dimension)
{
	const uint8_t *fields = fields_of(kind, dimension);
	for (unsigned i = 0; i < MAX_FIELDS; i++)
		if (fields[i] == COUNT)
			return true;
	return false;
}
