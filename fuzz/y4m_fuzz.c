/* SPDX-License-Identifier: MIT */
/*
 * What crossfence feed reads: a y4m header, and frames. Whatever the bytes, they meet an error or
 * fill exactly the surface's rows; and a header that was taken is written by play as one that says
 * the same.
 */
#include <stdlib.h>
#include <string.h>

#include "packed.h"
#include "y4m.h"

#define PIXELS_MAX 4096 /* what follows is about bytes, not about how many */

static void check(int holds)
{
	if (!holds)
		abort();
}

static void read_frames(FILE *file, const struct xf_surface_desc *desc, uint64_t size)
{
	uint8_t *data = malloc(size);
	uint64_t bytes;
	while (data && y4m_read_frame(file) == 0) {
		int r = packed_read(file, desc, data, &bytes);
		check(r != 0 || bytes == packed_bytes(desc));
		if (r)
			break;
	}
	free(data);
}

static void write_and_read_again(const struct y4m *y, const struct xf_surface_desc *desc)
{
	struct xf_stream_format format = { .size = sizeof(format),
		.desc = desc,
		.colorimetry = y->colorimetry,
		.rate_num = y->rate_num,
		.rate_den = y->rate_den,
		.blob = y->other,
		.blob_size = (uint32_t)strlen(y->other) };
	struct y4m again;
	char line[Y4M_LINE_MAX], why[Y4M_WHY_MAX];
	check(y4m_header(&format, line) == 0);
	FILE *file = fmemopen(line, strlen(line), "r");
	check(file && y4m_read_header(file, &again, why) == 0);
	fclose(file);
	check(again.width_px == y->width_px && again.height_px == y->height_px);
	check(again.fourcc == y->fourcc && strcmp(again.other, y->other) == 0);
	check(!y->rate_num || (again.rate_num == y->rate_num && again.rate_den == y->rate_den));
	check(again.colorimetry.full_range == y->colorimetry.full_range);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char why[Y4M_WHY_MAX];
	struct y4m y;
	uint64_t surface_bytes;
	FILE *file = size ? fmemopen((void *)bytes, size, "r") : NULL;
	if (!file)
		return 0;
	if (y4m_read_header(file, &y, why) == 0) {
		struct xf_surface_desc desc = { .size = sizeof(desc),
			.width_px = y.width_px,
			.height_px = y.height_px,
			.fourcc = y.fourcc };
		check(xf_surface_layout(&desc, &surface_bytes) == 0 || y.width_px > 8192);
		if (desc.n_planes)
			write_and_read_again(&y, &desc);
		if (desc.n_planes && (uint64_t)y.width_px * y.height_px <= PIXELS_MAX)
			read_frames(file, &desc, surface_bytes);
	}
	fclose(file);
	return 0;
}
