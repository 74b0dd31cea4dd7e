/* SPDX-License-Identifier: MIT */
/* The keyed mutex or the sync object that a surface carries. */
#include <errno.h>
#include <stdio.h>

#include <crossfence/pool.h>

#include "base/message.h"
#include "base/tidy.h"
#include "shm/annex.h"
#include "shm/arena.h"
#include "surface/carried.h"
#include "surface/surface.h"
#include "sync/keyed_mutex.h"

/*
 * What a surface of a pool calls its mutex or sync object, "frames[1]", for those who inspect: one
 * that was replaced is still there while somebody has it open, and no surface names it then. NULL:
 * not of a pool, or of one without a label, or of one that a member has scribbled in.
 */
static const char *label_of_carried(const struct xf_surface *s, char label[XF_LABEL_MAX + 1])
{
	const struct xfi_surface_hot *hot = &s->base.slot->hot.surface;
	char whole[XF_LABEL_MAX + 1];
	xf_id pool = xfi_get(&hot->pool);
	if (!pool || xfi_id_index(pool) >= s->base.domain->geometry.capacity)
		return NULL;
	xfi_get_bytes(
		whole, xfi_slot(s->base.domain, xfi_id_index(pool))->cold.label, sizeof(whole));
	whole[XF_LABEL_MAX] = 0;
	xfi_label_in_pool(whole, xfi_get(&hot->index) % XF_POOL_MAX, label);
	return whole[0] && xfi_is_utf8(label) ? label : NULL;
}

/* A mutex of the surface's own; its creator's handle becomes the surface handle's. */
int xfi_surface_make_mutex(struct xf_surface *s)
{
	char label[XF_LABEL_MAX + 1];
	struct xf_keyed_mutex *mutex;
	int r = xf_keyed_mutex_create(s->base.domain, 0, label_of_carried(s, label), &mutex);
	if (r)
		return r;
	xf_keyed_mutex_close(s->mutex_before);
	s->mutex_before = s->mutex;
	s->mutex = mutex;
	atomic_store(&s->base.slot->hot.surface.carried, xf_keyed_mutex_id(mutex));
	return 0;
}

int xfi_surface_make_sync(struct xf_surface *s)
{
	char label[XF_LABEL_MAX + 1];
	int r = xf_sync_create(s->base.domain, label_of_carried(s, label), &s->sync);
	if (!r)
		atomic_store(&s->base.slot->hot.surface.carried, xf_sync_id(s->sync));
	return r;
}

/* At once, so that it lasts as long as anybody has the surface open. */
int xfi_surface_open_sync(struct xf_surface *s)
{
	xf_id id = atomic_load(&s->base.slot->hot.surface.carried);
	if (xfi_id_type(id) != XF_SYNC)
		return 0;
	int r = xf_sync_open(s->base.domain, id, &s->sync);
	return r == -EINVAL ? -EPROTO : r;
}

/*
 * -ESTALE: the mutex that the slot names is gone. A holder that gives the surface another one
 * meanwhile may have been the last who had the one before.
 */
static int open_current(struct xf_surface *s, xf_id *id, struct xf_keyed_mutex **ret_mutex)
{
	int r;
	xf_id before;
	int tries = 8; /* a member may lie, and go on naming others */
	do {
		before = *id;
		r = xf_keyed_mutex_open(s->base.domain, before, ret_mutex);
		*id = atomic_load(&s->base.slot->hot.surface.carried);
	} while (r == -ESTALE && *id != before && --tries);
	return r;
}

/* Follows the slot to the mutex it names now. */
int xfi_surface_current_mutex(struct xf_surface *s, struct xf_keyed_mutex **ret_mutex)
{
	struct xf_keyed_mutex *mutex;
	xf_id id = atomic_load(&s->base.slot->hot.surface.carried);
	if (!id || s->sync)
		return -ENOENT;
	if (!s->mutex || xf_keyed_mutex_id(s->mutex) != id) {
		int r = open_current(s, &id, &mutex);
		if (r)
			return r == -EINVAL ? -EPROTO : r;
		xf_keyed_mutex_close(s->mutex_before);
		s->mutex_before = s->mutex;
		s->mutex = mutex;
	}
	*ret_mutex = s->mutex;
	return 0;
}

int xf_surface_mutex(struct xf_surface *s, struct xf_keyed_mutex **ret_mutex)
{
	xfi_message_forget();
	if (!s || !ret_mutex)
		return xf_fail(-EINVAL, "%s: surface or ret_mutex is NULL", __func__);
	int r = xfi_domain_check(s->base.domain, false);
	if (r)
		return r;
	pthread_mutex_lock(&s->lock);
	r = xfi_surface_current_mutex(s, ret_mutex);
	pthread_mutex_unlock(&s->lock);
	if (r == -ESTALE && !xfi_surface_gone(s))
		r = XF_ABANDONED; /* who made it, for this use, was the only one who had it */
	return r;
}

int xf_surface_sync(struct xf_surface *s, struct xf_sync **ret_sync)
{
	xfi_message_forget();
	if (!s || !ret_sync)
		return xf_fail(-EINVAL, "%s: surface or ret_sync is NULL", __func__);
	int r = xfi_domain_check(s->base.domain, false);
	if (!r && !s->sync)
		r = -ENOENT;
	if (!r)
		*ret_sync = s->sync;
	return r;
}

bool xfi_surface_owned_elsewhere(struct xf_surface *s)
{
	struct xf_keyed_mutex *mutex;
	if (!s->keyed)
		return false;
	pthread_mutex_lock(&s->lock);
	bool elsewhere =
		xfi_surface_current_mutex(s, &mutex) == 0 && xfi_keyed_mutex_elsewhere(mutex);
	pthread_mutex_unlock(&s->lock);
	return elsewhere;
}

int xfi_surface_ready_mutex(struct xf_surface *s, bool rekey)
{
	struct xf_keyed_mutex *mutex;
	if (!s->keyed)
		return 0;
	pthread_mutex_lock(&s->lock);
	int r = xfi_surface_current_mutex(s, &mutex);
	/* -ESTALE: nobody has the mutex open any more, the dead owner was the last. */
	if (r == -ESTALE || (!r && xfi_keyed_mutex_abandoned(mutex)))
		r = xfi_surface_make_mutex(s);
	else if (!r && rekey)
		r = xfi_keyed_mutex_rekey(mutex, 0);
	else if (!r && xfi_keyed_mutex_elsewhere(mutex))
		r = XFI_AGAIN;
	pthread_mutex_unlock(&s->lock);
	return r == -ENOENT ? 0 : r;
}
