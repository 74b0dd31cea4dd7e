/* SPDX-License-Identifier: MIT */
/*
 * Images in memory of the device that other processes have as well, by the same driver on the same
 * device. They are outside, with all of them, or taken: by the one whose keyed mutex it is.
 */
#ifndef XFI_WIN_GPU_SHARED_IMAGE_H
#define XFI_WIN_GPU_SHARED_IMAGE_H

#include "win/gpu/image.h"

/*
 * Makes one, with nothing in it, and taken. Its memory is *ret_bytes long, and others have it by
 * *ret_fd, which is the caller's. -EOPNOTSUPP: the device shares no such images; -EMFILE.
 */
int xfi_gpu_image_export(struct xfi_gpu *gpu, const struct xfi_gpu_image_desc *desc,
	struct xfi_gpu_image **ret_image, int *ret_fd, uint64_t *ret_bytes);

/*
 * One that another process made of the same description. `fd` is taken. -EPROTO: it is no such
 * memory, or too little.
 */
int xfi_gpu_image_import(struct xfi_gpu *gpu, const struct xfi_gpu_image_desc *desc, int fd,
	uint64_t bytes, struct xfi_gpu_image **ret_image);

/* Takes it, and gives it back, behind and before what else is recorded. */
int xfi_gpu_image_take(struct xfi_gpu *gpu, struct xfi_gpu_image *image);
int xfi_gpu_image_give(struct xfi_gpu *gpu, struct xfi_gpu_image *image);

#endif
