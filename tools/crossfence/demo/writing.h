/* SPDX-License-Identifier: MIT */
/*
 * Lines of text on a picture, in the sans-serif font that fontconfig names here and, for letters
 * which that one lacks, in whatever other font has them. From left to right, without shaping.
 */
#ifndef CROSSFENCE_DEMO_WRITING_H
#define CROSSFENCE_DEMO_WRITING_H

#include "image.h"

struct writing;

struct ink {
	uint32_t size_px; /* of the em */
	uint8_t rgb[3];
};

/* 0; -ENOENT: no font; -ENOMEM. */
int writing_open(struct writing **ret_writing);
void writing_close(struct writing *writing); /* NULL is allowed */

/* What the line takes. A system without fonts, `writing` NULL, writes nothing, 0 pixels wide. */
uint32_t writing_width(struct writing *writing, const struct ink *ink, const char *text);

/*
 * Writes one line of UTF-8 that begins there, not wider than `room_px`: a text that does not fit
 * loses its middle.
 */
void writing_draw(struct writing *writing, struct image *paper, const struct ink *ink,
	uint32_t left_px, uint32_t baseline_px, uint32_t room_px, const char *text);

#endif
