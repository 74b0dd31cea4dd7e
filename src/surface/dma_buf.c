/* SPDX-License-Identifier: MIT */
#include "surface/dma_buf.h"

#include <errno.h>
#include <linux/dma-buf.h>
#include <sys/ioctl.h>

#include <crossfence/surface.h>

static int tell(int fd, uint64_t what, uint32_t access)
{
	struct dma_buf_sync sync = { .flags = what |
					      (access & XF_ACCESS_READ ? DMA_BUF_SYNC_READ : 0) |
					      (access & XF_ACCESS_WRITE ? DMA_BUF_SYNC_WRITE : 0) };
	int r;
	do
		r = ioctl(fd, DMA_BUF_IOCTL_SYNC, &sync);
	while (r < 0 && (errno == EINTR || errno == EAGAIN));
	return r < 0 && errno != ENOTTY ? -errno : 0;
}

int xfi_dma_buf_begin(int fd, uint32_t access)
{
	return tell(fd, DMA_BUF_SYNC_START, access);
}

int xfi_dma_buf_end(int fd, uint32_t access)
{
	return tell(fd, DMA_BUF_SYNC_END, access);
}
