/* SPDX-License-Identifier: MIT */
/*
 * All of these walk rows. A row of NV12 is a row of luma, or further down one of both chroma
 * samples of two rows of pixels, with as many bytes.
 */
#include "win/dxgi/copy.h"

#include "win/dxgi/format.h"

bool xfi_box_fits(const struct xfi_extent *e, const D3D11_BOX *box)
{
	if (!box)
		return true;
	return box->left < box->right && box->right <= e->width && box->top < box->bottom &&
	       box->bottom <= e->height && box->front < box->back && box->back <= e->depth;
}

static D3D11_BOX whole(const struct xfi_extent *e)
{
	return (D3D11_BOX){ 0, 0, 0, e->width, e->height, e->depth };
}

static uint32_t pixel_bytes(const struct xfi_desc *desc)
{
	const struct xfi_format *format = xfi_format(desc->format);

	return format ? format->bytes : 1;
}

static bool is_nv12(const struct xfi_desc *desc)
{
	return desc->format == DXGI_FORMAT_NV12;
}

static bool nv12_box_is_even(const struct xfi_desc *desc, const D3D11_BOX *box)
{
	return !is_nv12(desc) || !((box->left | box->right | box->top | box->bottom) & 1);
}

static void copy_rows(uint8_t *to, size_t to_pitch, const uint8_t *from, size_t from_pitch,
	size_t bytes, uint32_t rows)
{
	for (uint32_t y = 0; y < rows; y++)
		memmove(to + y * to_pitch, from + y * from_pitch, bytes);
}

void xfi_upload(const struct xfi_desc *desc, uint8_t *memory, UINT subresource,
	const D3D11_BOX *part, const D3D11_SUBRESOURCE_DATA *data)
{
	const uint8_t *from = data->pSysMem;
	size_t pitch = data->SysMemPitch, bytes;
	struct xfi_extent e;
	D3D11_BOX box;

	if (!xfi_desc_extent(desc, subresource, &e) || !xfi_box_fits(&e, part))
		return;
	box = part ? *part : whole(&e);
	if (!nv12_box_is_even(desc, &box))
		return;
	bytes = (size_t)(box.right - box.left) * pixel_bytes(desc);
	for (uint32_t z = box.front; z < box.back; z++) {
		const uint8_t *slice = from + (size_t)(z - box.front) * data->SysMemSlicePitch;
		uint8_t *to = memory + e.offset + (size_t)z * e.depth_pitch +
			      (size_t)box.left * pixel_bytes(desc);
		uint32_t rows = box.bottom - box.top;

		copy_rows(
			to + (size_t)box.top * e.row_pitch, e.row_pitch, slice, pitch, bytes, rows);
		if (is_nv12(desc))
			copy_rows(to + (size_t)(e.height + box.top / 2) * e.row_pitch, e.row_pitch,
				slice + rows * pitch, pitch, bytes, rows / 2);
	}
}

static bool same_family(const struct xfi_desc *a, const struct xfi_desc *b)
{
	const struct xfi_format *one = xfi_format(a->format), *two = xfi_format(b->format);

	if (!one || !two)
		return one == two;
	return one->family == two->family;
}

void xfi_copy(const struct xfi_image *to, UINT x, UINT y, UINT z, const struct xfi_image *from,
	const D3D11_BOX *part)
{
	struct xfi_extent a, b;
	D3D11_BOX box;
	size_t bytes;

	if (!same_family(to->desc, from->desc) || !xfi_desc_extent(to->desc, to->subresource, &a) ||
		!xfi_desc_extent(from->desc, from->subresource, &b) || !xfi_box_fits(&b, part))
		return;
	box = part ? *part : whole(&b);
	if (x > a.width || box.right - box.left > a.width - x || y > a.height ||
		box.bottom - box.top > a.height - y || z > a.depth ||
		box.back - box.front > a.depth - z)
		return;
	if (!nv12_box_is_even(from->desc, &box) || (is_nv12(to->desc) && ((x | y) & 1)))
		return;
	bytes = (size_t)(box.right - box.left) * pixel_bytes(from->desc);
	for (uint32_t i = 0; i < box.back - box.front; i++) {
		uint8_t *d = to->memory + a.offset + (size_t)(z + i) * a.depth_pitch +
			     (size_t)x * pixel_bytes(to->desc);
		const uint8_t *s = from->memory + b.offset +
				   (size_t)(box.front + i) * b.depth_pitch +
				   (size_t)box.left * pixel_bytes(from->desc);
		uint32_t rows = box.bottom - box.top;

		copy_rows(d + (size_t)y * a.row_pitch, a.row_pitch,
			s + (size_t)box.top * b.row_pitch, b.row_pitch, bytes, rows);
		if (is_nv12(to->desc))
			copy_rows(d + (size_t)(a.height + y / 2) * a.row_pitch, a.row_pitch,
				s + (size_t)(b.height + box.top / 2) * b.row_pitch, b.row_pitch,
				bytes, rows / 2);
	}
}

/* The first row pixel by pixel, in doubling steps; the others are copies of it. */
static void fill_row(uint8_t *row, size_t bytes, const uint8_t *pixel, uint32_t size)
{
	size_t done = size;

	memcpy(row, pixel, size);
	while (done < bytes) {
		size_t n = done < bytes - done ? done : bytes - done;

		memcpy(row + done, row, n);
		done += n;
	}
}

void xfi_fill(
	const struct xfi_image *image, const D3D11_BOX *part, const uint8_t *pixel, uint32_t size)
{
	struct xfi_extent e;
	D3D11_BOX box;
	size_t bytes;

	if (!xfi_desc_extent(image->desc, image->subresource, &e) || !xfi_box_fits(&e, part))
		return;
	box = part ? *part : whole(&e);
	/* Buffers: `size` is the view's element, and a part of one at the end stays as it is. */
	bytes = (size_t)(box.right - box.left) * pixel_bytes(image->desc) / size * size;
	if (!bytes)
		return;
	for (uint32_t z = box.front; z < box.back; z++) {
		uint8_t *first = image->memory + e.offset + (size_t)z * e.depth_pitch +
				 (size_t)box.top * e.row_pitch +
				 (size_t)box.left * pixel_bytes(image->desc);

		fill_row(first, bytes, pixel, size);
		for (uint32_t y = 1; y < box.bottom - box.top; y++)
			memcpy(first + (size_t)y * e.row_pitch, first, bytes);
	}
}
