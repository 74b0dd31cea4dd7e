/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/foreign_fd.h"
#include "base/kill_point.h"
#include "base/proc.h"
#include "shm/keeper.h"
#include "shm/member.h"
#include "shm/object.h"
#include "shm/presence.h"
#include "surface/device.h"

#define KIND_SHIFT	  8
#define DEVICE_SHIFT	  12
#define GRANULARITY_SHIFT 16
#define GRANULARITY_MAX	  32 /* as a power of two */
#define MEMORY_MAX	  (UINT64_C(1) << 40)

static const struct {
	const char *name, *instead;
} kinds[] = {
	[XF_MEMORY_CUDA] = { "a CUDA device", "xf_cuda_map()" },
	[XF_MEMORY_VULKAN] = { "a Vulkan device", "what <crossfence/vulkan.h> has for it" },
	[XF_MEMORY_DMA_BUF] = { "a device (dma-buf)",
		"<crossfence/vulkan.h>, or xf_surface_export() and mmap()" },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

int xfi_device_refuse_cpu(uint32_t kind)
{
	return xf_fail(-EOPNOTSUPP, "the surface's memory is that of %s: use %s", kinds[kind].name,
		kinds[kind].instead);
}

static bool is_zero(const uint8_t uuid[16])
{
	static const uint8_t none[16];
	return memcmp(uuid, none, sizeof(none)) == 0;
}

static bool says_nothing(const struct xf_surface_desc *desc)
{
	return !desc->memory_bytes && !desc->granularity_bytes && is_zero(desc->device_uuid);
}

bool xfi_device_needs_annex(uint32_t kind)
{
	return kind == XF_MEMORY_VULKAN || kind == XF_MEMORY_DMA_BUF;
}

/*
 * What some kinds alone have: a driver of that name, and what its images are for. A dma-buf is also
 * of drivers that have no name.
 */
static bool is_of_kind(const struct xf_surface_desc *desc)
{
	bool driver = !is_zero(desc->driver_uuid);
	switch (desc->memory) {
	case XF_MEMORY_VULKAN:
		return driver;
	case XF_MEMORY_DMA_BUF:
		return true;
	default:
		return !driver && !desc->usage;
	}
}

/* What a device sets aside: no more pieces than it takes. Sizes are below 2^40 or so. */
static uint64_t whole_pieces(uint64_t size_bytes, uint64_t granularity)
{
	return size_bytes + (-size_bytes & (granularity - 1));
}

static bool is_granularity(uint64_t granularity)
{
	return granularity && !(granularity & (granularity - 1)) &&
	       granularity <= UINT64_C(1) << GRANULARITY_MAX;
}

static void words_of(const struct xf_surface_desc *desc, uint64_t words[2])
{
	memcpy(words, desc->device_uuid, sizeof(desc->device_uuid));
}

/* Vulkan's drivers may want more for an image than its rows take. */
static bool is_amount(const struct xf_surface_desc *desc, uint64_t size_bytes)
{
	uint64_t least = whole_pieces(size_bytes, desc->granularity_bytes);
	if (xfi_device_needs_annex(desc->memory))
		return desc->memory_bytes >= least && desc->memory_bytes <= MEMORY_MAX &&
		       !(desc->memory_bytes & (desc->granularity_bytes - 1));
	return desc->memory_bytes == least;
}

int xfi_device_check(const struct xfi_surface_plan *plan)
{
	const struct xf_surface_desc *desc = &plan->desc;
	uint64_t uuid[2];
	words_of(desc, uuid);
	if (desc->memory < KINDS && !is_of_kind(desc))
		return xf_fail(-EINVAL, "usage and driver_uuid are set for Vulkan's memory, "
					"and 0 for other");
	if (desc->memory == XF_MEMORY_HOST)
		return says_nothing(desc) ? 0
					  : xf_fail(-EINVAL, "a device is described, but memory "
							     "is XF_MEMORY_HOST");
	if (desc->memory >= KINDS)
		return xf_fail(-EINVAL, "memory is %u, which is no XF_MEMORY_*", desc->memory);
	if (!uuid[0])
		return xf_fail(-EINVAL, "device_uuid is not set");
	if (!is_granularity(desc->granularity_bytes) || !is_amount(desc, plan->size_bytes))
		return xf_fail(-EINVAL, "memory_bytes is %llu for %llu bytes, in pieces of %llu",
			(unsigned long long)desc->memory_bytes,
			(unsigned long long)plan->size_bytes,
			(unsigned long long)desc->granularity_bytes);
	return 0;
}

/*
 * Places are only ever added, under the domain's lock. A member that dies before the first word is
 * written has added none, and the second is written again.
 */
static int find_place(struct xf_domain *d, void *arg)
{
	const uint64_t *uuid = arg;
	for (int i = 0; i < XFI_DEVICES; i++) {
		struct xfi_device *device = &d->header->devices[i];
		uint64_t first = atomic_load(&device->uuid[0]);
		if (first == uuid[0] && atomic_load(&device->uuid[1]) == uuid[1])
			return i;
		if (first)
			continue;
		atomic_store(&device->uuid[1], uuid[1]);
		XFI_KILL_POINT("device:half");
		atomic_store(&device->uuid[0], uuid[0]);
		return i;
	}
	return xf_fail(-ENOSPC, "the domain knows %d devices already", XFI_DEVICES);
}

int xfi_device_bits(struct xf_domain *d, const struct xf_surface_desc *desc, uint32_t *ret_bits)
{
	uint64_t uuid[2];
	*ret_bits = 0;
	if (desc->memory == XF_MEMORY_HOST)
		return 0;
	words_of(desc, uuid);
	int place = xfi_member_call(d, find_place, uuid);
	if (place < 0)
		return place;
	*ret_bits = desc->memory << KIND_SHIFT | (uint32_t)place << DEVICE_SHIFT |
		    (uint32_t)__builtin_ctzll(desc->granularity_bytes) << GRANULARITY_SHIFT;
	return 0;
}

uint32_t xfi_device_kind(uint32_t flags)
{
	uint32_t kind = flags >> KIND_SHIFT & 0xf;
	return kind < KINDS ? kind : XF_MEMORY_HOST;
}

int xfi_device_read(const struct xf_domain *d, uint32_t flags, uint64_t size_bytes,
	struct xf_surface_desc *desc)
{
	const struct xfi_device *device =
		&d->header->devices[flags >> DEVICE_SHIFT & (XFI_DEVICES - 1)];
	uint64_t uuid[2] = { atomic_load(&device->uuid[0]), atomic_load(&device->uuid[1]) };
	uint32_t kind = flags >> KIND_SHIFT & 0xf, power = flags >> GRANULARITY_SHIFT & 0x3f;
	if (kind == XF_MEMORY_HOST)
		return 0;
	if (kind >= KINDS || !uuid[0] || power > GRANULARITY_MAX)
		return -EPROTO;
	desc->memory = kind;
	desc->granularity_bytes = UINT64_C(1) << power;
	desc->memory_bytes = whole_pieces(size_bytes, desc->granularity_bytes);
	memcpy(desc->device_uuid, uuid, sizeof(uuid));
	return 0;
}

int xfi_device_read_annex(
	const struct xfi_annex *annex, uint64_t size_bytes, struct xf_surface_desc *desc)
{
	if (!xfi_device_needs_annex(desc->memory))
		return 0;
	memcpy(desc->driver_uuid, annex->driver_uuid, sizeof(desc->driver_uuid));
	desc->usage = annex->usage;
	desc->memory_bytes = annex->memory_bytes;
	return is_of_kind(desc) && is_amount(desc, size_bytes) ? 0 : -EPROTO;
}

/* One for each surface and process: what is kept for the slot, see xfi_object_kept(). */
struct xfi_memory {
	struct xf_domain *domain;
	uint32_t index;
	uint32_t refs; /* under the domain's local_lock */
	pthread_mutex_t lock; /* guards what follows; nobody needs it but for this surface */
	int fd; /* -1: not there yet */
	uint64_t size_bytes; /* as it was first described; constant once fd is there */
	struct xfi_kept *handed_on;
	void *kept; /* a device's library's own */
	void (*destroy)(void *kept); /* NULL: nothing is kept */
};

/* A forked child does not keep it: the memory would last as long as the child, who uses none. */
static int copy_fd(const void *arg)
{
	int fd = fcntl(*(const int *)arg, F_DUPFD_CLOEXEC, 3);
	return fd < 0 ? -errno : fd;
}

static struct xfi_memory *make(struct xf_domain *d, uint32_t index)
{
	struct xfi_memory *memory = calloc(1, sizeof(*memory));
	if (!memory)
		return NULL;
	memory->domain = d;
	memory->index = index;
	memory->fd = -1;
	pthread_mutex_init(&memory->lock, NULL);
	*xfi_object_kept(d, index) = memory;
	return memory;
}

static struct xfi_memory *reference(struct xf_domain *d, uint32_t index)
{
	pthread_mutex_lock(&d->local_lock);
	struct xfi_memory *memory = *xfi_object_kept(d, index);
	if (!memory)
		memory = make(d, index);
	if (memory)
		memory->refs++;
	pthread_mutex_unlock(&d->local_lock);
	return memory;
}

/* `fd` is borrowed. */
static int take_locked(struct xfi_memory *memory, xf_id id, uint64_t size_bytes, int fd)
{
	/*
	 * Whoever sent it may be anybody of this user. We never read, map or wait for it: it is
	 * named to the device's driver, which refuses what it did not make.
	 */
	if (!xfi_foreign_fd_may_be_drivers(fd, size_bytes))
		return xf_fail(-EPROTO, "the descriptor is not that of a device's memory%s",
			xfi_proc_is_missing() ? ", as far as can be told where " XFI_NO_PROC : "");
	memory->fd = xfi_fork_get(copy_fd, &fd);
	if (memory->fd < 0) {
		int r = memory->fd;
		memory->fd = -1;
		return r;
	}
	/* First this: from now on a kernel of ours may write to it. */
	xfi_presence_of_device(memory->domain);
	int r = xfi_keeper_add(memory->domain, id, memory->fd, &memory->handed_on);
	if (r)
		xfi_fork_close(&memory->fd);
	return r;
}

static int fill_locked(struct xfi_memory *memory, xf_id id, uint64_t size_bytes, int fd)
{
	struct xfi_sent got = XFI_SENT_NONE;
	if (memory->fd >= 0) /* what libraries keep was made by the first description */
		return size_bytes == memory->size_bytes ? 0 : -EPROTO;
	memory->size_bytes = size_bytes;
	int r = fd < 0 ? xfi_keeper_ask(memory->domain, id, &got) : 0;
	if (!r)
		r = take_locked(memory, id, size_bytes, fd < 0 ? got.fd : fd);
	xfi_sent_close(&got);
	return r;
}

int xfi_memory_get(struct xf_domain *d, uint32_t index, xf_id id, uint64_t size_bytes, int fd,
	struct xfi_memory **ret_memory)
{
	if (d->read_only)
		return xf_fail(-EACCES, "a read-only member cannot have a device's memory: there "
					"are no read-only descriptors of it");
	struct xfi_memory *memory = reference(d, index);
	if (!memory)
		return -ENOMEM;
	pthread_mutex_lock(&memory->lock);
	int r = fill_locked(memory, id, size_bytes, fd);
	pthread_mutex_unlock(&memory->lock);
	if (r)
		xfi_memory_put(memory);
	else
		*ret_memory = memory;
	return r;
}

/* Whoever comes now starts anew, and asks the other members. */
static bool was_last(struct xfi_memory *memory)
{
	struct xf_domain *d = memory->domain;
	pthread_mutex_lock(&d->local_lock);
	bool last = --memory->refs == 0;
	if (last)
		*xfi_object_kept(d, memory->index) = NULL;
	pthread_mutex_unlock(&d->local_lock);
	return last;
}

void xfi_memory_put(struct xfi_memory *memory)
{
	/* A forked child has neither the descriptor nor the device, and somebody's lock perhaps. */
	if (!memory || xfi_domain_check(memory->domain, false) || !was_last(memory))
		return;
	xfi_keeper_remove(memory->domain, memory->handed_on);
	if (memory->destroy)
		memory->destroy(memory->kept);
	xfi_fork_close(&memory->fd);
	pthread_mutex_destroy(&memory->lock);
	free(memory);
}

int xfi_memory_fd(const struct xfi_memory *memory)
{
	return memory->fd;
}

int xfi_memory_keep(struct xfi_memory *memory, int (*make_it)(void *arg, void **ret_kept),
	void *arg, void (*destroy)(void *kept), void **ret_kept)
{
	int r = 0;
	pthread_mutex_lock(&memory->lock);
	if (!memory->destroy)
		r = make_it(arg, &memory->kept);
	if (!r) {
		memory->destroy = destroy;
		*ret_kept = memory->kept;
	}
	pthread_mutex_unlock(&memory->lock);
	return r;
}
