/* SPDX-License-Identifier: MIT */
/*
 * What the producer's shaders do to a picture, by CPU: the reference that the contact sheet is
 * compared with. Whole numbers throughout, so that the same bytes are to be expected.
 */
#ifndef CROSSFENCE_DEMO_GPU_FILTER_H
#define CROSSFENCE_DEMO_GPU_FILTER_H

#include "demo/image.h"

/* Blurs `image` (opaque, width and height even), turns it into NV12 and back. 0 or -ENOMEM. */
int filter_apply(struct image *image);

#endif
