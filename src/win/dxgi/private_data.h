/* SPDX-License-Identifier: MIT */
/*
 * SetPrivateData and its kin. Thread-safety: unsafe; callers hold the device's lock or a lock of
 * their own.
 */
#ifndef XFI_WIN_PRIVATE_DATA_H
#define XFI_WIN_PRIVATE_DATA_H

#include "win/dxgi/com.h"

struct xfi_private_data {
	struct xfi_private_item *first;
};

HRESULT xfi_private_set(struct xfi_private_data *data, REFGUID guid, UINT size, const void *bytes);
HRESULT xfi_private_set_interface(
	struct xfi_private_data *data, REFGUID guid, const IUnknown *object);
HRESULT xfi_private_get(struct xfi_private_data *data, REFGUID guid, UINT *size, void *bytes);
void xfi_private_clear(struct xfi_private_data *data);

#endif
