/* SPDX-License-Identifier: MIT */
/* Snapshots for people. Everything is copied, bounded and terminated before it is shown. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <crossfence/inspect.h>

#include "base/id_text.h"
#include "base/message.h"
#include "base/params.h"
#include "base/tidy.h"
#include "shm/annex.h"
#include "shm/change.h"
#include "shm/lifeline.h"
#include "shm/name.h"
#include "shm/object.h"
#include "shm/park.h"
#include "stream/look.h"
#include "stream/memory.h"
#include "surface/device.h"
#include "surface/record.h"
#include "surface/surface.h"
#include "sync/keyed_mutex.h"
#include "sync/timeline.h"
#include "use/state.h"

static void copy_text(char *to, size_t size, const xfi_u64 *from)
{
	xfi_get_bytes(to, from, size);
	to[size - 1] = 0;
	xfi_tidy(to);
}

int xf_inspect_domain(struct xf_domain *d, struct xf_domain_info *ret_info)
{
	xfi_message_forget();
	if (!d || !ret_info)
		return xf_fail(-EINVAL, "%s: domain or ret_info is NULL", __func__);
	int r = xfi_domain_check(d, false);
	if (r)
		return r;
	struct xf_domain_info info = {
		.size = sizeof(info),
		.max_objects = d->geometry.capacity,
		.payload_bytes = d->geometry.payload_bytes,
		.members = (uint32_t)__builtin_popcountll(xfi_members_alive(d)),
		.deaths = atomic_load(&d->header->deaths),
	};
	if (xfi_get(&d->header->has_name))
		copy_text(info.name, sizeof(info.name), d->header->name);
	uint32_t server = atomic_load(&d->header->server);
	if (server && server <= XF_MEMBERS_MAX && xfi_member_alive(d, server - 1))
		info.server_pid = xfi_get(&d->members[server - 1].pid);
	for (uint32_t i = 0; i < d->geometry.capacity; i += XFI_BLOCK)
		info.objects +=
			(uint32_t)__builtin_popcountll(atomic_load(&d->used[i / XFI_BLOCK]));
	return XFI_PARAMS_WRITE(ret_info, struct xf_domain_info, &info);
}

int xf_inspect_members(
	struct xf_domain *d, int (*visit)(const struct xf_member_info *info, void *arg), void *arg)
{
	xfi_message_forget();
	if (!d || !visit)
		return xf_fail(-EINVAL, "%s: domain or visit is NULL", __func__);
	int r = xfi_domain_check(d, false);
	for (uint32_t m = 0; !r && m < XF_MEMBERS_MAX; m++) {
		struct xf_member_info info = {
			.size = sizeof(info), .slot = m, .dead = xfi_member_dead(d, m)
		};
		if (!info.dead && !xfi_member_alive(d, m))
			continue;
		info.pid = xfi_get(&d->members[m].pid);
		copy_text(info.name, sizeof(info.name), d->members[m].name);
		r = visit(&info, arg);
	}
	return r;
}

int xf_inspect_change(struct xf_domain *d, uint64_t number, struct xf_member_info *ret_info)
{
	struct xfi_member_change change;
	xfi_message_forget();
	if (!d || !ret_info)
		return xf_fail(-EINVAL, "domain or ret_info is NULL");
	int r = xfi_domain_check(d, false);
	if (!r)
		r = xfi_change_read(d, number, &change);
	if (r)
		return r;
	uint32_t what = xfi_get(&change.change);
	if (what < XF_MEMBER_JOINED || what > XF_MEMBER_DIED)
		return -EPROTO;
	struct xf_member_info info = {
		.size = sizeof(info),
		.slot = xfi_get(&change.slot) % XF_MEMBERS_MAX,
		.pid = xfi_get(&change.pid),
		.dead = what == XF_MEMBER_DIED,
		.change = (enum xf_member_change)what,
	};
	copy_text(info.name, sizeof(info.name), change.name);
	return XFI_PARAMS_WRITE(ret_info, struct xf_member_info, &info);
}

static void describe_mutex(struct xf_domain *d, uint32_t index, struct xf_object_info *info)
{
	const struct xfi_keyed_hot *hot = &xfi_slot(d, index)->hot.keyed;
	uint64_t word = atomic_load(&hot->word);
	unsigned owner = (unsigned)(word >> 56);
	info->key = atomic_load(&hot->key);
	info->fence = atomic_load(&hot->fence);
	info->sequence = (uint32_t)word >> 2;
	info->abandoned = (word & XFI_KM_STATE) > XFI_KM_HELD;
	info->waiters = xfi_park_count(d, xfi_park_hash(index, info->key));
	if ((word & XFI_KM_STATE) == XFI_KM_HELD && owner && owner <= XF_MEMBERS_MAX) {
		info->owner_pid = xfi_get(&d->members[owner - 1].pid);
		copy_text(info->owner_name, sizeof(info->owner_name), d->members[owner - 1].name);
	}
}

/* Of surface `index`, if it is one, and says what makes sense. */
static void describe_tensor(struct xf_domain *d, uint32_t index, struct xf_object_info *info)
{
	struct xfi_annex annex;
	if (info->fourcc != XF_FORMAT_TENSOR || index >= d->geometry.capacity ||
		xfi_id_type(xfi_object_id(d, index)) != XF_SURFACE ||
		xfi_annex_read(d, index, &annex) || annex.tensor.n_dims > XF_TENSOR_DIMS_MAX)
		return;
	info->tensor = annex.tensor;
}

