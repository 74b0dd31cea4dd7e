/* SPDX-License-Identifier: MIT */
/* The same draws for both sides of draw_bench. No prototypes here. */
#ifndef BENCH_DRAW_H
#define BENCH_DRAW_H

#include <stdint.h>

#define SIZE	  256 /* of the target */
#define PER_FRAME 500 /* draws that are handed over together */

struct constants {
	float place[4], colour[4];
};

static inline struct constants constants_of(uint32_t i)
{
	return (struct constants){ { (float)(i % 61) / 31 - 1, (float)(i % 59) / 30 - 1, 0.04f,
					   0.04f },
		{ (float)(i % 7) / 7, (float)(i % 11) / 11, (float)(i % 13) / 13, 1 } };
}

#endif
