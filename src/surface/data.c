/* SPDX-License-Identifier: MIT */
/* The sixteen bytes that travel with a surface: its mutex has them, or its annex. */
#include <errno.h>
#include <string.h>

#include "base/message.h"
#include "shm/annex.h"
#include "shm/arena.h"
#include "surface/surface.h"
#include "use/op.h"
#include "use/sync.h"

_Static_assert(XF_SURFACE_DATA_MAX == XF_KEYED_MUTEX_DATA_MAX, "keyed or not");

/* Mapped at the first use, until close. */
static int map_annex(struct xf_surface *s, struct xfi_annex **ret_annex)
{
	struct xf_domain *d = s->base.domain;
	uint64_t at;
	int r = 0;
	pthread_mutex_lock(&s->lock);
	if (!s->annex_page)
		r = xfi_annex_place(d, s->base.index, &at);
	if (!r && !s->annex_page) {
		r = xfi_arena_map_payload(
			d, at & ~(uint64_t)(XFI_PAGE - 1), XFI_PAGE, !d->read_only, &s->annex_page);
		s->annex_offset = at % XFI_PAGE;
	}
	if (!r)
		*ret_annex = (void *)((char *)s->annex_page + s->annex_offset);
	pthread_mutex_unlock(&s->lock);
	return r;
}

static int check(const struct xf_surface *s, bool write)
{
	int r = xfi_domain_check(s->base.domain, write);
	return r || s->keyed || s->sync ? r : -ENOENT;
}

/* Nobody owns a mutex that is gone. */
static int not_owned(int r)
{
	return r == XF_ABANDONED ? xfi_message_plain(-EPERM) : r;
}

int xf_surface_set_data(struct xf_surface *s, const void *data, size_t size)
{
	struct xf_keyed_mutex *mutex;
	struct xfi_annex *annex;
	xfi_message_forget();
	if (!s || (!data && size))
		return xf_fail(-EINVAL, "%s: surface or data is NULL", __func__);
	int r = check(s, true);
	if (!r && s->keyed) {
		r = xf_surface_mutex(s, &mutex);
		return r ? not_owned(r) : xf_keyed_mutex_set_data(mutex, data, size);
	}
	if (!r && size > XF_SURFACE_DATA_MAX)
		r = -EMSGSIZE;
	if (!r && !xfi_sync_produces(s->sync))
		r = -EPERM;
	if (!r)
		r = map_annex(s, &annex);
	if (r)
		return r;
	if (size)
		xfi_put_bytes(annex->data, data, size);
	atomic_store_explicit(&annex->data_size, (uint32_t)size, memory_order_relaxed);
	return 0;
}

/* What was stored before ready is seen by who has waited for that. */
int xf_surface_get_data(struct xf_surface *s, void *data, size_t size, size_t *ret_size)
{
	struct xf_keyed_mutex *mutex;
	struct xfi_annex *annex;
	xfi_message_forget();
	if (!s || !ret_size || (!data && size))
		return xf_fail(-EINVAL, "%s: surface, ret_size or data is NULL", __func__);
	int r = check(s, false);
	if (!r && s->keyed) {
		r = xf_surface_mutex(s, &mutex);
		return r ? not_owned(r) : xf_keyed_mutex_get_data(mutex, data, size, ret_size);
	}
	if (!r)
		r = map_annex(s, &annex);
	if (r)
		return r;
	size_t stored = atomic_load_explicit(&annex->data_size, memory_order_relaxed);
	if (stored > XF_SURFACE_DATA_MAX)
		stored = XF_SURFACE_DATA_MAX;
	if (size)
		xfi_get_bytes(data, annex->data, size < stored ? size : stored);
	*ret_size = stored;
	return 0;
}
