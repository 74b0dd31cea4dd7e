/* SPDX-License-Identifier: MIT */
/* The file behind a surface: one that was imported, a device's memory, or the domain's own. */
#ifndef XFI_SURFACE_FILE_H
#define XFI_SURFACE_FILE_H

#include <stdint.h>

struct xf_surface;

/* The memory of an imported surface: in `fd`, which is duplicated. */
int xfi_surface_borrow_fd(struct xf_surface *surface, int fd, uint64_t offset);

/* A device's: behind `fd` (borrowed), or from another member when that is -1. */
int xfi_surface_get_memory(struct xf_surface *surface, int fd);

/* Borrowed; -1: in the payload. */
int xfi_surface_fd(const struct xf_surface *surface);

#endif
