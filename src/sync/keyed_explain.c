/* SPDX-License-Identifier: MIT */
#include "sync/keyed_explain.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/id_text.h"
#include "shm/annex.h"

#define NAME_SIZE (XF_LABEL_MAX + 32)
#define WHO_SIZE  96

/* A surface's of a pool is called after both, "frames[1]"; `crossfence show` knows the id, too. */
static void name_it(const struct xf_keyed_mutex *mutex, char name[NAME_SIZE])
{
	char label[XF_LABEL_MAX + 1] = "";
	xf_id id = xf_keyed_mutex_id(mutex);
	if (xfi_has_label(mutex->base.slot) && xfi_label_read(mutex->base.domain, id, label) &&
		*label) {
		label[XF_LABEL_MAX] = 0;
		snprintf(name, NAME_SIZE, "keyed mutex '%s'", label);
	} else {
		snprintf(name, NAME_SIZE, "keyed mutex " XFI_ID, id);
	}
}

static void say_whose(const struct xf_keyed_mutex *mutex, char who[WHO_SIZE])
{
	const struct xfi_keyed_hot *hot = &mutex->base.slot->hot.keyed;
	const struct xf_domain *d = mutex->base.domain;
	uint64_t word = atomic_load(&hot->word), key = atomic_load(&hot->key);
	uint64_t owner = word >> 56;
	char name[XFI_MEMBER_NAME];
	if ((word & XFI_KM_STATE) != XFI_KM_HELD || !owner || owner > XF_MEMBERS_MAX) {
		snprintf(who, WHO_SIZE, "nobody owns it, and it carries key %" PRIu64, key);
		return;
	}
	xfi_get_bytes(name, d->members[owner - 1].name, sizeof(name));
	name[sizeof(name) - 1] = 0;
	snprintf(who, WHO_SIZE, "%s (pid %d) owns it, acquired with key %" PRIu64, name,
		xfi_get(&d->members[owner - 1].pid), key);
}

int xfi_keyed_mutex_explain_timeout(const struct xf_keyed_mutex *mutex, uint64_t key)
{
	char name[NAME_SIZE], who[WHO_SIZE];
	name_it(mutex, name);
	say_whose(mutex, who);
	return xf_fail(XF_TIMEOUT,
		"%s was not released with key %" PRIu64 " in time: %s; try again or go on without",
		name, key, who);
}

int xfi_keyed_mutex_explain_not_owned(const struct xf_keyed_mutex *mutex)
{
	char name[NAME_SIZE], who[WHO_SIZE];
	name_it(mutex, name);
	say_whose(mutex, who);
	return xf_fail(-EPERM, "%s is not owned by this handle: %s; acquire it first", name, who);
}
