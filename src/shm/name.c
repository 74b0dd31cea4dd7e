/* SPDX-License-Identifier: MIT */
/*
 * Who serves a domain's name: the member noted in the header. When that one dies or leaves, the
 * first helper to take the domain's lock writes itself there and starts a server. In between nobody
 * has the claim, but each member says in the folder that it is an heir: so whoever would make a
 * domain of that name knows whether to wait.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/call.h"
#include "base/fd.h"
#include "shm/ask.h"
#include "shm/bell.h"
#include "shm/claim.h"
#include "shm/folder.h"
#include "shm/lifeline.h"
#include "shm/lock.h"
#include "shm/member.h"
#include "shm/name.h"
#include "shm/server.h"

bool xfi_name_valid(const char *name)
{
	size_t length = strnlen(name, XF_NAME_MAX + 1);
	return length >= 1 && length <= XF_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
		       length;
}

struct publish {
	const char *name;
	struct xfi_seat seat; /* taken */
};

static int commit(struct xf_domain *d, void *arg)
{
	struct publish *p = arg;
	if (xfi_get(&d->header->has_name))
		return -EALREADY;
	struct xfi_seat seat = p->seat;
	p->seat = (struct xfi_seat){ -1, -1 };
	int r = xfi_server_start(d, p->name, seat, &d->server);
	if (r)
		return r;
	char name[XF_NAME_MAX + 1] = "";
	memcpy(name, p->name, strlen(p->name));
	xfi_put_bytes(d->header->name, name, sizeof(name));
	atomic_store(&d->header->server, d->self + 1);
	xfi_put(&d->header->has_name, 1);
	xfi_name_inherit(d);
	xfi_ring_helpers(d); /* the others inherit, too */
	return 0;
}

static int no_name(void)
{
	return xf_fail(
		-EINVAL, "a name has 1 to %d letters, digits, '.', '_' and '-'", XF_NAME_MAX);
}

int xfi_name_publish(struct xf_domain *d, const char *name, int64_t heirs_until)
{
	struct publish p = { .name = name, .seat = { -1, -1 } };
	int r = xfi_domain_check(d, true);
	if (!r && !(name && xfi_name_valid(name)))
		r = no_name();
	if (!r && xfi_get(&d->header->has_name))
		r = -EALREADY;
	if (!r)
		r = xfi_call_server();
	if (!r)
		r = xfi_seat_take(name, -1, heirs_until, &p.seat);
	if (!r)
		r = xfi_member_call(d, commit, &p);
	xfi_seat_leave(&p.seat);
	return r;
}

static bool needs_server(struct xf_domain *d)
{
	uint32_t server = atomic_load(&d->header->server);
	if (!xfi_get(&d->header->has_name) || d->server)
		return false;
	return server == 0 || server > XF_MEMBERS_MAX || !xfi_member_alive(d, server - 1);
}

/* A copy, checked: members may lie. */
static bool read_name(const struct xf_domain *d, char name[XF_NAME_MAX + 1])
{
	xfi_get_bytes(name, d->header->name, XF_NAME_MAX + 1);
	name[XF_NAME_MAX] = 0;
	return xfi_name_valid(name);
}

/* Without a folder, or a descriptor, there is nobody to tell. */
void xfi_name_inherit(struct xf_domain *d)
{
	char name[XF_NAME_MAX + 1];
	if (d->heir >= 0 || !xfi_get(&d->header->has_name) || !read_name(d, name) ||
		xfi_folder_open(true, &d->heir))
		return;
	if (xfi_claim_inherit(d->heir, name))
		xfi_fork_close(&d->heir);
}

bool xfi_name_has_heirs(const char *name)
{
	XFI_FD folder = -1;
	return xfi_folder_open(false, &folder) == 0 && xfi_claim_has_heirs(folder, name);
}

bool xfi_name_take_over(struct xf_domain *d)
{
	char name[XF_NAME_MAX + 1];
	xfi_name_inherit(d);
	if (!needs_server(d))
		return true;
	if (xfi_lock(d))
		return false;
	int r = 0;
	if (read_name(d, name) && needs_server(d))
		r = xfi_server_start(d, name, (struct xfi_seat){ -1, -1 }, &d->server);
	if (d->server)
		atomic_store(&d->header->server, d->self + 1);
	xfi_unlock(d);
	return r == 0;
}

void xfi_name_leave(struct xf_domain *d)
{
	xfi_fork_close(&d->heir);
	if (!d->server)
		return;
	xfi_server_stop(d->server);
	d->server = NULL;
	atomic_store(&d->header->server, 0);
}

/* Wakes when a name appears in the folder, and now and then for nothing. */
static int open_watch(int folder, int *ret_watch)
{
	char path[40];
	XFI_FD watch = xfi_fd_above_std(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
	if (watch < 0)
		return xfi_call_failed("inotify_init1");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", folder);
	if (inotify_add_watch(watch, path, IN_ATTRIB | IN_ONLYDIR) < 0)
		return xfi_call_by_proc_failed("inotify_add_watch");
	*ret_watch = xfi_fd_steal(&watch);
	return 0;
}

static int wait_for_news(int watch, int64_t deadline_ns)
{
	_Alignas(struct inotify_event) char events[1024];
	struct pollfd fd = { .fd = watch, .events = POLLIN };
	if (xfi_past(deadline_ns))
		return -ENOENT;
	if (poll(&fd, 1, xfi_poll_ms(deadline_ns)) < 0 && errno != EINTR)
		return xfi_call_failed("poll");
	while (read(watch, events, sizeof(events)) > 0)
		;
	return errno == EAGAIN || errno == EINTR ? 0 : xfi_call_failed("read");
}

static int fetch_from(int folder, const char *name, uint32_t flags, int64_t deadline_ns,
	struct xfi_sent *ret_sent)
{
	XFI_FD watch = -1;
	for (;;) {
		int r = xfi_ask(folder, xfi_claim_byte(name), flags, -1, ret_sent);
		if (r != -ENOENT)
			return r;
		if (xfi_past(deadline_ns))
			return -ENOENT;
		/* First the watch, then one more look, so that no appearance is missed. */
		r = watch < 0 ? open_watch(folder, &watch) : wait_for_news(watch, deadline_ns);
		if (r)
			return r;
	}
}

int xfi_name_fetch(const char *name, uint32_t flags, int64_t deadline_ns, struct xfi_sent *ret_sent)
{
	XFI_FD folder = -1;
	if (!name || !xfi_name_valid(name))
		return no_name();
	if (flags & ~(uint32_t)(XF_OPEN_READ_ONLY | XF_OPEN_LOOK_ONLY))
		return xf_fail(
			-EINVAL, "flags 0x%x: XF_OPEN_READ_ONLY or XF_OPEN_LOOK_ONLY", flags);
	int r = xfi_folder_open(false, &folder);
	return r ? r : fetch_from(folder, name, flags, deadline_ns, ret_sent);
}

struct list {
	int (*visit)(const char *name, void *arg);
	void *arg;
};

/* A name is about to be printed by somebody: what another process says it is called is checked. */
static int visit_valid(const char *name, void *arg)
{
	struct list *list = arg;
	return xfi_name_valid(name) ? list->visit(name, list->arg) : 0;
}

int xfi_name_list(int (*visit)(const char *name, void *arg), void *arg)
{
	struct list list = { visit, arg };
	XFI_FD folder = -1;
	int r = xfi_folder_open(false, &folder);
	if (r)
		return r == -ENOENT ? 0 : r;
	return xfi_claim_list(folder, visit_valid, &list);
}
