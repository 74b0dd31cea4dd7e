/* SPDX-License-Identifier: MIT */
/*
 * Domain: one sealed shared-memory file and the processes (members) attached to it. The unit
 * of trust: a member can at worst spoil objects of its own domain.
 *
 * A domain holds objects (events, timelines, keyed mutexes, surfaces, pools, sync objects,
 * streams), each known to every member by a 64-bit id, and a payload area for surface memory. One
 * file descriptor shares all of it.
 *
 *	producer                                      consumer
 *	xf_domain_open_or_create("camera", NULL, &d); xf_domain_open("camera", 0, XF_NEVER, &d);
 *	xf_pool_create(d, ..., "frames", &pool);      xf_domain_find(d, XF_POOL, "frames", &id);
 *
 * An object lives while any member holds a handle to it; a member that dies holds nothing.
 * When the last member is gone nothing remains: no file, no socket, no process.
 *
 * A viewer, which has joined read-only, leaves no trace: it finds and opens every object, maps
 * surfaces that are not keyed for reading, reads counters and descriptions, and waits for
 * manual-reset events and for timelines, one at a time. So it consumes frames that a timeline
 * announces, but holds none: what it reads may be drawn over meanwhile, and the timeline, looked at
 * again afterwards, tells. It cannot acquire, subscribe, signal or have a descriptor to poll
 * (-EACCES).
 *
 * Thread-safety: safe, except that xf_domain_leave() ends every handle made from the domain.
 * Process-sharing: the point of it. After fork() a child holds nothing: its inherited handles
 * return -ECHILD until it joins by itself.
 */
#ifndef CROSSFENCE_DOMAIN_H
#define CROSSFENCE_DOMAIN_H

#include <stddef.h>
#include <crossfence/result.h>

