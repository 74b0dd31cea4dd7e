/* SPDX-License-Identifier: MIT */
/* A small built-in typeface: printable ASCII, 5 x 9 dots, drawn large with smooth edges. */
#ifndef CROSSFENCE_DEMO_WRITING_H
#define CROSSFENCE_DEMO_WRITING_H

#include "image.h"

struct ink {
	uint32_t size; /* pixels for each dot */
	uint8_t rgb[3];
};

uint32_t writing_width(const struct ink *ink, const char *text);

/*
 * Writes one line with its top left corner there, not wider than `room_px`: a text that does not
 * fit loses its middle. Whatever is no printable ASCII shows as '?', once for each character.
 */
void writing_draw(struct image *paper, const struct ink *ink, uint32_t left_px, uint32_t top_px,
	uint32_t room_px, const char *text);

#endif
