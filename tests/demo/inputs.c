/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jpeglib.h>
#include <png.h>

#include "inputs.h"

static void start_jpeg(struct jpeg_compress_struct *jpeg, uint32_t width, uint32_t height)
{
	jpeg->image_width = width;
	jpeg->image_height = height;
	jpeg->input_components = 3;
	jpeg->in_color_space = JCS_RGB;
	jpeg_set_defaults(jpeg);
	jpeg_set_quality(jpeg, 95, TRUE);
	jpeg_start_compress(jpeg, TRUE);
}

uint8_t *input_jpeg(uint32_t width_px, uint32_t height_px, const uint8_t rgb[3],
	const uint8_t *app1, unsigned app1_size, size_t *ret_size)
{
	struct jpeg_compress_struct jpeg;
	struct jpeg_error_mgr errors; /* the default ones end the process: fine in a test */
	unsigned char *bytes = NULL;
	unsigned long size = 0;
	uint8_t *row = malloc((size_t)width_px * 3);
	jpeg.err = jpeg_std_error(&errors);
	jpeg_create_compress(&jpeg);
	jpeg_mem_dest(&jpeg, &bytes, &size);
	start_jpeg(&jpeg, width_px, height_px);
	if (app1_size)
		jpeg_write_marker(&jpeg, JPEG_APP0 + 1, app1, app1_size);
	for (uint32_t y = 0; y < height_px; y++) {
		for (uint32_t x = 0; x < width_px; x++)
			for (int c = 0; c < 3; c++)
				row[3 * x + c] = x < width_px / 2 && y < height_px / 2 ? 0 : rgb[c];
		jpeg_write_scanlines(&jpeg, &row, 1);
	}
	jpeg_finish_compress(&jpeg);
	jpeg_destroy_compress(&jpeg);
	free(row);
	*ret_size = size;
	return bytes;
}

uint8_t *input_png(uint32_t width_px, uint32_t height_px, const uint8_t rgba[4], size_t *ret_size)
{
	png_image png = { .version = PNG_IMAGE_VERSION,
		.width = width_px,
		.height = height_px,
		.format = PNG_FORMAT_RGBA };
	png_alloc_size_t size = 0;
	uint8_t *pixels = malloc((size_t)width_px * height_px * 4);
	for (size_t i = 0; i < (size_t)width_px * height_px; i++)
		memcpy(pixels + 4 * i, rgba, 4);
	assert_true(png_image_write_get_memory_size(png, size, 0, pixels, 0, NULL));
	uint8_t *bytes = malloc(size);
	assert_true(png_image_write_to_memory(&png, bytes, &size, 0, pixels, 0, NULL));
	free(pixels);
	*ret_size = size;
	return bytes;
}

void input_write(const char *folder, const char *name, const void *bytes, size_t size)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void write_jpeg(const char *folder, const char *name, const uint8_t rgb[3], int cut)
{
	size_t size;
	uint8_t *bytes = input_jpeg(320, 180, rgb, NULL, 0, &size);
	input_write(folder, name, bytes, cut ? size / 2 : size);
	free(bytes);
}

static void write_png(const char *folder, const char *name, const uint8_t rgba[4], int cut)
{
	size_t size;
	uint8_t *bytes = input_png(200, 200, rgba, &size);
	input_write(folder, name, bytes, cut ? size / 2 : size);
	free(bytes);
}

void input_folder(const char *folder)
{
	static const uint8_t red[] = { 200, 20, 20 }, green[] = { 20, 160, 20 };
	static const uint8_t blue[] = { 20, 20, 220, 255 };
	char deeper[512], nowhere[512];
	snprintf(deeper, sizeof(deeper), "%s/deeper", folder);
	assert_int_equal(mkdir(deeper, 0700), 0);
	snprintf(nowhere, sizeof(nowhere), "%s/nowhere.jpg", folder);
	assert_int_equal(symlink("gone.jpg", nowhere), 0);
	write_jpeg(folder, "red.jpg", red, 0);
	write_jpeg(folder, "green.jpg", green, 0);
	write_png(folder, "blue.png", blue, 0);
	write_jpeg(folder, "cut.jpg", red, 1);
	write_png(folder, "cut.png", blue, 1);
	write_jpeg(deeper, "unseen.jpg", red, 0);
	input_write(folder, "empty.jpg", "", 0);
	input_write(folder, "text.jpg", "not a picture\n", 14);
}
