/* SPDX-License-Identifier: MIT */
/* Refresh: the clock of a display that is not there. Thread-safety: unsafe. */
#ifndef XFI_WIN_REFRESH_H
#define XFI_WIN_REFRESH_H

#include <stdbool.h>
#include <stdint.h>

/* How often a display shows a new picture. */
struct xfi_refresh {
	int64_t period_ns; /* 0: at any time */
	int64_t start_ns, shown_ns; /* of the first and the last picture */
};

/* By CROSSFENCE_REFRESH (Hz, or 0), else as the program asks for, else 60 Hz. */
void xfi_refresh_init(struct xfi_refresh *refresh, uint32_t numerator, uint32_t denominator);

/* Waits until `interval` periods are over since the last picture. False: that would have to. */
bool xfi_refresh_wait(struct xfi_refresh *refresh, uint32_t interval, bool may_wait);

/* The number of the period that `ns` is in. */
uint32_t xfi_refresh_count(const struct xfi_refresh *refresh, int64_t ns);

#endif
