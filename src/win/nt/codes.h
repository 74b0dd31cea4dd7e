/* SPDX-License-Identifier: MIT */
/*
 * What crossfence's results are called on Windows: one table, three columns. Results that a
 * single function reads differently are dealt with there, not here.
 */
#ifndef XFI_WIN_CODES_H
#define XFI_WIN_CODES_H

#include "win/prelude.h"

DWORD xfi_win32(int result);
NTSTATUS xfi_ntstatus(int result);
HRESULT xfi_hresult(int result);

/* Sets the thread's last error from `result`; returns FALSE, so that callers can return it. */
BOOL xfi_fail(int result);

#endif
