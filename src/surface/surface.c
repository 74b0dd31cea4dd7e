/* SPDX-License-Identifier: MIT */
/*
 * Surface handles. What a slot says is copied and checked once, when the handle is made; from then
 * on only the handle's copy is used, so nobody can move or resize a surface under a reader.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/foreign_fd.h"
#include "base/message.h"
#include "base/params.h"
#include "surface/carried.h"
#include "surface/device.h"
#include "surface/file.h"
#include "surface/record.h"
#include "surface/surface.h"

/* Makes a fresh handle destructible, whatever is still to come. */
static void prepare(struct xf_surface *s)
{
	s->fd = -1;
	pthread_mutex_init(&s->lock, NULL);
}

/* What the slot of a surface in the making says decides from here on. */
static int furnish(struct xf_surface *s, const struct xfi_surface_plan *plan)
{
	int r = xfi_surface_write(s->base.domain, s->base.index, plan);
	if (!r)
		r = xfi_surface_read(s);
	if (!r && s->desc.memory)
		r = xfi_surface_get_memory(s, plan->fd);
	else if (!r && plan->fd >= 0)
		r = xfi_surface_borrow_fd(s, plan->fd, plan->fd_offset);
	if (!r && plan->flags & XF_SURFACE_KEYED)
		r = xfi_surface_make_mutex(s);
	if (!r && plan->flags & XF_SURFACE_SYNC)
		r = xfi_surface_make_sync(s);
	return r;
}

int xfi_surface_make(
	struct xf_domain *d, const struct xfi_surface_plan *plan, struct xf_surface **ret_surface)
{
	int r;
	struct xf_surface *s = xfi_handle_create(d, XF_SURFACE, NULL, sizeof(*s), &r);
	if (!s)
		return r;
	prepare(s);
	r = furnish(s, plan);
	if (r) {
		xf_surface_close(s);
		return r;
	}
	xfi_handle_publish(&s->base);
	*ret_surface = s;
	return 0;
}

int xfi_surface_check_own(const struct xfi_surface_plan *plan)
{
	if (plan->desc.memory != XF_MEMORY_HOST)
		return xf_fail(-EINVAL,
			"a device's memory is made by its own library, and imported "
			"here");
	if (plan->desc.modifier == XF_MODIFIER_LINEAR)
		return 0;
	return xf_fail(-EINVAL, "modifier 0x%llx: our own memory is linear, import the other",
		(unsigned long long)plan->desc.modifier);
}

static int check_arguments(struct xf_domain *d, uint32_t flags, struct xf_surface **ret_surface)
{
	if (!d || !ret_surface)
		return xf_fail(-EINVAL, "domain or ret_surface is NULL");
	if (!xfi_surface_flags_ok(flags))
		return xf_fail(-EINVAL, "flags 0x%x: keyed, or with a sync object, or 0", flags);
	return 0;
}

int xf_surface_create(struct xf_domain *d, const struct xf_surface_desc *desc, uint32_t flags,
	struct xf_surface **ret_surface)
{
	struct xfi_surface_plan plan;
	xfi_message_forget();
	int r = check_arguments(d, flags, ret_surface);
	if (r)
		return r;
	r = xfi_surface_plan(&plan, desc);
	if (!r)
		r = xfi_surface_check_own(&plan);
	plan.flags = flags;
	return r ? r : xfi_surface_make(d, &plan, ret_surface);
}

int xf_surface_import(struct xf_domain *d, const struct xf_surface_desc *desc, int fd,
	uint64_t offset_bytes, uint32_t flags, struct xf_surface **ret_surface)
{
	struct xfi_surface_plan plan;
	xfi_message_forget();
	int r = check_arguments(d, flags, ret_surface);
	if (r)
		return r;
	if (fd < 0)
		return -EBADF;
	r = xfi_surface_plan(&plan, desc);
	if (!r && plan.desc.memory && offset_bytes)
		r = xf_fail(-EINVAL, "offset_bytes is %llu; a device's memory begins at 0",
			(unsigned long long)offset_bytes);
	if (!r)
		r = xfi_device_bits(d, &plan.desc, &plan.device_bits);
	plan.flags = flags;
	plan.fd = fd;
	plan.fd_offset = offset_bytes;
	return r ? r : xfi_surface_make(d, &plan, ret_surface);
}

int xfi_surface_open_handle(struct xf_domain *d, xf_id id, struct xf_surface **ret_surface)
{
	if (!ret_surface)
		return xf_fail(-EINVAL, "ret_surface is NULL");
	int r;
	struct xf_surface *s = xfi_handle_open(d, XF_SURFACE, id, sizeof(*s), &r);
	if (!s)
		return r;
	prepare(s);
	s->opened = id;
	r = xfi_surface_read(s);
	if (!r)
		r = xfi_surface_open_sync(s);
	if (r) {
		xf_surface_close(s);
		return r;
	}
	*ret_surface = s;
	return 0;
}

int xf_surface_open(struct xf_domain *d, xf_id id, struct xf_surface **ret_surface)
{
	struct xf_surface *s = NULL;
	xfi_message_forget();
	int r = xfi_surface_open_handle(d, id, &s);
	if (r)
		return r;
	if (s->desc.memory)
		r = xfi_surface_get_memory(s, -1);
	else if (s->imported)
		r = -ENOTCONN;
	if (r) {
		xf_surface_close(s);
		return r;
	}
	*ret_surface = s;
	return 0;
}

void xf_surface_close(struct xf_surface *s)
{
	XFI_MESSAGE_STAYS;
	if (!s)
		return;
	xf_keyed_mutex_close(s->mutex);
	xf_keyed_mutex_close(s->mutex_before);
	xf_sync_close(s->sync);
	/* In a forked child payload is not mapped, and something else may lie there. */
	if (s->data && (s->imported || xfi_domain_check(s->base.domain, false) == 0))
		munmap(s->data, s->size_bytes);
	if (s->annex_page && xfi_domain_check(s->base.domain, false) == 0)
		munmap(s->annex_page, XFI_PAGE);
	xfi_sent_close(&(struct xfi_sent){ s->fd, s->sender });
	xfi_memory_put(s->memory);
	pthread_mutex_destroy(&s->lock);
	xfi_handle_close(&s->base);
}

xf_id xf_surface_id(const struct xf_surface *s)
{
	return s ? xfi_handle_id(&s->base) : 0;
}

struct xf_domain *xf_surface_domain(const struct xf_surface *s)
{
	return s ? s->base.domain : NULL;
}

int xf_surface_desc(
	const struct xf_surface *s, struct xf_surface_desc *ret_desc, uint64_t *ret_size_bytes)
{
	xfi_message_forget();
	if (!s)
		return xf_fail(-EINVAL, "surface is NULL");
	int r = XFI_PARAMS_WRITE(ret_desc, struct xf_surface_desc, &s->desc);
	if (!r && ret_size_bytes)
		*ret_size_bytes = s->size_bytes;
	return r;
}