/* Its surfaces are alike. */
static void describe_tensors(struct xf_domain *d, uint32_t pool, struct xf_object_info *info)
{
	if (info->fourcc == XF_FORMAT_TENSOR && pool < d->geometry.capacity &&
		xfi_id_type(xfi_object_id(d, pool)) == XF_POOL)
		describe_tensor(d, xfi_id_index(xfi_get(&xfi_slot(d, pool)->hot.pool.first)), info);
}

static int read_annex(
	struct xf_domain *d, uint32_t index, uint64_t bytes, struct xf_surface_desc *desc)
{
	struct xfi_annex annex = { 0 };
	int r = xfi_annex_read(d, index, &annex);
	return r && r != -ENOENT ? r : xfi_device_read_annex(&annex, bytes, desc);
}

/* Of surface `index`, if it is one; its shape is in `info` already. */
static void describe_memory(struct xf_domain *d, uint32_t index, struct xf_object_info *info)
{
	struct xf_surface_desc desc;
	uint64_t bytes;
	if (index >= d->geometry.capacity || xfi_id_type(xfi_object_id(d, index)) != XF_SURFACE)
		return;
	const struct xfi_slot *slot = xfi_slot(d, index);
	uint32_t flags = xfi_get(&slot->hot.surface.flags);
	xfi_surface_read_shape(slot, &desc);
	desc.tensor = info->tensor;
	if (xfi_device_kind(flags) == XF_MEMORY_HOST || xf_surface_layout(&desc, &bytes) ||
		xfi_device_read(d, flags, bytes, &desc) || read_annex(d, index, bytes, &desc))
		return;
	info->memory = desc.memory;
	info->memory_bytes = desc.memory_bytes;
	memcpy(info->device_uuid, desc.device_uuid, sizeof(info->device_uuid));
}

static void describe_surface(struct xf_domain *d, uint32_t index, struct xf_object_info *info)
{
	const struct xfi_slot *slot = xfi_slot(d, index);
	info->width_px = xfi_get(&slot->cold.surface.width);
	info->height_px = xfi_get(&slot->hot.surface.height);
	info->fourcc = xfi_get(&slot->cold.surface.fourcc);
	describe_tensor(d, index, info);
	describe_memory(d, index, info);
	info->part_of = xfi_get(&slot->hot.surface.pool);
	info->index = xfi_get(&slot->hot.surface.index);
	info->holders = (uint32_t)__builtin_popcountll(atomic_load(&slot->hot.surface.holders));
	xf_id carried = atomic_load(&slot->hot.surface.carried);
	if (carried && xfi_object_check(d, XF_KEYED_MUTEX, carried) == 0) {
		info->mutex = carried;
		describe_mutex(d, xfi_id_index(carried), info);
	}
	if (carried && xfi_object_check(d, XF_SYNC, carried) == 0)
		info->holders = (uint32_t)__builtin_popcountll(
			xfi_sync_pending(xfi_sync_hot(d, xfi_id_index(carried))));
}

