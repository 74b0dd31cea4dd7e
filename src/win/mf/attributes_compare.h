/* SPDX-License-Identifier: MIT */
/* IMFAttributes' methods that look at two sets at once, for any vtable. */
#ifndef XFI_WIN_MF_ATTRIBUTES_COMPARE_H
#define XFI_WIN_MF_ATTRIBUTES_COMPARE_H

#include "win/prelude.h"

#include <mfapi.h>

HRESULT WINAPI xfi_attributes_Compare(IMFAttributes *iface, IMFAttributes *theirs,
	MF_ATTRIBUTES_MATCH_TYPE type, BOOL *ret_match);
HRESULT WINAPI xfi_attributes_CopyAllItems(IMFAttributes *iface, IMFAttributes *to);

#endif
