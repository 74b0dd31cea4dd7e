/* SPDX-License-Identifier: MIT */
/*
 * Structures of the interface that begin with `size`, which their caller sets: how many bytes of
 * the structure the caller knows. So both sides may be older or newer than the other.
 */
#ifndef XFI_BASE_PARAMS_H
#define XFI_BASE_PARAMS_H

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <crossfence/result.h>

/* The bytes that the caller says it knows. 0, and a message for -EINVAL: it says nothing. */
static inline size_t xfi_params_size(const void *theirs, const char *type)
{
	size_t size = 0;
	if (!theirs) {
		(void)xf_fail(-EINVAL, "no %s is given (NULL)", type);
		return 0;
	}
	memcpy(&size, theirs, sizeof(size));
	if (size >= sizeof(size))
		return size;
	(void)xf_fail(-EINVAL, "size in %s is %zu; set it to sizeof(%s)", type, size, type);
	return 0;
}

/*
 * Fills `ours` from what the caller gave. What an older caller does not know is 0; what a newer one
 * knows and we do not must be 0: -E2BIG.
 */
static inline int xfi_params_read(void *ours, size_t size, const void *theirs, const char *type)
{
	size_t given = xfi_params_size(theirs, type);
	if (!given)
		return -EINVAL;
	for (size_t i = size; i < given; i++)
		if (((const unsigned char *)theirs)[i])
			return xf_fail(-E2BIG, "byte %zu of %s is set; crossfence %s knows %zu", i,
				type, XFI_VERSION, size);
	memset(ours, 0, size);
	memcpy(ours, theirs, given < size ? given : size);
	memcpy(ours, &size, sizeof(size));
	return 0;
}

/* The other way: as much of `ours` as the caller knows; what only the caller knows becomes 0. */
static inline int xfi_params_write(void *theirs, const void *ours, size_t size, const char *type)
{
	size_t wanted = xfi_params_size(theirs, type);
	if (!wanted)
		return -EINVAL;
	size_t both = wanted < size ? wanted : size;
	unsigned char *to = theirs;
	memcpy(to + sizeof(size), (const unsigned char *)ours + sizeof(size), both - sizeof(size));
	if (wanted > both)
		memset(to + both, 0, wanted - both);
	return 0;
}

/* int r = XFI_PARAMS_READ(&copy, struct xf_domain_params, params); */
#define XFI_PARAMS_READ(ours, type, theirs)                                                        \
	xfi_params_read((type *){ ours }, sizeof(type), (const type *){ theirs }, #type)
#define XFI_PARAMS_WRITE(theirs, type, ours)                                                       \
	xfi_params_write((type *){ theirs }, (const type *){ ours }, sizeof(type), #type)

#endif
