/* SPDX-License-Identifier: MIT */
/* Small picture files, made by the libraries that will read them. All calls assert. */
#ifndef TESTS_DEMO_INPUTS_H
#define TESTS_DEMO_INPUTS_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of a JPEG of one colour whose top left quarter is black; the caller frees them. */
uint8_t *input_jpeg(uint32_t width_px, uint32_t height_px, const uint8_t rgb[3],
	const uint8_t *app1, unsigned app1_size, size_t *ret_size);
/* Bytes of an RGBA PNG of one colour and alpha. */
uint8_t *input_png(uint32_t width_px, uint32_t height_px, const uint8_t rgba[4], size_t *ret_size);

void input_write(const char *folder, const char *name, const void *bytes, size_t size);

/*
 * Fills a folder: red.jpg, green.jpg, blue.png and, under names that promise pictures, cut.jpg,
 * cut.png, empty.jpg and text.jpg, which do not decode. Also a folder "deeper" with a picture and
 * nowhere.jpg, a link to nowhere.
 */
void input_folder(const char *folder);

#define INPUT_GOOD 3
#define INPUT_BAD  6

#endif