#ifdef __cplusplus
extern "C" {
#endif

struct xf_domain;
struct xf_timeline;

/*
 * Names an object of a domain in every member; 0 is never an id. A stale id is -ESTALE. Bits 56-63
 * are the type, 32-55 the slot, 0-31 the slot's generation, which is not reused within 2^32.
 */
typedef uint64_t xf_id;

/* Object types, as stored in bits 56-63 of an id. Written out: they travel. */
enum xf_type {
	XF_ANY = 0, /* only for searching */
	XF_EVENT = 1,
	XF_TIMELINE = 2,
	XF_KEYED_MUTEX = 3,
	XF_SURFACE = 4,
	XF_POOL = 5,
	XF_SYNC = 6,
	XF_STREAM = 7,
};

/* What can change in a domain, see xf_domain_changes(). */
enum xf_change {
	XF_CHANGE_OBJECTS = 0, /* an object with a label was made */
	XF_CHANGE_MEMBERS = 1, /* a process joined, left, or died */
};

#define XF_LABEL_MAX   31 /* bytes of an object's label, UTF-8, without the terminator */
#define XF_NAME_MAX    63 /* bytes of a domain's published name, without the terminator */
#define XF_MEMBERS_MAX 64 /* processes attached to one domain at a time */
#define XF_OBJECTS_MAX (1u << 20)

struct xf_domain_params {
	size_t size; /* sizeof(struct xf_domain_params) */
	uint32_t max_objects; /* 1..XF_OBJECTS_MAX, rounded up to 64; 0: 16384. 128 bytes each */
	uint32_t reserved; /* 0 */
	uint64_t payload_bytes; /* room for surface memory, up to 2^40; 0: 1 GiB. Costs memory
				   only where it is touched */
};

/*
 * Makes a domain and joins it. `params` may be NULL. Blocks for some microseconds.
 * -EINVAL: bad size or values; -EFBIG: more than a file may have (RLIMIT_FSIZE); -ENOSYS: nobody
 * would hear of our death, as where robust lists are only said to be kept; -ENOMEM, -EMFILE as from
 * the kernel.
 */
XF_API int xf_domain_create(const struct xf_domain_params *params, struct xf_domain **ret_domain);

/*
 * The same in the first `room_bytes` of `fd` (borrowed), a memfd sealed against changing its size:
 * memory that somebody else maps too, for example a guest as a device's (ivshmem). What the domain
 * takes of it is cleared, the rest stays the caller's. `payload_bytes` 0: as much as fits.
 * -ENOSPC: more than the room, or than the file. -EINVAL: not sealed, or not writable.
 */
XF_API int xf_domain_create_in(int fd, uint64_t room_bytes, const struct xf_domain_params *params,
	struct xf_domain **ret_domain);

/*
 * Joins the domain behind `fd` (borrowed; may be closed afterwards), inherited or received over
 * a socket. A descriptor opened read-only makes a read-only member: it can wait and look, and
 * every change is refused with -EACCES.
 *
 * -EBADF: not a descriptor; -EINVAL: not a crossfence domain (wrong kind, size, seals or header:
 * xf_last_message() says which);
 * -EPROTO: another format version; -EUSERS: all member slots are taken; -ETIMEDOUT: a member that
 * is stopped (SIGSTOP), or hostile, keeps the domain locked. After a failure nothing is mapped.
 */
XF_API int xf_domain_join(int fd, struct xf_domain **ret_domain);

/*
 * Makes the domain known as `name` ([A-Za-z0-9._-], 1 to XF_NAME_MAX bytes) to processes of
 * the same user and runtime folder ($XDG_RUNTIME_DIR; without it /run/user/UID, without that
 * /tmp/crossfence-UID), whatever their PID and network namespaces. The name lives as long as the
 * domain has a member: when the serving process dies another member takes over within
 * milliseconds. Nothing stays in the folder. May block up to a second for a holder, or for members,
 * that are stopped.
 *
 * A producer that starts again while its consumers live is refused (-EADDRINUSE) if it makes a
 * domain anew and publishes that: the consumers would wait on in the old one, which nobody could
 * find any more. It joins them instead: see xf_domain_open_or_create().
 *
 * -EACCES: the folder belongs to another user, or others may enter it, or this member is read-only;
 * -EINVAL: bad name; -EADDRINUSE: the name is served by someone else; -EALREADY: this domain has a
 * name already; -EMFILE: no descriptor, or of inotify's instances (a limit per user), is left;
 * -ENOSYS: no /proc is mounted, which this and xf_domain_open() want, and an export of a read-only
 * descriptor.
 */
XF_API int xf_domain_publish(struct xf_domain *domain, const char *name);

enum {
	XF_OPEN_READ_ONLY = 1u << 0, /* wait and look, never change */
	XF_OPEN_LOOK_ONLY = 1u << 1, /* look only: waiting is refused with -EACCES */
};

/*
 * Finds the domain published as `name` and joins it. Waits until `deadline_ns` for the name to
 * appear. Flags: XF_OPEN_*.
 *
 * -ENOENT: nobody serves that name; -EACCES: as xf_domain_publish(); -ETIMEDOUT: the server did
 * not answer within a second (stopped, for example); otherwise as xf_domain_join().
 */
XF_API int xf_domain_open(
	const char *name, uint32_t flags, int64_t deadline_ns, struct xf_domain **ret_domain);

/*
 * For a producer that starts, or starts again while its consumers live: joins the domain published
 * as `name`, or makes one of `params` (NULL: defaults; what is there already is not changed) and
 * publishes it. Of several callers at the same time one makes it and the others join. A name whose
 * server has just died may be between two hands: as long as a member of its domain lives this waits
 * until it is served again, some milliseconds, but a second at most (they may all be stopped).
 *
 * Then ask xf_domain_find() for what an earlier life of this process may have left, which others
 * still have open. Errors as xf_domain_open(), xf_domain_create() and xf_domain_publish().
 */
XF_API int xf_domain_open_or_create(
	const char *name, const struct xf_domain_params *params, struct xf_domain **ret_domain);

/*
 * Returns a new close-on-exec descriptor for the domain, to be passed on (SCM_RIGHTS, inheritance).
 * With XF_OPEN_READ_ONLY its holder can wait and look but never change; from then on wake-ups in
 * this domain always make a system call, since such a holder cannot leave a note that it waits.
 * With XF_OPEN_LOOK_ONLY the descriptor is read-only too and wake-ups stay as they are; as long as
 * nobody has exported, or opened, this domain with XF_OPEN_READ_ONLY, waiting through it is
 * refused. -EACCES: a read-only member cannot export a writable one.
 *
 * The kernel lets the holder of either wake the members' threads, sleep in their place, or move
 * them away. So once one was handed out, waiting threads of this domain look again every second
 * and none is chosen to be woken alone: a hostile holder can delay news by a second, no more.
 */
XF_API int xf_domain_export(struct xf_domain *domain, uint32_t flags, int *ret_fd);

/*
 * Leaves the domain and frees it. Objects made from it must be closed before, and queues that wait
 * for one have come to it or be destroyed; what is still held counts as held by a process that
 * died. NULL is allowed. Blocks for some microseconds.
 */
XF_API void xf_domain_leave(struct xf_domain *domain);

/*
 * For libraries of devices: what this process keeps with its membership, once for each `key` (an
 * address of the library's own). The first call has make(arg, &kept) called, later ones return the
 * same. destroy(kept) is called by xf_domain_leave() while everything is still mapped, the last one
 * made first, and not in a forked child. -EINVAL: an argument but arg is NULL; -ENOMEM; -ECHILD; or
 * make's result. Blocks while another thread is in a make() of this domain.
 */
XF_API int xf_domain_keep(struct xf_domain *domain, const void *key,
	int (*make)(void *arg, void **ret_kept), void *arg, void (*destroy)(void *kept),
	void **ret_kept);

/*
 * Finds a live object by its label (exact bytes); of several the newest, for example the pool that
 * a restarted producer has made while readers still have its predecessor's. XF_ANY matches every
 * type. A surface has the label of its description (surface.h); those of a pool "frames" are called
 * "frames[0]", "frames[1]" and so on. Takes the same fraction of a microsecond among ten objects
 * and a million; only where dozens of living objects have the same label, or a pool's has 27 bytes
 * or more, may it have to walk the domain for one that is not the newest of them, or not there: up
 * to 100 milliseconds among a million. -ENOENT: none; -EINVAL: a label that is empty, too long or
 * not UTF-8, or no such type.
 */
XF_API int xf_domain_find(
	struct xf_domain *domain, enum xf_type type, const char *label, xf_id *ret_id);

/*
 * Opens a timeline (timeline.h) whose counter goes up with each such change, by any member: to be
 * waited for, alone or among others, and polled. Close it as any other.
 *
 *	xf_domain_changes(domain, XF_CHANGE_OBJECTS, &changes);
 *	do {
 *		xf_timeline_value(changes, &seen);
 *		r = xf_domain_find(domain, XF_POOL, "frames", &id);
 *	} while ((r == -ENOENT || id == last) &&
 *		xf_timeline_wait(changes, seen + 1, deadline) == 0);
 *
 * The counter of members is the number of the last change: xf_inspect_change() says who it was. A
 * death is counted before what the dead member held is taken from it; those who wait for that are
 * told by the objects. Never blocks.
 *
 * -EACCES: a read-only member, and no other has asked yet; -ENOSPC, -ENOMEM: no room for it.
 */
XF_API int xf_domain_changes(
	struct xf_domain *domain, enum xf_change of, struct xf_timeline **ret_timeline);

#ifdef __cplusplus
}
#endif
#endif
