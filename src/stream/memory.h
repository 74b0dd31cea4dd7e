/* SPDX-License-Identifier: MIT */
/*
 * What a stream shares beside its slot: a surface of raw bytes that every handle maps. Readers'
 * records, the ring, the frames and the formats; see stream.c for what it means.
 */
#ifndef XFI_STREAM_MEMORY_H
#define XFI_STREAM_MEMORY_H

#include <crossfence/stream.h>

#include "shm/layout.h"

#define XFI_STREAM_FORMATS 4 /* that may be in use at a time */
#define XFI_STREAM_FRAMES  (XFI_STREAM_FORMATS * XF_POOL_MAX)
_Static_assert(XFI_STREAM_FRAMES == XF_STREAM_SLOTS, "as the public header says");
#define XFI_STREAM_RING XFI_STREAM_FRAMES /* a power of two, so that it wraps by itself */

/* Written by its reader only; what it means ends with the reader's bit in the slot. */
struct xfi_stream_reader {
	xfi_u64 cursor; /* the sequence it waits for */
	xfi_u32 max_held;
	xfi_u8 pad[52];
};

/*
 * Everything but `sequence` is written by the producer only while it holds the surface and
 * `sequence` is 0: nobody who found a sequence here, and holds the surface, sees it change.
 */
struct xfi_stream_frame {
	xfi_u64 sequence; /* 0: being written, or nothing */
	xfi_u64 pts_ns, dts_ns, duration_ns;
	xfi_u64 fence, fence_value;
	xfi_u32 flags; /* and XFI_STREAM_CROPPED */
	xfi_u32 discontinuities; /* of the stream, up to this frame */
	xfi_u32 data_size;
	xfi_u32 generation; /* of its format */
	xfi_u64 crop[2]; /* where flags say so: the line is fetched for that only */
	xfi_u8 pad[48];
	xfi_u64 data[XFI_WORDS(XF_FRAME_DATA_MAX)];
};

#define XFI_STREAM_CROPPED (UINT32_C(1) << 31)

struct xfi_stream_format {
	xfi_u32 generation; /* 0: not in use; written last */
	xfi_u32 count; /* of surfaces */
	xfi_u64 pool;
	xfi_u64 colorimetry; /* struct xf_colorimetry */
	xfi_u32 rate_num, rate_den;
	xfi_u32 blob_size;
	xfi_u8 pad[28];
	xfi_u64 blob[XFI_WORDS(XF_FORMAT_BLOB_MAX)];
};

struct xfi_stream_memory {
	xfi_u32 format; /* index of the newest */
	xfi_u32 generation; /* its number */
	xfi_u32 discontinuities;
	xfi_u32 frames; /* surfaces of the newest format */
	xfi_u32 producer_cpu, reader_cpu; /* hints to spin, see base/cpu.h */
	xfi_u32 waits; /* what the producer sleeps for, for people: enum xf_stream_waits */
	xfi_u8 pad[36];
	struct xfi_stream_reader readers[XF_MEMBERS_MAX];
	xfi_u64 ring[XFI_STREAM_RING]; /* by xfi_stream_ring_place() */
	struct xfi_stream_frame frames_of[XFI_STREAM_FRAMES];
	struct xfi_stream_format formats[XFI_STREAM_FORMATS];
};

_Static_assert(sizeof(struct xf_colorimetry) == sizeof(uint64_t), "it is one word");
_Static_assert(sizeof(struct xfi_stream_reader) == 64, "one cache line");
_Static_assert(sizeof(struct xfi_stream_frame) == 384, "a line without crop and data");
_Static_assert(sizeof(struct xfi_stream_format) % 64 == 0, "whole cache lines");

/*
 * The slot's `head` and the ring's words carry the epoch of their writer, so that a producer that
 * is dying, whose other threads may run for some microseconds more, cannot overwrite what its
 * successor did.
 *
 *	head	sequence (52 bits), epoch (12 bits)
 *	ring	sequence (44 bits), frame (8 bits), epoch (12 bits)
 */
#define XFI_STREAM_SEQUENCE	 ((UINT64_C(1) << 52) - 1)
#define XFI_STREAM_RING_SEQUENCE ((UINT64_C(1) << 44) - 1)

/* Of the first frame. Tests begin where 32 bits end. */
#ifndef XFI_STREAM_FIRST_SEQUENCE
#define XFI_STREAM_FIRST_SEQUENCE 1
#endif

static inline uint64_t xfi_stream_head(uint64_t epoch, uint64_t sequence)
{
	return epoch << 52 | (sequence & XFI_STREAM_SEQUENCE);
}

static inline uint64_t xfi_stream_ring_word(uint64_t epoch, uint32_t frame, uint64_t sequence)
{
	return epoch << 52 | (uint64_t)frame << 44 | (sequence & XFI_STREAM_RING_SEQUENCE);
}

/* Sequences that follow each other lie on different lines: both sides are at work on them at once.
 */
static inline uint32_t xfi_stream_ring_place(uint64_t sequence)
{
	return (uint32_t)((sequence << 3 | (sequence >> 5 & 7)) % XFI_STREAM_RING);
}

static inline uint32_t xfi_stream_ring_frame(uint64_t word)
{
	return (word >> 44) & 0xff;
}

/* Whether epoch `a` is later than `b`; they come round. */
static inline bool xfi_stream_later(uint64_t a, uint64_t b)
{
	return ((a - b) & 0xfff) - 1 < 0x7ff;
}

/*
 * The slot's `producer`: who produces and how often somebody began to.
 *	bits 0-7	member slot + 1; 0: nobody
 *	bit 8		the stream was ended
 *	bits 16-27	epoch
 */
#define XFI_STREAM_ENDED UINT64_C(0x100)

static inline uint32_t xfi_stream_member(uint64_t producer)
{
	return producer & 0xff;
}

static inline uint64_t xfi_stream_epoch(uint64_t producer)
{
	return (producer >> 16) & 0xfff;
}

/* For applications: of whom an epoch is; never 0, which is nobody. */
static inline uint32_t xfi_stream_producer_number(uint64_t epoch)
{
	return 0x1000 | (uint32_t)(epoch & 0xfff);
}

static inline uint64_t xfi_stream_producer(uint32_t member, uint64_t epoch)
{
	return (uint64_t)member | (epoch & 0xfff) << 16;
}

#endif
