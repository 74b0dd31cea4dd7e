/* SPDX-License-Identifier: MIT */
/* The part that the handles of all types have in common. */
#include <stdlib.h>

#include "base/message.h"
#include "sync/change.h"
#include "sync/handle.h"

static void fill(struct xfi_handle *handle, struct xf_domain *d, uint32_t index)
{
	handle->domain = d;
	handle->index = index;
	handle->slot = xfi_slot(d, index);
	handle->generation = d->fork_generation;
}

static void *make_or_close(struct xf_domain *d, uint32_t index, size_t size, int *ret_result)
{
	struct xfi_handle *handle = calloc(1, size);
	*ret_result = handle ? 0 : -ENOMEM;
	if (handle)
		fill(handle, d, index);
	else
		xfi_object_close(d, index);
	return handle;
}

void *xfi_handle_create(
	struct xf_domain *d, enum xf_type type, const char *label, size_t size, int *ret_result)
{
	uint32_t index;
	xfi_message_forget();
	*ret_result =
		d ? xfi_object_create(d, type, label, &index) : xf_fail(-EINVAL, "domain is NULL");
	return *ret_result ? NULL : make_or_close(d, index, size, ret_result);
}

void xfi_handle_publish(struct xfi_handle *handle)
{
	(void)xfi_object_publish(handle->domain, handle->index);
	/* A surface's own description lies where others have their label. */
	if (xfi_has_label(handle->slot))
		xfi_change_object(handle->domain);
}

void *xfi_handle_open(
	struct xf_domain *d, enum xf_type type, xf_id id, size_t size, int *ret_result)
{
	xfi_message_forget();
	*ret_result = d ? xfi_object_open(d, type, id) : xf_fail(-EINVAL, "domain is NULL");
	return *ret_result ? NULL : make_or_close(d, xfi_id_index(id), size, ret_result);
}

int xfi_handle_borrow(
	struct xf_domain *d, enum xf_type type, xf_id id, struct xfi_handle *ret_handle)
{
	int r = xfi_object_open(d, type, id);
	if (!r)
		fill(ret_handle, d, xfi_id_index(id));
	return r;
}

void xfi_handle_return(const struct xfi_handle *handle)
{
	xfi_object_close(handle->domain, handle->index);
}

void xfi_handle_close(struct xfi_handle *handle)
{
	if (!handle)
		return;
	xfi_poll_close(handle->domain, atomic_load(&handle->poll));
	xfi_object_close(handle->domain, handle->index);
	free(handle);
}

xf_id xfi_handle_id(const struct xfi_handle *handle)
{
	return handle ? xfi_object_id(handle->domain, handle->index) : 0;
}
