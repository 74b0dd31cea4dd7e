/* SPDX-License-Identifier: MIT */
/*
 * A hash table by handle. Numbers are not used again before they wrap, after 2^24 of them, so a
 * stale handle is refused.
 */
#include "win/kmt/local.h"

#define BUCKETS	    1024
#define FIRST	    0x40000000u
#define STEP	    0x40u
#define NUMBERS	    (1u << 24)
#define HANDLES_MAX (1u << 20)

struct entry {
	struct entry *next; /* table.buckets */
	struct xfi_object *object;
	D3DKMT_HANDLE handle;
};

static struct {
	pthread_mutex_t lock;
	struct entry *buckets[BUCKETS];
	uint32_t next_number, count;
} table = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct entry **find_locked(D3DKMT_HANDLE handle)
{
	struct entry **link = &table.buckets[handle / STEP % BUCKETS];
	while (*link && (*link)->handle != handle)
		link = &(*link)->next;
	return link;
}

/* There are more numbers than handles may exist, so one is free. */
static D3DKMT_HANDLE free_handle_locked(void)
{
	D3DKMT_HANDLE handle;
	do {
		table.next_number = (table.next_number + 1) % NUMBERS;
		handle = FIRST + table.next_number * STEP;
	} while (*find_locked(handle));
	return handle;
}

int xfi_local_create(struct xfi_object *object, D3DKMT_HANDLE *ret_handle)
{
	struct entry *entry = malloc(sizeof(*entry)), **link;
	int r = 0;
	if (!entry)
		return -ENOMEM;
	entry->object = xfi_object_ref(object);
	entry->next = NULL;
	pthread_mutex_lock(&table.lock);
	if (table.count == HANDLES_MAX) {
		r = -ENOMEM;
	} else {
		table.count++;
		entry->handle = free_handle_locked();
		link = find_locked(entry->handle);
		*link = entry;
		*ret_handle = entry->handle;
	}
	pthread_mutex_unlock(&table.lock);
	if (r) {
		xfi_object_unref(object);
		free(entry);
	}
	return r;
}

static bool fits(const struct entry *entry, const struct xfi_object_type *type)
{
	return entry && (!type || entry->object->type == type);
}

int xfi_local_ref(
	D3DKMT_HANDLE handle, const struct xfi_object_type *type, struct xfi_object **ret_object)
{
	struct entry *entry;
	int r = -EINVAL;
	pthread_mutex_lock(&table.lock);
	entry = *find_locked(handle);
	if (fits(entry, type)) {
		*ret_object = xfi_object_ref(entry->object);
		r = 0;
	}
	pthread_mutex_unlock(&table.lock);
	return r;
}

int xfi_local_close(D3DKMT_HANDLE handle, const struct xfi_object_type *type)
{
	struct entry **link, *entry;
	pthread_mutex_lock(&table.lock);
	link = find_locked(handle);
	entry = *link;
	if (fits(entry, type)) {
		*link = entry->next;
		table.count--;
	} else {
		entry = NULL;
	}
	pthread_mutex_unlock(&table.lock);
	if (!entry)
		return -EINVAL;
	xfi_object_unref(entry->object);
	free(entry);
	return 0;
}
