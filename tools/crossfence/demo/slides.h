/* SPDX-License-Identifier: MIT */
/*
 * The producer's pictures, decoded and scaled on a queue while the one before is being sent. Slide
 * number n shows picture n modulo the number of pictures; slides of pictures that do not decode
 * are left out.
 */
#ifndef CROSSFENCE_DEMO_SLIDES_H
#define CROSSFENCE_DEMO_SLIDES_H

#include "image.h"
#include "pictures.h"
#include "stage.h"
#include "stamp.h"

struct slides;

/* Starts decoding slide `first`. `pictures` is borrowed. Decoding is reported to `report_fd`. */
int slides_open(struct xf_domain *domain, const struct pictures *pictures, uint64_t first,
	int report_fd, struct slides **ret_slides);
void slides_close(struct slides *slides);

/*
 * Waits for the next slide that shows something. It stays valid until the next call. *ret_number
 * is the slide's number. -ENODATA: no picture decodes.
 */
int slides_next(struct slides *slides, const struct slide **ret_slide, uint64_t *ret_number);

/* What a slide of that picture shows, decoded here and now; results as image_load(). */
int slides_load(const char *path, struct image *ret_box, char reason[REASON_MAX]);

#endif
