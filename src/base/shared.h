/* SPDX-License-Identifier: MIT */
/*
 * Fields that others may write at any moment. All of them are of these types, also those that are
 * constant once they are written: who lies writes to them all the same, and of a plain field the
 * compiler may read twice what was to be copied once, checked and used. What orders nothing goes by
 * the four below. tests/abi/shared looks for a field, or an access, that is plain.
 */
#ifndef XFI_BASE_SHARED_H
#define XFI_BASE_SHARED_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef _Atomic uint8_t xfi_u8;
typedef _Atomic uint16_t xfi_u16;
typedef _Atomic uint32_t xfi_u32;
typedef _Atomic uint64_t xfi_u64;
typedef _Atomic int32_t xfi_i32;

/* The explorer has its own, which are no steps: something else says when these mean anything. */
#ifndef xfi_get
#define xfi_get(P)    atomic_load_explicit(P, memory_order_relaxed)
#define xfi_put(P, V) atomic_store_explicit(P, V, memory_order_relaxed)
#endif

/* For texts and what an application gives with an object: so many words have room for the bytes. */
#define XFI_WORDS(BYTES) (((BYTES) + sizeof(uint64_t) - 1) / sizeof(uint64_t))

static inline void xfi_get_bytes(void *to, const xfi_u64 *from, size_t bytes)
{
	char *at = to;
	for (; bytes >= sizeof(uint64_t); bytes -= sizeof(uint64_t), at += sizeof(uint64_t)) {
		uint64_t word = xfi_get(from++);
		memcpy(at, &word, sizeof(word));
	}
	if (bytes) {
		uint64_t word = xfi_get(from);
		memcpy(at, &word, bytes);
	}
}

/* For whoever has these words to himself; what is left of the last one becomes 0. */
static inline void xfi_put_bytes(xfi_u64 *to, const void *from, size_t bytes)
{
	const char *at = from;
	for (; bytes; to++) {
		uint64_t word = 0;
		size_t part = bytes < sizeof(word) ? bytes : sizeof(word);
		memcpy(&word, at, part);
		xfi_put(to, word);
		at += part;
		bytes -= part;
	}
}

#endif
