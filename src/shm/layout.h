/* SPDX-License-Identifier: MIT */
/*
 * What lies where in a domain's file. Everything here is shared with processes that may lie: a
 * value is copied once, checked, then used, and no pointer is ever stored.
 *
 *	header     identity and geometry (checked at join, then kept in private memory), cold words
 *	members    one record per process
 *	lifelines  [member][watcher] robust futex words, see lifeline.c; one row and column more
 *	buckets    where blocked threads wait, see park.c
 *	touched    [member] one bit per block of 64 slots in which the member ever opened something
 *	used       one bit per slot: taken. A hint; the slot's head is the truth
 *	parked     [member][bucket] threads of the member that sleep there, see park.c
 *	directory  which slots to ask for a label, see directory.c; hints likewise
 *	slots      the objects, 128 bytes each
 *	pages      one word per page of payload: the slot that took it last; see surface/payload.c
 *	payload    surface memory, page-aligned
 *
 * Sets of members are 64-bit masks, one bit per member slot. Taking a dead member out of a set is
 * one fetch-and: it can be done twice, by two sweepers at once, or by one that died half-way.
 */
#ifndef XFI_SHM_LAYOUT_H
#define XFI_SHM_LAYOUT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <crossfence/domain.h>
#include <crossfence/format.h>

#include "base/bucket.h"
#include "base/keyed_word.h"
#include "base/page.h"

#define XFI_TYPES (XF_STREAM + 1) /* of objects, by number */

#define XFI_MAGIC	   UINT64_C(0x31454e4546534658) /* "XFSFENE1", little-endian */
#define XFI_VERSION_FORMAT 1
#define XFI_ROWS	   (XF_MEMBERS_MAX + 1) /* of lifelines: the last is a visitor's */
#define XFI_BLOCK	   64 /* slots per bit of `touched` and per word of `used` */

struct xfi_geometry {
	uint64_t magic;
	uint32_t version;
	uint32_t capacity; /* slots, a multiple of XFI_BLOCK */
	uint64_t payload_bytes;
	uint64_t file_bytes;
};

/* For each PID namespace; see door.c. */
#define XFI_DOORS 64
struct xfi_door {
	xfi_u64 pid_ns; /* 0: nobody's yet */
	xfi_u32 word; /* robust */
	xfi_u32 passages;
};

/* A member that came or went; see change.c. */
struct xfi_member_change {
	xfi_u64 number; /* written last */
	xfi_u32 change; /* enum xf_member_change */
	xfi_u32 slot;
	xfi_u32 incarnation;
	xfi_i32 pid;
	xfi_u64 name[XFI_WORDS(16)];
};

#define XFI_CHANGES 64 /* how many are remembered */

/* A device whose memory is shared; see surface/device.c. */
#define XFI_DEVICES 16
struct xfi_device {
	xfi_u64 uuid[2]; /* the first is written last; 0: nobody's yet */
};

/* Both only grow; whoever wants to be told has made a timeline that says the same. */
struct xfi_change {
	xfi_u64 count;
	xfi_u64 timeline; /* id; 0: nobody asked yet */
};

struct xfi_header {
	struct xfi_geometry geometry;
	xfi_u32 lock; /* sweeping, leaving, names, payload; see lock.c */
	xfi_u32 members_seq; /* changes when the set of members does; helpers sleep on it */
	xfi_u32 deaths; /* members swept so far; for people */
	xfi_u32 slots_end; /* no slot at or beyond was ever taken; a hint */
	xfi_u32 pages_next; /* where the search for payload begins; a hint */
	xfi_u32 pages_end; /* no page at or beyond was ever taken; a hint */
	xfi_u32 made; /* objects so far; the last one's generation */
	xfi_u32 server; /* member slot + 1 that serves the name; 0: nobody */
	xfi_u32 unknown; /* how often nobody could say of which PID namespace a joiner is */
	xfi_u32 looked_at; /* not 0 once a read-only descriptor is handed out; see looked.h */
	xfi_u32 has_name; /* written under the lock */
	xfi_u64 name[XFI_WORDS(XF_NAME_MAX + 1)];
	struct xfi_door doors[XFI_DOORS];
	struct xfi_change changes[2]; /* enum xf_change */
	struct xfi_member_change members[XFI_CHANGES]; /* [number % XFI_CHANGES] */
	struct xfi_device devices[XFI_DEVICES];
};

