/* SPDX-License-Identifier: MIT */
/* D3DKMT calls that make and open NT handles. */
#include <crossfence/win/d3dkmthk_keyed_mutex.h>

#include "win/kmt/adapter.h"
#include "win/kmt/keyed_mutex.h"
#include "win/kmt/local.h"
#include "win/kmt/resource.h"
#include "win/kmt/share.h"
#include "win/kmt/sync.h"
#include "win/nt/codes.h"
#include "win/nt/handle.h"

/* One of the objects to share: type and place in the bundle must fit, and it must be NT-shareable.
 */
static int add(D3DKMT_HANDLE handle, uint32_t place, uint32_t count, struct xfi_share_ids *ids)
{
	struct xfi_object *object;
	int r;
	r = xfi_local_ref(handle, NULL, &object);
	if (r)
		return r;
	r = -EINVAL;
	if (object->type == &xfi_kmt_resource_type && place == 0) {
		struct xfi_kmt_resource *resource = (struct xfi_kmt_resource *)object;
		ids->resource = object->id;
		r = resource->head.shared && resource->head.nt ? 0 : -EINVAL;
	} else if (object->type == &xfi_kmt_mutex_type && place == 1 && count == 3) {
		ids->mutex = object->id;
		r = ((struct xfi_kmt_mutex *)object)->nt ? 0 : -EINVAL;
	} else if (object->type == &xfi_kmt_sync_type && place == count - 1) {
		ids->sync = object->id;
		r = xfi_kmt_sync_is_nt((struct xfi_kmt_sync *)object) ? 0 : -EINVAL;
	}
	xfi_object_unref(object);
	return r;
}

static int gather(uint32_t count, const D3DKMT_HANDLE *objects, struct xfi_share_ids *ids)
{
	int r = 0;
	memset(ids, 0, sizeof(*ids));
	if (count != 1 && count != 3)
		return -EINVAL;
	for (uint32_t i = 0; i < count && !r; i++)
		r = add(objects[i], i, count, ids);
	return r;
}

/* -ENOENT: there is no name in it. */
static int name_of(const OBJECT_ATTRIBUTES *attributes, struct xfi_name *ret_name)
{
	const UNICODE_STRING *text = attributes ? attributes->ObjectName : NULL;
	if (!text || !text->Buffer || !text->Length)
		return -ENOENT;
	return xfi_name_from_wide(text->Buffer, text->Length / sizeof(WCHAR), ret_name);
}

NTSTATUS WINAPI D3DKMTShareObjects(UINT count, const D3DKMT_HANDLE *objects,
	OBJECT_ATTRIBUTES *attributes, DWORD access, HANDLE *ret_handle)
{
	struct xfi_share_ids ids;
	struct xfi_share *share;
	struct xfi_name name;
	bool named;
	int r;
	if (!objects || !ret_handle)
		return STATUS_INVALID_PARAMETER;
	r = gather(count, objects, &ids);
	if (r)
		return xfi_ntstatus(r);
	r = name_of(attributes, &name);
	named = !r;
	if (r && r != -ENOENT)
		return xfi_ntstatus(r);
	r = xfi_share_create(&ids, named ? &name : NULL, &share);
	if (r)
		return xfi_ntstatus(r);
	r = xfi_nt_handle_create(&share->base, access, ret_handle);
	xfi_object_unref(&share->base);
	return xfi_ntstatus(r);
}

static NTSTATUS open_name(const OBJECT_ATTRIBUTES *attributes, DWORD access,
	const struct xfi_object_type *type, HANDLE *ret_handle)
{
	struct xfi_share *share;
	struct xfi_name name;
	int r;
	r = name_of(attributes, &name);
	if (r)
		return xfi_ntstatus(r == -ENOENT ? -EINVAL : r);
	r = xfi_share_open_name(&name, true, &share);
	if (r)
		return xfi_ntstatus(r);
	if (share->base.type != type)
		r = -ENOTTY;
	else if (!access)
		r = -EACCES;
	else
		r = xfi_nt_handle_create(&share->base, access, ret_handle);
	xfi_object_unref(&share->base);
	return xfi_ntstatus(r);
}

NTSTATUS WINAPI D3DKMTOpenNtHandleFromName(D3DKMT_OPENNTHANDLEFROMNAME *args)
{
	if (!args)
		return STATUS_INVALID_PARAMETER;
	return open_name(args->pObjAttrib, args->dwDesiredAccess, &xfi_shared_resource_type,
		&args->hNtHandle);
}

NTSTATUS WINAPI D3DKMTOpenSyncObjectNtHandleFromName(D3DKMT_OPENSYNCOBJECTNTHANDLEFROMNAME *args)
{
	if (!args)
		return STATUS_INVALID_PARAMETER;
	return open_name(
		args->pObjAttrib, args->dwDesiredAccess, &xfi_shared_sync_type, &args->hNtHandle);
}

NTSTATUS WINAPI D3DKMTOpenSyncObjectFromNtHandle(D3DKMT_OPENSYNCOBJECTFROMNTHANDLE *args)
{
	struct xfi_kmt_sync *sync;
	struct xfi_object *share;
	int r;
	if (!args)
		return STATUS_INVALID_PARAMETER;
	r = xfi_nt_handle_ref(args->hNtHandle, &xfi_shared_sync_type, 0, &share);
	if (r)
		return xfi_ntstatus(r);
	r = xfi_kmt_sync_open(((struct xfi_share *)share)->ids.sync, &sync);
	if (!r) {
		r = xfi_local_create(&sync->base, &args->hSyncObject);
		xfi_object_unref(&sync->base);
	}
	xfi_object_unref(share);
	return xfi_ntstatus(r);
}

NTSTATUS WINAPI D3DKMTOpenSyncObjectFromNtHandle2(D3DKMT_OPENSYNCOBJECTFROMNTHANDLE2 *args)
{
	D3DKMT_OPENSYNCOBJECTFROMNTHANDLE one = { 0 };
	NTSTATUS status;
	if (!args || args->Flags.Reserved || xfi_kmt_device_check(args->hDevice))
		return STATUS_INVALID_PARAMETER;
	one.hNtHandle = args->hNtHandle;
	status = D3DKMTOpenSyncObjectFromNtHandle(&one);
	if (!status) {
		args->hSyncObject = one.hSyncObject;
		args->MonitoredFence.FenceValueCPUVirtualAddress = NULL;
	}
	return status;
}

/* A keyed mutex is never shared alone, so no NT handle is one. */
NTSTATUS WINAPI D3DKMTOpenKeyedMutexFromNtHandle(D3DKMT_OPENKEYEDMUTEXFROMNTHANDLE *args)
{
	struct xfi_object *object;
	int r;
	if (!args || (!args->pPrivateRuntimeData && args->PrivateRuntimeDataSize))
		return STATUS_INVALID_PARAMETER;
	r = xfi_nt_handle_ref(args->hNtHandle, NULL, 0, &object);
	if (r)
		return xfi_ntstatus(r);
	xfi_object_unref(object);
	return STATUS_OBJECT_TYPE_MISMATCH;
}
