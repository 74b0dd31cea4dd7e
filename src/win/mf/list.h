/* SPDX-License-Identifier: MIT */
/*
 * List: a command list of our devices. An application may reset a list as soon as it has been
 * submitted; so a list that is held back keeps its recorded commands, and Reset goes on with a
 * fresh list of the driver.
 */
#ifndef XFI_WIN_MF_LIST_H
#define XFI_WIN_MF_LIST_H

#include "win/mf/proxy.h"

struct xfi_list;

/* Takes `inner`'s reference on success. */
HRESULT xfi_list_wrap(ID3D12GraphicsCommandList *inner, ID3D12Device *device, UINT node_mask,
	D3D12_COMMAND_LIST_TYPE type, ID3D12GraphicsCommandList **ret_list);

struct xfi_list *xfi_list_of(ID3D12CommandList *list); /* NULL: not one of ours */
ID3D12CommandList *xfi_list_inner(ID3D12CommandList *list); /* itself, when it is not */

/* What is recorded now must last until unhold. Returns the inner list; references ours. */
ID3D12CommandList *xfi_list_hold(struct xfi_list *list);
void xfi_list_unhold(struct xfi_list *list);

#endif
