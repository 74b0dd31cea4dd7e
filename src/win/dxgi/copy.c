/* SPDX-License-Identifier: MIT */
/*
 * All of these walk rows of blocks: pixels, squares of compressed ones, bytes of a buffer. Video of
 * two planes has further down a row of both chroma samples for two rows of pixels, with as many
 * bytes.
 */
#include "win/dxgi/copy.h"

#include "win/dxgi/format.h"

/* A block of a subresource: its format's, or a byte of a buffer. */
struct grid {
	uint32_t width, height, bytes; /* of a block */
	bool two_planes;
};

static struct grid grid_of(const struct xfi_desc *desc)
{
	const struct xfi_format *format = xfi_format(desc->format);
	if (!format)
		return (struct grid){ 1, 1, 1, false };
	return (struct grid){ format->block_width, format->block_height, format->bytes,
		format->two_planes };
}

bool xfi_box_fits(const struct xfi_extent *e, const D3D11_BOX *box)
{
	if (!box)
		return true;
	return box->left < box->right && box->right <= e->width && box->top < box->bottom &&
	       box->bottom <= e->height && box->front < box->back && box->back <= e->depth;
}

/* An edge lies between blocks, or is the end of a level that ends within one. */
static bool is_edge(uint32_t x, uint32_t block, uint32_t end)
{
	return !(x % block) || x == end;
}

/* The box (NULL: the whole) in blocks; false: it does not fit, or cuts some. */
static bool to_blocks(
	const struct grid *grid, const struct xfi_extent *e, const D3D11_BOX *part, D3D11_BOX *box)
{
	const UINT w = grid->two_planes ? 2 : grid->width, h = grid->two_planes ? 2 : grid->height;
	if (!xfi_box_fits(e, part))
		return false;
	*box = part ? *part : (D3D11_BOX){ 0, 0, 0, e->width, e->height, e->depth };
	if (box->left % w || box->top % h || !is_edge(box->right, w, e->width) ||
		!is_edge(box->bottom, h, e->height))
		return false;
	box->left /= grid->width;
	box->top /= grid->height;
	box->right = (box->right + grid->width - 1) / grid->width;
	box->bottom = (box->bottom + grid->height - 1) / grid->height;
	return true;
}

static void copy_rows(uint8_t *to, size_t to_pitch, const uint8_t *from, size_t from_pitch,
	size_t bytes, uint32_t rows)
{
	const bool upwards =
		to > from; /* from the last one: those behind it may be the same memory */
	for (uint32_t i = 0; i < rows; i++) {
		const uint32_t y = upwards ? rows - 1 - i : i;
		memmove(to + y * to_pitch, from + y * from_pitch, bytes);
	}
}

/* One slice, with its chroma. A plane of chroma begins `rows` rows below the first of luma. */
struct slice {
	uint8_t *first; /* of the whole slice */
	size_t pitch;
	uint32_t rows; /* of luma in the whole slice */
	uint32_t x_bytes, y; /* of the box */
};

static void copy_slice(const struct slice *to, const struct slice *from, const struct grid *grid,
	size_t bytes, uint32_t rows)
{
	copy_rows(to->first + to->y * to->pitch + to->x_bytes, to->pitch,
		from->first + from->y * from->pitch + from->x_bytes, from->pitch, bytes, rows);
	if (grid->two_planes)
		copy_rows(to->first + (to->rows + to->y / 2) * to->pitch + to->x_bytes, to->pitch,
			from->first + (from->rows + from->y / 2) * from->pitch + from->x_bytes,
			from->pitch, bytes, rows / 2);
}

static struct slice slice_of(
	uint8_t *memory, const struct xfi_extent *e, uint32_t x_bytes, uint32_t y, uint32_t z)
{
	return (struct slice){ memory + e->offset + (size_t)z * e->depth_pitch, e->row_pitch,
		e->rows, x_bytes, y };
}

