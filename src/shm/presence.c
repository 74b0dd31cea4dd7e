/* SPDX-License-Identifier: MIT */
/*
 * Goal: to be told that a dead member's memory is out of its hands although its process lives on as
 * another program, or is in another PID namespace where its number says nothing.
 *
 * Each member holds a lock on one byte of the domain's file, through a descriptor of its own that
 * exec() closes. The kernel closes descriptors of a process that ends or becomes another program
 * after it has let go of the memory. So a byte that is free says that whoever held it can write no
 * longer, and no other member can free it. The byte is named by slot and incarnation: never one
 * that somebody had before.
 *
 * Where there is none to be had (another user's domain, no /proc) the member's record does not say
 * that it holds one, and the reaper goes by the process alone.
 */
#include <fcntl.h>
#include <stdio.h>

#include "shm/presence.h"

#define SHOWN	   1u
#define HAS_DEVICE 2u

static int lock_byte(int fd, int command, const struct xfi_member *m, uint32_t slot, short *type)
{
	struct flock lock = { .l_type = *type,
		.l_whence = SEEK_SET,
		.l_start = (int64_t)atomic_load(&m->incarnation) * XF_MEMBERS_MAX + slot,
		.l_len = 1 };
	int r = fcntl(fd, command, &lock);
	*type = lock.l_type;
	return r;
}

void xfi_presence_show(struct xf_domain *d)
{
	struct xfi_member *self = &d->members[d->self];
	char path[40];
	short type = F_WRLCK;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", d->fd);
	d->presence = xfi_fork_open(path, O_RDWR | O_CLOEXEC);
	if (d->presence < 0 || lock_byte(d->presence, F_OFD_SETLK, self, d->self, &type))
		return;
	/* Shown only if it is seen: /proc may be something else that has such a file. */
	type = F_RDLCK;
	if (!lock_byte(d->fd, F_OFD_GETLK, self, d->self, &type) && type != F_UNLCK)
		atomic_store(&self->present, SHOWN);
}

bool xfi_presence_shown(const struct xf_domain *d, uint32_t member)
{
	return atomic_load(&d->members[member].present) & SHOWN;
}

void xfi_presence_of_device(struct xf_domain *d)
{
	atomic_fetch_or(&d->members[d->self].present, HAS_DEVICE);
}

bool xfi_presence_has_device(const struct xf_domain *d, uint32_t member)
{
	return atomic_load(&d->members[member].present) & HAS_DEVICE;
}

bool xfi_presence_ended(const struct xf_domain *d, uint32_t member)
{
	/* Asked for as a reader: a lock of somebody who may only read is in nobody's way. */
	short type = F_RDLCK;
	return xfi_presence_shown(d, member) &&
	       !lock_byte(d->fd, F_OFD_GETLK, &d->members[member], member, &type) &&
	       type == F_UNLCK;
}
