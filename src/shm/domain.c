/* SPDX-License-Identifier: MIT */
/* Making, joining and leaving a domain; what xf_domain_* means is in the public header. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/call.h"
#include "base/fd.h"
#include "base/foreign_fd.h"
#include "base/message.h"
#include "base/params.h"
#include "shm/arena.h"
#include "shm/bell.h"
#include "shm/companion.h"
#include "shm/keeper.h"
#include "shm/lifeline.h"
#include "shm/member.h"
#include "shm/name.h"
#include "shm/object.h"
#include "shm/park.h"
#include "shm/poll.h"

static struct xf_domain *new_domain(void)
{
	struct xf_domain *d = calloc(1, sizeof(*d));
	if (!d)
		return NULL;
	d->fd = d->presence = d->heir = -1;
	pthread_mutex_init(&d->local_lock, NULL);
	pthread_mutex_init(&d->companions_lock, NULL);
	return d;
}

static void free_domain(struct xf_domain *d)
{
	xfi_companions_end(d);
	xfi_keeper_stop(d);
	xfi_polls_stop(d);
	xfi_member_leave(d);
	xfi_polls_finish(d);
	xfi_fork_close(&d->presence);
	xfi_arena_unmap(d);
	pthread_mutex_destroy(&d->local_lock);
	pthread_mutex_destroy(&d->companions_lock);
	free(d);
}

/* Where a domain comes from: a file of its own, room in a file, or a domain that is there. */
enum origin { MAKE, MAKE_IN, JOIN };

struct source {
	enum origin origin;
	int fd;
	uint64_t room;
	const struct xf_domain_params *params;
};

static int open_arena(struct xf_domain *d, const struct source *from)
{
	if (from->origin == JOIN)
		return xfi_arena_join(d, from->fd);
	if (from->origin == MAKE)
		return xfi_arena_create(d, from->params);
	return xfi_arena_create_in(d, from->fd, from->room, from->params);
}

static int open_domain(const struct source *from, struct xf_domain **ret_domain)
{
	struct xf_domain *d = new_domain();
	if (!d)
		return -ENOMEM;
	int r = xfi_call_futex();
	if (!r)
		r = xfi_fork_generation(&d->fork_generation);
	if (!r)
		r = open_arena(d, from);
	if (!r && !d->read_only)
		r = xfi_polls_init(d);
	if (!r && !d->read_only)
		r = xfi_member_join(d);
	if (r == -EUSERS)
		r = xf_fail(r,
			"All member slots of this domain are taken (%d): one has to leave first",
			XF_MEMBERS_MAX);
	if (r) {
		free_domain(d);
		return r;
	}
	*ret_domain = d;
	return 0;
}

/* Defaults are 0 in ours too. */
static int read_params(struct xf_domain_params *ours, const struct xf_domain_params *given)
{
	*ours = (struct xf_domain_params){ .size = sizeof(*ours) };
	return given ? XFI_PARAMS_READ(ours, struct xf_domain_params, given) : 0;
}

int xf_domain_create(const struct xf_domain_params *given, struct xf_domain **ret_domain)
{
	struct xf_domain_params params;
	xfi_message_forget();
	if (!ret_domain)
		return xf_fail(-EINVAL, "ret_domain is NULL");
	int r = read_params(&params, given);
	return r ? r : open_domain(&(struct source){ MAKE, .params = &params }, ret_domain);
}

int xf_domain_create_in(int fd, uint64_t room_bytes, const struct xf_domain_params *given,
	struct xf_domain **ret_domain)
{
	struct xf_domain_params params;
	xfi_message_forget();
	if (!ret_domain)
		return xf_fail(-EINVAL, "ret_domain is NULL");
	int r = read_params(&params, given);
	return r ? r
		 : open_domain(&(struct source){ MAKE_IN, fd, room_bytes, &params }, ret_domain);
}

int xf_domain_join(int fd, struct xf_domain **ret_domain)
{
	xfi_message_forget();
	if (!ret_domain)
		return xf_fail(-EINVAL, "%s: ret_domain is NULL", __func__);
	return open_domain(&(struct source){ JOIN, .fd = fd }, ret_domain);
}

/*
 * When a server dies, another member has the name milliseconds later. Whoever comes in between must
 * not make a new domain, and waits for the heir: as long as there is one, but not for one that is
 * stopped.
 */
#define HEIR_NS	     XFI_SECOND
#define HEIR_LOOK_NS (20 * XFI_MS) /* nothing tells of the last one's end */

int xf_domain_publish(struct xf_domain *d, const char *name)
{
	xfi_message_forget();
	if (!d)
		return xf_fail(-EINVAL, "%s: domain is NULL", __func__);
	return xfi_name_publish(d, name, xf_deadline(HEIR_NS));
}

/* Whoever asked by name knows of no descriptor. */
static int say_of_which(const char *name, int result)
{
	char message[200];
	snprintf(message, sizeof(message), "%s", xf_last_message(result));
	return xf_fail(result, "domain \"%s\": %s", name, message);
}

