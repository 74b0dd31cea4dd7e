/* SPDX-License-Identifier: MIT */
/*
 * Query: EVENT, TIMESTAMP, TIMESTAMP_DISJOINT, OCCLUSION and OCCLUSION_PREDICATE. Where nothing was
 * drawn commands are done when they return, and a query has its answer as soon as it ends.
 */
#ifndef XFI_WIN_QUERY_H
#define XFI_WIN_QUERY_H

#include "win/dxgi/device.h"

struct xfi_stamp;
struct xfi_tally;

struct xfi_query {
	struct xfi_child child;
	D3D11_QUERY_DESC desc;
	D3D11_CONTEXT_TYPE context; /* as the program wished */
	bool begun, ended;
	bool is_predicate; /* made as one, which may have other faces */
	UINT64 ended_at; /* ns */
	UINT64 samples;
	/* query_gpu.c's: what the GPU counts, and the batch after which that is all. */
	struct xfi_tally *tally;
	struct xfi_stamp *stamp;
	uint64_t batch;
};

static inline struct xfi_query *xfi_query_of(struct xfi_child *child)
{
	return XFI_CONTAINER(child, struct xfi_query, child);
}

/* With `ret_query` NULL only checks, and returns S_FALSE. E_NOTIMPL: another kind of query. */
HRESULT xfi_query_create(
	struct xfi_device *device, const D3D11_QUERY_DESC *desc, struct xfi_query **ret_query);
void xfi_query_begin(struct xfi_query *query);
void xfi_query_end(struct xfi_query *query);
HRESULT xfi_query_get(struct xfi_query *query, void *data, UINT size, UINT flags);

#endif