bool xfi_upload_blocks(
	const struct xfi_desc *desc, UINT subresource, const D3D11_BOX *part, D3D11_BOX *ret_blocks)
{
	const struct grid grid = grid_of(desc);
	struct xfi_extent e;
	return xfi_desc_extent(desc, subresource, &e) && to_blocks(&grid, &e, part, ret_blocks);
}

/* Between a box and the program's memory. */
static void transfer(const struct xfi_desc *desc, uint8_t *memory, UINT subresource,
	const D3D11_BOX *part, const D3D11_SUBRESOURCE_DATA *data, bool in)
{
	struct grid grid = grid_of(desc);
	struct xfi_extent e;
	D3D11_BOX box;
	if (!xfi_desc_extent(desc, subresource, &e) || !to_blocks(&grid, &e, part, &box))
		return;
	for (uint32_t z = box.front; z < box.back; z++) {
		struct slice ours = slice_of(memory, &e, box.left * grid.bytes, box.top, z);
		struct slice theirs = { (uint8_t *)data->pSysMem +
						(size_t)(z - box.front) * data->SysMemSlicePitch,
			data->SysMemPitch, box.bottom - box.top, 0, 0 };
		copy_slice(in ? &ours : &theirs, in ? &theirs : &ours, &grid,
			(size_t)(box.right - box.left) * grid.bytes, box.bottom - box.top);
	}
}

void xfi_upload(const struct xfi_desc *desc, uint8_t *memory, UINT subresource,
	const D3D11_BOX *part, const D3D11_SUBRESOURCE_DATA *data)
{
	transfer(desc, memory, subresource, part, data, true);
}

void xfi_download(const struct xfi_desc *desc, uint8_t *memory, UINT subresource,
	const D3D11_BOX *part, const D3D11_SUBRESOURCE_DATA *data)
{
	transfer(desc, memory, subresource, part, data, false);
}

bool xfi_copy_suits(const struct xfi_desc *to, const struct xfi_desc *from, bool casts)
{
	const struct xfi_format *a = xfi_format(to->format), *b = xfi_format(from->format);
	if (!a || !b)
		return a == b;
	return a->family == b->family ||
	       (casts && (xfi_format_is_bits_of(a, b) || xfi_format_is_bits_of(b, a)));
}

/* Pixels of levels that end within a block have to be the same, too, where blocks are alike. */
static bool same_level(const struct xfi_desc *to, const struct xfi_desc *from, UINT mip)
{
	const struct grid one = grid_of(to), two = grid_of(from);
	const bool alike = one.width == two.width;
	struct xfi_extent a, b;
	if (!xfi_desc_extent(to, mip, &a) || !xfi_desc_extent(from, mip, &b))
		return false;
	return a.columns == b.columns && a.rows == b.rows && a.depth == b.depth &&
	       (!alike || (a.width == b.width && a.height == b.height));
}

bool xfi_copy_same_shape(const struct xfi_desc *to, const struct xfi_desc *from)
{
	bool same = to->dimension == from->dimension && to->mips == from->mips &&
		    to->array == from->array;
	for (UINT mip = 0; same && mip < to->mips; mip++)
		same = same_level(to, from, mip);
	return same;
}

/* Room for so many blocks, from the point (x, y, z) of a subresource on? */
static bool has_room(const struct xfi_extent *e, const struct grid *grid, UINT x, UINT y, UINT z,
	const D3D11_BOX *box)
{
	const UINT w = grid->two_planes ? 2 : grid->width, h = grid->two_planes ? 2 : grid->height;
	if (x % w || y % h)
		return false;
	x /= grid->width;
	y /= grid->height;
	return x <= e->columns && box->right - box->left <= e->columns - x && y <= e->rows &&
	       box->bottom - box->top <= e->rows - y && z <= e->depth &&
	       box->back - box->front <= e->depth - z;
}

