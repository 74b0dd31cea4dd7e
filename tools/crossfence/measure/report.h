/* SPDX-License-Identifier: MIT */
/* Rows for people. */
#ifndef CROSSFENCE_MEASURE_REPORT_H
#define CROSSFENCE_MEASURE_REPORT_H

#include "row.h"

void bench_print_head(const struct bench_settings *settings);
void bench_print_row(const struct bench_row *row);
void bench_print_summary(struct bench_row *const *rows, unsigned count);

#endif
