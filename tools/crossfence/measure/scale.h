/* SPDX-License-Identifier: MIT */
/* What grows with the number of objects or of members, and what does not. */
#ifndef CROSSFENCE_MEASURE_SCALE_H
#define CROSSFENCE_MEASURE_SCALE_H

#include "row.h"

extern struct bench_row bench_scale_make, bench_scale_find, bench_scale_use, bench_scale_members;

#endif
