/* SPDX-License-Identifier: MIT */
/* What the GPU counts for a query. Thread-safety: all calls need the device's lock. */
#ifndef XFI_WIN_QUERY_GPU_H
#define XFI_WIN_QUERY_GPU_H

#include "win/dxgi/query.h"

void xfi_query_gpu_begin(struct xfi_query *query);
void xfi_query_gpu_end(struct xfi_query *query);

/* Has the GPU come to its end? Then the query's numbers are filled in. */
bool xfi_query_gpu_is_done(struct xfi_query *query, bool flush);

void xfi_query_gpu_free(struct xfi_query *query);

#endif
