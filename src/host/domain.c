/* SPDX-License-Identifier: MIT */
/*
 * A domain that lies in a guest's region. Host processes are its members; the guest works on the
 * same bytes with handles that the service opens and lends it. The one file of the service that
 * uses the core's objects.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <crossfence/host_keyed.h>
#include <crossfence/surface.h>
#include "base/message.h"
#include "host/domain.h"
#include "host/ivshmem.h"

struct xfh_domain_surface {
	struct xfh_surface surface;
	struct xf_surface *handle;
	struct xf_host_keyed keyed;
};

/* Where it lies and what it is; checked, for a guest may have written what we read. */
static int describe(struct xf_surface *handle, uint64_t room, struct xfw_surface *ret)
{
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	uint64_t size, offset;
	int fd;
	int r = xf_surface_export(handle, &fd, &offset);
	if (r)
		return r;
	close(fd);
	xf_surface_desc(handle, &desc, &size);
	if (offset > room || size > room - offset)
		return -EPROTO;
	*ret = (struct xfw_surface){ offset, size, desc.width_px, desc.height_px, desc.fourcc,
		desc.planes[0].stride_bytes };
	return 0;
}

static int fill(struct xfh_domain_surface *lent, struct xf_host_guest *guest)
{
	struct xf_keyed_mutex *mutex;
	uint64_t offset, room;
	int fd;
	int r = xfh_ivshmem_room(guest, &fd, &offset, &room);
	if (!r)
		r = describe(lent->handle, room, &lent->surface.description);
	if (!r)
		r = xf_surface_mutex(lent->handle, &mutex);
	if (r)
		return r;
	lent->keyed = (struct xf_host_keyed){ guest->domain, xf_keyed_mutex_id(mutex) };
	lent->surface.ops = xf_host_keyed_ops;
	lent->surface.self = &lent->keyed;
	lent->surface.lent = true;
	return 0;
}

int xfh_domain_surface_open(
	struct xf_host_guest *guest, uint64_t id, struct xfh_surface **ret_surface)
{
	if (!guest->domain)
		return -ENOENT;
	struct xfh_domain_surface *lent = calloc(1, sizeof(*lent));
	if (!lent)
		return -ENOMEM;
	lent->surface.id = id;
	int r = xf_surface_open(guest->domain, id, &lent->handle);
	if (!r)
		r = fill(lent, guest);
	if (r) {
		xfh_domain_surface_close(&lent->surface);
		return r == -EINVAL || r == -ESTALE ? -ENOENT : r; /* no such surface */
	}
	*ret_surface = &lent->surface;
	return 0;
}

void xfh_domain_surface_close(struct xfh_surface *surface)
{
	struct xfh_domain_surface *lent =
		XFW_CONTAINER(surface, struct xfh_domain_surface, surface);
	xf_surface_close(lent->handle);
	free(lent);
}

int xfh_domain_lend(void *handle, uint8_t *payload)
{
	struct xf_keyed_mutex_loan loan = { .size = sizeof(loan) };
	int r = xf_keyed_mutex_lend(handle, &loan);
	if (!r)
		xfw_put_loan(&(struct xfw_loan){ loan.slot_offset_bytes, loan.buckets_offset_bytes,
				     loan.index, loan.owner },
			payload);
	return r;
}

void xfh_domain_notify(void *handle)
{
	(void)xf_keyed_mutex_notify(handle); /* cannot fail: the handle is ours */
}

void xfh_domain_revoke(void *handle)
{
	(void)xf_keyed_mutex_revoke(handle);
}

/* Is the domain's memory the guest's region? */
static int check_memory(struct xf_host_guest *guest, struct xf_domain *domain)
{
	struct stat region, memory;
	uint64_t offset, size;
	int fd;
	int r = xfh_ivshmem_room(guest, &fd, &offset, &size);
	if (r)
		return r;
	if (fstat(fd, &region) < 0)
		return -errno;
	r = xf_domain_export(domain, 0, &fd);
	if (r)
		return r;
	if (fstat(fd, &memory) < 0)
		r = -errno;
	else if (region.st_dev != memory.st_dev || region.st_ino != memory.st_ino)
		r = xf_fail(-EINVAL,
			"the domain lies elsewhere; make it with xf_domain_create_in() "
			"and the descriptor of xf_host_guest_region()");
	close(fd);
	return r;
}

static void take_back_all(struct xf_host_guest *guest)
{
	XFW_LIST_EACH(surface, &guest->surfaces, struct xfh_surface, link)
	if (surface->lent)
		xfh_surface_remove(guest, surface);
	guest->domain = NULL;
}

int xf_host_guest_share_domain(struct xf_host_guest *guest, struct xf_domain *domain)
{
	xfi_message_forget();
	if (!guest)
		return xf_fail(-EINVAL, "guest is NULL");
	int r = domain ? check_memory(guest, domain) : 0;
	if (r)
		return r;
	pthread_mutex_lock(&guest->host->lock);
	if (!domain)
		take_back_all(guest);
	else if (guest->domain)
		r = xf_fail(-EBUSY, "guest %s shares a domain; take that back first, with NULL",
			guest->name);
	else
		guest->domain = domain;
	pthread_mutex_unlock(&guest->host->lock);
	return r;
}
