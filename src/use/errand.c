/* SPDX-License-Identifier: MIT */
#include "use/errand.h"

#include <pthread.h>
#include <stddef.h>

#define ROWS 64

/* One for all: what is asked for is a number, which says nothing of where it belongs. */
static struct {
	pthread_once_t once;
	pthread_mutex_t lock; /* guards what follows, and all counts */
	pthread_cond_t changed;
	uintptr_t last;
	struct xfi_errand *rows[ROWS];
} table = { PTHREAD_ONCE_INIT, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, { NULL } };

/* A fork while another thread holds the lock must not leave it locked in the child. */
static void before_fork(void)
{
	pthread_mutex_lock(&table.lock);
}

static void after_fork(void)
{
	pthread_mutex_unlock(&table.lock);
}

static void mind_forks(void)
{
	(void)pthread_atfork(before_fork, after_fork, after_fork); /* ENOMEM: as without it */
}

void *xfi_errand_send(struct xfi_errand *errand, uint32_t *under_way)
{
	pthread_once(&table.once, mind_forks);
	pthread_mutex_lock(&table.lock);
	errand->number = ++table.last;
	errand->under_way = under_way;
	struct xfi_errand **row = &table.rows[errand->number % ROWS];
	errand->next = *row;
	*row = errand;
	pthread_mutex_unlock(&table.lock);
	return (void *)errand->number;
}

static struct xfi_errand *remove_locked(uintptr_t number)
{
	struct xfi_errand **link = &table.rows[number % ROWS];
	while (*link && (*link)->number != number)
		link = &(*link)->next;
	struct xfi_errand *errand = *link;
	if (errand)
		*link = errand->next;
	return errand;
}

struct xfi_errand *xfi_errand_begin(void *number)
{
	pthread_mutex_lock(&table.lock);
	struct xfi_errand *errand = remove_locked((uintptr_t)number);
	if (errand)
		(*errand->under_way)++;
	pthread_mutex_unlock(&table.lock);
	return errand;
}

void xfi_errand_done(uint32_t *under_way)
{
	pthread_mutex_lock(&table.lock);
	if (--*under_way == 0)
		pthread_cond_broadcast(&table.changed);
	pthread_mutex_unlock(&table.lock);
}

bool xfi_errand_call_back(const struct xfi_errand *errand)
{
	pthread_mutex_lock(&table.lock);
	bool there = remove_locked(errand->number);
	pthread_mutex_unlock(&table.lock);
	return there;
}

void xfi_errand_wait(uint32_t *under_way)
{
	pthread_mutex_lock(&table.lock);
	while (*under_way)
		pthread_cond_wait(&table.changed, &table.lock);
	pthread_mutex_unlock(&table.lock);
}
