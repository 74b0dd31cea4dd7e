/* SPDX-License-Identifier: MIT */
/*
 * The region that an ivshmem device shares between one guest and the host service: two byte rings
 * that together are one channel, carrying the wire format like any other stream.
 *
 *	guest: open = new epoch, ring host     host: sees it, clears the rings, answers with it
 *	guest: sees its epoch answered: the channel is open
 *
 * Every index has one writer and a cache line of its own. The other side copies it once and checks
 * it against its own; a distance larger than the ring is a protocol error. A doorbell is only sent
 * to a side that said it sleeps, and is only a hint to look again: doorbells merge.
 *
 * The host beats while the guest has processes, or is being greeted; when it has none nobody there
 * looks, and neither side is woken.
 *
 * Bits of trust: `epoch` and everything under "guest" may be garbage to the host at any time, and
 * the other way round; a wrong value can end the channel, never more.
 */
#ifndef XFW_IVSHMEM_H
#define XFW_IVSHMEM_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define XFW_IVSHMEM_MAGIC    UINT64_C(0x016d687376696678) /* bytes "xfivshm", 1 */
#define XFW_IVSHMEM_DATA     4096 /* of the channel: its header, then the two rings' bytes */
#define XFW_IVSHMEM_RING_MAX UINT64_C(262144)
#define XFW_IVSHMEM_HOST_ID  0 /* the host's peer number, for the guest's doorbell */
#define XFW_IVSHMEM_VM_ID    1
#define XFW_IVSHMEM_BEAT_NS  INT64_C(500000000) /* how often the host shows that it lives */
#define XFW_IVSHMEM_DEAD_NS  INT64_C(3000000000) /* without a beat for so long it does not */

struct xfw_ivshmem_ring {
	_Alignas(64) uint64_t tail; /* bytes written so far; the writer's */
	_Alignas(64) uint64_t head; /* bytes read so far; the reader's */
	_Alignas(64) uint32_t sleeps; /* the reader's: ring me when you have written */
	_Alignas(64) uint32_t full; /* the writer's: ring me when you have read */
};

struct xfw_ivshmem {
	uint64_t magic;
	uint32_t ring_bytes; /* of each ring, power of two */
	uint32_t reserved;
	_Alignas(64) uint64_t guest_epoch; /* the guest's: not 0 once it wants a channel */
	_Alignas(64) uint64_t host_epoch; /* the host's: the epoch it serves, 0: none */
	uint64_t host_beat; /* the host's: counts while it lives */
	struct xfw_ivshmem_ring to_guest, to_host;
};

/* The channel takes the end of the region; what comes before is for surfaces, or a domain. */
static inline uint64_t xfw_ivshmem_ring_bytes(uint64_t region_bytes)
{
	uint64_t bytes = region_bytes / 8;
	return bytes < XFW_IVSHMEM_RING_MAX ? bytes : XFW_IVSHMEM_RING_MAX;
}

static inline uint64_t xfw_ivshmem_offset(uint64_t region_bytes)
{
	return region_bytes - 2 * xfw_ivshmem_ring_bytes(region_bytes) - XFW_IVSHMEM_DATA;
}

_Static_assert(sizeof(struct xfw_ivshmem) <= XFW_IVSHMEM_DATA, "the header has its own page");

/* One side's view of one ring: the shared part, its bytes, and the index that is ours. */
struct xfw_ring_end {
	struct xfw_ivshmem_ring *ring;
	uint8_t *bytes;
	uint64_t size, ours;
};

/* How far the other side's index is away, or -1 when it cannot be. `used`: bytes in the ring. */
static inline int64_t xfw_ring_used(uint64_t tail, uint64_t head, uint64_t size)
{
	return tail - head <= size ? (int64_t)(tail - head) : -1;
}

/* Moves bytes out of the ring: n >= 0, or -1 when the writer's index is impossible. */
static inline int64_t xfw_ring_read(struct xfw_ring_end *end, void *bytes, uint64_t size)
{
	/* Acquire: pairs with the writer's release of its tail, after the bytes. */
	uint64_t tail = __atomic_load_n(&end->ring->tail, __ATOMIC_ACQUIRE);
	int64_t n = xfw_ring_used(tail, end->ours, end->size);
	if (n <= 0)
		return n;
	if ((uint64_t)n > size)
		n = (int64_t)size;
	uint64_t at = end->ours & (end->size - 1), first = end->size - at;
	if (first > (uint64_t)n)
		first = (uint64_t)n;
	memcpy(bytes, end->bytes + at, first);
	memcpy((uint8_t *)bytes + first, end->bytes, (uint64_t)n - first);
	end->ours += (uint64_t)n;
	/* Release: our copying is done before the writer (acquire) may overwrite. */
	__atomic_store_n(&end->ring->head, end->ours, __ATOMIC_RELEASE);
	return n;
}

/* Moves as many bytes as fit into the ring: n >= 0, or -1 as above. */
static inline int64_t xfw_ring_write(struct xfw_ring_end *end, const void *bytes, uint64_t size)
{
	uint64_t head = __atomic_load_n(&end->ring->head, __ATOMIC_ACQUIRE);
	int64_t used = xfw_ring_used(end->ours, head, end->size);
	if (used < 0)
		return -1;
	uint64_t n = end->size - (uint64_t)used;
	if (n > size)
		n = size;
	uint64_t at = end->ours & (end->size - 1), first = end->size - at;
	if (first > n)
		first = n;
	memcpy(end->bytes + at, bytes, first);
	memcpy(end->bytes, (const uint8_t *)bytes + first, n - first);
	end->ours += n;
	__atomic_store_n(&end->ring->tail, end->ours, __ATOMIC_RELEASE);
	return (int64_t)n;
}

/*
 * Flags against lost wake-ups: one side sets its flag and then looks at the other's index again;
 * the other moves its index and then looks at the flag. Both are sequentially consistent, so one of
 * them sees the other.
 */
static inline void xfw_ring_ask(uint32_t *flag)
{
	__atomic_store_n(flag, 1, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static inline bool xfw_ring_asked(uint32_t *flag)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return __atomic_load_n(flag, __ATOMIC_SEQ_CST) != 0;
}

static inline void xfw_ring_unask(uint32_t *flag)
{
	__atomic_store_n(flag, 0, __ATOMIC_RELAXED);
}

#endif
