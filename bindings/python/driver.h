/* SPDX-License-Identifier: MIT */
/* The functions of libcrossfence-cuda and of the driver that are called here; found at run time. */
#ifndef XFP_DRIVER_H
#define XFP_DRIVER_H

#include "module.h"

#include <crossfence/cuda.h>

struct xfp_driver {
	int (*surface_create)(struct xf_domain *domain, const struct xf_surface_desc *desc,
		uint32_t flags, int device, struct xf_surface **ret_surface);
	int (*pool_create)(struct xf_domain *domain, const struct xf_surface_desc *desc,
		uint32_t count, uint32_t flags, const char *label, int device,
		struct xf_pool **ret_pool);
	int (*map)(struct xf_surface *surface, int device, xf_cuda_ptr *ret_ptr);
	int (*queue_create)(struct CUstream_st *stream, struct xf_queue **ret_queue);
	/* The driver's own: 0, or its error. */
	int (*DeviceGetCount)(int *ret_count);
	int (*DeviceGet)(int *ret_device, int ordinal);
	int (*DeviceGetUuid)(uint8_t ret_uuid[16], int device);
	int (*DevicePrimaryCtxRetain)(void **ret_ctx, int device);
	int (*CtxGetCurrent)(void **ret_ctx);
	int (*CtxSetCurrent)(void *ctx);
	int (*MemcpyAsync)(xf_cuda_ptr to, xf_cuda_ptr from, size_t size, void *stream);
};

/* -ENOSYS, with a message: no such library, or no driver. Blocks the first time. */
int xfp_driver(const struct xfp_driver **ret_driver);

#endif
