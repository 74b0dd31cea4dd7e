/* SPDX-License-Identifier: MIT */
/*
 * The highest value that anybody has waited for, in a word beside the timeline; and the owner's
 * thread, parked until it grows. The owner never sleeps here for long, so whatever is lost with one
 * who dies between writing the word and waking, or is written there by one who lies, costs others
 * no more than that, and the owner no more than to tell of each value at once.
 */
#include <errno.h>

#include "base/kill_point.h"
#include "base/message.h"
#include "shm/park.h"
#include "sync/asked.h"

#define ASKERS 1 /* the key under which an owner is parked; those who wait have 0 */

static uint64_t place_of(const struct xf_timeline *timeline)
{
	return xfi_park_hash(timeline->base.index, ASKERS);
}

/*
 * The counter may have come to `value` meanwhile: that is seen by whoever parks afterwards. The
 * swap stands against the park of the owner, as park.h has it: it sees the value, or we see it.
 */
void xfi_timeline_ask_slow(struct xf_timeline *timeline, uint64_t value)
{
	xfi_u64 *word = &timeline->base.slot->cold.asked;
	uint64_t asked = atomic_load(word);
	if (timeline->base.domain->read_only || value >= XF_TIMELINE_RELEASED - 1)
		return;
	while (asked < value)
		if (atomic_compare_exchange_weak(word, &asked, value)) {
			XFI_KILL_POINT("timeline:asked");
			xfi_unpark(
				timeline->base.domain, place_of(timeline), XFI_PARK_ALL_BITS, true);
			return;
		}
}

int xf_timeline_ask(struct xf_timeline *timeline, uint64_t value)
{
	xfi_message_forget();
	int r = xfi_handle_check(timeline ? &timeline->base : NULL);
	if (!r)
		xfi_timeline_ask_slow(timeline, value);
	return r;
}

struct question {
	const struct xf_timeline *timeline;
	uint64_t value;
};

static int try_asked(void *arg)
{
	const struct question *question = arg;
	return atomic_load(&question->timeline->base.slot->cold.asked) >= question->value
		       ? 0
		       : XFI_AGAIN;
}

int xf_timeline_asked(struct xf_timeline *timeline, uint64_t value, int64_t deadline_ns)
{
	struct question question = { timeline, value };
	xfi_message_forget();
	int r = xfi_handle_check(timeline ? &timeline->base : NULL);
	if (r)
		return r;
	r = try_asked(&question);
	if (r != XFI_AGAIN)
		return r;
	return deadline_ns <= 0 ? XF_TIMEOUT
				: xfi_park(timeline->base.domain, place_of(timeline),
					  XFI_PARK_ALL_BITS, deadline_ns, try_asked, &question);
}
