/* SPDX-License-Identifier: MIT */
/* Do pictures come out as they are, and bad ones not at all? */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../temporary.h"
#include "decode.h"
#include "decode_jpeg.h"
#include "exif.h"
#include "inputs.h"
#include "scale.h"

#define BACKDROP 24

static const uint8_t green[] = { 20, 160, 20 };

static const uint8_t *pixel(const struct image *image, uint32_t x, uint32_t y)
{
	return image_row(image, y) + (size_t)x * 4;
}

static void assert_colour(const uint8_t *found, int red, int green_, int blue)
{
	assert_in_range(found[0] + 256, red + 256 - 8, red + 256 + 8);
	assert_in_range(found[1] + 256, green_ + 256 - 8, green_ + 256 + 8);
	assert_in_range(found[2] + 256, blue + 256 - 8, blue + 256 + 8);
	assert_int_equal(found[3], 255);
}

static void a_jpeg_is_decoded(void **state)
{
	struct image image;
	char reason[REASON_MAX];
	size_t size;
	uint8_t *bytes = input_jpeg(320, 180, green, NULL, 0, &size);
	assert_int_equal(image_decode_jpeg(bytes, size, 1920, 1080, &image, reason), 0);
	assert_int_equal(image.width_px, 320);
	assert_int_equal(image.height_px, 180);
	assert_colour(pixel(&image, 20, 20), 0, 0, 0);
	assert_colour(pixel(&image, 300, 20), 20, 160, 20);
	assert_colour(pixel(&image, 20, 170), 20, 160, 20);
	image_finish(&image);
	free(bytes);
}

static void a_large_jpeg_is_reduced_but_not_below_the_box(void **state)
{
	struct image image;
	char reason[REASON_MAX];
	size_t size;
	uint8_t *bytes = input_jpeg(1000, 400, green, NULL, 0, &size);
	assert_int_equal(image_decode_jpeg(bytes, size, 200, 200, &image, reason), 0);
	assert_int_equal(image.width_px, 250);
	assert_int_equal(image.height_px, 100);
	image_finish(&image);
	free(bytes);
}

