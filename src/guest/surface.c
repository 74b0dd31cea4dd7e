/* SPDX-License-Identifier: MIT */
/*
 * A surface of the shared region, from the guest's side. Its mutex is the host's, asked for by
 * messages; or it lies in the region too and is lent to us (guest/loan.c): then messages are only
 * for waiting and waking.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/id_text.h"
#include "base/params.h"
#include "guest/io.h"
#include "guest/loan.h"

struct xf_guest_surface {
	struct xf_guest *guest;
	uint64_t id;
	uint32_t session;
	struct xf_guest_surface_info info;
	struct xfg_loan loan;
};

static int check(const struct xf_guest_surface *surface)
{
	if (!surface)
		return xf_fail(-EINVAL, "surface is NULL");
	const struct xf_guest *guest = surface->guest;
	int r = xfg_check(guest);
	if (!r && surface->session != guest->sessions)
		r = xf_fail(
			-ESTALE, "the surface was opened in a session that ended; open it again");
	/* On the shared words nothing else would tell. */
	if (!r && surface->loan.slot &&
		(guest->lost || !xfg_region_open_still(&guest->link.region)))
		r = xf_fail(-ECONNRESET, "%s", xf_strerror(-ECONNRESET));
	return r;
}

/* What the host says is checked against the region before anybody touches it. */
static int place(struct xf_guest_surface *surface, const struct xfw_surface *where)
{
	const struct xfg_region *region = &surface->guest->link.region;
	if (where->size_bytes > region->size ||
		where->offset_bytes > region->size - where->size_bytes)
		return xf_fail(-EPROTO, "the host says that the surface lies outside the region");
	surface->info = (struct xf_guest_surface_info){ sizeof(surface->info),
		region->base + where->offset_bytes, where->size_bytes, where->width_px,
		where->height_px, where->fourcc, where->stride_bytes };
	return 0;
}

/* Where the words cannot be shared the host goes on acquiring and releasing for us. */
static int borrow(struct xf_guest_surface *surface, const uint8_t *payload, size_t payload_bytes)
{
	struct xfw_loan where;
	const struct xfg_region *region = &surface->guest->link.region;
	if (payload_bytes < XFW_SURFACE_BYTES + XFW_LOAN_BYTES || !region->shares_words)
		return 0;
	xfw_get_loan(payload + XFW_SURFACE_BYTES, &where);
	return xfg_loan_place(&surface->loan, &where, region->base, region->size);
}

static int explain_open(int result, uint64_t id)
{
	if (result == -ENOENT)
		return xf_fail(result, "the host gives this guest no surface " XFI_ID, id);
	if (result == -EALREADY)
		return xf_fail(result, "surface " XFI_ID " is open in this process", id);
	if (result == -ENOSPC)
		return xf_fail(result, "this process has as many surfaces open as one may");
	return result;
}

int xf_guest_surface_open(
	struct xf_guest *guest, uint64_t id, struct xf_guest_surface **ret_surface)
{
	uint8_t payload[XFW_SURFACE_BYTES + XFW_LOAN_BYTES];
	struct xfw_msg msg = { .type = XFW_SURFACE_OPEN, .object = id };
	struct xfg_waiter me = { .data = payload, .size = sizeof(payload) };
	struct xfw_surface where;
	int r = xfg_begin(guest);
	if (!r && (!id || !ret_surface))
		r = xf_fail(-EINVAL, "%s: %s", __func__, id ? "ret_surface is NULL" : "id is 0");
	if (!r && !guest->lost && !guest->link.region.base)
		r = xf_fail(-ENOTSUP, "surfaces need ivshmem; '%s' has no shared region",
			guest->address);
	if (!r)
		r = xfg_request(guest, &msg, NULL, &me, xf_deadline(XFG_PATIENCE_NS));
	if (!r)
		r = explain_open(me.result, id);
	if (!r && me.size != XFW_SURFACE_BYTES && me.size != sizeof(payload))
		r = -EPROTO;
	if (r)
		return r;
	struct xf_guest_surface *surface = calloc(1, sizeof(*surface));
	if (!surface)
		return -ENOMEM;
	*surface =
		(struct xf_guest_surface){ .guest = guest, .id = id, .session = guest->sessions };
	xfw_get_surface(payload, &where);
	r = place(surface, &where);
	if (!r)
		r = borrow(surface, payload, me.size);
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
	struct xfw_msg msg = { .type = XFW_SURFACE_CLOSE, .object = surface->id };
	if (!check(surface))
		(void)xfg_send(surface->guest, &msg, NULL); /* lost: the host closes it */
	free(surface);
}

int xf_guest_surface_info(
	const struct xf_guest_surface *surface, struct xf_guest_surface_info *ret_info)
{
	xfi_message_forget();
	if (!surface)
		return xf_fail(-EINVAL, "surface is NULL");
	return XFI_PARAMS_WRITE(ret_info, struct xf_guest_surface_info, &surface->info);
}

