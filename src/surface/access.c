/* SPDX-License-Identifier: MIT */
/* Access by the CPU: mapped at the first, told to the kernel where it is a dma-buf. */
#include <errno.h>
#include <sys/mman.h>

#include "base/message.h"
#include "shm/arena.h"
#include "surface/carried.h"
#include "surface/device.h"
#include "surface/dma_buf.h"
#include "surface/surface.h"
#include "sync/keyed_mutex.h"

static int map(struct xf_surface *s, bool writable)
{
	int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
	void *data;
	if (s->data && (s->data_writable || !writable))
		return 0;
	if (s->data) {
		if (mprotect(s->data, s->size_bytes, protection))
			return -errno;
	} else if (s->imported) {
		data = mmap(
			NULL, s->size_bytes, protection, MAP_SHARED, s->fd, (off_t)s->fd_offset);
		if (data == MAP_FAILED)
			return -errno;
		s->data = data;
	} else {
		int r = xfi_arena_map_payload(
			s->base.domain, s->payload_offset, s->size_bytes, writable, &s->data);
		if (r)
			return r;
	}
	s->data_writable = writable;
	return 0;
}

/* Nested accesses are one to the kernel, of all that they do. */
static int begin_dma_buf(struct xf_surface *s, uint32_t access)
{
	access &= ~s->told;
	int r = s->maybe_dma_buf && access ? xfi_dma_buf_begin(s->fd, access) : 0;
	if (!r)
		s->told |= access;
	return r;
}

static int end_access(struct xf_surface *s)
{
	if (!s->accesses)
		return -EPERM;
	if (--s->accesses)
		return 0;
	uint32_t told = s->told;
	s->told = 0;
	return s->maybe_dma_buf ? xfi_dma_buf_end(s->fd, told) : 0;
}

static int begin(struct xf_surface *s, uint32_t access, void **ret_data)
{
	struct xf_keyed_mutex *mutex;
	int r = xfi_surface_current_mutex(s, &mutex);
	if (r == 0 && !xfi_keyed_mutex_held(mutex))
		return -EPERM;
	if (r && r != -ENOENT)
		return r;
	if (s->desc.memory)
		return xfi_device_refuse_cpu(s->desc.memory);
	r = map(s, access & XF_ACCESS_WRITE);
	if (r)
		return r;
	r = begin_dma_buf(s, access);
	if (r)
		return r;
	s->accesses++;
	*ret_data = s->data;
	return 0;
}

int xf_surface_begin(struct xf_surface *s, uint32_t access, void **ret_data)
{
	xfi_message_forget();
	if (!s || !ret_data)
		return xf_fail(-EINVAL, "%s: surface or ret_data is NULL", __func__);
	if (!access || (access & ~(uint32_t)(XF_ACCESS_READ | XF_ACCESS_WRITE)))
		return xf_fail(
			-EINVAL, "access 0x%x: XF_ACCESS_READ, XF_ACCESS_WRITE or both", access);
	int r = xfi_domain_check(s->base.domain, access & XF_ACCESS_WRITE);
	if (r)
		return r;
	pthread_mutex_lock(&s->lock);
	r = begin(s, access, ret_data);
	pthread_mutex_unlock(&s->lock);
	return r;
}

int xf_surface_end(struct xf_surface *s)
{
	xfi_message_forget();
	if (!s)
		return xf_fail(-EINVAL, "%s: surface is NULL", __func__);
	int r = xfi_domain_check(s->base.domain, false);
	if (r)
		return r;
	pthread_mutex_lock(&s->lock);
	r = end_access(s);
	pthread_mutex_unlock(&s->lock);
	return r;
}
