/* SPDX-License-Identifier: MIT */
/* Apart from the rest: libjpeg's headers and those of Windows do not go together. */
#ifndef EXAMPLES_WIN_PICTURE_H
#define EXAMPLES_WIN_PICTURE_H

#include <stdint.h>

/*
 * The picture's upper left part, width_px by height_px, as bytes R G B A without gaps; black where
 * the picture is smaller. To be freed. Ends the program when it cannot be read.
 */
uint8_t *picture_decode(const char *path, unsigned width_px, unsigned height_px);

#endif
