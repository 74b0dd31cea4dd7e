/* SPDX-License-Identifier: MIT */
/*
 * All locks of this process, by device and queue, since two objects of ours on one VkDevice, made
 * by two libraries that know nothing of each other, must not use its VkQueue at the same time. A
 * lock stays as long as an object that has asked for it: afterwards the driver may give the same
 * handles to another device.
 */
#include "vulkan/queue_lock.h"

#include <stdlib.h>

#include "vulkan/device.h"

struct xfv_queue_lock {
	VkDevice device;
	VkQueue queue;
	pthread_mutex_t lock;
	uint32_t users; /* under registry_lock, as what follows */
	struct xfv_queue_lock *next;
};

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static struct xfv_queue_lock *registry;

static void before_fork(void)
{
	pthread_mutex_lock(&registry_lock);
}

static void after_fork(void)
{
	pthread_mutex_unlock(&registry_lock);
}

/* What is locked stays so in a child, and handles there are of other devices: it begins anew. */
static void after_fork_in_child(void)
{
	registry = NULL;
	pthread_mutex_unlock(&registry_lock);
}

static void watch_forks(void)
{
	(void)pthread_atfork(before_fork, after_fork, after_fork_in_child); /* ENOMEM: or not */
}

static struct xfv_queue_lock *make(VkDevice device, VkQueue queue)
{
	struct xfv_queue_lock *lock = calloc(1, sizeof(*lock));
	if (!lock)
		return NULL;
	lock->device = device;
	lock->queue = queue;
	pthread_mutex_init(&lock->lock, NULL);
	lock->next = registry;
	registry = lock;
	return lock;
}

static struct xfv_queue_lock *get(VkDevice device, VkQueue queue)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, watch_forks);
	pthread_mutex_lock(&registry_lock);
	struct xfv_queue_lock *lock = registry;
	while (lock && (lock->device != device || lock->queue != queue))
		lock = lock->next;
	if (!lock)
		lock = make(device, queue);
	if (lock)
		lock->users++;
	pthread_mutex_unlock(&registry_lock);
	return lock;
}

static void put(struct xfv_queue_lock *lock)
{
	pthread_mutex_lock(&registry_lock);
	bool last = !--lock->users;
	struct xfv_queue_lock **link = &registry;
	while (last && *link != lock)
		link = &(*link)->next;
	if (last)
		*link = lock->next;
	pthread_mutex_unlock(&registry_lock);
	if (!last)
		return;
	pthread_mutex_destroy(&lock->lock);
	free(lock);
}

static struct xfv_lock_use *use_locked(struct xf_vulkan *v, VkQueue queue)
{
	struct xfv_lock_use *use = v->locks;
	while (use && use->lock->queue != queue)
		use = use->next;
	if (use)
		return use;
	use = malloc(sizeof(*use));
	if (!use)
		return NULL;
	use->lock = get(v->device, queue);
	if (!use->lock) {
		free(use);
		return NULL;
	}
	use->next = v->locks;
	v->locks = use;
	return use;
}

pthread_mutex_t *xfv_queue_lock(struct xf_vulkan *v, VkQueue queue)
{
	pthread_mutex_lock(&v->lock);
	struct xfv_lock_use *use = use_locked(v, queue);
	pthread_mutex_unlock(&v->lock);
	return use ? &use->lock->lock : NULL;
}

void xfv_queue_locks_end(struct xf_vulkan *v)
{
	while (v->locks) {
		struct xfv_lock_use *use = v->locks;
		v->locks = use->next;
		put(use->lock);
		free(use);
	}
}
