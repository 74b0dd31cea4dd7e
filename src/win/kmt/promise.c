/* SPDX-License-Identifier: MIT */
#include "win/kmt/promise.h"

#define BUCKETS 64u

static pthread_mutex_t promises_lock = PTHREAD_MUTEX_INITIALIZER;
static struct xfi_promise *promises[BUCKETS];

static struct xfi_promise **place_of(xf_id id, const void *queue)
{
	struct xfi_promise **link = &promises[(id ^ id >> 32) % BUCKETS];
	while (*link && ((*link)->id != id || (*link)->queue != queue))
		link = &(*link)->next;
	return link;
}

struct xfi_promise *xfi_promise_get(xf_id id, const void *queue)
{
	pthread_mutex_lock(&promises_lock);
	struct xfi_promise **link = place_of(id, queue);
	if (!*link)
		*link = calloc(1, sizeof(**link));
	struct xfi_promise *promise = *link;
	if (promise) {
		promise->id = id;
		promise->queue = queue;
		promise->refs++;
	}
	pthread_mutex_unlock(&promises_lock);
	return promise;
}

void xfi_promise_put(struct xfi_promise *promise)
{
	if (!promise)
		return;
	pthread_mutex_lock(&promises_lock);
	if (!--promise->refs) {
		*place_of(promise->id, promise->queue) = promise->next;
		free(promise);
	}
	pthread_mutex_unlock(&promises_lock);
}
