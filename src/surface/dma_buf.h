/* SPDX-License-Identifier: MIT */
/* What access by the CPU to a dma-buf needs: the kernel is told when it begins and ends. */
#ifndef XFI_SURFACE_DMA_BUF_H
#define XFI_SURFACE_DMA_BUF_H

#include <stdbool.h>
#include <stdint.h>

/*
 * `access`: XF_ACCESS_*. May block while the device is at work. 0, also for memory that is no
 * dma-buf; -errno.
 */
int xfi_dma_buf_begin(int fd, uint32_t access);
int xfi_dma_buf_end(int fd, uint32_t access);

#endif
