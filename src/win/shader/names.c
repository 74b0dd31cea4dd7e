/* SPDX-License-Identifier: MIT */
#include "win/shader/names.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

struct name {
	const char *at;
	size_t length;
	int value;
	char bytes[];
};

static int compare(const void *one, const void *other)
{
	const struct name *a = one, *b = other;
	if (a->length != b->length)
		return a->length < b->length ? -1 : 1;
	return memcmp(a->at, b->at, a->length);
}

static struct name *copy_of(const char *at, size_t length)
{
	struct name *name = malloc(sizeof(*name) + length);
	if (!name)
		return NULL;
	memcpy(name->bytes, at, length);
	*name = (struct name){ name->bytes, length, 0 };
	return name;
}

int xfi_names_set(struct xfi_names *names, const char *at, size_t length, int value)
{
	const struct name wanted = { at, length, 0 };
	if (!length)
		return 0;
	struct name **found = tfind(&wanted, &names->root, compare);
	if (!found) {
		struct name *name = copy_of(at, length);
		found = name ? tsearch(name, &names->root, compare) : NULL;
		if (!found) {
			free(name);
			return -ENOMEM;
		}
	}
	(*found)->value = value;
	return 0;
}

int xfi_names_get(const struct xfi_names *names, const char *at, size_t length)
{
	const struct name wanted = { at, length, 0 };
	struct name *const *found = length ? tfind(&wanted, &names->root, compare) : NULL;
	return found ? (*found)->value : 0;
}

void xfi_names_free(struct xfi_names *names)
{
	tdestroy(names->root, free);
	names->root = NULL;
}
