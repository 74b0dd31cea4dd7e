/* SPDX-License-Identifier: MIT */
/* A domain as one member sees it: private memory, never shared. */
#ifndef XFI_SHM_DOMAIN_H
#define XFI_SHM_DOMAIN_H

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "shm/layout.h"

struct xfi_helper;
struct xfi_sync_part;
struct xfi_links;
struct xfi_server;

#define XFI_SYNC_PARTS 64

/* What this process holds of the object in one slot. */
struct xfi_local {
	uint32_t handles;
	_Atomic uint32_t next_handle; /* the next handle number, see keyed_mutex.c */
};

struct xf_domain {
	/* What waiting and waking read, together. */
	struct xfi_bucket *buckets;
	struct xfi_slot *slots;
	struct xfi_member *members;
	uint32_t fork_generation; /* see fork.c */
	uint32_t self; /* member slot; meaningless when read_only */
	bool read_only;
	bool look_only; /* and may not wait */

	struct xfi_header *header;
	struct xfi_lifeline (*lifelines)[XF_MEMBERS_MAX];
	xfi_u32 (*links)[XF_MEMBERS_MAX];
	xfi_u64 *touched; /* [member][touched_words] */
	xfi_u64 *used;
	uint32_t touched_words;

	struct xfi_geometry geometry; /* the checked copy */
	struct xfi_layout layout;
	void *base; /* mapping of everything before the payload */
	int fd;
	uint32_t alloc_hint; /* under local_lock */
	struct xfi_local *local; /* [capacity], under local_lock */
	struct xfi_sync_part *sync_parts[XFI_SYNC_PARTS]; /* by index, under local_lock */
	pthread_mutex_t local_lock;
	struct xfi_helper *helper; /* NULL when read_only */
	struct xfi_links *own_links; /* NULL when read_only */
	struct xfi_server *server; /* when this process serves the name, under the cold lock */
};

/* arena.c: the file and its mapping. All fill in a domain whose pointers are NULL and fd is -1. */
int xfi_arena_create(struct xf_domain *domain, const struct xf_domain_params *params);
int xfi_arena_create_in(
	struct xf_domain *domain, int fd, uint64_t room, const struct xf_domain_params *params);
int xfi_arena_join(struct xf_domain *domain, int fd);
void xfi_arena_unmap(struct xf_domain *domain);

/* Maps payload bytes, checked against the geometry. */
int xfi_arena_map_payload(
	struct xf_domain *domain, uint64_t offset, uint64_t size, bool writable, void **ret_data);

/* Gives payload memory back to the system; it reads as zero afterwards. */
void xfi_arena_drop_payload(struct xf_domain *domain, uint64_t offset, uint64_t size);

/*
 * fork.c: a number that differs in every process of a fork family. In a child that has not joined
 * anything yet the shared page reads 0, which no domain carries.
 */
extern __attribute__((visibility("hidden"))) const _Atomic uint32_t *xfi_fork_page;
uint32_t xfi_fork_generation(void); /* 0: no memory */

/*
 * A unix socket that a forked child does not keep: its address would stay taken, by somebody who
 * does not answer, for as long as the child lives. -errno. Close it with the second one; -1 is
 * allowed. Not for a bare clone(), which runs no fork handlers.
 */
int xfi_fork_socket(int type);
void xfi_fork_socket_close(int *fd);

/* 0, -ECHILD after fork, -EACCES when `write` and the member is read-only. */
static inline int xfi_domain_check(const struct xf_domain *domain, bool write)
{
	if (atomic_load_explicit(xfi_fork_page, memory_order_relaxed) != domain->fork_generation)
		return -ECHILD;
	return write && domain->read_only ? -EACCES : 0;
}

/* May this member sleep on an object? */
static inline int xfi_domain_check_wait(const struct xf_domain *domain)
{
	return domain->look_only ? -EACCES : xfi_domain_check(domain, false);
}

static inline uint64_t xfi_self_bit(const struct xf_domain *domain)
{
	return UINT64_C(1) << domain->self;
}

static inline struct xfi_slot *xfi_slot(const struct xf_domain *domain, uint32_t index)
{
	return &domain->slots[index];
}

#endif
