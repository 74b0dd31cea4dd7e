/* SPDX-License-Identifier: MIT */
/* The unit in which a domain's file is laid out, whatever the kernel's own pages are. */
#ifndef XFI_BASE_PAGE_H
#define XFI_BASE_PAGE_H

#include <stdint.h>

#define XFI_PAGE 4096

static inline uint64_t xfi_page_down(uint64_t bytes)
{
	return bytes & ~(uint64_t)(XFI_PAGE - 1);
}

/* The caller has checked that the sum does not overflow. */
static inline uint64_t xfi_page_up(uint64_t bytes)
{
	return xfi_page_down(bytes + XFI_PAGE - 1);
}

#endif