#define XFI_MEMBER_NAME 16 /* bytes, with the terminator */
struct xfi_member {
	xfi_u32 bell; /* counts rings; the member's threads sleep on it */
	xfi_u32 sleepers; /* threads that sleep on it */
	xfi_u32 reaper; /* dying: member slot + 1 that waits for the process to be gone */
	xfi_i32 pid; /* in the member's own PID namespace */
	xfi_u64 pid_ns; /* inode of that namespace; above 2^63: unknown, nobody else's */
	xfi_u64 born; /* start time of the process, clock ticks since boot; 0: unknown */
	xfi_u64 name[XFI_WORDS(XFI_MEMBER_NAME)];
	xfi_u32 post; /* counts changes of what it has descriptors for, see poll.c */
	xfi_u32 incarnation; /* one more for each process that gets this slot */
	xfi_u32 time_ns; /* inode of the namespace in which `born` counts */
	xfi_u32 present; /* it holds its byte (1), and has a device's memory (2); see presence.c */
	xfi_u32 heard; /* the bell as one of its threads last found it, see takers.c */
	xfi_u32 pad;
	xfi_u64 process; /* inode of the process since Linux 6.9; 0: unknown */
	xfi_u32 pad2[12];
};

/*
 * TID with FUTEX_WAITERS: alive; FUTEX_OWNER_DIED: dead; 0: free; above all TIDs: in passage, see
 * door.c. 8 bytes apart: see lifeline.c.
 */
struct xfi_lifeline {
	xfi_u32 word;
	xfi_u32 pad;
};

/*
 * A slot's head, one word so that each step is atomic:
 *	bits 0-31	generation: the domain's count of objects when it was taken; never 0
 *	bits 32-39	state: XFI_FREE, XFI_BUILDING, XFI_LIVE, XFI_CLOSING, XFI_ENDING
 *	bits 40-47	while building, closing or ending: member slot + 1 that does it
 *	bits 56-63	type, 0 when free
 */
enum { XFI_FREE = 0, XFI_BUILDING = 1, XFI_LIVE = 2, XFI_CLOSING = 3, XFI_ENDING = 4 };

#define XFI_EVENT_SET UINT64_C(1)

struct xfi_event_hot {
	xfi_u64 word; /* XFI_EVENT_SET or not, and a ticket; see event.c */
	xfi_u32 manual; /* constant */
	xfi_u64 takers; /* members that wait for any of several and take it; see takers.h */
};

/* How it was abandoned: the owner lived, and nothing of its was under way; or it has died. */
#define XFI_TIMELINE_GIVEN_UP	1
#define XFI_TIMELINE_OWNER_DIED 2

struct xfi_timeline_hot {
	xfi_u64 counter;
	xfi_u64 told; /* those who wait for values up to this have been woken */
	xfi_u32 abandoned; /* XFI_TIMELINE_*; 0: it is not */
	xfi_u32 owner; /* constant: member slot + 1, 0: unowned */
	xfi_u64 reached; /* 1 + the counter before it became XF_TIMELINE_RELEASED; 0: it has not */
	xfi_u64 devices; /* members whose devices read or write the counter */
	xfi_u64 writers; /* those whose devices write it */
	xfi_u32 twin; /* 1: the owner hands one on; see sync/twin.c */
};

/* For each so many slots one bucket, so that half of it is empty when all are taken. */
#define XFI_DIRECTORY_SHARE 8
#define XFI_DIRECTORY_ROOM  15

/* Tests fill fewer. */
#ifndef XFI_DIRECTORY_WORDS
#define XFI_DIRECTORY_WORDS XFI_DIRECTORY_ROOM
#endif

