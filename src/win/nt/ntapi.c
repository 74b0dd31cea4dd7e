/* SPDX-License-Identifier: MIT */
/* NtClose, and NtQueryObject as far as programs use it on our handles. */
#include "win/nt/codes.h"
#include "win/nt/handle.h"
#include "win/nt/name.h"

NTSTATUS WINAPI NtClose(HANDLE handle)
{
	return xfi_ntstatus(xfi_nt_handle_close(handle));
}

static NTSTATUS query_basic(const struct xfi_object *object, ACCESS_MASK access,
	OBJECT_BASIC_INFORMATION *info, ULONG size, ULONG *ret_size)
{
	if (ret_size)
		*ret_size = sizeof(*info);
	if (size < sizeof(*info))
		return STATUS_INFO_LENGTH_MISMATCH;
	memset(info, 0, sizeof(*info));
	info->GrantedAccess = access;
	info->PointerCount = atomic_load(&object->refs) - 1; /* one is the query's own */
	return STATUS_SUCCESS;
}

/* The name follows the structure. */
static NTSTATUS query_type(
	const struct xfi_object *object, OBJECT_TYPE_INFORMATION *info, ULONG size, ULONG *ret_size)
{
	const char *name = object->type->name;
	USHORT bytes = (USHORT)(strlen(name) * sizeof(WCHAR));
	WCHAR *text = (WCHAR *)(info + 1);
	if (ret_size)
		*ret_size = (ULONG)(sizeof(*info) + bytes + sizeof(WCHAR));
	if (size < sizeof(*info) + bytes + sizeof(WCHAR))
		return STATUS_INFO_LENGTH_MISMATCH;
	memset(info, 0, sizeof(*info));
	info->TypeName.Buffer = text;
	info->TypeName.Length = bytes;
	info->TypeName.MaximumLength = (USHORT)(bytes + sizeof(WCHAR));
	info->GenericMapping = object->type->generic;
	info->ValidAccessMask = object->type->all_access;
	do {
		*text++ = (unsigned char)*name;
	} while (*name++);
	return STATUS_SUCCESS;
}

/* The text follows the structure, with an end that Length does not count. */
static NTSTATUS query_name(
	const struct xfi_object *object, OBJECT_NAME_INFORMATION *info, ULONG size, ULONG *ret_size)
{
	WCHAR wide[XFI_NAME_BYTES + 64];
	USHORT bytes = 0;
	ULONG all = sizeof(*info);
	if (object->name) {
		bytes = (USHORT)(xfi_name_widen(object->name, wide) * sizeof(WCHAR));
		all += bytes + (ULONG)sizeof(WCHAR);
	}
	if (ret_size)
		*ret_size = all;
	if (size < sizeof(*info))
		return STATUS_INFO_LENGTH_MISMATCH;
	if (size < all)
		return STATUS_BUFFER_OVERFLOW;
	memset(info, 0, all);
	if (bytes) {
		info->Name.Buffer = (WCHAR *)(info + 1);
		info->Name.Length = bytes;
		info->Name.MaximumLength = (USHORT)(bytes + sizeof(WCHAR));
		memcpy(info->Name.Buffer, wide, bytes);
	}
	return STATUS_SUCCESS;
}

NTSTATUS WINAPI NtQueryObject(
	HANDLE handle, OBJECT_INFORMATION_CLASS class, void *info, ULONG size, ULONG *ret_size)
{
	struct xfi_object *object;
	ACCESS_MASK access;
	NTSTATUS status;
	int r;
	r = xfi_nt_handle_ref(handle, NULL, 0, &object);
	if (r)
		return xfi_ntstatus(r);
	if (xfi_nt_handle_access(handle, &access))
		status = STATUS_INVALID_HANDLE;
	else if (class == ObjectBasicInformation)
		status = query_basic(object, access, info, size, ret_size);
	else if (class == ObjectTypeInformation)
		status = query_type(object, info, size, ret_size);
	else if (class == ObjectNameInformation)
		status = query_name(object, info, size, ret_size);
	else
		status = STATUS_INVALID_INFO_CLASS;
	xfi_object_unref(object);
	return status;
}
