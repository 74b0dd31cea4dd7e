/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "packed.h"

/* What of a plane is picture: its rows, each so many bytes. */
struct rows {
	size_t n, bytes, stride, offset;
};

static struct rows rows_of(
	const struct xf_surface_desc *desc, const struct xf_format_info *info, uint32_t plane)
{
	const struct xf_format_plane *p = &info->planes[plane];
	uint32_t across = desc->width_px / p->block_width_px;
	uint32_t down = desc->height_px / p->block_height_px;
	across += desc->width_px % p->block_width_px != 0;
	down += desc->height_px % p->block_height_px != 0;
	return (struct rows){ down, (size_t)across * p->block_bytes,
		desc->planes[plane].stride_bytes, desc->planes[plane].offset_bytes };
}

uint64_t packed_bytes(const struct xf_surface_desc *desc)
{
	struct xf_format_info info = { .size = sizeof(info) };
	uint64_t bytes = 0;
	if (xf_format_info(desc->fourcc, &info))
		return 0;
	for (uint32_t i = 0; i < info.n_planes; i++) {
		struct rows rows = rows_of(desc, &info, i);
		bytes += (uint64_t)rows.n * rows.bytes;
	}
	return bytes;
}

int packed_read(FILE *from, const struct xf_surface_desc *desc, void *data, uint64_t *ret_bytes)
{
	struct xf_format_info info = { .size = sizeof(info) };
	uint64_t bytes = 0;
	int r = xf_format_info(desc->fourcc, &info);
	for (uint32_t i = 0; !r && i < info.n_planes; i++) {
		struct rows rows = rows_of(desc, &info, i);
		uint8_t *row = (uint8_t *)data + rows.offset;
		for (size_t n = 0; !r && n < rows.n; n++, row += rows.stride) {
			errno = 0;
			size_t got = fread(row, 1, rows.bytes, from);
			bytes += got;
			if (got < rows.bytes)
				r = ferror(from) ? -(errno ? errno : EIO) : -ENODATA;
		}
	}
	if (ret_bytes)
		*ret_bytes = bytes;
	return r == -ENODATA && bytes == 0 ? PACKED_END : r;
}

int packed_write(FILE *to, const struct xf_surface_desc *desc, const void *data)
{
	struct xf_format_info info = { .size = sizeof(info) };
	int r = xf_format_info(desc->fourcc, &info);
	for (uint32_t i = 0; !r && i < info.n_planes; i++) {
		struct rows rows = rows_of(desc, &info, i);
		const uint8_t *row = (const uint8_t *)data + rows.offset;
		for (size_t n = 0; !r && n < rows.n; n++, row += rows.stride) {
			errno = 0;
			if (fwrite(row, 1, rows.bytes, to) < rows.bytes)
				r = -(errno ? errno : EIO);
		}
	}
	return r;
}