struct xfi_directory_bucket {
	xfi_u64 words[XFI_DIRECTORY_ROOM]; /* see directory.c */
	xfi_u64 hidden; /* likewise */
};

struct xfi_surface_cold {
	xfi_u32 width, fourcc;
	xfi_u32 offset[4], stride[4];
	xfi_u16 rows[4];
};

struct xfi_surface_hot {
	xfi_u64 holders; /* members that hold it, for its pool */
	xfi_u64 carried; /* id of its keyed mutex or sync object, 0: none */
	xfi_u64 modifier;
	xfi_u64 payload_offset; /* from the start of the payload; UINT64_MAX: imported */
	xfi_u64 size_bytes;
	xfi_u64 pool; /* id, 0: none */
	xfi_u16 height;
	xfi_u8 n_planes;
	xfi_u8 index; /* in the pool */
	xfi_u32 flags; /* as it was made, XFI_SURFACE_*, and see surface/device.h */
};

#define XFI_SURFACE_ANNEX    (UINT32_C(1) << 31) /* there is a struct xfi_annex */
#define XFI_SURFACE_LABELLED (UINT32_C(1) << 30) /* with a label */
#define XFI_SURFACE_IMPORTED                                                                       \
	(UINT32_C(1) << 29) /* what it has of the payload is the annex alone                       \
			     */

/*
 * What a slot has no room for: at the end of the last page that the surface has of the payload.
 * Read and written as a whole, by a system call; only the data are looked at where they lie.
 */
struct xfi_annex {
	char label[XF_LABEL_MAX + 1];
	xfi_u32 data_size;
	uint32_t reserved;
	xfi_u64 data[2]; /* written by the producer of a use, before ready */
	struct xf_tensor tensor; /* constant, as the label */
	/* Of XF_MEMORY_VULKAN and _DMA_BUF, constant too. */
	uint8_t driver_uuid[16];
	uint64_t memory_bytes;
	uint32_t usage;
	uint8_t pad[28];
};

struct xfi_pool_hot {
	xfi_u64 readers; /* subscribed members */
	xfi_u64 reclaimed;
	xfi_u64 uses; /* how often one of its surfaces was taken */
	xfi_u32 count;
	xfi_u32 width, height, fourcc;
	xfi_u64 first; /* id of its surface 0 */
	xfi_u64 stream; /* id: whose frames they are; 0: nobody's */
};

struct xfi_sync_cold {
	xfi_u64 label[XFI_WORDS(XF_LABEL_MAX + 1)];
	xfi_u64 timeline; /* id: what queues wait on, its values are uses; 0: none yet */
	xfi_u64 last_ready; /* the last use that was */
};

/* Sets of members unless said otherwise; see use/state.c. */
struct xfi_sync_hot {
	xfi_u64 state;
	xfi_u64 producers; /* have begun, or have a ready pending */
	xfi_u64 readers; /* subscribed */
	xfi_u64 reading; /* subscribed, and not done with the current use */
	xfi_u64 releasing; /* have other releases pending */
	xfi_u64 final; /* the registered event; 0: none */
	xfi_u64 firing; /* the event that a member is setting; 0: none */
};

/* See stream/memory.h. */
struct xfi_stream_hot {
	xfi_u64 producer; /* who it is, and since when */
	xfi_u64 head; /* sequence of the newest frame */
	xfi_u64 every, latest; /* readers, by policy */
	xfi_u64 memory; /* id of a surface; constant */
	xfi_u64 lost; /* frames that readers should have had; for people */
	xfi_u64 shape; /* of the newest format; for people */
};

