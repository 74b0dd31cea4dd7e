/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>

#include "stock.h"

static const struct xf_surface_desc small = {
	.size = sizeof(small), .width_px = 16, .height_px = 16, .fourcc = XF_FORMAT_R8
};

/* A timeline, a mutex, a pool of one surface, and events: ten. */
#define OTHERS 4

int stock_make(struct stock *stock)
{
	struct xf_domain_params params = {
		.size = sizeof(params), .max_objects = XF_OBJECTS_MAX, .payload_bytes = 1 << 26
	};
	struct xf_pool *pool;
	int r = xf_domain_create(&params, &stock->domain);
	if (!r)
		r = xf_domain_export(stock->domain, 0, &stock->fd);
	if (!r)
		r = xf_timeline_create(stock->domain, 0, 0, "timeline", &stock->timeline);
	if (!r)
		r = xf_keyed_mutex_create(stock->domain, 0, "mutex", &stock->mutex);
	if (!r)
		r = xf_pool_create(stock->domain, &small, 1, 0, "pool", &pool);
	if (r)
		return r;
	stock->pool = xf_pool_id(pool);
	stock->size = OTHERS;
	return stock_grow(stock, STOCK_SMALLEST);
}

/* Used are the first, the last, and some evenly between; among few, some more than once. */
static void use(struct stock *stock, struct xf_event *event, const char *label, unsigned at,
	unsigned from, unsigned count)
{
	for (unsigned k = 0; k < STOCK_USED; k++) {
		if (at != from + (uint64_t)(count - 1) * k / (STOCK_USED - 1))
			continue;
		stock->events[k] = event;
		snprintf(stock->labels[k], sizeof(stock->labels[k]), "%s", label);
	}
}

int stock_grow(struct stock *stock, unsigned size)
{
	unsigned from = stock->size;
	for (; stock->size < size; stock->size++) {
		char label[XF_LABEL_MAX + 1];
		struct xf_event *event; /* left to the end of the process */
		snprintf(label, sizeof(label), "object %u", stock->size);
		int r = xf_event_create(stock->domain, 0, label, &event);
		if (r)
			return r;
		use(stock, event, label, stock->size, from, size - from);
	}
	return 0;
}

int stock_event(struct stock *stock, uint64_t i)
{
	struct xf_event *event;
	int r = xf_event_create(stock->domain, 0, "passing", &event);
	if (!r)
		xf_event_close(event);
	return r;
}

int stock_mutex(struct stock *stock, uint64_t i)
{
	struct xf_keyed_mutex *mutex;
	int r = xf_keyed_mutex_create(stock->domain, 0, NULL, &mutex);
	if (!r)
		xf_keyed_mutex_close(mutex);
	return r;
}

int stock_surface(struct stock *stock, uint64_t i)
{
	struct xf_surface *surface;
	int r = xf_surface_create(stock->domain, &small, 0, &surface);
	if (!r)
		xf_surface_close(surface);
	return r;
}

int stock_pool(struct stock *stock, uint64_t i)
{
	struct xf_pool *pool;
	int r = xf_pool_create(stock->domain, &small, 2, 0, "passing", &pool);
	if (!r)
		xf_pool_close(pool);
	return r;
}

/* Made in this process too, so what is counted is a second handle. */
int stock_open(struct stock *stock, uint64_t i)
{
	struct xf_event *event;
	xf_id id = xf_event_id(stock->events[i % STOCK_USED]);
	int r = xf_event_open(stock->domain, id, &event);
	if (!r)
		xf_event_close(event);
	return r;
}

int stock_find(struct stock *stock, uint64_t i)
{
	xf_id id;
	return xf_domain_find(stock->domain, XF_EVENT, stock->labels[i % STOCK_USED], &id);
}

int stock_miss(struct stock *stock, uint64_t i)
{
	static const char *const absent[] = { "nowhere", "nobody", "nothing", "never" };
	xf_id id;
	return xf_domain_find(stock->domain, XF_ANY, absent[i % 4], &id) == -ENOENT ? 0 : -EEXIST;
}

int stock_open_pool(struct stock *stock, uint64_t i)
{
	struct xf_pool *pool;
	int r = xf_pool_open(stock->domain, stock->pool, &pool);
	if (!r)
		xf_pool_close(pool);
	return r;
}

int stock_set_wait(struct stock *stock, uint64_t i)
{
	struct xf_event *event = stock->events[i % STOCK_USED];
	int r = xf_event_set(event);
	return r ? r : xf_event_wait(event, XF_NEVER);
}

int stock_signal_wait(struct stock *stock, uint64_t i)
{
	int r = xf_timeline_signal(stock->timeline, ++stock->value);
	return r ? r : xf_timeline_wait(stock->timeline, stock->value, XF_NEVER);
}

int stock_acquire_release(struct stock *stock, uint64_t i)
{
	int r = xf_keyed_mutex_acquire(stock->mutex, stock->key, 0, NULL);
	return r ? r : xf_keyed_mutex_release(stock->mutex, ++stock->key, 0);
}

int stock_wait_any(struct stock *stock, uint64_t i)
{
	struct xf_wait_item items[STOCK_USED];
	uint32_t index;
	for (unsigned k = 0; k < STOCK_USED; k++)
		items[k] = (struct xf_wait_item){ .type = XF_EVENT, .object = stock->events[k] };
	int r = xf_event_set(stock->events[i % STOCK_USED]);
	return r ? r : xf_wait_any(items, STOCK_USED, XF_NEVER, &index);
}
