/* SPDX-License-Identifier: MIT */
/*
 * Who serves a domain's name: the member noted in the header. When that one dies or leaves, the
 * first helper to take the cold lock writes itself there and starts a server.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "shm/address.h"
#include "shm/ask.h"
#include "shm/lifeline.h"
#include "shm/lock.h"
#include "shm/member.h"
#include "shm/name.h"
#include "shm/server.h"

struct publish {
	const char *name;
	int listener; /* taken */
};

static int commit(struct xf_domain *d, void *arg)
{
	struct publish *p = arg;
	if (d->header->has_name)
		return -EALREADY;
	int listener = xfi_fd_steal(&p->listener);
	int r = xfi_server_start(d, p->name, listener, &d->server);
	if (r)
		return r;
	memset(d->header->name, 0, sizeof(d->header->name));
	memcpy(d->header->name, p->name, strlen(p->name));
	atomic_store(&d->header->server, d->self + 1);
	d->header->has_name = 1;
	return 0;
}

int xfi_name_publish(struct xf_domain *d, const char *name)
{
	struct publish p = { .name = name, .listener = -1 };
	int r = xfi_domain_check(d, true);
	if (!r && !(name && xfi_name_valid(name)))
		r = -EINVAL;
	if (!r && d->header->has_name)
		r = -EALREADY;
	if (!r)
		r = xfi_ask_or_bind(name, -1, &p.listener);
	if (!r)
		r = xfi_member_call(d, commit, &p);
	xfi_fork_socket_close(&p.listener);
	return r;
}

static bool needs_server(struct xf_domain *d)
{
	uint32_t server = atomic_load(&d->header->server);
	if (!d->header->has_name || d->server)
		return false;
	return server == 0 || server > XF_MEMBERS_MAX || !xfi_member_alive(d, server - 1);
}

void xfi_name_take_over(struct xf_domain *d)
{
	char name[XF_NAME_MAX + 1];
	if (!needs_server(d))
		return;
	if (xfi_cold_lock(d))
		return; /* at the next news */
	memcpy(name, d->header->name, sizeof(name)); /* a copy: members may lie */
	name[XF_NAME_MAX] = 0;
	if (needs_server(d) && xfi_name_valid(name) &&
		xfi_server_start(d, name, -1, &d->server) == 0)
		atomic_store(&d->header->server, d->self + 1);
	xfi_cold_unlock(d);
}

void xfi_name_leave(struct xf_domain *d)
{
	if (!d->server)
		return;
	xfi_server_stop(d->server);
	d->server = NULL;
	atomic_store(&d->header->server, 0);
}

/* An address of one's own on which a new server tells that it has appeared. */
static int open_waiting_room(const char *name, int *ret_fd)
{
	static _Atomic uint32_t number;
	struct sockaddr_un address;
	socklen_t length = xfi_address(name, atomic_fetch_add(&number, 1) + 1, &address);
	XFI_FD fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, length))
		return -errno;
	*ret_fd = xfi_fd_steal(&fd);
	return 0;
}

static int wait_in(int room, int64_t deadline_ns)
{
	struct pollfd fd = { .fd = room, .events = POLLIN };
	char byte;
	if (xfi_past(deadline_ns))
		return -ENOENT;
	(void)poll(&fd, 1, xfi_poll_ms(deadline_ns));
	while (recv(room, &byte, 1, 0) >= 0)
		;
	return 0;
}

/* Somebody else's name of the same spelling? The prefix is "crossfence/UID/". */
static int absent(const char *name)
{
	char line[512], own[40];
	int r = -ENOENT;
	FILE *file = fopen("/proc/net/unix", "re");
	snprintf(own, sizeof(own), "@crossfence/%u/", (unsigned)geteuid());
	while (file && fgets(line, sizeof(line), file)) {
		char *at = strstr(line, "@crossfence/"), *last = strrchr(line, '/');
		line[strcspn(line, "\n")] = 0;
		if (at && last && strcmp(last + 1, name) == 0 && strncmp(at, own, strlen(own)) != 0)
			r = -EACCES;
	}
	if (file)
		fclose(file);
	return r;
}

static bool nobody(int result)
{
	return result == -ECONNREFUSED || result == -ENOENT;
}

int xfi_name_fetch(const char *name, uint32_t flags, int64_t deadline_ns, int *ret_fd)
{
	XFI_FD room = -1;
	if (!name || !xfi_name_valid(name) ||
		(flags & ~(uint32_t)(XF_OPEN_READ_ONLY | XF_OPEN_LOOK_ONLY)))
		return -EINVAL;
	int64_t patience = xf_deadline(XFI_HELLO_WAIT_NS);
	patience = deadline_ns > patience ? deadline_ns : patience;
	for (;;) {
		int r = xfi_ask(name, flags, -1, ret_fd);
		/* It died while we asked: a successor is on its way. Or it always hangs up. */
		if (r == -ECONNRESET && xf_now() < patience)
			continue;
		if (r == -ECONNRESET)
			return -ETIMEDOUT;
		if (!nobody(r))
			return r;
		if (deadline_ns <= xf_now())
			return absent(name);
		/* First a room, then one more look, so that no appearance is missed. */
		if (room < 0) {
			r = open_waiting_room(name, &room);
			if (r)
				return r;
			continue;
		}
		r = wait_in(room, deadline_ns);
		if (r)
			return absent(name);
	}
}
