/* SPDX-License-Identifier: MIT */
/* Fences by NT handles, the same for Direct3D 11 and 12: each opens what the other has shared. */
#ifndef XFI_WIN_KMT_SYNC_SHARE_H
#define XFI_WIN_KMT_SYNC_SHARE_H

#include "win/kmt/sync.h"

/* A monitored fence that may be shared, at `initial`. */
int xfi_kmt_sync_create_shared(uint64_t initial, struct xfi_kmt_sync **ret_sync);

/* `name` may be NULL. -EINVAL: not made to be shared; -EEXIST: the name is taken, by anything. */
int xfi_kmt_sync_share(
	struct xfi_kmt_sync *sync, DWORD access, const WCHAR *name, HANDLE *ret_handle);

/* -EINVAL: no monitored fence is behind it; -EACCES: a handle without any right. */
int xfi_kmt_sync_open_shared(HANDLE handle, struct xfi_kmt_sync **ret_sync);

#endif
