/* SPDX-License-Identifier: MIT */
/*
 * Annotation: a program's names for parts of its work (ID3DUserDefinedAnnotation). Devices with a
 * debug layer keep them among its messages, and all write them into the trace, if there is one;
 * else they come to nothing, as on Windows without a tool that listens.
 */
#ifndef XFI_WIN_ANNOTATION_H
#define XFI_WIN_ANNOTATION_H

#include "win/dxgi/device.h"

void xfi_device_init_annotation(struct xfi_device *device);

bool xfi_annotation_is_on(const struct xfi_device *device);

/* How many were begun before and have not ended, or -1: nobody listens, or none was begun. */
INT xfi_annotation_begin(struct xfi_device *device, LPCWSTR name);
INT xfi_annotation_end(struct xfi_device *device);
void xfi_annotation_mark(struct xfi_device *device, LPCWSTR name);

#endif
