/* SPDX-License-Identifier: MIT */
/*
 * Nothing is mapped: a domain may have many streams, and whoever looks only does so now and then.
 * What is read is a copy of what others may write, and is checked.
 */
#include "stream/look.h"

#include <sys/uio.h>
#include <unistd.h>

#include "shm/lifeline.h"
#include "shm/object.h"
#include "surface/pool.h"

static bool find_memory(const struct xf_domain *d, uint32_t index, uint64_t *ret_offset)
{
	xf_id id = xfi_get(&xfi_slot(d, index)->hot.stream.memory);
	if (xfi_id_type(id) != XF_SURFACE || xfi_object_check(d, XF_SURFACE, id))
		return false;
	const struct xfi_surface_hot *hot = &xfi_slot(d, xfi_id_index(id))->hot.surface;
	uint64_t begin = xfi_get(&hot->payload_offset);
	*ret_offset = d->layout.payload + begin;
	return begin <= d->geometry.payload_bytes &&
	       d->geometry.payload_bytes - begin >= sizeof(struct xfi_stream_memory);
}

bool xfi_stream_read(
	const struct xf_domain *d, uint32_t index, size_t offset, void *data, size_t size)
{
	uint64_t memory;
	return find_memory(d, index, &memory) &&
	       pread(d->fd, data, size, (off_t)(memory + offset)) == (ssize_t)size;
}

bool xfi_stream_read_format(
	const struct xf_domain *d, uint32_t index, uint32_t k, struct xfi_stream_record *ret_record)
{
	size_t at =
		offsetof(struct xfi_stream_memory, formats) + k * sizeof(struct xfi_stream_format);
	return xfi_stream_read(d, index, at, ret_record, sizeof(*ret_record)) &&
	       ret_record->generation && ret_record->count <= XF_POOL_MAX;
}

/* What lies between the sequences goes to one place and is not looked at. */
bool xfi_stream_read_sequences(const struct xf_domain *d, uint32_t index, uint32_t k,
	uint32_t count, uint64_t *ret_sequences)
{
	char between[sizeof(struct xfi_stream_frame) - sizeof(uint64_t)];
	struct iovec parts[2 * XF_POOL_MAX];
	uint64_t memory, first = k * XF_POOL_MAX;
	_Static_assert(offsetof(struct xfi_stream_frame, sequence) == 0, "it comes first");
	if (count > XF_POOL_MAX || !find_memory(d, index, &memory))
		return false;
	for (uint32_t i = 0; i < count; i++) {
		parts[2 * i] = (struct iovec){ &ret_sequences[i], sizeof(*ret_sequences) };
		parts[2 * i + 1] = (struct iovec){ between, sizeof(between) };
	}
	memory += offsetof(struct xfi_stream_memory, frames_of) +
		  first * sizeof(struct xfi_stream_frame);
	return preadv(d->fd, parts, (int)(2 * count), (off_t)memory) ==
	       (ssize_t)(count * sizeof(struct xfi_stream_frame));
}

/* Who holds how many surfaces. */
static void count_held(
	struct xf_domain *d, const struct xfi_stream_record *record, uint32_t held[XF_MEMBERS_MAX])
{
	for (uint32_t i = 0; i < record->count; i++) {
		xf_id id = xfi_pool_find_surface(d, record->pool, i);
		if (!id)
			continue;
		uint64_t holders = atomic_load(&xfi_slot(d, xfi_id_index(id))->hot.surface.holders);
		uint32_t member;
		XFI_FOR_EACH_BIT(member, holders)
			held[member]++;
	}
}

static uint64_t frames_to_get(
	const struct xfi_stream_hot *hot, const struct xfi_stream_reader *records, uint32_t member)
{
	uint64_t head = atomic_load(&hot->head) & XFI_STREAM_SEQUENCE;
	uint64_t cursor = xfi_get(&records[member].cursor);
	bool every = atomic_load(&hot->every) & xfi_bit(member);
	return every && cursor <= head ? head - cursor + 1 : 0;
}

static void find_slowest(struct xf_domain *d, uint32_t index,
	const struct xfi_stream_reader *records, const uint32_t held[XF_MEMBERS_MAX],
	struct xfi_stream_slowest *slowest)
{
	const struct xfi_stream_hot *hot = &xfi_slot(d, index)->hot.stream;
	uint64_t readers = atomic_load(&hot->every) | atomic_load(&hot->latest);
	uint32_t member;
	XFI_FOR_EACH_BIT(member, readers & xfi_members_alive(d)) {
		uint64_t behind = frames_to_get(hot, records, member);
		if (behind + held[member] <= slowest->behind + slowest->holds)
			continue;
		slowest->member = member;
		slowest->behind = behind;
		slowest->holds = held[member];
	}
}

void xfi_stream_look(struct xf_domain *d, uint32_t index, struct xfi_stream_slowest *ret_slowest)
{
	struct xfi_stream_reader records[XF_MEMBERS_MAX];
	struct xfi_stream_record record;
	uint32_t held[XF_MEMBERS_MAX] = { 0 }, newest, waits;
	*ret_slowest = (struct xfi_stream_slowest){ .member = XF_MEMBERS_MAX };
	if (!xfi_stream_read(d, index, offsetof(struct xfi_stream_memory, readers), records,
		    sizeof(records)) ||
		!xfi_stream_read(d, index, offsetof(struct xfi_stream_memory, waits), &waits,
			sizeof(waits)) ||
		!xfi_stream_read(d, index, offsetof(struct xfi_stream_memory, format), &newest,
			sizeof(newest)))
		return;
	if (xfi_stream_read_format(d, index, newest % XFI_STREAM_FORMATS, &record))
		count_held(d, &record, held);
	find_slowest(d, index, records, held, ret_slowest);
	ret_slowest->waits = waits;
}
