/* SPDX-License-Identifier: MIT */
/* Memory of another interface's, Vulkan's, in the primary context of the device that has it. */
#ifndef XFC_CUDA_EXTERNAL_H
#define XFC_CUDA_EXTERNAL_H

#include "cuda/api.h"

struct xfc_external {
	struct CUctx_st *ctx; /* NULL: nothing is imported */
	struct CUextMemory_st *memory;
	int device;
};

/* 0; -ENOMEM, -EIO; -EPROTO: what the descriptor names is not such memory, or too little. */
int xfc_external_map(const struct xfc_api *api, struct xf_surface *surface, uint64_t size_bytes,
	int device, struct xfc_external *ret_external, xf_cuda_ptr *ret_ptr);
void xfc_external_unmap(const struct xfc_api *api, struct xfc_external *external, xf_cuda_ptr ptr);

#endif
