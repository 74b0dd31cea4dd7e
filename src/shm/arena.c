/* SPDX-License-Identifier: MIT */
/*
 * The domain's file: made, sealed, checked, mapped.
 *
 * The file is mode 0600, so that another user who is handed a read-only descriptor cannot re-open
 * it writable through /proc. It is sealed against changing its size, so that no member can make
 * another one fault by truncating it. Only the part before the payload is mapped as a whole.
 * Neither mappings nor the descriptor are inherited by fork().
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/falloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/call.h"
#include "base/fd.h"
#include "base/file_limit.h"
#include "shm/arena.h"
#include "shm/domain_file.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

static int geometry_of(const struct xf_domain_params *params, struct xfi_geometry *ret)
{
	uint64_t objects = params->max_objects ? params->max_objects : 16384;
	uint64_t payload = params->payload_bytes ? params->payload_bytes : UINT64_C(1) << 30;
	if (params->reserved)
		return xf_fail(-EINVAL, "reserved in struct xf_domain_params is not 0");
	if (objects > XF_OBJECTS_MAX)
		return xf_fail(-EINVAL, "max_objects is %u; at most %u", params->max_objects,
			XF_OBJECTS_MAX);
	if (payload > UINT64_C(1) << 40)
		return xf_fail(-EINVAL, "payload_bytes is %" PRIu64 "; at most 2^40", payload);
	*ret = (struct xfi_geometry){
		.magic = XFI_MAGIC,
		.version = XFI_VERSION_FORMAT,
		.capacity = (uint32_t)((objects + XFI_BLOCK - 1) / XFI_BLOCK * XFI_BLOCK),
		.payload_bytes = xfi_page_up(payload),
	};
	return 0;
}

static int map(struct xf_domain *d)
{
	int protection = d->read_only ? PROT_READ : PROT_READ | PROT_WRITE;
	char *base = mmap(NULL, d->layout.payload, protection, MAP_SHARED, d->fd, 0);
	if (base == MAP_FAILED)
		return xfi_call_failed("mmap");
	d->base = base;
	(void)madvise(base, d->layout.payload, MADV_DONTFORK); /* a child's checks do not need it */
	d->header = (struct xfi_header *)base;
	d->members = (struct xfi_member *)(base + d->layout.members);
	d->lifelines = (void *)(base + d->layout.lifelines);
	d->buckets = (struct xfi_bucket *)(base + d->layout.buckets);
	d->touched = (xfi_u64 *)(base + d->layout.touched);
	d->used = (xfi_u64 *)(base + d->layout.used);
	d->parked = (void *)(base + d->layout.parked);
	d->directory = (struct xfi_directory_bucket *)(base + d->layout.directory);
	d->slots = (struct xfi_slot *)(base + d->layout.slots);
	d->pages = (xfi_u32 *)(base + d->layout.pages);
	d->touched_words = (d->geometry.capacity / XFI_BLOCK + 63) / 64;
	size_t local_bytes = d->geometry.capacity * sizeof(struct xfi_local);
	void *local = mmap(NULL, local_bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (local == MAP_FAILED)
		return xfi_call_failed("mmap");
	d->local = local;
	return 0;
}

