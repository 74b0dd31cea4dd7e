/* SPDX-License-Identifier: MIT */
/*
 * Slots: taking one, sharing it by id, giving it back. An object lives while its set of openers is
 * not empty.
 */
#ifndef XFI_SHM_OBJECT_H
#define XFI_SHM_OBJECT_H

#include "shm/domain.h"

/*
 * Takes a free slot for `type`, zeroed, in state building and opened by this member. Fill it in,
 * then publish. -ENOSPC: full; -EACCES, -ECHILD as xfi_domain_check().
 */
int xfi_object_create(
	struct xf_domain *domain, enum xf_type type, const char *label, uint32_t *ret_index);

/* Makes a slot being built known under its id. */
xf_id xfi_object_publish(struct xf_domain *domain, uint32_t index);

/* Counts one more handle of this process. -EINVAL: not an id of `type`; -ESTALE: gone. */
int xfi_object_open(struct xf_domain *domain, enum xf_type type, xf_id id);

/* Counts one handle less; the last one of all members frees the slot. */
void xfi_object_close(struct xf_domain *domain, uint32_t index);

/*
 * Under the domain's lock: makes `members` openers of a live object, though they have no handle.
 * Each gives it up when it opens and closes it, leaves or dies.
 */
void xfi_object_keep(struct xf_domain *domain, enum xf_type type, xf_id id, uint64_t members);

/* Whether `id` is a live object of `type`; index is checked. 0, -EINVAL, -ESTALE. */
int xfi_object_check(const struct xf_domain *domain, enum xf_type type, xf_id id);

/*
 * What the room of an open object's type keeps about it in this process, under local_lock; NULL at
 * first, and to be NULL again before the last handle is closed.
 */
void **xfi_object_kept(struct xf_domain *domain, uint32_t index);

/* The id of the object in a slot, 0 when there is none. */
xf_id xfi_object_id(const struct xf_domain *domain, uint32_t index);

/*
 * Resolves what a dead member left half-done in a slot and takes it out of the openers. Under the
 * domain's lock.
 */
void xfi_object_member_died(struct xf_domain *domain, uint32_t index, uint32_t member);

/* -EINVAL when longer than XF_LABEL_MAX, or not UTF-8. NULL is a label. */
int xfi_label_check(const char *label);

/* What each type does when a member dies and when its slot is freed; see types.c. */
struct xfi_type_ops {
	/* Abandons what `member` owned. True: the member holds something that must outlive this. */
	bool (*member_died)(struct xf_domain *domain, uint32_t index, uint32_t member);
	/* The dead member's process is gone now. */
	void (*member_gone)(struct xf_domain *domain, uint32_t index, uint32_t member);
	/*
	 * A member that has the object open died, perhaps after it changed it and before it told:
	 * wakes whoever sleeps and could go on. Bits of those to be woken wherever they sleep.
	 */
	uint32_t (*tell)(struct xf_domain *domain, uint32_t index);
	/* They have been woken. */
	void (*told)(struct xf_domain *domain, uint32_t index);
	/* Nobody can open the slot any more. Done again if whoever does it dies half-way. */
	void (*freed)(struct xf_domain *domain, uint32_t index);
};

extern const struct xfi_type_ops *const xfi_type_ops[XFI_TYPES];

#endif
