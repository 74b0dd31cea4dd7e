/* SPDX-License-Identifier: MIT */
/*
 * What the slot and the annex of a surface say: written before it is published, and copied and
 * checked once by every handle.
 */
#include <errno.h>
#include <string.h>

#include "shm/annex.h"
#include "surface/device.h"
#include "surface/payload.h"
#include "surface/record.h"
#include "surface/surface.h"

/* Of a pool only what has to be: its label is the pool's. */
static bool has_annex(const struct xfi_surface_plan *plan)
{
	return plan->desc.label[0] || plan->desc.fourcc == XF_FORMAT_TENSOR ||
	       plan->flags & XF_SURFACE_SYNC || xfi_device_needs_annex(plan->desc.memory);
}

static void write_slot(struct xfi_slot *slot, const struct xfi_surface_plan *plan)
{
	const struct xf_surface_desc *desc = &plan->desc;
	struct xfi_surface_cold *cold = &slot->cold.surface;
	struct xfi_surface_hot *hot = &slot->hot.surface;
	xfi_put(&cold->width, desc->width_px);
	xfi_put(&cold->fourcc, desc->fourcc);
	for (uint32_t i = 0; i < desc->n_planes; i++) {
		xfi_put(&cold->offset[i], desc->planes[i].offset_bytes);
		xfi_put(&cold->stride[i], desc->planes[i].stride_bytes);
		xfi_put(&cold->rows[i], (uint16_t)desc->planes[i].rows);
	}
	xfi_put(&hot->height, (uint16_t)desc->height_px);
	xfi_put(&hot->n_planes, (uint8_t)desc->n_planes);
	xfi_put(&hot->modifier, desc->modifier);
	xfi_put(&hot->pool, plan->pool);
	xfi_put(&hot->index, (uint8_t)plan->pool_index);
	xfi_put(&hot->flags, plan->flags | plan->device_bits |
				     (has_annex(plan) ? XFI_SURFACE_ANNEX : 0) |
				     (plan->desc.label[0] ? XFI_SURFACE_LABELLED : 0) |
				     (plan->fd >= 0 ? XFI_SURFACE_IMPORTED : 0));
}

static int set_memory(struct xf_domain *d, uint32_t index, const struct xfi_surface_plan *plan)
{
	struct xfi_slot *slot = xfi_slot(d, index);
	uint64_t bytes = plan->fd < 0 ? plan->size_bytes : 0;
	if (has_annex(plan) && __builtin_add_overflow(bytes, sizeof(struct xfi_annex), &bytes))
		return -ENOSPC;
	if (bytes)
		return xfi_payload_take(d, index, bytes);
	xfi_put(&slot->hot.surface.payload_offset, UINT64_MAX);
	xfi_put(&slot->hot.surface.size_bytes, plan->size_bytes);
	return 0;
}

static int write_annex(struct xf_domain *d, uint32_t index, const struct xfi_surface_plan *plan)
{
	struct xfi_annex annex = { .tensor = plan->desc.tensor,
		.memory_bytes = plan->desc.memory_bytes,
		.usage = plan->desc.usage };
	if (!has_annex(plan))
		return 0;
	memcpy(annex.driver_uuid, plan->desc.driver_uuid, sizeof(annex.driver_uuid));
	strcpy(annex.label, plan->desc.label); /* checked, and of the same size */
	return xfi_annex_write(d, index, &annex);
}

int xfi_surface_write(struct xf_domain *d, uint32_t index, const struct xfi_surface_plan *plan)
{
	write_slot(xfi_slot(d, index), plan);
	int r = set_memory(d, index, plan);
	return r ? r : write_annex(d, index, plan);
}

/* What the annex says is constant, and checked as the rest. */
static int read_annex(struct xf_surface *s, struct xfi_annex *annex)
{
	int r = xfi_annex_read(s->base.domain, s->base.index, annex);
	if (r == -ENOENT)
		memset(annex, 0, sizeof(*annex));
	else if (r)
		return r;
	memcpy(s->desc.label, annex->label, sizeof(s->desc.label));
	if (s->desc.fourcc == XF_FORMAT_TENSOR)
		s->desc.tensor = annex->tensor;
	return 0;
}

/* `flags` as they were read once, with the rest. */
static int read_device(struct xf_surface *s, uint32_t flags, const struct xfi_annex *annex)
{
	int r = xfi_device_read(s->base.domain, flags, s->size_bytes, &s->desc);
	if (!r)
		r = xfi_device_read_annex(annex, s->size_bytes, &s->desc);
	return !r && s->desc.memory && !s->imported ? -EPROTO : r;
}

void xfi_surface_read_shape(const struct xfi_slot *slot, struct xf_surface_desc *ret_desc)
{
	const struct xfi_surface_cold *cold = &slot->cold.surface;
	const struct xfi_surface_hot *hot = &slot->hot.surface;
	*ret_desc = (struct xf_surface_desc){
		.size = sizeof(*ret_desc),
		.width_px = xfi_get(&cold->width),
		.height_px = xfi_get(&hot->height),
		.fourcc = xfi_get(&cold->fourcc),
		.n_planes = xfi_get(&hot->n_planes),
		.modifier = xfi_get(&hot->modifier),
	};
	for (uint32_t i = 0; i < XF_PLANES_MAX; i++)
		ret_desc->planes[i] = (struct xf_plane){ xfi_get(&cold->offset[i]),
			xfi_get(&cold->stride[i]), xfi_get(&cold->rows[i]) };
}

int xfi_surface_read(struct xf_surface *s)
{
	const struct xfi_surface_hot *hot = &s->base.slot->hot.surface;
	struct xf_surface_desc *desc = &s->desc;
	struct xfi_annex annex;
	uint32_t flags = xfi_get(&hot->flags);
	xfi_surface_read_shape(s->base.slot, desc);
	s->payload_offset = xfi_get(&hot->payload_offset);
	s->keyed = flags & XF_SURFACE_KEYED;
	s->imported = flags & XFI_SURFACE_IMPORTED;
	int r = read_annex(s, &annex);
	if (r)
		return r;
	if (desc->fourcc != XF_FORMAT_TENSOR && !desc->n_planes)
		return -EPROTO;
	if (xf_surface_layout(desc, &s->size_bytes))
		return -EPROTO;
	return read_device(s, flags, &annex);
}
