/* SPDX-License-Identifier: MIT */
/* A surface of the shared region, from the guest's side: its memory is here, its mutex at the host.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vm/guest_priv.h"

struct xf_guest_surface {
	struct xf_guest *guest;
	uint64_t id;
	uint32_t session;
	struct xf_guest_surface_info info;
};

static int check(const struct xf_guest_surface *surface)
{
	int r = xfi_guest_check(surface->guest);
	if (!r && surface->session != surface->guest->sessions)
		r = -ESTALE;
	return r;
}

/* What the host says is checked against the region before anybody touches it. */
static int place(struct xf_guest_surface *surface, const struct xfi_wire_surface *where)
{
	void *region;
	size_t size;
	int r = xfi_link_region(&surface->guest->link, &region, &size);
	if (r)
		return r;
	if (where->size_bytes > size || where->offset_bytes > size - where->size_bytes)
		return -EPROTO;
	surface->info = (struct xf_guest_surface_info){ (uint8_t *)region + where->offset_bytes,
		where->size_bytes, where->width_px, where->height_px, where->fourcc,
		where->stride_bytes };
	return 0;
}

int xf_guest_surface_open(
	struct xf_guest *guest, uint64_t id, struct xf_guest_surface **ret_surface)
{
	uint8_t payload[XFI_WIRE_SURFACE_BYTES];
	struct xfi_wire_msg msg = { .type = XFI_WIRE_SURFACE_OPEN, .object = id };
	struct waiter me = { .data = payload, .size = sizeof(payload) };
	struct xfi_wire_surface where;
	if (!id || !ret_surface)
		return -EINVAL;
	int r = xfi_guest_check(guest);
	if (!r && !guest->lost && xfi_link_region(&guest->link, NULL, NULL))
		r = -ENOTSUP;
	if (!r)
		r = xfi_guest_request(guest, &msg, NULL, &me, xf_deadline(XFI_GUEST_PATIENCE_NS));
	if (!r)
		r = me.result;
	if (!r && me.size != sizeof(payload))
		r = -EPROTO;
	if (r)
		return r;
	struct xf_guest_surface *surface = calloc(1, sizeof(*surface));
	if (!surface)
		return -ENOMEM;
	*surface =
		(struct xf_guest_surface){ .guest = guest, .id = id, .session = guest->sessions };
	xfi_wire_get_surface(payload, &where);
	r = place(surface, &where);
	if (r)
		xf_guest_surface_close(surface);
	else
		*ret_surface = surface;
	return r;
}

void xf_guest_surface_close(struct xf_guest_surface *surface)
{
	if (!surface)
		return;
	struct xfi_wire_msg msg = { .type = XFI_WIRE_SURFACE_CLOSE, .object = surface->id };
	if (!check(surface))
		(void)xfi_guest_send(surface->guest, &msg, NULL); /* lost: the host closes it */
	free(surface);
}

void xf_guest_surface_info(
	const struct xf_guest_surface *surface, struct xf_guest_surface_info *ret_info)
{
	*ret_info = surface->info;
}

/* Past the deadline the host is told to answer now; what it answers is what happened. */
static int finish_acquire(struct xf_guest_surface *surface, struct waiter *me)
{
	struct xf_guest *guest = surface->guest;
	struct xfi_wire_msg msg = { .type = XFI_WIRE_SURFACE_CANCEL, .object = surface->id };
	int r = xfi_guest_send(guest, &msg, NULL);
	pthread_mutex_lock(&guest->lock);
	if (!r)
		r = xfi_guest_await_locked(guest, me, xf_deadline(XFI_GUEST_PATIENCE_NS));
	pthread_mutex_unlock(&guest->lock);
	return r == XF_TIMEOUT ? -ETIMEDOUT : r;
}

int xf_guest_surface_acquire(
	struct xf_guest_surface *surface, uint64_t key, int64_t deadline_ns, uint64_t *ret_fence)
{
	uint8_t payload[8], fence[8] = { 0 };
	struct xfi_wire_msg msg = { .type = XFI_WIRE_SURFACE_ACQUIRE,
		.payload_bytes = sizeof(payload),
		.object = surface->id };
	struct waiter me = { .data = fence, .size = sizeof(fence) };
	int r = check(surface);
	if (r)
		return r;
	xfi_wire_put64(payload, key);
	xfi_guest_request_begin(surface->guest, &msg, &me);
	r = xfi_guest_send(surface->guest, &msg, payload);
	if (!r) {
		pthread_mutex_lock(&surface->guest->lock);
		r = xfi_guest_await_locked(surface->guest, &me, deadline_ns);
		pthread_mutex_unlock(&surface->guest->lock);
	}
	if (r == XF_TIMEOUT)
		r = finish_acquire(surface, &me);
	xfi_guest_request_end(surface->guest, &me);
	if (!r)
		r = me.result;
	if (ret_fence)
		*ret_fence = r ? 0 : xfi_wire_get64(fence);
	return r;
}

int xf_guest_surface_release(struct xf_guest_surface *surface, uint64_t key, uint64_t fence)
{
	uint8_t payload[16];
	struct xfi_wire_msg msg = { .type = XFI_WIRE_SURFACE_RELEASE,
		.payload_bytes = sizeof(payload),
		.object = surface->id };
	struct waiter me = { 0 };
	int r = check(surface);
	if (r)
		return r;
	xfi_wire_put64(payload, key);
	xfi_wire_put64(payload + 8, fence);
	r = xfi_guest_request(
		surface->guest, &msg, payload, &me, xf_deadline(XFI_GUEST_PATIENCE_NS));
	return r ? r : me.result;
}
