/* SPDX-License-Identifier: MIT */
/*
 * A format's surfaces live while a member has them open. A reader opens them with the first frame
 * of the format that it gets, which may be long after the producer has published it and died. So
 * the sweep, or a producer that closes its handle, makes those readers openers who have still to
 * get a frame of the format: as if they had opened it, only that they have no handle.
 *
 * What is kept for a reader it gives up in the usual way: it opens the format with the frame, and
 * closes it when it has no use for it any more. Where it will never get the frame, since it leaves
 * or has fallen behind too far, it opens all formats before it says so. The other way round, what
 * was just kept for a reader must not be closed by it, and nothing be kept for one that has just
 * closed the format. Keeping is done under the domain's lock and goes by the reader's cursor. So a
 * reader closes a format under that lock, too, where it looks once more whether it wants nothing of
 * it; for a producer may publish frames of an old format after those of a new one. What has ended,
 * or does not read any more, only passes the lock before. tests/model/stream_keep.pml has it all.
 */
#include "stream/keep.h"

#include "base/kill_point.h"
#include "shm/lifeline.h"
#include "shm/member.h"
#include "stream/look.h"
#include "surface/pool.h"

/* The highest sequence that a frame of format `k` has and that was published; 0: none. */
static uint64_t newest_of(
	const struct xf_domain *d, uint32_t index, uint32_t k, uint32_t count, uint64_t head)
{
	uint64_t newest = 0, sequences[XF_POOL_MAX];
	if (!xfi_stream_read_sequences(d, index, k, count, sequences))
		return 0;
	for (uint32_t i = 0; i < count; i++)
		if (sequences[i] > newest && sequences[i] <= head)
			newest = sequences[i];
	return newest;
}

static void keep_format(struct xf_domain *d, uint32_t index, uint32_t k, uint64_t head,
	const struct xfi_stream_reader *records, uint64_t readers)
{
	struct xfi_stream_record record;
	if (!xfi_stream_read_format(d, index, k, &record))
		return;
	uint64_t newest = newest_of(d, index, k, record.count, head), wanting = 0;
	uint32_t member;
	XFI_FOR_EACH_BIT(member, readers)
		if (newest && xfi_get(&records[member].cursor) <= newest)
			wanting |= xfi_bit(member);
	if (wanting)
		xfi_pool_keep(d, record.pool, wanting);
	XFI_KILL_POINT("stream:keep");
}

/* Those who have still to get a frame. */
static uint64_t behind(const struct xfi_stream_reader *records, uint64_t readers, uint64_t head)
{
	uint32_t member;
	uint64_t some = 0;
	XFI_FOR_EACH_BIT(member, readers)
		if (xfi_get(&records[member].cursor) <= head)
			some |= xfi_bit(member);
	return some;
}

/*
 * The lock is held meanwhile: what is done is bounded by the formats, not by their frames. A call
 * for the readers' records and two for each format in use, none where everybody has had everything.
 */
void xfi_stream_keep(struct xf_domain *d, uint32_t index, uint32_t goer)
{
	const struct xfi_stream_hot *hot = &xfi_slot(d, index)->hot.stream;
	struct xfi_stream_reader records[XF_MEMBERS_MAX];
	uint64_t head = atomic_load(&hot->head) & XFI_STREAM_SEQUENCE;
	uint64_t readers = atomic_load(&hot->every) & xfi_members_alive(d) & ~xfi_bit(goer);
	if (!readers || !xfi_stream_read(d, index, offsetof(struct xfi_stream_memory, readers),
				records, sizeof(records)))
		return;
	readers = behind(records, readers, head);
	for (uint32_t k = 0; readers && k < XFI_STREAM_FORMATS; k++)
		keep_format(d, index, k, head, records, readers);
}

struct closing {
	struct xf_stream *stream;
	uint32_t k;
	bool closed;
};

/* Whether this reader has still to get a frame of format `k`. */
static bool wanted(const struct xf_stream *s, uint32_t k)
{
	uint64_t head = atomic_load(&xfi_stream_hot(s)->head) & XFI_STREAM_SEQUENCE;
	uint64_t cursor = atomic_load(&s->cursor);
	for (uint32_t i = 0; i < s->local[k].count; i++) {
		uint64_t sequence =
			atomic_load(&s->memory->frames_of[k * XF_POOL_MAX + i].sequence);
		if (sequence >= cursor && sequence <= head)
			return true;
	}
	return false;
}

/* Under the domain's lock, while the caller has the stream's. */
static int close_unwanted(struct xf_domain *d, void *arg)
{
	struct closing *closing = arg;
	struct xf_stream *s = closing->stream;
	(void)d;
	closing->closed = !wanted(s, closing->k);
	if (closing->closed)
		xfi_pool_close(s->local[closing->k].pool);
	return 0;
}

bool xfi_stream_close_unwanted(struct xf_stream *s, uint32_t k)
{
	struct closing closing = { .stream = s, .k = k };
	/* If the lock is not to be had it stays open, until the next time. */
	(void)xfi_member_call(s->base.domain, close_unwanted, &closing);
	return closing.closed;
}

static int pass(struct xf_domain *d, void *arg)
{
	(void)d;
	(void)arg;
	return 0;
}

void xfi_stream_keep_no_more(const struct xf_stream *s)
{
	/* If the lock is not to be had: at worst a pool stays until this member leaves. */
	(void)xfi_member_call(s->base.domain, pass, NULL);
}
