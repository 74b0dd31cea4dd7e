/* SPDX-License-Identifier: MIT */
/*
 * Surfaces in the memory of CUDA devices, where libcrossfence-cuda is there, and the consumers'
 * own streams, which wait for frames and say when they are done with them.
 */
#ifndef XFP_CUDA_H
#define XFP_CUDA_H

#include "picture.h"

/* xf_cuda_surface_create() and xf_cuda_pool_create(); -ENOSYS: no libcrossfence-cuda. */
int xfp_cuda_surface(struct xf_domain *domain, const struct xf_surface_desc *desc, uint32_t flags,
	int device, struct xf_surface **ret_surface);
int xfp_cuda_pool(struct xf_domain *domain, const struct xf_surface_desc *desc, uint32_t count,
	uint32_t flags, const char *label, int device, struct xf_pool **ret_pool);

/* The number of the device that has the picture's memory, which is mapped; -1: host memory. False
   with an exception. */
bool xfp_cuda_device(struct xfp_picture *p, int *ret_device);

/*
 * `stream` (as in DLPack) is about to use the picture: a reader's waits until it is ready. What is
 * allowed for host memory is None only. False with an exception.
 */
bool xfp_cuda_order(struct xfp_picture *p, PyObject *stream);

/* Copies what is packed by `stream`. False with an exception. */
bool xfp_cuda_copy(struct xfp_picture *p, const struct xfp_layout *layout, const uint8_t *from,
	PyObject *stream);

/*
 * The picture is given up: a reader's is released, a writer's ready, when the streams that were
 * given it have done what they have now. A result of crossfence's.
 */
int xfp_cuda_done(struct xfp_picture *p);

/* The handle, parent of pictures, closes: its queues end, when their work is done. */
void xfp_cuda_forget(struct xfp_handle *h);

#endif
