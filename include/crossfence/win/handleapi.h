/* SPDX-License-Identifier: MIT */
/* Declarations of handleapi.h that libwine-dev lacks. */
#ifndef CROSSFENCE_WIN_HANDLEAPI_H
#define CROSSFENCE_WIN_HANDLEAPI_H

#pragma GCC system_header
#include <winbase.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * TRUE: both handles refer to the same object. FALSE with ERROR_NOT_SAME_OBJECT: they do not; with
 * ERROR_INVALID_HANDLE: one of them is no handle.
 */
BOOL WINAPI CompareObjectHandles(HANDLE first, HANDLE second);

#ifndef ERROR_NOT_SAME_OBJECT
#define ERROR_NOT_SAME_OBJECT 1656
#endif

#ifndef DUPLICATE_SAME_ATTRIBUTES
#define DUPLICATE_SAME_ATTRIBUTES 0x00000004
#endif

#ifdef __cplusplus
}
#endif
#endif
