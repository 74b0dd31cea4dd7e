/* SPDX-License-Identifier: MIT */
/*
 * The words on which blocked threads wait, and how they are found: on the shared bytes alone, for
 * members (shm/park.c) and for a guest, which only looks whether anybody waits.
 */
#ifndef XFI_BASE_BUCKET_H
#define XFI_BASE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/shared.h"

#define XFI_BUCKETS 2048

struct xfi_bucket {
	xfi_u32 seq; /* counts wake-ups; threads sleep on it */
	xfi_u32 recounts; /* how often the count was set back; see park.c */
	xfi_u64 waiters; /* see park.c */
};

_Static_assert(sizeof(struct xfi_bucket) == 16, "four to a cache line");

#define XFI_PARK_COUNT	  UINT64_C(0x00000000000fffff)
#define XFI_PARK_MIXED	  UINT64_C(0x0000000000100000)
#define XFI_PARK_OBSERVED UINT64_C(0x0000000000200000)
#define XFI_PARK_SWEPT	  UINT64_C(0x0000000000400000)
#define XFI_PARK_ANYBODY  (XFI_PARK_COUNT | XFI_PARK_OBSERVED | XFI_PARK_SWEPT)
#define XFI_PARK_ALL_BITS 0xffffffffu

/* A try function returns this when its object is not to be had yet. Larger than any outcome. */
#define XFI_AGAIN 1000

/*
 * What is waited for, as 64 bits that differ whenever object or `what` (a key; 0 where an object
 * has one queue) do. Its upper bits choose the bucket; park.c mixes it further where it is not in a
 * hurry.
 */
static inline uint64_t xfi_park_salt(uint32_t index)
{
	return (index + UINT64_C(1)) * UINT64_C(0xd6e8feb86659fd93);
}

static inline uint64_t xfi_park_hash_salted(uint64_t salt, uint64_t what)
{
	return (what ^ salt) * UINT64_C(0x9e3779b97f4a7c15);
}

static inline uint64_t xfi_park_hash(uint32_t index, uint64_t what)
{
	return xfi_park_hash_salted(xfi_park_salt(index), what);
}

/* Whoever waits for one of many keys waits with this bit, and with that of the object. */
static inline uint32_t xfi_park_bit(uint64_t hash)
{
	return UINT32_C(1) << ((hash >> 48) % 16);
}

/* For news that concern all who wait for an object, whatever for. */
static inline uint32_t xfi_park_object_bit(uint32_t index)
{
	return UINT32_C(1) << (16 + (xfi_park_salt(index) >> 60));
}

/* Not 0: somebody waits, or may wait, for `hash`. */
static inline uint64_t xfi_park_waiters(const struct xfi_bucket *buckets, uint64_t hash)
{
	return atomic_load(&buckets[hash >> 53].waiters) & XFI_PARK_ANYBODY;
}

#endif
