/* SPDX-License-Identifier: MIT */
/* Arithmetic of tensors: what a description needs, and whether it holds together. */
#ifndef XFI_SURFACE_TENSOR_H
#define XFI_SURFACE_TENSOR_H

#include <crossfence/surface.h>

/* xf_surface_layout() for one that is a tensor. */
int xfi_tensor_layout(struct xf_surface_desc *desc, uint64_t *ret_size_bytes);

#endif