/* TIFF, little endian: one entry, orientation as given. */
static unsigned make_exif(uint8_t *exif, uint8_t orientation)
{
	static const uint8_t bytes[] = { 'E', 'x', 'i', 'f', 0, 0, 'I', 'I', '*', 0, 8, 0, 0, 0, 1,
		0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	memcpy(exif, bytes, sizeof(bytes));
	exif[24] = orientation;
	return sizeof(bytes);
}

/* The black quarter, top left in the file, tells where the corner went. */
static void what_exif_says_turns_the_picture(void **state)
{
	static const struct {
		uint8_t orientation;
		int right, bottom, upright;
	} cases[] = { { 1, 0, 0, 0 }, { 2, 1, 0, 0 }, { 3, 1, 1, 0 }, { 4, 0, 1, 0 },
		{ 5, 0, 0, 1 }, { 6, 1, 0, 1 }, { 7, 1, 1, 1 }, { 8, 0, 1, 1 }, { 9, 0, 0, 0 } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct image image;
		char reason[REASON_MAX];
		uint8_t exif[64];
		size_t size;
		unsigned exif_size = make_exif(exif, cases[i].orientation);
		uint8_t *bytes = input_jpeg(160, 80, green, exif, exif_size, &size);
		assert_int_equal(image_decode_jpeg(bytes, size, 1920, 1080, &image, reason), 0);
		assert_int_equal(image.width_px, cases[i].upright ? 80 : 160);
		assert_int_equal(image.height_px, cases[i].upright ? 160 : 80);
		for (int right = 0; right < 2; right++)
			for (int bottom = 0; bottom < 2; bottom++) {
				const uint8_t *corner =
					pixel(&image, right ? image.width_px - 8 : 8,
						bottom ? image.height_px - 8 : 8);
				int black = right == cases[i].right && bottom == cases[i].bottom;
				assert_colour(
					corner, black ? 0 : 20, black ? 0 : 160, black ? 0 : 20);
			}
		image_finish(&image);
		free(bytes);
	}
}

/* Every cut and every changed byte: an answer from 1 to 8, and nothing read outside. */
static void spoilt_exif_does_no_harm(void **state)
{
	for (unsigned cut = 0; cut <= 32; cut++) {
		for (unsigned at = 0; at < 32; at++) {
			uint8_t exif[64];
			unsigned size = make_exif(exif, 6);
			exif[at] ^= 0xff;
			uint8_t *copy = malloc(cut ? cut : 1); /* exact, for the sanitizers */
			memcpy(copy, exif, cut < size ? cut : size);
			assert_in_range(exif_orientation(copy, cut), 1, 8);
			free(copy);
		}
	}
}

static void a_png_is_decoded_and_blended(void **state)
{
	static const uint8_t solid[] = { 20, 20, 220, 255 }, clear[] = { 20, 20, 220, 0 };
	struct image image;
	char reason[REASON_MAX];
	size_t size;
	uint8_t *bytes = input_png(30, 20, solid, &size);
	assert_int_equal(image_decode_png(bytes, size, BACKDROP, &image, reason), 0);
	assert_int_equal(image.width_px, 30);
	assert_int_equal(image.height_px, 20);
	assert_colour(pixel(&image, 29, 19), 20, 20, 220);
	image_finish(&image);
	free(bytes);
	bytes = input_png(30, 20, clear, &size);
	assert_int_equal(image_decode_png(bytes, size, BACKDROP, &image, reason), 0);
	assert_colour(pixel(&image, 3, 3), BACKDROP, BACKDROP, BACKDROP);
	image_finish(&image);
	free(bytes);
}

/* A PNG header may promise 2^31 x 2^31 pixels. */
static void huge_promises_are_refused(void **state)
{
	static const uint8_t solid[] = { 1, 2, 3, 255 };
	struct image image = { 0 };
	char reason[REASON_MAX] = "";
	size_t size;
	uint8_t *bytes = input_png(30, 20, solid, &size);
	memcpy(bytes + 16, "\0\0\xff\xff\0\0\xff\xff\x08\x06\0\0\0\xaf\xb1\x5f\xd4", 17);
	assert_int_equal(image_decode_png(bytes, size, BACKDROP, &image, reason), -EILSEQ);
	assert_true(strlen(reason) > 0);
	free(bytes);
	bytes = input_jpeg(64, 64, green, NULL, 0, &size);
	for (size_t i = 0; i + 9 < size; i++)
		if (bytes[i] == 0xff && bytes[i + 1] == 0xc0)
			memcpy(bytes + i + 5, "\xff\xff\xff\xff", 4);
	reason[0] = 0;
	assert_int_equal(image_decode_jpeg(bytes, size, 65535, 65535, &image, reason), -EILSEQ);
	assert_true(strlen(reason) > 0);
	assert_null(image.rgba);
	free(bytes);
}

/* Every tenth length of a file that lacks its end is refused, whatever it is cut in. */
static void cut_files_are_refused(void **state)
{
	static const uint8_t solid[] = { 1, 2, 3, 255 };
	struct image image = { 0 };
	char reason[REASON_MAX];
	size_t size;
	uint8_t *jpeg = input_jpeg(64, 64, green, NULL, 0, &size);
	for (size_t cut = 0; cut + 10 < size; cut += 10)
		assert_int_equal(image_decode_jpeg(jpeg, cut, 1920, 1080, &image, reason), -EILSEQ);
	free(jpeg);
	uint8_t *png = input_png(64, 64, solid, &size);
	for (size_t cut = 0; cut + 20 < size; cut += 10)
		assert_int_equal(image_decode_png(png, cut, BACKDROP, &image, reason), -EILSEQ);
	free(png);
	assert_null(image.rgba);
}

static void files_are_told_by_their_content(void **state)
{
	char folder[TEMPORARY_SIZE], path[TEMPORARY_SIZE + 16], reason[REASON_MAX];
	struct image image;
	assert_non_null(mkdtemp(temporary(folder, "demo-image-XXXXXX")));
	size_t size;
	uint8_t *bytes = input_jpeg(64, 48, green, NULL, 0, &size);
	input_write(folder, "picture", bytes, size);
	input_write(folder, "text.jpg", "hello", 5);
	free(bytes);
	snprintf(path, sizeof(path), "%s/picture", folder);
	assert_int_equal(image_load(path, 1920, 1080, BACKDROP, &image, reason), 0);
	assert_int_equal(image.width_px, 64);
	image_finish(&image);
	unlink(path);
	snprintf(path, sizeof(path), "%s/text.jpg", folder);
	assert_int_equal(image_load(path, 1920, 1080, BACKDROP, &image, reason), -EILSEQ);
	assert_string_equal(reason, "neither JPEG nor PNG");
	unlink(path);
	assert_int_equal(image_load(path, 1920, 1080, BACKDROP, &image, reason), -ENOENT);
	assert_string_equal(reason, strerror(ENOENT));
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(image_load(path, 1920, 1080, BACKDROP, &image, reason), -EILSEQ);
	assert_string_equal(reason, "not a regular file");
	unlink(path);
	rmdir(folder);
}

static void flat_stays_flat_at_any_size(void **state)
{
	static const uint32_t sizes[][2] = { { 1, 1 }, { 3, 7 }, { 64, 36 }, { 501, 11 } };
	for (int from = 0; from < 4; from++)
		for (int to = 0; to < 4; to++) {
			struct image a, b;
			assert_int_equal(image_init(&a, sizes[from][0], sizes[from][1]), 0);
			assert_int_equal(image_init(&b, sizes[to][0], sizes[to][1]), 0);
			image_fill(&a, 255, 1, 77);
			assert_int_equal(image_scale(&a, &b), 0);
			for (uint32_t y = 0; y < b.height_px; y++)
				for (uint32_t x = 0; x < b.width_px; x++)
					assert_memory_equal(pixel(&b, x, y), "\xff\x01\x4d\xff", 4);
			image_finish(&a);
			image_finish(&b);
		}
}

/* Black and white columns, averaged in pairs: all grey, nothing left out or counted twice. */
static void shrinking_averages_all_pixels(void **state)
{
	struct image a, b;
	assert_int_equal(image_init(&a, 64, 4), 0);
	assert_int_equal(image_init(&b, 16, 2), 0);
	image_fill(&a, 0, 0, 0);
	for (uint32_t y = 0; y < 4; y++)
		for (uint32_t x = 0; x < 64; x += 2)
			memset(image_row(&a, y) + (size_t)x * 4, 255, 4);
	assert_int_equal(image_scale(&a, &b), 0);
	for (uint32_t x = 1; x < 15; x++)
		assert_in_range(pixel(&b, x, 1)[0], 124, 131);
	image_finish(&a);
	image_finish(&b);
}

static void a_letterbox_keeps_proportions(void **state)
{
	struct image a, box;
	assert_int_equal(image_init(&a, 100, 100), 0);
	image_fill(&a, 200, 100, 50);
	assert_int_equal(image_letterbox(&a, 1920, 1080, BACKDROP, &box), 0);
	assert_colour(pixel(&box, 960, 0), 200, 100, 50);
	assert_colour(pixel(&box, 960, 1079), 200, 100, 50);
	assert_colour(pixel(&box, 419, 540), BACKDROP, BACKDROP, BACKDROP);
	assert_colour(pixel(&box, 420, 540), 200, 100, 50);
	assert_colour(pixel(&box, 1499, 540), 200, 100, 50);
	assert_colour(pixel(&box, 1500, 540), BACKDROP, BACKDROP, BACKDROP);
	image_finish(&a);
	image_finish(&box);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_jpeg_is_decoded),
		cmocka_unit_test(a_large_jpeg_is_reduced_but_not_below_the_box),
		cmocka_unit_test(what_exif_says_turns_the_picture),
		cmocka_unit_test(spoilt_exif_does_no_harm),
		cmocka_unit_test(a_png_is_decoded_and_blended),
		cmocka_unit_test(huge_promises_are_refused),
		cmocka_unit_test(cut_files_are_refused),
		cmocka_unit_test(files_are_told_by_their_content),
		cmocka_unit_test(flat_stays_flat_at_any_size),
		cmocka_unit_test(shrinking_averages_all_pixels),
		cmocka_unit_test(a_letterbox_keeps_proportions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
