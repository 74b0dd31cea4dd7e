/* SPDX-License-Identifier: MIT */
/* As wide.h. */
#ifndef XFI_WIN_WIDE_PRINTF_H
#define XFI_WIN_WIDE_PRINTF_H

#include <stdarg.h>
#include <stddef.h>

int xf_win_swprintf(wchar_t *to, size_t count, const wchar_t *format, ...);
int xf_win_vswprintf(wchar_t *to, size_t count, const wchar_t *format, va_list args);

#endif
