/* SPDX-License-Identifier: MIT */
/*
 * Predicate: a query whose answer says whether commands are carried out. It is asked once, when it
 * is set, since it has to be at its end by then: the caller waits for it, unless it is but a hint.
 */
#ifndef XFI_WIN_PREDICATE_H
#define XFI_WIN_PREDICATE_H

#include "win/dxgi/query.h"

/* As xfi_query_create(). E_INVALIDARG: no kind of query that answers yes or no. */
HRESULT xfi_predicate_create(
	struct xfi_device *device, const D3D11_QUERY_DESC *desc, struct xfi_query **ret_query);

/* Commands are left out while the answer is `value`; without a predicate none are. */
void xfi_predicate_set(struct xfi_device *device, struct xfi_child *predicate, BOOL value);

/* What is set, with a reference if `wanted`. */
struct xfi_child *xfi_predicate_get(struct xfi_device *device, bool wanted, BOOL *ret_value);

#endif
