/* SPDX-License-Identifier: MIT */
#include "win/nt/pseudo.h"

#include "win/nt/handle.h"
#include "win/nt/process.h"
#include "win/nt/thread.h"

bool xfi_pseudo_ref(HANDLE handle, struct xfi_object **ret_object, int *ret_result)
{
	if (handle == XFI_PSEUDO_PROCESS)
		*ret_result = xfi_process_self(ret_object);
	else if (handle == XFI_PSEUDO_THREAD)
		*ret_result = xfi_thread_self(ret_object);
	else
		return false;
	return true;
}

int xfi_any_ref(HANDLE handle, const struct xfi_object_type *type, ACCESS_MASK access,
	struct xfi_object **ret_object)
{
	int r;
	if (!xfi_pseudo_ref(handle, ret_object, &r))
		return xfi_nt_handle_ref(handle, type, access, ret_object);
	if (!r && type && (*ret_object)->type != type) {
		xfi_object_unref(*ret_object);
		return -ENOTTY;
	}
	return r;
}
