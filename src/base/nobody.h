/* SPDX-License-Identifier: MIT */
/* The uid that stands for everybody whom our user namespace does not know. */
#ifndef XFI_BASE_NOBODY_H
#define XFI_BASE_NOBODY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/small_file.h"

static inline unsigned long xfi_overflow_uid(void)
{
	char text[32];
	unsigned long number;
	if (!xfi_read_small("/proc/sys/kernel/overflowuid", text, sizeof(text)) ||
		sscanf(text, "%lu", &number) != 1)
		number = 65534;
	return number;
}

/* In the first user namespace every uid is mapped, and none is an overflow. */
static inline bool xfi_all_uids_are_known(void)
{
	char text[64];
	unsigned long inside = 1, outside = 1, length = 0;
	return xfi_read_small("/proc/self/uid_map", text, sizeof(text)) &&
	       sscanf(text, "%lu %lu %lu", &inside, &outside, &length) == 3 && inside == 0 &&
	       outside == 0 && length >= UINT32_MAX;
}

/* Whoever has it may be anybody: it is nobody's equal, not even that of a process that has it. */
static inline bool xfi_is_nobody(uid_t uid)
{
	return uid == xfi_overflow_uid() && !xfi_all_uids_are_known();
}

#endif