/* Past the deadline the host is told to answer now; what it answers is what happened. */
static int finish_acquire(struct xf_guest_surface *surface, struct xfg_waiter *me)
{
	struct xf_guest *guest = surface->guest;
	struct xfw_msg msg = { .type = XFW_SURFACE_CANCEL, .object = surface->id };
	int r = xfg_send(guest, &msg, NULL);
	pthread_mutex_lock(&guest->lock);
	if (!r)
		r = xfg_await_locked(guest, me, xf_deadline(XFG_PATIENCE_NS));
	pthread_mutex_unlock(&guest->lock);
	return r == XF_TIMEOUT ? -ETIMEDOUT : r;
}

/* By the host, which waits for us. */
static int request_acquire(
	struct xf_guest_surface *surface, uint64_t key, int64_t deadline_ns, uint64_t *ret_fence)
{
	uint8_t payload[8], fence[8] = { 0 };
	struct xfw_msg msg = {
		.type = XFW_SURFACE_ACQUIRE, .payload_bytes = sizeof(payload), .object = surface->id
	};
	struct xfg_waiter me = { .data = fence, .size = sizeof(fence) };
	xfw_put64(payload, key);
	xfg_request_begin(surface->guest, &msg, &me);
	int r = xfg_send(surface->guest, &msg, payload);
	if (!r) {
		pthread_mutex_lock(&surface->guest->lock);
		r = xfg_await_locked(surface->guest, &me, deadline_ns);
		pthread_mutex_unlock(&surface->guest->lock);
	}
	if (r == XF_TIMEOUT)
		r = finish_acquire(surface, &me);
	xfg_request_end(surface->guest, &me);
	if (!r)
		r = me.result;
	if (!r && surface->loan.slot)
		r = xfg_loan_acquired(&surface->loan);
	*ret_fence = r ? 0 : xfw_get64(fence);
	return r;
}

/* Tells the host that somebody may want it now. No answer: it is not ours to wait for. */
static int notify(struct xf_guest_surface *surface)
{
	struct xfw_msg msg = { .type = XFW_SURFACE_NOTIFY, .object = surface->id };
	return xfg_send(surface->guest, &msg, NULL);
}

/* XFI_AGAIN: not without waiting. */
static int acquire_here(struct xf_guest_surface *surface, uint64_t key, uint64_t *ret_fence)
{
	bool tell;
	int r = xfg_loan_acquire(&surface->loan, key, ret_fence, &tell);
	if (tell)
		(void)notify(surface); /* lost: the host does it when it closes our handle */
	return r;
}

/* On the way of every frame: no message is forgotten before something has failed. */
static int explain_use(int result)
{
	if (result >= 0)
		return result;
	if (result == -EBUSY)
		return xf_fail(result, "another thread waits with this handle; open the surface in "
				       "a process of its own");
	if (result == -EPERM)
		return xf_fail(result, "this handle has not acquired the surface");
	if (result == -ENOENT)
		return xf_fail(result, "the host has taken the surface back");
	xfi_message_forget();
	return result;
}

int xf_guest_surface_acquire(
	struct xf_guest_surface *surface, uint64_t key, int64_t deadline_ns, uint64_t *ret_fence)
{
	uint64_t fence = 0;
	int r = check(surface);
	if (r)
		return r;
	if (surface->loan.slot) {
		r = acquire_here(surface, key, &fence);
		if (r == XFI_AGAIN && deadline_ns <= 0)
			r = XF_TIMEOUT;
	} else {
		r = XFI_AGAIN;
	}
	if (r == XFI_AGAIN)
		r = request_acquire(surface, key, deadline_ns, &fence);
	if (ret_fence)
		*ret_fence = fence;
	return explain_use(r);
}

static int release_here(struct xf_guest_surface *surface, uint64_t key, uint64_t fence)
{
	bool tell;
	int r = xfg_loan_release(&surface->loan, key, fence, &tell);
	/* It is released whatever becomes of the message. */
	if (!r && tell)
		(void)notify(surface);
	return r;
}

int xf_guest_surface_release(struct xf_guest_surface *surface, uint64_t key, uint64_t fence)
{
	uint8_t payload[16];
	struct xfg_waiter me = { 0 };
	int r = check(surface);
	if (r)
		return r;
	if (surface->loan.slot)
		return explain_use(release_here(surface, key, fence));
	struct xfw_msg msg = {
		.type = XFW_SURFACE_RELEASE, .payload_bytes = sizeof(payload), .object = surface->id
	};
	xfw_put64(payload, key);
	xfw_put64(payload + 8, fence);
	r = xfg_request(surface->guest, &msg, payload, &me, xf_deadline(XFG_PATIENCE_NS));
	return r ? r : explain_use(me.result);
}
