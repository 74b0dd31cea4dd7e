/* SPDX-License-Identifier: MIT */
/* What <wchar.h> of crossfence/win binds the usual names to; described there. */
#ifndef XFI_WIN_WIDE_H
#define XFI_WIN_WIDE_H

#include <stddef.h>

size_t xf_win_wcslen(const wchar_t *text);
size_t xf_win_wcsnlen(const wchar_t *text, size_t max);
int xf_win_wcscmp(const wchar_t *a, const wchar_t *b);
int xf_win_wcsncmp(const wchar_t *a, const wchar_t *b, size_t max);
int xf_win_wcsicmp(const wchar_t *a, const wchar_t *b);
int xf_win_wcsnicmp(const wchar_t *a, const wchar_t *b, size_t max);
wchar_t *xf_win_wcscpy(wchar_t *to, const wchar_t *from);
wchar_t *xf_win_wcsncpy(wchar_t *to, const wchar_t *from, size_t max);
wchar_t *xf_win_wcscat(wchar_t *to, const wchar_t *from);
wchar_t *xf_win_wcschr(const wchar_t *text, wchar_t c);
wchar_t *xf_win_wcsrchr(const wchar_t *text, wchar_t c);
wchar_t *xf_win_wcsstr(const wchar_t *text, const wchar_t *part);
wchar_t *xf_win_wcsdup(const wchar_t *text);
int xf_win_wmemcmp(const wchar_t *a, const wchar_t *b, size_t count);
wchar_t *xf_win_wmemcpy(wchar_t *to, const wchar_t *from, size_t count);
wchar_t *xf_win_wmemmove(wchar_t *to, const wchar_t *from, size_t count);
wchar_t *xf_win_wmemset(wchar_t *to, wchar_t c, size_t count);
wchar_t *xf_win_wmemchr(const wchar_t *text, wchar_t c, size_t count);

#endif
