/* SPDX-License-Identifier: MIT */
/* What follows an option of feed and play. They complain and return an exit status. */
#ifndef CROSSFENCE_VIDEO_NUMBERS_H
#define CROSSFENCE_VIDEO_NUMBERS_H

#include <stdint.h>

int numbers_count(const char *text, uint32_t least, uint32_t most, uint32_t *ret_count);
/* "640x480" */
int numbers_size(const char *text, uint32_t *ret_width_px, uint32_t *ret_height_px);
/* "30", "30000/1001", "29.97" */
int numbers_rate(const char *text, uint32_t *ret_num, uint32_t *ret_den);

#endif
