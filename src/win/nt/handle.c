/* SPDX-License-Identifier: MIT */
/*
 * An array of entries that only grows, with a list of free ones through it. One lock: it is held
 * for a few instructions, never while an object is used or destroyed.
 */
#include "win/nt/handle.h"

#include <crossfence/win/handleapi.h>

#define INDEX_BITS	18
#define GENERATION_BITS 11
#define INDEX_MASK	((1u << INDEX_BITS) - 1)
#define GENERATION_MASK ((1u << GENERATION_BITS) - 1)
#define ENTRIES_MAX	(INDEX_MASK - 1)
#define NO_ENTRY	UINT32_MAX

/* Free entries that rest: with the generations, a closed value rests for 2^16 creations. */
#define RESTING 32

struct entry {
	struct xfi_object *object; /* NULL: free */
	ACCESS_MASK access;
	uint16_t generation;
	uint16_t flags; /* HANDLE_FLAG_* */
	uint32_t next_free; /* when free */
};

static struct {
	pthread_mutex_t lock;
	struct entry *entries;
	uint32_t count, capacity;
	uint32_t first_free, last_free, free_count;
} table = { .lock = PTHREAD_MUTEX_INITIALIZER, .first_free = NO_ENTRY, .last_free = NO_ENTRY };

/* The child of a fork holds nothing; what its copy of the table refers to is the parent's. */
static void forget_after_fork(void)
{
	pthread_mutex_init(&table.lock, NULL);
	table.entries = NULL;
	table.count = table.capacity = table.free_count = 0;
	table.first_free = table.last_free = NO_ENTRY;
}

__attribute__((constructor)) static void watch_fork(void)
{
	(void)pthread_atfork(NULL, NULL, forget_after_fork); /* -ENOMEM: fork is not supported */
}

static HANDLE handle_of(uint32_t index)
{
	uint32_t value =
		(uint32_t)table.entries[index].generation << (INDEX_BITS + 2) | (index + 1) << 2;
	return (HANDLE)(uintptr_t)value;
}

static struct entry *entry_of_locked(HANDLE handle)
{
	uintptr_t value = (uintptr_t)handle;
	uint32_t index = ((value >> 2) & INDEX_MASK) - 1;
	struct entry *entry;
	if (value >> 31 || index >= table.count)
		return NULL;
	entry = &table.entries[index];
	if (!entry->object || entry->generation != (value >> (INDEX_BITS + 2)))
		return NULL;
	return entry;
}

