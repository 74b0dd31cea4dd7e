/* SPDX-License-Identifier: MIT */
#include "shm/annex.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file_limit.h"
#include "base/tidy.h"
#include "shm/object.h"

int xfi_annex_place(const struct xf_domain *d, uint32_t index, uint64_t *ret_offset)
{
	const struct xfi_surface_hot *hot = &xfi_slot(d, index)->hot.surface;
	uint64_t begin = xfi_get(&hot->payload_offset), end;
	uint64_t bytes = xfi_get(&hot->size_bytes);
	if (!(xfi_get(&hot->flags) & XFI_SURFACE_ANNEX))
		return -ENOENT;
	if (__builtin_add_overflow(begin, bytes, &end) || !bytes || (begin | bytes) % XFI_PAGE ||
		end > d->geometry.payload_bytes)
		return -EPROTO;
	*ret_offset = end - sizeof(struct xfi_annex);
	return 0;
}

int xfi_annex_read(const struct xf_domain *d, uint32_t index, struct xfi_annex *ret_annex)
{
	uint64_t at;
	int r = xfi_annex_place(d, index, &at);
	if (r)
		return r;
	ssize_t n = pread(d->fd, ret_annex, sizeof(*ret_annex), (off_t)(d->layout.payload + at));
	ret_annex->label[XF_LABEL_MAX] = 0;
	return n == sizeof(*ret_annex) ? 0 : n < 0 ? -errno : -EPROTO;
}

int xfi_annex_write(struct xf_domain *d, uint32_t index, const struct xfi_annex *annex)
{
	uint64_t at;
	int r = xfi_annex_place(d, index, &at);
	if (r)
		return r;
	at += d->layout.payload;
	r = xfi_file_limit_check(at + sizeof(*annex));
	if (r)
		return r;
	ssize_t n = pwrite(d->fd, annex, sizeof(*annex), (off_t)at);
	return n == sizeof(*annex) ? 0 : n < 0 ? -errno : -ENOSPC;
}

#define POOL_LABEL_MOST 27 /* "[63]" stands behind it */

void xfi_label_in_pool(const char *pool, uint32_t place, char label[XF_LABEL_MAX + 1])
{
	snprintf(label, XF_LABEL_MAX + 1, "%.*s[%u]", (int)xfi_utf8_cut(pool, POOL_LABEL_MOST),
		pool, place % 100u);
}

static bool label_in_pool(
	const struct xf_domain *d, const struct xfi_slot *slot, char label[XF_LABEL_MAX + 1])
{
	char pool[XF_LABEL_MAX + 1];
	xf_id id = xfi_get(&slot->hot.surface.pool);
	if (!id || xfi_id_type(id) != XF_POOL || xfi_object_check(d, XF_POOL, id))
		return false;
	xfi_get_bytes(pool, xfi_slot(d, xfi_id_index(id))->cold.label, sizeof(pool));
	pool[XF_LABEL_MAX] = 0;
	xfi_label_in_pool(pool, xfi_get(&slot->hot.surface.index), label);
	return pool[0];
}

bool xfi_label_read(const struct xf_domain *d, xf_id id, char label[XF_LABEL_MAX + 1])
{
	const struct xfi_slot *slot = xfi_slot(d, xfi_id_index(id));
	struct xfi_annex annex;
	if (xfi_id_type(id) != XF_SURFACE) {
		xfi_get_bytes(label, slot->cold.label, XF_LABEL_MAX + 1);
		label[XF_LABEL_MAX] = 0;
	} else if (!(xfi_get(&slot->hot.surface.flags) & XFI_SURFACE_LABELLED)) {
		if (!label_in_pool(d, slot, label))
			return false;
	} else if (xfi_annex_read(d, xfi_id_index(id), &annex) == 0) {
		memcpy(label, annex.label, XF_LABEL_MAX + 1);
	} else {
		return false;
	}
	/* What was copied is this object's if it is still there. */
	return label[0] && xfi_object_id(d, xfi_id_index(id)) == id;
}
