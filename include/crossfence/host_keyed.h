/* SPDX-License-Identifier: MIT */
/*
 * Binds struct xf_host_surface_ops to keyed mutexes of a domain, so that processes of the host and
 * of a guest hand one surface to each other by key. Inline, since the host service itself does not
 * need the core library's objects.
 *
 *	struct xf_host_keyed keyed = { domain, xf_keyed_mutex_id(mutex) };
 *	params.ops = &xf_host_keyed_ops;
 *	params.self = &keyed;		// stays yours, until the surface is removed
 */
#ifndef CROSSFENCE_HOST_KEYED_H
#define CROSSFENCE_HOST_KEYED_H

#include <crossfence/host.h>
#include <crossfence/keyed_mutex.h>

struct xf_host_keyed {
	struct xf_domain *domain;
	xf_id mutex;
};

static inline int xf_host_keyed_open(void *self, void **ret_handle)
{
	struct xf_host_keyed *keyed = (struct xf_host_keyed *)self;
	struct xf_keyed_mutex *mutex;
	int r = xf_keyed_mutex_open(keyed->domain, keyed->mutex, &mutex);
	if (!r)
		*ret_handle = mutex;
	return r;
}

static inline void xf_host_keyed_close(void *self, void *handle)
{
	(void)self;
	xf_keyed_mutex_close((struct xf_keyed_mutex *)handle);
}

static inline int xf_host_keyed_acquire(void *self, void *handle, uint64_t key, uint64_t *ret_fence)
{
	(void)self;
	return xf_keyed_mutex_acquire((struct xf_keyed_mutex *)handle, key, 0, ret_fence);
}

static inline int xf_host_keyed_release(void *self, void *handle, uint64_t key, uint64_t fence)
{
	(void)self;
	return xf_keyed_mutex_release((struct xf_keyed_mutex *)handle, key, fence);
}

static inline int xf_host_keyed_fd(void *self, void *handle, uint64_t key, int *ret_fd)
{
	(void)self;
	return xf_keyed_mutex_fd((struct xf_keyed_mutex *)handle, key, ret_fd);
}

static const struct xf_host_surface_ops xf_host_keyed_ops = { sizeof(struct xf_host_surface_ops),
	xf_host_keyed_open, xf_host_keyed_close, xf_host_keyed_acquire, xf_host_keyed_release,
	xf_host_keyed_fd };

#endif
