/* SPDX-License-Identifier: MIT */
/*
 * The Windows declarations of libwine-dev, for every file of this layer. Functions declared there
 * use the Microsoft calling convention (ms_abi) and 16-bit WCHAR, as ported programs do.
 */
#ifndef XFI_WIN_PRELUDE_H
#define XFI_WIN_PRELUDE_H

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* winnt.h and ntstatus.h both define some STATUS_ values; this order takes ntstatus.h's. */
#define WIN32_NO_STATUS
#include <windows.h>
#undef WIN32_NO_STATUS
#include <ntstatus.h>
#include <winternl.h>
#include <d3dukmdt.h>

#endif
