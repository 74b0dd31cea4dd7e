/* SPDX-License-Identifier: MIT */
/*
 * JPEG through libjpeg-turbo. Its errors come by longjmp, so everything that must be freed lies in
 * one struct that is reached from both sides of it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "decode_jpeg.h"
#include "exif.h"

struct decoder {
	struct jpeg_decompress_struct jpeg;
	struct jpeg_error_mgr errors;
	jmp_buf failed;
	char *reason; /* REASON_MAX bytes */
	struct image image;
	uint8_t *cmyk_row;
	int orientation;
};

static struct decoder *decoder_of(j_common_ptr common)
{
	return common->client_data;
}

static void tell(j_common_ptr common)
{
	char message[JMSG_LENGTH_MAX];
	common->err->format_message(common, message);
	snprintf(decoder_of(common)->reason, REASON_MAX, "%.*s", REASON_MAX - 1, message);
}

_Noreturn static void on_error(j_common_ptr common)
{
	tell(common);
	longjmp(decoder_of(common)->failed, 1);
}

/* Level -1 is a warning. These few mean that picture data is missing or spoilt. */
static void on_message(j_common_ptr common, int level)
{
	int code = common->err->msg_code;
	if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER ||
				 code == JWRN_HUFF_BAD_CODE || code == JWRN_BOGUS_PROGRESSION))
		on_error(common);
}

/* The strongest reduction that libjpeg does for nothing and that leaves enough pixels. */
static void choose_reduction(
	struct jpeg_decompress_struct *jpeg, uint32_t fit_width_px, uint32_t fit_height_px)
{
	jpeg->scale_num = 1;
	for (jpeg->scale_denom = 8; jpeg->scale_denom > 1; jpeg->scale_denom /= 2)
		if (jpeg->image_width / jpeg->scale_denom >= fit_width_px ||
			jpeg->image_height / jpeg->scale_denom >= fit_height_px)
			break;
}

/* Adobe writes CMYK inverted, and nobody else writes it. */
static void cmyk_to_rgba(const uint8_t *cmyk, uint8_t *rgba, uint32_t width)
{
	for (; width; width--, cmyk += 4, rgba += 4) {
		for (int c = 0; c < 3; c++)
			rgba[c] = (uint8_t)(cmyk[c] * cmyk[3] / 255);
		rgba[3] = 255;
	}
}

static void start(struct decoder *d, uint32_t fit_width_px, uint32_t fit_height_px)
{
	struct jpeg_decompress_struct *jpeg = &d->jpeg;
	jpeg_save_markers(jpeg, JPEG_APP0 + 1, 0xffff);
	jpeg_read_header(jpeg, TRUE);
	d->orientation = 1;
	for (jpeg_saved_marker_ptr m = jpeg->marker_list; m && d->orientation == 1; m = m->next)
		d->orientation = exif_orientation(m->data, m->data_length);
	if (d->orientation >= 5)
		choose_reduction(jpeg, fit_height_px, fit_width_px);
	else
		choose_reduction(jpeg, fit_width_px, fit_height_px);
	int components = jpeg->num_components;
	jpeg->out_color_space = components == 4 ? JCS_CMYK : JCS_EXT_RGBA;
	jpeg_start_decompress(jpeg);
}

/* 0, -ENOMEM or -EILSEQ. */
static int make_room(struct decoder *d)
{
	uint32_t width = d->jpeg.output_width, height = d->jpeg.output_height;
	if ((uint64_t)width * height > IMAGE_PIXELS_MAX) {
		snprintf(d->reason, REASON_MAX, "more pixels than this demo takes");
		return -EILSEQ;
	}
	if (image_init(&d->image, width, height))
		return -ENOMEM;
	d->cmyk_row = malloc((size_t)width * 4);
	return d->cmyk_row ? 0 : -ENOMEM;
}

static void read_rows(struct decoder *d)
{
	struct jpeg_decompress_struct *jpeg = &d->jpeg;
	bool cmyk = jpeg->out_color_space == JCS_CMYK;
	while (jpeg->output_scanline < jpeg->output_height) {
		uint8_t *row = image_row(&d->image, jpeg->output_scanline);
		uint8_t *into = cmyk ? d->cmyk_row : row;
		jpeg_read_scanlines(jpeg, &into, 1);
		if (cmyk)
			cmyk_to_rgba(d->cmyk_row, row, jpeg->output_width);
	}
	jpeg_finish_decompress(jpeg);
}

static int decode(struct decoder *d, const uint8_t *bytes, size_t size, uint32_t fit_width_px,
	uint32_t fit_height_px)
{
	if (setjmp(d->failed))
		return -EILSEQ;
	jpeg_create_decompress(&d->jpeg);
	jpeg_mem_src(&d->jpeg, bytes, size);
	start(d, fit_width_px, fit_height_px);
	int r = make_room(d);
	if (r)
		return r;
	read_rows(d);
	return 0;
}

int image_decode_jpeg(const uint8_t *bytes, size_t size, uint32_t fit_width_px,
	uint32_t fit_height_px, struct image *ret_image, char reason[REASON_MAX])
{
	struct decoder *d = calloc(1, sizeof(*d));
	if (!d)
		return -ENOMEM;
	d->reason = reason;
	d->jpeg.err = jpeg_std_error(&d->errors);
	d->jpeg.client_data = d;
	d->errors.error_exit = on_error;
	d->errors.emit_message = on_message;
	int r = decode(d, bytes, size, fit_width_px, fit_height_px);
	jpeg_destroy_decompress(&d->jpeg);
	free(d->cmyk_row);
	if (!r)
		r = image_turn(&d->image, d->orientation);
	if (!r)
		*ret_image = d->image;
	else
		image_finish(&d->image);
	free(d);
	return r;
}
