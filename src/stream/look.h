/* SPDX-License-Identifier: MIT */
/* A stream's memory for who has no handle of it: the sweep, and who looks for people. */
#ifndef XFI_STREAM_LOOK_H
#define XFI_STREAM_LOOK_H

#include "shm/domain.h"
#include "stream/memory.h"

/* Copies `size` bytes at `offset` of a struct xfi_stream_memory; each word of it is whole. */
bool xfi_stream_read(
	const struct xf_domain *domain, uint32_t index, size_t offset, void *data, size_t size);

/* The beginning of a struct xfi_stream_format. */
struct xfi_stream_record {
	uint32_t generation, count;
	uint64_t pool;
};

/* Format `k`, if it is in use and says what may be. */
bool xfi_stream_read_format(const struct xf_domain *domain, uint32_t index, uint32_t k,
	struct xfi_stream_record *ret_record);

/* The sequences of format `k`'s `count` frames, XF_POOL_MAX at most, by one system call. */
bool xfi_stream_read_sequences(const struct xf_domain *domain, uint32_t index, uint32_t k,
	uint32_t count, uint64_t *ret_sequences);

/* Whom a producer would wait for: who has most of its frames still to get, or in hand. */
struct xfi_stream_slowest {
	uint32_t member; /* XF_MEMBERS_MAX: nobody */
	uint64_t behind; /* frames to get */
	uint32_t holds; /* frames of the newest format */
	uint32_t waits; /* what the producer waits for: enum xf_stream_waits, 0: nothing */
};

void xfi_stream_look(
	struct xf_domain *domain, uint32_t index, struct xfi_stream_slowest *ret_slowest);

#endif