static void describe_pool(struct xf_domain *d, uint32_t index, struct xf_object_info *info)
{
	const struct xfi_pool_hot *hot = &xfi_slot(d, index)->hot.pool;
	info->width_px = xfi_get(&hot->width);
	info->height_px = xfi_get(&hot->height);
	info->fourcc = xfi_get(&hot->fourcc);
	describe_tensors(d, index, info);
	info->count = xfi_get(&hot->count);
	xf_id stream = atomic_load(&hot->stream);
	if (xfi_id_type(stream) == XF_STREAM && xfi_object_check(d, XF_STREAM, stream) == 0)
		info->part_of = stream;
	describe_memory(d, xfi_id_index(xfi_get(&hot->first)), info);
	info->reclaimed = atomic_load(&hot->reclaimed);
	info->waiters = xfi_park_count(d, xfi_park_hash(index, 0));
}

static void describe_sync(struct xf_domain *d, uint32_t index, struct xf_object_info *info)
{
	const struct xfi_sync_hot *hot = &xfi_slot(d, index)->hot.sync;
	uint64_t readers = atomic_load(&hot->reading) | atomic_load(&hot->releasing);
	uint64_t state = atomic_load(&hot->state);
	info->use = xfi_sync_use(state);
	info->ready = xfi_sync_phase(state) == XFI_SYNC_READY;
	info->abandoned = xfi_sync_phase(state) == XFI_SYNC_ABANDONED;
	info->holders = (uint32_t)__builtin_popcountll(readers);
	info->waiters = xfi_park_count(d, xfi_park_hash(index, 0));
}

/* Whom the producer waits for, or would. */
static void describe_slowest(struct xf_domain *d, uint32_t index, struct xf_object_info *info)
{
	struct xfi_stream_slowest slowest;
	xfi_stream_look(d, index, &slowest);
	if (info->owner_pid)
		info->waits_for = slowest.waits;
	if (slowest.member >= XF_MEMBERS_MAX)
		return;
	const struct xfi_member *member = &d->members[slowest.member];
	info->slowest_pid = xfi_get(&member->pid);
	copy_text(info->slowest_name, sizeof(info->slowest_name), member->name);
	info->slowest_behind = slowest.behind;
	info->slowest_holds = slowest.holds;
}

static void describe_stream(struct xf_domain *d, uint32_t index, struct xf_object_info *info)
{
	const struct xfi_stream_hot *hot = &xfi_slot(d, index)->hot.stream;
	uint64_t producer = atomic_load(&hot->producer), shape = atomic_load(&hot->shape);
	uint32_t owner = xfi_stream_member(producer);
	info->newest = atomic_load(&hot->head) & XFI_STREAM_SEQUENCE;
	info->lost = atomic_load(&hot->lost);
	info->every = (uint32_t)__builtin_popcountll(atomic_load(&hot->every));
	info->latest = (uint32_t)__builtin_popcountll(atomic_load(&hot->latest));
	info->ended = !!(producer & XFI_STREAM_ENDED);
	info->fourcc = (uint32_t)shape;
	if (info->fourcc == XF_FORMAT_TENSOR) {
		describe_tensors(d, (uint32_t)(shape >> 32), info);
	} else {
		info->width_px = (uint32_t)(shape >> 32) & 0xffff;
		info->height_px = (uint32_t)(shape >> 48);
	}
	info->waiters = xfi_park_count(d, xfi_park_hash(index, 0));
	if (owner && owner <= XF_MEMBERS_MAX && xfi_member_alive(d, owner - 1)) {
		info->owner_pid = xfi_get(&d->members[owner - 1].pid);
		copy_text(info->owner_name, sizeof(info->owner_name), d->members[owner - 1].name);
	}
	describe_slowest(d, index, info);
}