static int grow_locked(void)
{
	uint32_t capacity = table.capacity ? table.capacity * 2 : 64;
	struct entry *entries;
	if (table.count == ENTRIES_MAX)
		return -EMFILE;
	if (capacity > ENTRIES_MAX)
		capacity = ENTRIES_MAX;
	entries = realloc(table.entries, capacity * sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	memset(entries + table.capacity, 0, (capacity - table.capacity) * sizeof(*entries));
	table.entries = entries;
	table.capacity = capacity;
	return 0;
}

/* Free entries are used again oldest first, and the youngest not at all while there is room. */
static int take_entry_locked(uint32_t *ret_index)
{
	uint32_t index = table.first_free;
	int r;
	if (table.free_count > RESTING || (table.free_count && table.count == ENTRIES_MAX)) {
		table.free_count--;
		table.first_free = table.entries[index].next_free;
		if (table.first_free == NO_ENTRY)
			table.last_free = NO_ENTRY;
		*ret_index = index;
		return 0;
	}
	if (table.count == table.capacity) {
		r = grow_locked();
		if (r)
			return r;
	}
	*ret_index = table.count++;
	return 0;
}

static void give_entry_locked(struct entry *entry)
{
	uint32_t index = (uint32_t)(entry - table.entries);
	entry->object = NULL;
	entry->generation = (entry->generation + 1) & GENERATION_MASK;
	entry->next_free = NO_ENTRY;
	if (table.last_free == NO_ENTRY)
		table.first_free = index;
	else
		table.entries[table.last_free].next_free = index;
	table.last_free = index;
	table.free_count++;
}

/* MAXIMUM_ALLOWED is every right there is: objects belong to the user. */
static int map_access(const struct xfi_object_type *type, ACCESS_MASK access, ACCESS_MASK *ret)
{
	ACCESS_MASK mapped = access & ~(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE |
					      GENERIC_ALL | MAXIMUM_ALLOWED);
	if (access & (GENERIC_ALL | MAXIMUM_ALLOWED))
		mapped |= type->all_access;
	if (access & GENERIC_READ)
		mapped |= type->generic.GenericRead;
	if (access & GENERIC_WRITE)
		mapped |= type->generic.GenericWrite;
	if (access & GENERIC_EXECUTE)
		mapped |= type->generic.GenericExecute;
	if (mapped & ~type->all_access)
		return -EACCES;
	*ret = mapped;
	return 0;
}

int xfi_nt_handle_create(struct xfi_object *object, ACCESS_MASK access, HANDLE *ret_handle)
{
	uint32_t index;
	int r = map_access(object->type, access, &access);
	if (r)
		return r;
	pthread_mutex_lock(&table.lock);
	r = take_entry_locked(&index);
	if (!r) {
		struct entry *entry = &table.entries[index];
		entry->object = xfi_object_ref(object);
		entry->access = access;
		entry->flags = 0;
		*ret_handle = handle_of(index);
	}
	pthread_mutex_unlock(&table.lock);
	return r;
}

int xfi_nt_handle_ref(HANDLE handle, const struct xfi_object_type *type, ACCESS_MASK access,
	struct xfi_object **ret_object)
{
	struct entry *entry;
	int r = 0;
	pthread_mutex_lock(&table.lock);
	entry = entry_of_locked(handle);
	if (!entry)
		r = -EBADF;
	else if (type && entry->object->type != type)
		r = -ENOTTY;
	else if (access & ~entry->access)
		r = -EACCES;
	else
		*ret_object = xfi_object_ref(entry->object);
	pthread_mutex_unlock(&table.lock);
	return r;
}

int xfi_nt_handle_access(HANDLE handle, ACCESS_MASK *ret_access)
{
	struct entry *entry;
	pthread_mutex_lock(&table.lock);
	entry = entry_of_locked(handle);
	if (entry)
		*ret_access = entry->access;
	pthread_mutex_unlock(&table.lock);
	return entry ? 0 : -EBADF;
}

/* Never more than the source has. */
static int narrow(const struct entry *source, ACCESS_MASK access, ACCESS_MASK *ret)
{
	int r;
	if (access & MAXIMUM_ALLOWED) {
		*ret = source->access;
		return 0;
	}
	r = map_access(source->object->type, access, ret);
	return r ? r : *ret & ~source->access ? -EACCES : 0;
}

static int copy_locked(HANDLE source, ACCESS_MASK access, uint16_t flags, HANDLE *ret_handle)
{
	uint32_t index;
	int r = take_entry_locked(&index);
	if (r)
		return r;
	table.entries[index].object = xfi_object_ref(entry_of_locked(source)->object);
	table.entries[index].access = access;
	table.entries[index].flags = flags;
	*ret_handle = handle_of(index);
	return 0;
}

int xfi_nt_handle_duplicate(
	HANDLE source, ACCESS_MASK access, bool inherit, DWORD options, HANDLE *ret_handle)
{
	uint16_t flags = inherit ? HANDLE_FLAG_INHERIT : 0;
	struct entry *entry;
	int r = 0;
	pthread_mutex_lock(&table.lock);
	entry = entry_of_locked(source);
	if (!entry)
		r = -EBADF;
	else if (options & DUPLICATE_SAME_ACCESS)
		access = entry->access;
	else
		r = narrow(entry, access, &access);
	if (!r && options & DUPLICATE_SAME_ATTRIBUTES)
		flags = entry->flags;
	if (!r && options & DUPLICATE_CLOSE_SOURCE) {
		entry->access = access;
		entry->flags = flags;
		*ret_handle = source;
	} else if (!r) {
		r = copy_locked(source, access, flags, ret_handle);
	}
	pthread_mutex_unlock(&table.lock);
	return r;
}

int xfi_nt_handle_close(HANDLE handle)
{
	struct xfi_object *object = NULL;
	struct entry *entry;
	int r = 0;
	pthread_mutex_lock(&table.lock);
	entry = entry_of_locked(handle);
	if (!entry) {
		r = -EBADF;
	} else if (entry->flags & HANDLE_FLAG_PROTECT_FROM_CLOSE) {
		r = -EBADF; /* what Windows says, too */
	} else {
		object = entry->object;
		give_entry_locked(entry);
	}
	pthread_mutex_unlock(&table.lock);
	xfi_object_unref(object);
	return r;
}

int xfi_nt_handle_flags(HANDLE handle, DWORD mask, DWORD flags, DWORD *ret_old)
{
	struct entry *entry;
	pthread_mutex_lock(&table.lock);
	entry = entry_of_locked(handle);
	if (entry) {
		*ret_old = entry->flags;
		entry->flags = (uint16_t)((entry->flags & ~mask) | (flags & mask));
	}
	pthread_mutex_unlock(&table.lock);
	return entry ? 0 : -EBADF;
}

struct xfi_object *xfi_nt_handle_search(
	bool (*match)(const struct xfi_object *object, const void *arg), const void *arg)
{
	struct xfi_object *found = NULL;
	pthread_mutex_lock(&table.lock);
	for (uint32_t i = 0; i < table.count && !found; i++)
		if (table.entries[i].object && match(table.entries[i].object, arg))
			found = xfi_object_ref(table.entries[i].object);
	pthread_mutex_unlock(&table.lock);
	return found;
}
