/* SPDX-License-Identifier: MIT */
#include "win/mf/picture.h"

#include <d3d9types.h>

#define COUNT(array)	   (sizeof(array) / sizeof((array)[0]))
#define FOURCC(a, b, c, d) ((DWORD)(a) | (DWORD)(b) << 8 | (DWORD)(c) << 16 | (DWORD)(d) << 24)
#define ALIGNMENT	   64u /* of rows in pictures of our own */
#define MAX_SIDE_PX	   32768u
#define MAX_BYTES	   0x40000000u

enum kind {
	PACKED, /* pixels side by side */
	ROWS_OF_WORDS, /* the same, and rows begin at multiples of four bytes: RGB in DIBs */
	LUMA_CHROMA, /* NV12: a plane of chroma pairs, half as high */
	THREE_PLANES, /* I420: two planes of a quarter each */
};

static const struct format {
	DWORD fourcc;
	uint8_t kind; /* enum kind */
	uint8_t bytes; /* of a pixel, of the first plane */
	uint16_t dxgi;
} formats[] = {
	{ D3DFMT_A8R8G8B8, ROWS_OF_WORDS, 4, DXGI_FORMAT_B8G8R8A8_UNORM },
	{ D3DFMT_X8R8G8B8, ROWS_OF_WORDS, 4, DXGI_FORMAT_B8G8R8X8_UNORM },
	{ D3DFMT_A8B8G8R8, ROWS_OF_WORDS, 4, DXGI_FORMAT_R8G8B8A8_UNORM },
	{ D3DFMT_A2B10G10R10, ROWS_OF_WORDS, 4, DXGI_FORMAT_R10G10B10A2_UNORM },
	{ D3DFMT_A16B16G16R16F, ROWS_OF_WORDS, 8, DXGI_FORMAT_R16G16B16A16_FLOAT },
	{ D3DFMT_R8G8B8, ROWS_OF_WORDS, 3, DXGI_FORMAT_UNKNOWN },
	{ D3DFMT_R5G6B5, ROWS_OF_WORDS, 2, DXGI_FORMAT_B5G6R5_UNORM },
	{ D3DFMT_X1R5G5B5, ROWS_OF_WORDS, 2, DXGI_FORMAT_B5G5R5A1_UNORM },
	{ D3DFMT_P8, ROWS_OF_WORDS, 1, DXGI_FORMAT_P8 },
	{ D3DFMT_L8, PACKED, 1, DXGI_FORMAT_R8_UNORM },
	{ D3DFMT_L16, PACKED, 2, DXGI_FORMAT_R16_UNORM },
	{ FOURCC('N', 'V', '1', '2'), LUMA_CHROMA, 1, DXGI_FORMAT_NV12 },
	{ FOURCC('N', 'V', '2', '1'), LUMA_CHROMA, 1, DXGI_FORMAT_UNKNOWN },
	{ FOURCC('P', '0', '1', '0'), LUMA_CHROMA, 2, DXGI_FORMAT_P010 },
	{ FOURCC('P', '0', '1', '6'), LUMA_CHROMA, 2, DXGI_FORMAT_P016 },
	{ FOURCC('Y', 'U', 'Y', '2'), PACKED, 2, DXGI_FORMAT_YUY2 },
	{ FOURCC('U', 'Y', 'V', 'Y'), PACKED, 2, DXGI_FORMAT_UNKNOWN },
	{ FOURCC('Y', 'V', 'Y', 'U'), PACKED, 2, DXGI_FORMAT_UNKNOWN },
	{ FOURCC('A', 'Y', 'U', 'V'), PACKED, 4, DXGI_FORMAT_AYUV },
	{ FOURCC('Y', 'V', '1', '2'), THREE_PLANES, 1, DXGI_FORMAT_UNKNOWN },
	{ FOURCC('I', '4', '2', '0'), THREE_PLANES, 1, DXGI_FORMAT_UNKNOWN },
	{ FOURCC('I', 'Y', 'U', 'V'), THREE_PLANES, 1, DXGI_FORMAT_UNKNOWN },
};

static const struct format *find(DWORD fourcc)
{
	for (size_t i = 0; i < COUNT(formats); i++)
		if (formats[i].fourcc == fourcc)
			return &formats[i];
	return NULL;
}

DXGI_FORMAT xfi_picture_dxgi_format(DWORD fourcc)
{
	const struct format *format = find(fourcc);
	return format ? (DXGI_FORMAT)format->dxgi : DXGI_FORMAT_UNKNOWN;
}

DWORD xfi_picture_fourcc(DXGI_FORMAT dxgi)
{
	for (size_t i = 0; i < COUNT(formats); i++)
		if (dxgi != DXGI_FORMAT_UNKNOWN && formats[i].dxgi == dxgi)
			return formats[i].fourcc;
	return 0;
}

static DWORD round_up(DWORD n, DWORD to)
{
	return (n + to - 1) & ~(to - 1);
}

static void add_plane(struct xfi_picture *picture, DWORD row_bytes, DWORD rows, DWORD pitch_shift)
{
	picture->planes[picture->n_planes++] = (struct xfi_plane){ row_bytes, rows, pitch_shift };
	picture->length_bytes += row_bytes * rows;
	picture->size_bytes += (picture->pitch_bytes >> pitch_shift) * rows;
}

bool xfi_picture_describe(
	DWORD fourcc, DWORD width_px, DWORD height_px, struct xfi_picture *ret_picture)
{
	const struct format *format = find(fourcc);
	DWORD row, half_rows = (height_px + 1) / 2;
	if (!format || !width_px || !height_px || width_px > MAX_SIDE_PX ||
		height_px > MAX_SIDE_PX ||
		(uint64_t)width_px * height_px * format->bytes > MAX_BYTES)
		return false;
	row = width_px * format->bytes;
	if (format->kind == ROWS_OF_WORDS)
		row = round_up(row, 4);
	else if (format->kind != PACKED)
		row = round_up(row, 2u * format->bytes); /* chroma comes in pairs */
	*ret_picture = (struct xfi_picture){ .fourcc = fourcc,
		.width_px = width_px,
		.height_px = height_px,
		.pitch_bytes = round_up(row, 2 * ALIGNMENT) };
	add_plane(ret_picture, row, height_px, 0);
	if (format->kind == LUMA_CHROMA)
		add_plane(ret_picture, row, half_rows, 0);
	for (int i = 0; i < 2 && format->kind == THREE_PLANES; i++)
		add_plane(ret_picture, row / 2, half_rows, 1);
	return true;
}

void xfi_picture_pack(const struct xfi_picture *picture, BYTE *to, const BYTE *from, LONG pitch)
{
	for (DWORD i = 0; i < picture->n_planes; i++) {
		const struct xfi_plane *plane = &picture->planes[i];
		for (DWORD row = 0; row < plane->rows; row++) {
			memcpy(to, from, plane->row_bytes);
			to += plane->row_bytes;
			from += pitch >> plane->pitch_shift;
		}
	}
}

void xfi_picture_unpack(const struct xfi_picture *picture, BYTE *to, LONG pitch, const BYTE *from)
{
	for (DWORD i = 0; i < picture->n_planes; i++) {
		const struct xfi_plane *plane = &picture->planes[i];
		for (DWORD row = 0; row < plane->rows; row++) {
			memcpy(to, from, plane->row_bytes);
			from += plane->row_bytes;
			to += pitch >> plane->pitch_shift;
		}
	}
}
