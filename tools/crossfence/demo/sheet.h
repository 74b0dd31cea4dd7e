/* SPDX-License-Identifier: MIT */
/*
 * The contact sheet: every picture once, as it was found in a shared surface, with its name. Until
 * it is written its parts lie in shared memory too, so that they survive whoever drew them.
 */
#ifndef CROSSFENCE_DEMO_SHEET_H
#define CROSSFENCE_DEMO_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "image.h"
#include "pictures.h"

struct sheet;

/* Memory that the parts of a sheet of so many pictures need, zero at first. */
size_t sheet_size_bytes(uint32_t n_pictures);

/* `pictures` and `memory` are borrowed. One process at a time may draw. 0 or -ENOMEM. */
int sheet_create(const struct pictures *pictures, void *memory, struct sheet **ret_sheet);
void sheet_destroy(struct sheet *sheet); /* NULL is allowed */

/*
 * A frame of `picture` is in the surface memory `data`. The first of each picture is drawn, all are
 * counted. 0 or -ENOMEM. A picture that is not in the list is left out.
 */
int sheet_add(struct sheet *sheet, uint32_t picture, void *data);

/* For whoever draws by other means: how large a part is, and whether it is still to be drawn. */
void sheet_part_size(const struct sheet *sheet, uint32_t *ret_width_px, uint32_t *ret_height_px);
bool sheet_lacks(const struct sheet *sheet, uint32_t picture);
/*
 * A frame of `picture` was seen: its part as it was drawn, rows without gap, and the checksum of
 * the frame; NULL where it was not lacking.
 */
void sheet_put(struct sheet *sheet, uint32_t picture, const uint8_t *rgba, uint64_t checksum);
/*
 * The greatest difference of any byte between that part and `frame` made small here; and the
 * checksum that was given with it. -ENOENT: it was not drawn; -ENOMEM.
 */
int sheet_compare(const struct sheet *sheet, uint32_t picture, const struct image *frame,
	uint32_t *ret_difference, uint64_t *ret_checksum);

/* Writes the pictures seen, in the order of the list, as a PNG. 0, -ENOMEM or -errno. */
int sheet_write(const struct sheet *sheet, const char *path);

#endif
