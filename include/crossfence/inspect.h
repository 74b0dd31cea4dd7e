/* SPDX-License-Identifier: MIT */
/*
 * Looking at a domain without touching it: what `crossfence show` and `top` print. Works for
 * read-only members. Values are a snapshot of each object, not of the whole; everything read from
 * shared memory is checked, so a hostile member can make them wrong but not harmful.
 *
 * Thread-safety: safe.
 */
#ifndef CROSSFENCE_INSPECT_H
#define CROSSFENCE_INSPECT_H

#include <crossfence/domain.h>
#include <crossfence/format.h>

#ifdef __cplusplus
extern "C" {
#endif

enum xf_member_change {
	XF_MEMBER_JOINED = 1,
	XF_MEMBER_LEFT = 2,
	XF_MEMBER_DIED = 3,
};

/*
 * These begin with `size`. Where the caller allocates one, it sets that to the sizeof before the
 * call (-EINVAL: it did not) and gets as much as it knows; fields of a library that knows less are
 * 0. Where a visitor is given one, `size` is what the library filled in.
 */
struct xf_member_info {
	size_t size;
	uint32_t slot; /* 0..XF_MEMBERS_MAX-1 */
	int32_t pid; /* as the member sees itself */
	char name[16]; /* its command name, terminated */
	int dead; /* died, and its process is not gone yet */
	enum xf_member_change change; /* of xf_inspect_change() only */
};

/* What a stream's producer sleeps for. */
enum xf_stream_waits {
	XF_STREAM_WAITS_FOR_FRAMES = 1, /* readers shall take or give back some */
	XF_STREAM_WAITS_FOR_READERS = 2, /* to come, see xf_stream_wait_readers() */
};

struct xf_object_info {
	size_t size;
	xf_id id;
	enum xf_type type;
	char label[XF_LABEL_MAX + 1];
	uint32_t opened_by; /* members with a handle */
	int32_t owner_pid; /* keyed mutex, stream: whose it is, 0: nobody's */
	char owner_name[16];
	int abandoned;
	int signalled; /* event */
	int ready; /* sync */
	uint64_t counter; /* timeline */
	uint64_t key; /* keyed mutex: the key it carries or was acquired with */
	uint64_t fence; /* keyed mutex: of the last release */
	uint64_t sequence; /* keyed mutex: changes with every acquire and release */
	uint64_t use; /* sync: its number */
	uint32_t waiters; /* blocked waiters, as far as known: those on one hash bucket count too */
	uint32_t holders; /* surface: members that hold it; sync: with releases pending */
	uint32_t width_px, height_px, fourcc; /* surface; pool, stream: of its surfaces */
	xf_id part_of; /* surface: its pool; pool: its stream; 0: none */
	uint32_t index; /* surface: its index in the pool */
	xf_id mutex; /* surface: its keyed mutex, which is listed too; 0: not a keyed surface */
	uint32_t count; /* pool: its surfaces */
	uint64_t reclaimed; /* pool: how often surfaces were taken back from the dead */
	uint64_t newest; /* stream: sequence of the newest frame; its owner is who produces */
	uint64_t lost; /* stream: frames that `every` readers missed */
	uint32_t every, latest; /* stream: readers, by policy */
	int ended; /* stream */
	struct xf_tensor tensor; /* where fourcc is XF_FORMAT_TENSOR */
	uint32_t memory; /* surface, and pool of its surfaces: enum xf_memory of surface.h */
	uint64_t memory_bytes; /* surface of a device: what that has set aside for it */
	uint8_t device_uuid[16]; /* of a device's memory */
	uint32_t waits_for; /* stream: enum xf_stream_waits; 0: its producer does not wait */
	int32_t slowest_pid; /* stream: the reader with most frames to get or in hand; 0: none */
	char slowest_name[16];
	uint64_t slowest_behind; /* frames that it has still to get */
	uint32_t slowest_holds; /* frames of the newest format that it holds */
};

struct xf_domain_info {
	size_t size;
	char name[XF_NAME_MAX + 1]; /* published name, "" when none */
	uint32_t max_objects;
	uint32_t objects; /* live ones */
	uint32_t members;
	uint64_t payload_bytes;
	uint32_t deaths; /* members that died so far */
	int32_t server_pid; /* who serves the name, 0: nobody */
};

XF_API int xf_inspect_domain(struct xf_domain *domain, struct xf_domain_info *ret_info);

/*
 * Calls `visit` for each member or object until it returns non-zero, and returns that, else 0.
 */
XF_API int xf_inspect_members(struct xf_domain *domain,
	int (*visit)(const struct xf_member_info *info, void *arg), void *arg);
XF_API int xf_inspect_objects(struct xf_domain *domain,
	int (*visit)(const struct xf_object_info *info, void *arg), void *arg);

/*
 * Who joined, left or died as change number `number` of a domain's members; the last one's number
 * is the counter of xf_domain_changes(domain, XF_CHANGE_MEMBERS). Some 60 are remembered.
 * -ENOENT: not yet; -ESTALE: too long ago.
 */
XF_API int xf_inspect_change(
	struct xf_domain *domain, uint64_t number, struct xf_member_info *ret_info);

/* One object by id; -ESTALE: gone; -EINVAL: not an id. */
XF_API int xf_inspect_object(struct xf_domain *domain, xf_id id, struct xf_object_info *ret_info);

/*
 * Names being served in this user's runtime folder. `name` is valid during the call only.
 */
XF_API int xf_inspect_names(int (*visit)(const char *name, void *arg), void *arg);

#ifdef __cplusplus
}
#endif
#endif
