/* SPDX-License-Identifier: MIT */
/* Rows for programs. */
#ifndef CROSSFENCE_MEASURE_JSON_H
#define CROSSFENCE_MEASURE_JSON_H

#include "row.h"

int bench_print_json(
	struct bench_row *const *rows, unsigned count, const struct bench_settings *settings);

#endif
