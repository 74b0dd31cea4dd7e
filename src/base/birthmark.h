/* SPDX-License-Identifier: MIT */
/*
 * Telling a process from what it was forked from, for things that do not work in a forked child. A
 * number of the process will not do: both may be the first of a PID namespace of their own. So a
 * page is made beside the thing, which the kernel wipes in children, also after a bare clone().
 */
#ifndef XFI_BASE_BIRTHMARK_H
#define XFI_BASE_BIRTHMARK_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include "base/page.h"

/* 0; -ENOMEM; -ENOSYS: the kernel has no such pages (before 4.14). End it with the thing. */
static inline int xfi_birthmark_make(const uint32_t **ret_mark)
{
	uint32_t *mark =
		mmap(NULL, XFI_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mark == MAP_FAILED)
		return -ENOMEM;
	if (madvise(mark, XFI_PAGE, MADV_WIPEONFORK)) {
		munmap(mark, XFI_PAGE);
		return -ENOSYS;
	}
	*mark = 1; /* nobody else has it yet, and nobody writes it again */
	*ret_mark = mark;
	return 0;
}

/* Is this the process that made it? Not of NULL. */
static inline bool xfi_birthmark_is_ours(const uint32_t *mark)
{
	return mark && *(const volatile uint32_t *)mark;
}

static inline void xfi_birthmark_end(const uint32_t *mark)
{
	if (mark)
		munmap((void *)(uintptr_t)mark, XFI_PAGE);
}

#endif
