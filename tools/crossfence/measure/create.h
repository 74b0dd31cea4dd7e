/* SPDX-License-Identifier: MIT */
/* Making objects among few and among many. */
#ifndef CROSSFENCE_MEASURE_CREATE_H
#define CROSSFENCE_MEASURE_CREATE_H

#include "row.h"

extern struct bench_row bench_create;

#endif
