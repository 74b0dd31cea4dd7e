/* SPDX-License-Identifier: MIT */
/* Sets of up to 64 as words: mostly sets of members, one bit per member slot. */
#ifndef XFI_BASE_BITS_H
#define XFI_BASE_BITS_H

#include <stdbool.h>
#include <stdint.h>

/* Nothing when n is beyond: a visitor (shm/lifeline.h) is in no set. */
static inline uint64_t xfi_bit(uint32_t n)
{
	return n < 64 ? UINT64_C(1) << n : 0;
}

/* Runs the statement with `n` (uint32_t, declared before) as each number in the set, ascending. */
#define XFI_FOR_EACH_BIT(n, set)                                                                   \
	for (uint64_t left_##n = (set);                                                            \
		left_##n && ((n) = (uint32_t)__builtin_ctzll(left_##n), true);                     \
		left_##n &= left_##n - 1)

#endif
