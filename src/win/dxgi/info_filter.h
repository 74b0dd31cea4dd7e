/* SPDX-License-Identifier: MIT */
/* Which messages of a device's debug layer pass: a stack of filters, of which the top one counts.
 */
#ifndef XFI_WIN_INFO_FILTER_H
#define XFI_WIN_INFO_FILTER_H

#include "win/dxgi/com.h"

struct xfi_filter;

struct xfi_filter_stack {
	struct xfi_filter *top; /* NULL: everything passes */
	UINT count;
};

/* Puts another filter on the stack: an empty one, or a copy of the top. False: no memory. */
bool xfi_filter_push(struct xfi_filter_stack *stack, bool copy);
void xfi_filter_pop(struct xfi_filter_stack *stack);

/* Empties the top filter. */
void xfi_filter_clear(struct xfi_filter_stack *stack);

/* Adds to the top filter, which is made if there is none. E_INVALIDARG, E_OUTOFMEMORY: as before.
 */
HRESULT xfi_filter_add(struct xfi_filter_stack *stack, const D3D11_INFO_QUEUE_FILTER *filter);

/*
 * Writes the top filter, with its lists behind it, into *size bytes; *size becomes what it takes.
 * With `ret` NULL only tells the size. E_INVALIDARG: too small.
 */
HRESULT xfi_filter_get(
	const struct xfi_filter_stack *stack, D3D11_INFO_QUEUE_FILTER *ret, SIZE_T *size);

/* Does a message pass? It must be on each list of what is allowed that is not empty, and on none of
 * what is denied. */
bool xfi_filter_passes(const struct xfi_filter_stack *stack, D3D11_MESSAGE_CATEGORY category,
	D3D11_MESSAGE_SEVERITY severity, D3D11_MESSAGE_ID id);

#endif
