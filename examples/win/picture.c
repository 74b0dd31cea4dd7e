/* SPDX-License-Identifier: MIT */
#include "picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

uint8_t *picture_decode(const char *path, unsigned width_px, unsigned height_px)
{
	struct jpeg_decompress_struct jpeg;
	struct jpeg_error_mgr errors;
	uint8_t *frame = calloc(height_px, (size_t)width_px * 4);
	FILE *file = fopen(path, "rb");
	if (!frame || !file) {
		perror(path);
		exit(1);
	}
	jpeg.err = jpeg_std_error(&errors); /* ends the program on a bad file */
	jpeg_create_decompress(&jpeg);
	jpeg_stdio_src(&jpeg, file);
	jpeg_read_header(&jpeg, TRUE);
	jpeg.out_color_space = JCS_EXT_RGBA;
	jpeg_start_decompress(&jpeg);
	uint8_t *row = malloc((size_t)jpeg.output_width * 4);
	size_t bytes = (size_t)(jpeg.output_width < width_px ? jpeg.output_width : width_px) * 4;
	while (jpeg.output_scanline < jpeg.output_height) {
		unsigned y = jpeg.output_scanline;
		jpeg_read_scanlines(&jpeg, &row, 1);
		if (y < height_px)
			memcpy(frame + (size_t)y * width_px * 4, row, bytes);
	}
	jpeg_finish_decompress(&jpeg);
	jpeg_destroy_decompress(&jpeg);
	free(row);
	fclose(file);
	return frame;
}
