/* SPDX-License-Identifier: MIT */
#include "win/mf/gate.h"

struct xfi_gate {
	_Atomic uint32_t refs;
	pthread_mutex_t lock;
	bool open;
	struct xfi_gate_waiter *waiters;
};

struct xfi_gate *xfi_gate_create(void)
{
	struct xfi_gate *gate = calloc(1, sizeof(*gate));
	if (!gate)
		return NULL;
	atomic_init(&gate->refs, 1);
	pthread_mutex_init(&gate->lock, NULL);
	return gate;
}

struct xfi_gate *xfi_gate_ref(struct xfi_gate *gate)
{
	atomic_fetch_add(&gate->refs, 1);
	return gate;
}

void xfi_gate_unref(struct xfi_gate *gate)
{
	if (!gate || atomic_fetch_sub(&gate->refs, 1) != 1)
		return;
	pthread_mutex_destroy(&gate->lock);
	free(gate);
}

void xfi_gate_open(struct xfi_gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	gate->open = true;
	while (gate->waiters) {
		struct xfi_gate_waiter *waiter = gate->waiters;
		gate->waiters = waiter->next;
		waiter->opened(waiter);
	}
	pthread_mutex_unlock(&gate->lock);
}

bool xfi_gate_is_open(struct xfi_gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	bool open = gate->open;
	pthread_mutex_unlock(&gate->lock);
	return open;
}

bool xfi_gate_wait(struct xfi_gate *gate, struct xfi_gate_waiter *waiter)
{
	pthread_mutex_lock(&gate->lock);
	bool closed = !gate->open;
	if (closed) {
		waiter->next = gate->waiters;
		gate->waiters = waiter;
	}
	pthread_mutex_unlock(&gate->lock);
	return closed;
}

void xfi_gate_cancel(struct xfi_gate *gate, struct xfi_gate_waiter *waiter)
{
	pthread_mutex_lock(&gate->lock);
	struct xfi_gate_waiter **link = &gate->waiters;
	while (*link && *link != waiter)
		link = &(*link)->next;
	if (*link)
		*link = waiter->next;
	pthread_mutex_unlock(&gate->lock);
}
