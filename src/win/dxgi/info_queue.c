/* SPDX-License-Identifier: MIT */
#include "win/dxgi/info_queue.h"

struct xfi_message {
	struct xfi_message *next; /* newer */
	D3D11_MESSAGE_CATEGORY category;
	D3D11_MESSAGE_SEVERITY severity;
	D3D11_MESSAGE_ID id;
	size_t size; /* with the zero */
	char text[];
};

struct xfi_info_queue *xfi_info_queue_create(void)
{
	struct xfi_info_queue *queue = calloc(1, sizeof(*queue));
	if (!queue)
		return NULL;
	pthread_mutex_init(&queue->lock, NULL);
	queue->limit = D3D11_INFO_QUEUE_DEFAULT_MESSAGE_COUNT_LIMIT;
	return queue;
}

static void drop_oldest_locked(struct xfi_info_queue *queue)
{
	struct xfi_message *message = queue->oldest;
	queue->oldest = message->next;
	if (!queue->oldest)
		queue->newest = NULL;
	queue->count--;
	free(message);
}

void xfi_info_queue_clear(struct xfi_info_queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	while (queue->oldest)
		drop_oldest_locked(queue);
	pthread_mutex_unlock(&queue->lock);
}

void xfi_info_queue_destroy(struct xfi_info_queue *queue)
{
	if (!queue)
		return;
	xfi_info_queue_clear(queue);
	while (queue->storage.top)
		xfi_filter_pop(&queue->storage);
	while (queue->retrieval.top)
		xfi_filter_pop(&queue->retrieval);
	free(queue->break_on_ids);
	pthread_mutex_destroy(&queue->lock);
	free(queue);
}

/* As of UINT64_MAX, which is without end, all others are limits. */
static void keep_to_limit_locked(struct xfi_info_queue *queue)
{
	while (queue->count > queue->limit) {
		drop_oldest_locked(queue);
		queue->discarded++;
	}
}

void xfi_info_queue_set_limit(struct xfi_info_queue *queue, UINT64 limit)
{
	pthread_mutex_lock(&queue->lock);
	queue->limit = limit;
	keep_to_limit_locked(queue);
	pthread_mutex_unlock(&queue->lock);
}

HRESULT xfi_info_queue_add(struct xfi_info_queue *queue, D3D11_MESSAGE_CATEGORY category,
	D3D11_MESSAGE_SEVERITY severity, D3D11_MESSAGE_ID id, const char *text)
{
	struct xfi_message *message;
	size_t size = strlen(text) + 1;
	message = malloc(sizeof(*message) + size);
	if (!message)
		return E_OUTOFMEMORY;
	*message = (struct xfi_message){ NULL, category, severity, id, size };
	memcpy(message->text, text, size);
	pthread_mutex_lock(&queue->lock);
	if (!xfi_filter_passes(&queue->storage, category, severity, id)) {
		queue->denied++;
		free(message);
	} else {
		queue->allowed++;
		queue->count++;
		if (queue->newest)
			queue->newest->next = message;
		else
			queue->oldest = message;
		queue->newest = message;
		keep_to_limit_locked(queue);
	}
	pthread_mutex_unlock(&queue->lock);
	return S_OK;
}

/* The first from `message` on that the retrieval filter lets pass. */
static struct xfi_message *next_locked(struct xfi_info_queue *queue, struct xfi_message *message)
{
	while (message && !xfi_filter_passes(&queue->retrieval, message->category,
				  message->severity, message->id))
		message = message->next;
	return message;
}

UINT64 xfi_info_queue_count(struct xfi_info_queue *queue)
{
	UINT64 count = 0;
	pthread_mutex_lock(&queue->lock);
	for (struct xfi_message *m = next_locked(queue, queue->oldest); m;
		m = next_locked(queue, m->next))
		count++;
	pthread_mutex_unlock(&queue->lock);
	return count;
}

/* The text lies behind the structure. S_FALSE: only the size was asked for. */
static HRESULT give(const struct xfi_message *message, D3D11_MESSAGE *ret_message, SIZE_T *size)
{
	SIZE_T room = *size, needed = sizeof(*ret_message) + message->size;
	char *text = (char *)(ret_message + 1);
	*size = needed;
	if (!ret_message)
		return S_FALSE;
	if (room < needed)
		return E_INVALIDARG;
	memcpy(text, message->text, message->size);
	*ret_message = (D3D11_MESSAGE){ message->category, message->severity, message->id, text,
		message->size };
	return S_OK;
}

HRESULT xfi_info_queue_get(
	struct xfi_info_queue *queue, UINT64 index, D3D11_MESSAGE *ret_message, SIZE_T *size)
{
	struct xfi_message *message;
	HRESULT hr = E_INVALIDARG;
	if (!size)
		return E_INVALIDARG;
	pthread_mutex_lock(&queue->lock);
	message = next_locked(queue, queue->oldest);
	while (message && index--)
		message = next_locked(queue, message->next);
	if (message)
		hr = give(message, ret_message, size);
	pthread_mutex_unlock(&queue->lock);
	return hr;
}

static UINT find_id(const struct xfi_info_queue *queue, D3D11_MESSAGE_ID id)
{
	UINT i = 0;
	while (i < queue->n_break_on_ids && queue->break_on_ids[i] != (int)id)
		i++;
	return i;
}

HRESULT xfi_info_queue_break_on(struct xfi_info_queue *queue, D3D11_MESSAGE_ID id, bool on)
{
	HRESULT hr = S_OK;
	UINT i, n;
	int *ids;
	pthread_mutex_lock(&queue->lock);
	n = queue->n_break_on_ids;
	i = find_id(queue, id);
	if (!on && i < n) {
		queue->break_on_ids[i] = queue->break_on_ids[n - 1];
		queue->n_break_on_ids--;
	} else if (on && i == n) {
		ids = realloc(queue->break_on_ids, (n + 1) * sizeof(*ids));
		if (ids) {
			ids[n] = (int)id;
			queue->break_on_ids = ids;
			queue->n_break_on_ids++;
		}
		hr = ids ? S_OK : E_OUTOFMEMORY;
	}
	pthread_mutex_unlock(&queue->lock);
	return hr;
}

bool xfi_info_queue_breaks_on(struct xfi_info_queue *queue, D3D11_MESSAGE_ID id)
{
	bool on;
	pthread_mutex_lock(&queue->lock);
	on = find_id(queue, id) < queue->n_break_on_ids;
	pthread_mutex_unlock(&queue->lock);
	return on;
}
