/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/foreign_fd.h"
#include "wire/ivshmem.h"
#include "guest/link_pci.h"
#include "guest/link_region.h"

int xfg_region_find_channel(uint8_t *base, size_t size, struct xfw_ivshmem **ret_channel)
{
	if (size < 65536 || size & (size - 1))
		return -EPROTO;
	struct xfw_ivshmem *channel = (struct xfw_ivshmem *)(base + xfw_ivshmem_offset(size));
	if (__atomic_load_n(&channel->magic, __ATOMIC_ACQUIRE) != XFW_IVSHMEM_MAGIC)
		return -ENODEV;
	if (__atomic_load_n(&channel->ring_bytes, __ATOMIC_RELAXED) != xfw_ivshmem_ring_bytes(size))
		return -EPROTO;
	*ret_channel = channel;
	return 0;
}

/* Else whoever sent it could take the memory from under us: a device's, or a sealed memfd. */
static bool keeps_its_size(int fd, const struct statfs *fs)
{
	const int needed = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
	if (fs->f_type == SYSFS_MAGIC)
		return true;
	int seals = fs->f_type == TMPFS_MAGIC ? fcntl(fd, F_GET_SEALS) : -1;
	return seals >= 0 && (seals & needed) == needed;
}

/* Else it may be a file whose server does not answer whoever asks for its size. */
static bool is_the_kernels(int fd)
{
	return fcntl(fd, F_GET_SEALS) >= 0 || xfi_foreign_fd_is_on(fd, "/sys");
}

int xfg_region_map(int fd, struct xfg_region *region)
{
	struct stat stat;
	struct statfs fs;
	struct xfw_ivshmem *channel;
	if (!is_the_kernels(fd))
		return -EPROTO;
	if (fstat(fd, &stat) < 0 || fstatfs(fd, &fs) < 0)
		return -errno;
	if (!keeps_its_size(fd, &fs))
		return -EPROTO;
	size_t size = (size_t)stat.st_size;
	void *base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (base == MAP_FAILED)
		return -errno;
	int r = xfg_region_find_channel(base, size, &channel);
	if (r) {
		munmap(base, size);
		return r;
	}
	*region = (struct xfg_region){ .base = base,
		.size = size,
		.channel = channel,
		.epoch = __atomic_load_n(&channel->host_epoch, __ATOMIC_ACQUIRE),
		/* A memfd is under the same kernel, and a device's in sysfs. */
		.shares_words = fs.f_type != SYSFS_MAGIC || xfg_pci_atomics_are_real(),
		.fd = -1 };
	return 0;
}

void xfg_region_unmap(struct xfg_region *region)
{
	if (region->base)
		munmap(region->base, region->size);
	region->base = NULL;
}

bool xfg_region_open_still(const struct xfg_region *region)
{
	return __atomic_load_n(&region->channel->host_epoch, __ATOMIC_RELAXED) == region->epoch;
}
