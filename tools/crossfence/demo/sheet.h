/* SPDX-License-Identifier: MIT */
/*
 * The contact sheet: every picture once, as it was found in a shared surface, with its name. Until
 * it is written its parts lie in shared memory too, so that they survive whoever drew them.
 */
#ifndef CROSSFENCE_DEMO_SHEET_H
#define CROSSFENCE_DEMO_SHEET_H

#include <stddef.h>

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

/* Writes the pictures seen, in the order of the list, as a PNG. 0, -ENOMEM or -errno. */
int sheet_write(const struct sheet *sheet, const char *path);

#endif
