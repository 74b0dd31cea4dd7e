/* SPDX-License-Identifier: MIT */
#include "shm/companion.h"

#include <stdlib.h>

#include "base/message.h"

struct xfi_companion {
	const void *key;
	void *kept;
	void (*destroy)(void *kept);
	struct xfi_companion *next; /* domain.companions */
};

static int add_locked(struct xf_domain *d, const void *key, int (*make)(void *arg, void **ret_kept),
	void *arg, void (*destroy)(void *kept))
{
	struct xfi_companion *companion = calloc(1, sizeof(*companion));
	int r = companion ? make(arg, &companion->kept) : -ENOMEM;
	if (r) {
		free(companion);
		return r;
	}
	companion->key = key;
	companion->destroy = destroy;
	companion->next = d->companions;
	d->companions = companion;
	return 0;
}

static struct xfi_companion *find_locked(const struct xf_domain *d, const void *key)
{
	struct xfi_companion *companion = d->companions;
	while (companion && companion->key != key)
		companion = companion->next;
	return companion;
}

int xf_domain_keep(struct xf_domain *d, const void *key, int (*make)(void *arg, void **ret_kept),
	void *arg, void (*destroy)(void *kept), void **ret_kept)
{
	xfi_message_forget();
	if (!d || !key || !make || !destroy || !ret_kept)
		return xf_fail(-EINVAL, "%s: an argument is NULL", __func__);
	int r = xfi_domain_check(d, false);
	if (r)
		return r;
	pthread_mutex_lock(&d->companions_lock);
	if (!find_locked(d, key))
		r = add_locked(d, key, make, arg, destroy);
	if (!r)
		*ret_kept = find_locked(d, key)->kept;
	pthread_mutex_unlock(&d->companions_lock);
	return r;
}

void xfi_companions_end(struct xf_domain *d)
{
	bool ours = xfi_domain_check(d, false) == 0;
	while (d->companions) {
		struct xfi_companion *companion = d->companions;
		d->companions = companion->next;
		if (ours)
			companion->destroy(companion->kept);
		free(companion);
	}
}