static void describe(struct xf_domain *d, uint32_t index, struct xf_object_info *info)
{
	struct xfi_slot *slot = xfi_slot(d, index);
	info->opened_by = (uint32_t)__builtin_popcountll(atomic_load(&slot->openers));
	char label[XF_LABEL_MAX + 1];
	/* What pools call theirs follows from part_of and index. */
	if (xfi_has_label(slot) && xfi_label_read(d, info->id, label)) {
		memcpy(info->label, label, sizeof(info->label));
		info->label[sizeof(info->label) - 1] = 0;
		xfi_tidy(info->label);
	}
	switch (info->type) {
	case XF_EVENT:
		info->signalled = (atomic_load(&slot->hot.event.word) & XFI_EVENT_SET) != 0;
		info->waiters = xfi_park_count(d, xfi_park_hash(index, 0));
		break;
	case XF_TIMELINE:
		info->counter = xfi_timeline_counter(&slot->hot.timeline);
		info->abandoned = atomic_load(&slot->hot.timeline.abandoned) != 0;
		info->waiters = xfi_park_count(d, xfi_park_hash(index, 0));
		break;
	case XF_KEYED_MUTEX:
		describe_mutex(d, index, info);
		break;
	case XF_SURFACE:
		describe_surface(d, index, info);
		break;
	case XF_POOL:
		describe_pool(d, index, info);
		break;
	case XF_SYNC:
		describe_sync(d, index, info);
		break;
	case XF_STREAM:
		describe_stream(d, index, info);
		break;
	default:
		break;
	}
}

static int look_at(struct xf_domain *d, xf_id id, struct xf_object_info *ret_info)
{
	if (!xfi_id_type(id) || xfi_id_type(id) >= XFI_TYPES)
		return xf_fail(-EINVAL, XFI_ID " is not an id", id);
	int r = xfi_object_check(d, (enum xf_type)xfi_id_type(id), id);
	if (r)
		return r;
	memset(ret_info, 0, sizeof(*ret_info));
	ret_info->size = sizeof(*ret_info);
	ret_info->id = id;
	ret_info->type = (enum xf_type)xfi_id_type(id);
	describe(d, xfi_id_index(id), ret_info);
	return 0;
}

int xf_inspect_object(struct xf_domain *d, xf_id id, struct xf_object_info *ret_info)
{
	struct xf_object_info info;
	xfi_message_forget();
	if (!d || !ret_info)
		return xf_fail(-EINVAL, "%s: domain or ret_info is NULL", __func__);
	int r = xfi_domain_check(d, false);
	if (!r)
		r = look_at(d, id, &info);
	return r ? r : XFI_PARAMS_WRITE(ret_info, struct xf_object_info, &info);
}

int xf_inspect_objects(
	struct xf_domain *d, int (*visit)(const struct xf_object_info *info, void *arg), void *arg)
{
	xfi_message_forget();
	if (!d || !visit)
		return xf_fail(-EINVAL, "%s: domain or visit is NULL", __func__);
	int r = xfi_domain_check(d, false);
	uint32_t end = r ? 0 : atomic_load(&d->header->slots_end);
	for (uint32_t i = 0; !r && i < end && i < d->geometry.capacity; i++) {
		struct xf_object_info info;
		xf_id id = xfi_object_id(d, i);
		if (id && look_at(d, id, &info) == 0)
			r = visit(&info, arg);
	}
	return r;
}

int xf_inspect_names(int (*visit)(const char *name, void *arg), void *arg)
{
	xfi_message_forget();
	return visit ? xfi_name_list(visit, arg) : xf_fail(-EINVAL, "%s: visit is NULL", __func__);
}