int xf_domain_open(
	const char *name, uint32_t flags, int64_t deadline_ns, struct xf_domain **ret_domain)
{
	struct xfi_sent sent = XFI_SENT_NONE;
	xfi_message_forget();
	if (!ret_domain)
		return xf_fail(-EINVAL, "%s: ret_domain is NULL", __func__);
	int r = xfi_name_fetch(name, flags, deadline_ns, &sent);
	if (!r) {
		r = xf_domain_join(sent.fd, ret_domain);
		if (r)
			r = say_of_which(name, r);
	}
	xfi_sent_close(&sent); /* whoever served the name may have sent anything */
	if (!r)
		(*ret_domain)->look_only = flags & XF_OPEN_LOOK_ONLY;
	return r;
}

static int open_or_wait(const char *name, struct xf_domain **ret_domain)
{
	int64_t patience = xf_deadline(HEIR_NS);
	int r = xf_domain_open(name, 0, 0, ret_domain);
	while (r == -ENOENT && xfi_name_has_heirs(name) && !xfi_past(patience))
		r = xf_domain_open(name, 0, xf_deadline(HEIR_LOOK_NS), ret_domain);
	return r;
}

static int create_as(
	const char *name, const struct xf_domain_params *params, struct xf_domain **ret_domain)
{
	struct xf_domain *d;
	int r = xf_domain_create(params, &d);
	if (r)
		return r;
	r = xfi_name_publish(d, name, 0); /* the heirs have been waited for */
	if (r)
		xf_domain_leave(d);
	else
		*ret_domain = d;
	return r;
}

int xf_domain_open_or_create(
	const char *name, const struct xf_domain_params *params, struct xf_domain **ret_domain)
{
	struct xf_domain_params ours;
	xfi_message_forget();
	if (!ret_domain)
		return xf_fail(-EINVAL, "ret_domain is NULL");
	int r = read_params(&ours, params);
	for (int tries = 0; !r && tries < 10; tries++) {
		r = open_or_wait(name, ret_domain);
		if (r != -ENOENT)
			return r;
		r = create_as(name, &ours, ret_domain);
		if (r != -EADDRINUSE)
			return r;
		r = 0; /* somebody was faster */
	}
	return r ? r : -EADDRINUSE;
}

/*
 * Whoever sleeps without a limit is woken once, and sees before it sleeps again that it must not.
 * If somebody began with it, it may have died or may be at it still, so it is done again.
 */
enum { TO_BE_LOOKED_AT = 1, ALL_KNOW = 2 };

static void begin_to_be_looked_at(struct xf_domain *d)
{
	uint32_t nobody = 0;
	if (atomic_load(&d->header->looked_at) == ALL_KNOW)
		return;
	atomic_compare_exchange_strong(&d->header->looked_at, &nobody, TO_BE_LOOKED_AT);
	xfi_unpark_everywhere(d, XFI_PARK_ALL_BITS);
	xfi_ring(d, xfi_members_in_use(d));
	xfi_post(d, xfi_members_in_use(d), FUTEX_BITSET_MATCH_ANY);
	xfi_ring_helpers(d);
	atomic_store(&d->header->looked_at, ALL_KNOW);
}

int xf_domain_export(struct xf_domain *d, uint32_t flags, int *ret_fd)
{
	char path[40];
	int fd;
	bool look_only = flags & XF_OPEN_LOOK_ONLY;
	xfi_message_forget();
	bool read_only = look_only || (flags & XF_OPEN_READ_ONLY);
	if (!d || !ret_fd)
		return xf_fail(-EINVAL, "%s: domain or ret_fd is NULL", __func__);
	if (flags & ~(uint32_t)(XF_OPEN_READ_ONLY | XF_OPEN_LOOK_ONLY))
		return xf_fail(
			-EINVAL, "flags 0x%x: XF_OPEN_READ_ONLY or XF_OPEN_LOOK_ONLY", flags);
	int r = xfi_domain_check(d, !read_only);
	if (r)
		return r;
	if (read_only) {
		/* A descriptor's access mode is fixed; another one has to be opened. */
		snprintf(path, sizeof(path), "/proc/self/fd/%d", d->fd);
		fd = xfi_fd_above_std(open(path, O_RDONLY | O_CLOEXEC));
		if (fd >= 0 && !d->read_only && !look_only)
			xfi_park_observed(d);
		if (fd >= 0 && !d->read_only)
			begin_to_be_looked_at(d);
	} else {
		fd = fcntl(d->fd, F_DUPFD_CLOEXEC, 3);
	}
	if (fd < 0)
		return read_only ? xfi_call_by_proc_failed("openat") : xfi_call_failed("fcntl");
	*ret_fd = fd;
	return 0;
}

void xf_domain_leave(struct xf_domain *d)
{
	XFI_MESSAGE_STAYS;
	if (d)
		free_domain(d);
}
