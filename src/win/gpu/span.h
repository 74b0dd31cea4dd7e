/* SPDX-License-Identifier: MIT */
#ifndef XFI_WIN_GPU_SPAN_H
#define XFI_WIN_GPU_SPAN_H

#include <stdint.h>

#include <vulkan/vulkan_core.h>

/* Memory of the host, for one batch, that the device reads and writes too. */
struct xfi_gpu_span {
	VkBuffer buffer;
	VkDeviceSize offset;
	uint8_t *bytes;
};

#endif
