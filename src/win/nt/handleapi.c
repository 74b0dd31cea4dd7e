/* SPDX-License-Identifier: MIT */
/* What can be done with handles of every type. */
#include "win/nt/codes.h"
#include "win/nt/handle.h"
#include "win/nt/pseudo.h"

#include <crossfence/win/handleapi.h>

BOOL WINAPI CloseHandle(HANDLE handle)
{
	int r;
	if (handle == XFI_PSEUDO_PROCESS || handle == XFI_PSEUDO_THREAD)
		return TRUE;
	r = xfi_nt_handle_close(handle);
	return r ? xfi_fail(r) : TRUE;
}

/* A pseudo handle becomes a real one, to the thread or process that asks. */
static int duplicate(HANDLE source, DWORD access, BOOL inherit, DWORD options, HANDLE *ret_handle)
{
	struct xfi_object *object;
	DWORD old;
	int r;
	if (!xfi_pseudo_ref(source, &object, &r))
		return xfi_nt_handle_duplicate(source, access, inherit, options, ret_handle);
	if (r)
		return r;
	if (options & DUPLICATE_SAME_ACCESS)
		access = object->type->all_access;
	r = xfi_nt_handle_create(object, access, ret_handle);
	xfi_object_unref(object);
	if (!r && inherit)
		(void)xfi_nt_handle_flags(
			*ret_handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT, &old);
	return r;
}

/* The source is closed whatever else fails, protected or not. */
static int close_source(HANDLE source)
{
	DWORD old;
	int r = xfi_nt_handle_flags(source, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0, &old);
	return r ? r : xfi_nt_handle_close(source);
}

BOOL WINAPI DuplicateHandle(HANDLE source_process, HANDLE source, HANDLE target_process,
	HANDLE *ret_handle, DWORD access, BOOL inherit, DWORD options)
{
	const DWORD known =
		DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE | DUPLICATE_SAME_ATTRIBUTES;
	HANDLE handle = NULL;
	int r = 0;
	if (ret_handle)
		*ret_handle = NULL;
	if (options & ~known)
		return xfi_fail(-EINVAL);
	if (source_process != XFI_PSEUDO_PROCESS)
		return xfi_fail(-EBADF);
	if (ret_handle && target_process != XFI_PSEUDO_PROCESS)
		r = -EBADF;
	else if (ret_handle)
		r = duplicate(source, access, inherit, options, &handle);
	if (options & DUPLICATE_CLOSE_SOURCE && !handle) {
		int closed = close_source(source);
		r = r ? r : closed;
	}
	if (r)
		return xfi_fail(r);
	if (ret_handle)
		*ret_handle = handle;
	return TRUE;
}

static bool same(const struct xfi_object *a, const struct xfi_object *b)
{
	return a == b || (a->id && a->type == b->type && a->id == b->id);
}

BOOL WINAPI CompareObjectHandles(HANDLE first, HANDLE second)
{
	struct xfi_object *a, *b;
	bool equal;
	int r;
	r = xfi_any_ref(first, NULL, 0, &a);
	if (r)
		return xfi_fail(r);
	r = xfi_any_ref(second, NULL, 0, &b);
	if (r) {
		xfi_object_unref(a);
		return xfi_fail(r);
	}
	equal = same(a, b);
	xfi_object_unref(a);
	xfi_object_unref(b);
	if (!equal)
		SetLastError(ERROR_NOT_SAME_OBJECT);
	return equal;
}

BOOL WINAPI GetHandleInformation(HANDLE handle, DWORD *ret_flags)
{
	int r = ret_flags ? xfi_nt_handle_flags(handle, 0, 0, ret_flags) : -EINVAL;
	return r ? xfi_fail(r) : TRUE;
}

BOOL WINAPI SetHandleInformation(HANDLE handle, DWORD mask, DWORD flags)
{
	DWORD old;
	int r = -EINVAL;
	if (!(mask & ~(DWORD)(HANDLE_FLAG_INHERIT | HANDLE_FLAG_PROTECT_FROM_CLOSE)))
		r = xfi_nt_handle_flags(handle, mask, flags, &old);
	return r ? xfi_fail(r) : TRUE;
}
