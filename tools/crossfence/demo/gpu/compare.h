/* SPDX-License-Identifier: MIT */
/* Is the contact sheet what CPUs would have made of the same pictures? */
#ifndef CROSSFENCE_DEMO_GPU_COMPARE_H
#define CROSSFENCE_DEMO_GPU_COMPARE_H

#include "demo/demo.h"
#include "demo/sheet.h"

/*
 * Each picture that was drawn is decoded again, goes through filter.h and is made small by the demo
 * without a GPU. Reports for each the greatest difference of any byte of its part of the sheet, and
 * whether the frame itself was that of the CPU byte for byte.
 */
int compare_sheet(const struct demo_options *options, const struct sheet *sheet);

#endif
