/* SPDX-License-Identifier: MIT */
/*
 * <wchar.h> for 16-bit wchar_t. The C library's calls take 32-bit characters and would read past
 * the ends of ours: so those that ported code uses are bound to others here, under their usual
 * names. The flags of pkg-config make this the <wchar.h> that programs include; std::wstring, which
 * stands on these calls, is right by it, too.
 *
 * They work on UTF-16 units, as on Windows: a character beyond U+FFFF counts as two. Comparisons
 * without regard to case know the letters A to Z only. Thread-safety: safe.
 *
 * swprintf, vswprintf, as on Windows: %s, %c and %ls are wide, %S, %C and %hs narrow (UTF-8); I64
 * and I32 are sizes. At most `count` units with the end. The number of units written, without the
 * end; -1: they do not fit (what fits is written, with an end), or the format is wrong. No %n.
 */
#ifndef CROSSFENCE_WIN_WCHAR_H
#define CROSSFENCE_WIN_WCHAR_H

#pragma GCC system_header
#include <features.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h> /* what <wchar.h> includes is included before its conditions are changed */

#if __SIZEOF_WCHAR_T__ != 2
#error "wchar_t is not 16 bits: compile with -fshort-wchar, as pkg-config --cflags crossfence-win says"
#endif

#ifdef __cplusplus
#define XF_WIN_WIDE(name) __THROW __asm__("xf_win_" #name)
extern "C" {
#else
#define XF_WIN_WIDE(name) __asm__("xf_win_" #name) __THROW
#endif

size_t wcslen(const wchar_t *text) XF_WIN_WIDE(wcslen);
size_t wcsnlen(const wchar_t *text, size_t max) XF_WIN_WIDE(wcsnlen);
int wcscmp(const wchar_t *a, const wchar_t *b) XF_WIN_WIDE(wcscmp);
int wcsncmp(const wchar_t *a, const wchar_t *b, size_t max) XF_WIN_WIDE(wcsncmp);
int _wcsicmp(const wchar_t *a, const wchar_t *b) XF_WIN_WIDE(wcsicmp);
int _wcsnicmp(const wchar_t *a, const wchar_t *b, size_t max) XF_WIN_WIDE(wcsnicmp);
wchar_t *wcscpy(wchar_t *__restrict to, const wchar_t *__restrict from) XF_WIN_WIDE(wcscpy);
wchar_t *wcsncpy(wchar_t *__restrict to, const wchar_t *__restrict from, size_t max)
	XF_WIN_WIDE(wcsncpy);
wchar_t *wcscat(wchar_t *__restrict to, const wchar_t *__restrict from) XF_WIN_WIDE(wcscat);
wchar_t *wcschr(const wchar_t *text, wchar_t c) XF_WIN_WIDE(wcschr);
wchar_t *wcsrchr(const wchar_t *text, wchar_t c) XF_WIN_WIDE(wcsrchr);
wchar_t *wcsstr(const wchar_t *text, const wchar_t *part) XF_WIN_WIDE(wcsstr);
/* NULL: no memory. To be freed with free(). */
wchar_t *wcsdup(const wchar_t *text) XF_WIN_WIDE(wcsdup);
wchar_t *_wcsdup(const wchar_t *text) XF_WIN_WIDE(wcsdup);
int wmemcmp(const wchar_t *a, const wchar_t *b, size_t count) XF_WIN_WIDE(wmemcmp);
wchar_t *wmemcpy(wchar_t *__restrict to, const wchar_t *__restrict from, size_t count)
	XF_WIN_WIDE(wmemcpy);
wchar_t *wmemmove(wchar_t *to, const wchar_t *from, size_t count) XF_WIN_WIDE(wmemmove);
wchar_t *wmemset(wchar_t *to, wchar_t c, size_t count) XF_WIN_WIDE(wmemset);
wchar_t *wmemchr(const wchar_t *text, wchar_t c, size_t count) XF_WIN_WIDE(wmemchr);
int swprintf(wchar_t *__restrict to, size_t count, const wchar_t *__restrict format, ...)
	XF_WIN_WIDE(swprintf);
int vswprintf(wchar_t *__restrict to, size_t count, const wchar_t *__restrict format, va_list args)
	XF_WIN_WIDE(vswprintf);

#ifdef __cplusplus
}
#endif

#undef XF_WIN_WIDE
#define _snwprintf swprintf

/*
 * The C library's declarations come second and find these. Two things in its header would go past
 * them: what it declares for C++ only, and what it checks when it is told to be strict.
 */
#pragma push_macro("__GNUC_PREREQ")
#pragma push_macro("__fortify_function")
#ifdef __cplusplus
#undef __GNUC_PREREQ
#define __GNUC_PREREQ(major, minor) 0
#endif
#undef __fortify_function
#include_next <wchar.h>
#pragma pop_macro("__fortify_function")
#pragma pop_macro("__GNUC_PREREQ")

#endif
