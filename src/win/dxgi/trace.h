/* SPDX-License-Identifier: MIT */
/*
 * Trace: what the devices of a program do, with its own names for that and the turns of its keyed
 * mutexes, in the file that CROSSFENCE_TRACE names. It is a JSON array of trace events, which
 * Perfetto and browsers show; several processes may write to one file, since each event is one
 * write, and all have the clock of the system.
 *
 * Thread-safety: safe.
 */
#ifndef XFI_WIN_TRACE_H
#define XFI_WIN_TRACE_H

#include "win/prelude.h"

#include <windows.h>

/* Opens the file, once. */
void xfi_trace_start(void);

bool xfi_trace_is_on(void);

/* Begin and end nest within a thread; `name` NULL is none. */
void xfi_trace_begin(LPCWSTR name);
void xfi_trace_end(void);
void xfi_trace_mark(LPCWSTR name);

/* A call for a keyed mutex that began at `begin_ns`, by xf_now(), and ends now. */
void xfi_trace_mutex(const char *call, uint64_t mutex, UINT64 key, HRESULT hr, int64_t begin_ns);

#endif
