/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdlib.h>

#include "layer_chain.h"

__attribute__((visibility("default"))) struct layer layer;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct chain_instance *instances;
static struct chain_device *devices;

static void *key_of(const void *handle)
{
	return *(void *const *)handle;
}

struct chain_instance *chain_instance(const void *handle)
{
	pthread_mutex_lock(&lock);
	struct chain_instance *i = instances;
	while (i && i->key != key_of(handle))
		i = i->next;
	pthread_mutex_unlock(&lock);
	if (!i)
		abort();
	return i;
}

struct chain_device *chain_device(const void *handle)
{
	pthread_mutex_lock(&lock);
	struct chain_device *d = devices;
	while (d && d->key != key_of(handle))
		d = d->next;
	pthread_mutex_unlock(&lock);
	if (!d)
		abort();
	return d;
}

void chain_add_instance(VkInstance instance, PFN_vkGetInstanceProcAddr get)
{
	struct chain_instance *i = calloc(1, sizeof(*i));
	if (!i)
		abort();
	i->key = key_of(instance);
	i->instance = instance;
	i->get = get;
#define FIND(name) i->name = (PFN_vk##name)get(instance, "vk" #name);
	LAYER_INSTANCE_NEXT(FIND)
#undef FIND
	pthread_mutex_lock(&lock);
	i->next = instances;
	instances = i;
	pthread_mutex_unlock(&lock);
}

void chain_add_device(VkDevice device, PFN_vkGetDeviceProcAddr get)
{
	struct chain_device *d = calloc(1, sizeof(*d));
	if (!d)
		abort();
	d->key = key_of(device);
	d->device = device;
	d->get = get;
#define FIND(name) d->name = (PFN_vk##name)get(device, "vk" #name);
	LAYER_DEVICE_NEXT(FIND)
#undef FIND
	pthread_mutex_lock(&lock);
	d->next = devices;
	devices = d;
	pthread_mutex_unlock(&lock);
}

void chain_remove_instance(struct chain_instance *instance)
{
	pthread_mutex_lock(&lock);
	struct chain_instance **link = &instances;
	while (*link != instance)
		link = &(*link)->next;
	*link = instance->next;
	pthread_mutex_unlock(&lock);
	free(instance);
}

void chain_remove_device(struct chain_device *device)
{
	pthread_mutex_lock(&lock);
	struct chain_device **link = &devices;
	while (*link != device)
		link = &(*link)->next;
	*link = device->next;
	pthread_mutex_unlock(&lock);
	free(device);
}
