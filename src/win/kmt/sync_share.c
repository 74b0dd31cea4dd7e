/* SPDX-License-Identifier: MIT */
#include "win/kmt/sync_share.h"

#include <crossfence/win/d3dkmthk_keyed_mutex.h>

#include "win/kmt/share.h"
#include "win/nt/handle.h"

int xfi_kmt_sync_create_shared(uint64_t initial, struct xfi_kmt_sync **ret_sync)
{
	const D3DDDI_SYNCHRONIZATIONOBJECT_FLAGS flags = { .Shared = 1, .NtSecuritySharing = 1 };
	return xfi_kmt_sync_create(D3DDDI_MONITORED_FENCE, flags.Value, initial, ret_sync);
}

static int share(const struct xfi_kmt_sync *sync, DWORD access, const struct xfi_name *name,
	HANDLE *ret_handle)
{
	const struct xfi_share_ids ids = { .sync = sync->base.id };
	return xfi_share_create_handle(&ids, name, access, ret_handle);
}

int xfi_kmt_sync_share(
	struct xfi_kmt_sync *sync, DWORD access, const WCHAR *text, HANDLE *ret_handle)
{
	struct xfi_name name;
	int r = xfi_kmt_sync_is_nt(sync) ? 0 : -EINVAL;
	if (!r && text)
		r = xfi_name_from_wide(text, xfi_wide_length(text), &name);
	return r ? r : share(sync, access, text ? &name : NULL, ret_handle);
}

/* A share of something else has no fence in it; what is no monitored fence cannot be waited for. */
static int open(const struct xfi_share *share, struct xfi_kmt_sync **ret_sync)
{
	int r = share->ids.resource ? -EINVAL : xfi_kmt_sync_open(share->ids.sync, ret_sync);
	if (!r && (*ret_sync)->type != D3DDDI_MONITORED_FENCE) {
		xfi_object_unref(&(*ret_sync)->base);
		r = -EINVAL;
	}
	return r;
}

int xfi_kmt_sync_open_shared(HANDLE handle, struct xfi_kmt_sync **ret_sync)
{
	struct xfi_object *object;
	ACCESS_MASK access;
	int r;
	if (xfi_nt_handle_ref(handle, &xfi_shared_sync_type, 0, &object))
		return -EINVAL;
	if (xfi_nt_handle_access(handle, &access) || !access)
		r = -EACCES;
	else
		r = open((struct xfi_share *)object, ret_sync);
	xfi_object_unref(object);
	return r;
}