static int make_file(const void *arg)
{
	const uint64_t size = *(const uint64_t *)arg;
	int r = xfi_file_limit_check(size);
	if (r)
		return r;
	XFI_FD fd = memfd_create("crossfence", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
	if (fd < 0) /* before Linux 6.3, or under a filter that does not know the flag */
		fd = memfd_create("crossfence", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return xfi_call_failed("memfd_create");
	if (fchmod(fd, 0600))
		return xfi_call_failed("fchmod");
	if (ftruncate(fd, (off_t)size))
		return xfi_call_failed("ftruncate");
	return xfi_fd_steal(&fd);
}

static int duplicate(const void *fd)
{
	int r = fcntl(*(const int *)fd, F_DUPFD_CLOEXEC, 3);
	return r < 0 ? xfi_call_failed("fcntl") : r;
}

static int plan(struct xf_domain *d, const struct xf_domain_params *params)
{
	int r = geometry_of(params, &d->geometry);
	if (!r)
		r = xfi_layout(&d->geometry, &d->layout);
	d->geometry.file_bytes = d->layout.end;
	return r;
}

int xfi_arena_create(struct xf_domain *d, const struct xf_domain_params *params)
{
	int r = plan(d, params);
	if (r)
		return r;
	d->fd = xfi_fork_get(make_file, &d->layout.end);
	if (d->fd < 0)
		return d->fd;
	r = map(d);
	if (r)
		return r;
	d->header->geometry = d->geometry;
	return fcntl(d->fd, F_ADD_SEALS, XFI_DOMAIN_SEALS) ? xfi_call_failed("fcntl") : 0;
}

/* Room of somebody else's file. */
static int take_file(struct xf_domain *d, int fd, uint64_t *ret_size)
{
	int r = xfi_domain_file_check_room(fd, ret_size);
	if (r)
		return r;
	d->fd = xfi_fork_get(duplicate, &fd);
	if (d->fd < 0)
		return d->fd;
	if (!fchmod(d->fd, 0600))
		return 0;
	if (errno != EPERM)
		return xfi_call_failed("fchmod");
	return xf_fail(-EPERM,
		"descriptor %d is another user's memory file, and only its owner may make a domain "
		"in it",
		fd);
}

/* Payload, and four bytes for each page of it in whole pages. */
static uint64_t payload_within(uint64_t bytes)
{
	uint64_t pages = bytes / XFI_PAGE, per_page = XFI_PAGE / sizeof(uint32_t);
	return (pages - (pages + per_page) / (per_page + 1)) * XFI_PAGE;
}

/* Fits the payload to what is left of the room. */
static int plan_in(struct xf_domain *d, const struct xf_domain_params *params, uint64_t room)
{
	int r = plan(d, params);
	if (!r && !params->payload_bytes) {
		d->geometry.payload_bytes = 0;
		r = xfi_layout(&d->geometry, &d->layout);
		if (!r && room > d->layout.end)
			d->geometry.payload_bytes = payload_within(room - d->layout.end);
		if (!r)
			r = xfi_layout(&d->geometry, &d->layout);
		d->geometry.file_bytes = d->layout.end;
	}
	if (!r && d->layout.end > room)
		r = xf_fail(-ENOSPC,
			"the domain takes %" PRIu64 " bytes and has room for %" PRIu64
			": it needs fewer max_objects, less payload_bytes or a larger file",
			d->layout.end, room);
	return r;
}

int xfi_arena_create_in(
	struct xf_domain *d, int fd, uint64_t room, const struct xf_domain_params *params)
{
	uint64_t size;
	int r = take_file(d, fd, &size);
	if (!r)
		r = plan_in(d, params, room < size ? room : size);
	if (!r && fallocate(d->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
			  (off_t)d->layout.end))
		r = xfi_call_failed("fallocate");
	if (!r)
		r = map(d);
	if (!r)
		d->header->geometry = d->geometry;
	return r;
}

int xfi_arena_join(struct xf_domain *d, int fd)
{
	int r = xfi_domain_file_read(fd, &d->read_only, &d->geometry, &d->layout);
	if (r)
		return r;
	d->fd = xfi_fork_get(duplicate, &fd);
	return d->fd < 0 ? d->fd : map(d);
}

void xfi_arena_unmap(struct xf_domain *d)
{
	/* In a forked child the arena is not mapped, and something else may lie there. */
	if (d->base && xfi_domain_check(d, false) == 0)
		munmap(d->base, d->layout.payload);
	if (d->local)
		munmap(d->local, d->geometry.capacity * sizeof(struct xfi_local));
	xfi_fork_close(&d->fd);
}

int xfi_arena_map_payload(
	struct xf_domain *d, uint64_t offset, uint64_t size, bool writable, void **ret_data)
{
	if (!xfi_arena_has_payload(d, offset, size))
		return -EPROTO;
	void *data = mmap(NULL, size, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED,
		d->fd, (off_t)(d->layout.payload + offset));
	if (data == MAP_FAILED)
		return xfi_call_failed("mmap");
	/* Pixels are in no core dump: writing them would delay the news of a death. */
	(void)madvise(data, size, MADV_DONTDUMP);
	/* A child that never uses us must not keep them in memory. */
	(void)madvise(data, size, MADV_DONTFORK);
	*ret_data = data;
	return 0;
}

void xfi_arena_drop_payload(struct xf_domain *d, uint64_t offset, uint64_t size)
{
	uint64_t end;
	if (__builtin_add_overflow(offset, size, &end) || end > d->geometry.payload_bytes)
		return;
	/* Failing only keeps the memory until the range is used again. */
	(void)fallocate(d->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		(off_t)(d->layout.payload + offset), (off_t)size);
}
