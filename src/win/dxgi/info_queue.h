/* SPDX-License-Identifier: MIT */
/*
 * Info queue: what a device's own checks have to say, as ID3D11InfoQueue gives it out. Devices made
 * with D3D11_CREATE_DEVICE_DEBUG have one.
 *
 * Thread-safety: safe, under a lock of its own that nothing is called with.
 */
#ifndef XFI_WIN_INFO_QUEUE_H
#define XFI_WIN_INFO_QUEUE_H

#include "win/dxgi/info_filter.h"

#define XFI_CATEGORIES 11
#define XFI_SEVERITIES 5

struct xfi_message;

struct xfi_info_queue {
	pthread_mutex_t lock;
	struct xfi_message *oldest, *newest;
	UINT64 count, limit; /* messages that are kept */
	UINT64 allowed, denied, discarded;
	struct xfi_filter_stack storage, retrieval;
	bool break_on_category[XFI_CATEGORIES], break_on_severity[XFI_SEVERITIES]; /* remembered */
	int *break_on_ids;
	UINT n_break_on_ids;
	BOOL muted;
};

/* NULL: no memory. */
struct xfi_info_queue *xfi_info_queue_create(void);
void xfi_info_queue_destroy(struct xfi_info_queue *queue); /* NULL is fine */

/* Keeps a message, if the storage filter lets it pass; the oldest makes room. */
HRESULT xfi_info_queue_add(struct xfi_info_queue *queue, D3D11_MESSAGE_CATEGORY category,
	D3D11_MESSAGE_SEVERITY severity, D3D11_MESSAGE_ID id, const char *text);

void xfi_info_queue_clear(struct xfi_info_queue *queue);
void xfi_info_queue_set_limit(struct xfi_info_queue *queue, UINT64 limit);

/* Of those kept, how many the retrieval filter lets pass; and the one of that index. */
UINT64 xfi_info_queue_count(struct xfi_info_queue *queue);
HRESULT xfi_info_queue_get(
	struct xfi_info_queue *queue, UINT64 index, D3D11_MESSAGE *ret_message, SIZE_T *size);

HRESULT xfi_info_queue_break_on(struct xfi_info_queue *queue, D3D11_MESSAGE_ID id, bool on);
bool xfi_info_queue_breaks_on(struct xfi_info_queue *queue, D3D11_MESSAGE_ID id);

#endif