bool xfi_copy_blocks(const struct xfi_image *to, UINT x, UINT y, UINT z,
	const struct xfi_image *from, const D3D11_BOX *part, D3D11_BOX *ret_blocks)
{
	const struct grid grid = grid_of(to->desc);
	struct xfi_extent e;
	return xfi_copy_suits(to->desc, from->desc, true) &&
	       xfi_desc_extent(to->desc, to->subresource, &e) &&
	       xfi_upload_blocks(from->desc, from->subresource, part, ret_blocks) &&
	       has_room(&e, &grid, x, y, z, ret_blocks);
}

void xfi_copy(const struct xfi_image *to, UINT x, UINT y, UINT z, const struct xfi_image *from,
	const D3D11_BOX *part)
{
	const struct grid grid = grid_of(from->desc), there = grid_of(to->desc);
	struct xfi_extent a, b;
	D3D11_BOX box;
	if (!xfi_copy_blocks(to, x, y, z, from, part, &box) ||
		!xfi_desc_extent(to->desc, to->subresource, &a) ||
		!xfi_desc_extent(from->desc, from->subresource, &b))
		return;
	const uint32_t slices = box.back - box.front;
	for (uint32_t n = 0; n < slices; n++) {
		const uint32_t i = z > box.front ? slices - 1 - n : n; /* as copy_rows() */
		struct slice d = slice_of(
			to->memory, &a, x / there.width * grid.bytes, y / there.height, z + i);
		struct slice s =
			slice_of(from->memory, &b, box.left * grid.bytes, box.top, box.front + i);
		copy_slice(&d, &s, &grid, (size_t)(box.right - box.left) * grid.bytes,
			box.bottom - box.top);
	}
}

/* In doubling steps. */
void xfi_ink_repeat(const struct xfi_ink *ink, uint8_t *bytes, size_t size)
{
	size_t done = ink->size;
	memcpy(bytes, ink->pixel, ink->size);
	while (done < size) {
		size_t n = done < size - done ? done : size - done;
		memcpy(bytes + done, bytes, n);
		done += n;
	}
}

static void fill_parts_of_row(uint8_t *row, size_t bytes, const struct xfi_ink *ink)
{
	for (size_t i = 0; i < bytes; i += ink->size)
		memcpy(row + i + ink->first, ink->pixel + ink->first, ink->end - ink->first);
}

/* Rows of whole pixels are copies of the first. */
static void fill_rows(
	uint8_t *first, size_t pitch, size_t bytes, uint32_t rows, const struct xfi_ink *ink)
{
	bool whole = ink->end - ink->first == ink->size;
	if (!bytes)
		return;
	if (whole)
		xfi_ink_repeat(ink, first, bytes);
	for (uint32_t y = whole ? 1 : 0; y < rows; y++)
		if (whole)
			memcpy(first + y * pitch, first, bytes);
		else
			fill_parts_of_row(first + y * pitch, bytes, ink);
}

/* Where one plane lies, and of what blocks it is. */
static bool plane_of(const struct xfi_image *image, struct xfi_extent *e, struct grid *grid)
{
	if (!xfi_desc_extent(image->desc, image->subresource, e))
		return false;
	*grid = grid_of(image->desc);
	grid->two_planes = false;
	if (!image->chroma)
		return true;
	e->offset += (uint64_t)e->rows * e->row_pitch;
	e->width /= 2;
	e->height /= 2;
	grid->bytes *= 2;
	return true;
}

void xfi_fill(const struct xfi_image *image, const D3D11_BOX *part, const struct xfi_ink *ink)
{
	struct xfi_extent e;
	struct grid grid;
	D3D11_BOX box;
	size_t bytes;
	if (!plane_of(image, &e, &grid) || !to_blocks(&grid, &e, part, &box))
		return;
	/* Buffers: the ink is the view's element, and a part of one at the end stays as it is. */
	bytes = (size_t)(box.right - box.left) * grid.bytes / ink->size * ink->size;
	for (uint32_t z = box.front; z < box.back; z++) {
		uint8_t *first = image->memory + e.offset + (size_t)z * e.depth_pitch +
				 (size_t)box.top * e.row_pitch + (size_t)box.left * grid.bytes;
		fill_rows(first, e.row_pitch, bytes, box.bottom - box.top, ink);
	}
}
