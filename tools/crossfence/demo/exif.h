/* SPDX-License-Identifier: MIT */
/* What a JPEG says of the camera's position. */
#ifndef CROSSFENCE_DEMO_EXIF_H
#define CROSSFENCE_DEMO_EXIF_H

#include <stddef.h>
#include <stdint.h>

/* EXIF orientation (1 to 8) in the bytes of an APP1 marker; 1 when there is none. */
int exif_orientation(const uint8_t *bytes, size_t size);

#endif
