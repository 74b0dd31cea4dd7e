/* SPDX-License-Identifier: MIT */
/*
 * KMT keyed mutex: a core keyed mutex, and a record for private data of any length. The mutex's
 * label names the record ("m:" and its id in hexadecimal); mutexes of D3D textures have no label
 * and no private data.
 */
#ifndef XFI_WIN_KMT_KEYED_MUTEX_H
#define XFI_WIN_KMT_KEYED_MUTEX_H

#include <crossfence/keyed_mutex.h>

#include "win/nt/object.h"

struct xfi_kmt_mutex {
	struct xfi_object base;
	struct xf_keyed_mutex *mutex;
	struct xf_surface *record; /* NULL: no private data */
	bool nt; /* made, or opened, for sharing by NT handle */
};

extern const struct xfi_object_type xfi_kmt_mutex_type;

/* Opens a handle of its own, which owns and excludes by itself. Errors as the core. */
int xfi_kmt_mutex_open(xf_id id, struct xfi_kmt_mutex **ret_mutex);

/*
 * Gives the mutex its first private data if it has none. -EINVAL: `data` NULL with a size, or a
 * size other than that of the data it has.
 */
int xfi_kmt_mutex_offer_data(struct xfi_kmt_mutex *mutex, const void *data, size_t size);

#endif
