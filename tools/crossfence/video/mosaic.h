/* SPDX-License-Identifier: MIT */
/* A frame as text: coloured half blocks, two pixels to a character, or letters by brightness. */
#ifndef CROSSFENCE_VIDEO_MOSAIC_H
#define CROSSFENCE_VIDEO_MOSAIC_H

#include <stdio.h>

#include "colour.h"

enum mosaic {
	MOSAIC_LETTERS, /* any terminal, and none */
	MOSAIC_256, /* xterm's 256 colours */
	MOSAIC_TRUE, /* 24-bit colours */
};

/* What the terminal behind `fd`, this locale and the environment can show. */
enum mosaic mosaic_choose(int fd);

/*
 * Writes the frame into at most `columns` x `rows` characters, in its proportions, each line ending
 * in `newline`. Returns the lines written.
 */
uint32_t mosaic_write(FILE *to, const struct colour *colour, enum mosaic how, uint32_t columns,
	uint32_t rows, const char *newline);

#endif
