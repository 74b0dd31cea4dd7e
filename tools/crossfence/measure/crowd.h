/* SPDX-License-Identifier: MIT */
/* A thousand threads that wait for other keys. */
#ifndef CROSSFENCE_MEASURE_CROWD_H
#define CROSSFENCE_MEASURE_CROWD_H

#include "row.h"

extern struct bench_row bench_crowd;

#endif
