/* SPDX-License-Identifier: MIT */
/*
 * Named places where a test build may end the process, as kill -9 would. In a normal build they
 * are nothing.
 */
#ifndef XFI_BASE_KILL_POINT_H
#define XFI_BASE_KILL_POINT_H

#ifdef XFI_KILL_POINTS
void xfi_kill_point(const char *name);
#define XFI_KILL_POINT(name) xfi_kill_point(name)
#else
#define XFI_KILL_POINT(name) ((void)0)
#endif

#endif