struct xfi_slot {
	xfi_u64 head;
	xfi_u64 openers; /* members with a handle; the object ends when it is empty */
	union {
		struct {
			xfi_u64 label[XFI_WORDS(XF_LABEL_MAX + 1)];
			xfi_u64 pollers; /* members with a descriptor for this object */
			union {
				xfi_u64 fence_timeline; /* id; see sync/keyed_fence.c */
				xfi_u64 asked; /* value, of a timeline; see sync/asked.c */
			};
		};
		struct xfi_surface_cold surface;
		struct xfi_sync_cold sync;
		xfi_u64 words[6];
	} cold;
	/* The second cache line is all that acquiring, signalling and waiting touch. */
	xfi_u64 watchers; /* members whose bell is to ring when this object changes; see watch.h */
	union {
		struct xfi_event_hot event;
		struct xfi_timeline_hot timeline;
		struct xfi_keyed_hot keyed;
		struct xfi_surface_hot surface;
		struct xfi_pool_hot pool;
		struct xfi_sync_hot sync;
		struct xfi_stream_hot stream;
		xfi_u64 words[7];
	} hot;
};

_Static_assert(sizeof(struct xfi_header) <= XFI_PAGE, "the header is one page");
_Static_assert(sizeof(struct xfi_member) == 128, "two cache lines");
_Static_assert(sizeof(struct xfi_lifeline) == sizeof(void *), "robust list nodes mirror lifelines");
_Static_assert(sizeof(struct xfi_slot) == 128, "two cache lines");
_Static_assert(sizeof(struct xfi_annex) == 256, "a part of a page");
_Static_assert(sizeof(struct xfi_directory_bucket) == 128, "likewise");
_Static_assert(
	sizeof(struct xfi_slot) == sizeof(struct xfi_keyed_slot) &&
		offsetof(struct xfi_slot, watchers) == offsetof(struct xfi_keyed_slot, watchers) &&
		offsetof(struct xfi_slot, hot) == offsetof(struct xfi_keyed_slot, keyed),
	"a guest sees the same");

/* Byte offsets, all derived from the geometry. */
struct xfi_layout {
	uint64_t members, lifelines, buckets, touched, used, parked, directory, slots, pages,
		payload, end;
};

/* 0, or -EINVAL when the geometry is not one that crossfence makes. */
int xfi_layout(const struct xfi_geometry *geometry, struct xfi_layout *ret_layout);

static inline uint32_t xfi_head_generation(uint64_t head)
{
	return (uint32_t)head;
}

static inline unsigned xfi_head_state(uint64_t head)
{
	return (head >> 32) & 0xff;
}

static inline unsigned xfi_head_member(uint64_t head)
{
	return (head >> 40) & 0xff;
}

static inline unsigned xfi_head_type(uint64_t head)
{
	return (unsigned)(head >> 56);
}

/*
 * Is the object there? Closing may be taken back, for the sake of whoever opened it meanwhile and
 * has it from then on; up to that moment nothing of it is cleared.
 */
static inline bool xfi_head_there(uint64_t head)
{
	return xfi_head_state(head) == XFI_LIVE || xfi_head_state(head) == XFI_CLOSING;
}

/*
 * Does cold.pollers mean anything? Surfaces cannot be waited for, and sync objects need the room:
 * neither has descriptors to poll.
 */
static inline bool xfi_has_pollers(uint64_t head)
{
	return xfi_head_type(head) != XF_SURFACE && xfi_head_type(head) != XF_SYNC;
}

static inline bool xfi_has_label(const struct xfi_slot *slot)
{
	if (xfi_head_type(atomic_load(&slot->head)) == XF_SURFACE)
		return xfi_get(&slot->hot.surface.flags) & XFI_SURFACE_LABELLED;
	return xfi_get(&slot->cold.label[0]);
}

static inline uint64_t xfi_head(unsigned type, unsigned state, unsigned member, uint32_t generation)
{
	return (uint64_t)type << 56 | (uint64_t)member << 40 | (uint64_t)state << 32 | generation;
}

/* An id is type (8 bits), slot index (24 bits), generation (32 bits). */
static inline xf_id xfi_id(unsigned type, uint32_t index, uint32_t generation)
{
	return (uint64_t)type << 56 | (uint64_t)index << 32 | generation;
}

static inline uint32_t xfi_id_index(xf_id id)
{
	return (id >> 32) & 0xffffff;
}

static inline unsigned xfi_id_type(xf_id id)
{
	return (unsigned)(id >> 56);
}

#endif
