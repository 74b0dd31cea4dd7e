/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ledger.h"

void ledger_finish(struct ledger *ledger)
{
	free(ledger->entries);
	free(ledger->hand_offs);
	memset(ledger, 0, sizeof(*ledger));
}

/* Makes room for entry number `n`; new ones are zero. */
static int grow(struct ledger *ledger, uint64_t n)
{
	uint64_t room = ledger->room ? ledger->room : 1024;
	if (n <= ledger->room)
		return 0;
	while (room < n)
		room *= 2;
	struct entry *entries = realloc(ledger->entries, room * sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	memset(entries + ledger->room, 0, (room - ledger->room) * sizeof(*entries));
	ledger->entries = entries;
	ledger->room = room;
	return 0;
}

static int find(struct ledger *ledger, uint64_t frame, struct entry **ret_entry)
{
	if (frame < 1 || frame > FRAMES_MAX)
		return -EINVAL;
	int r = grow(ledger, frame);
	if (r)
		return r;
	if (frame > ledger->last)
		ledger->last = frame;
	*ret_entry = &ledger->entries[frame - 1];
	return 0;
}

static int add_hand_off(struct ledger *ledger, int64_t ns)
{
	if (ledger->n_hand_offs == ledger->room_hand_offs) {
		uint64_t room = ledger->room_hand_offs ? ledger->room_hand_offs * 2 : 1024;
		int64_t *all = realloc(ledger->hand_offs, room * sizeof(*all));
		if (!all)
			return -ENOMEM;
		ledger->hand_offs = all;
		ledger->room_hand_offs = room;
	}
	ledger->hand_offs[ledger->n_hand_offs++] = ns;
	return 0;
}

/* Whoever reports a frame first sets the checksum that all others must have. */
static void compare(struct entry *entry, enum role role, const struct report *report)
{
	entry->torn |= report->bad_rows != 0;
	for (int other = 0; other < N_ROLES; other++)
		if (entry->seen[other] && entry->checksum[other] != report->checksum)
			entry->torn = 1;
	entry->checksum[role] = report->checksum;
}

int ledger_add(struct ledger *ledger, enum role role, const struct report *report)
{
	struct entry *entry;
	int r = find(ledger, report->frame, &entry);
	if (r)
		return r;
	compare(entry, role, report);
	entry->seen[role]++;
	if (!ledger->first_ns || report->acquired_ns < ledger->first_ns)
		ledger->first_ns = report->acquired_ns;
	if (report->released_ns > ledger->last_ns)
		ledger->last_ns = report->released_ns;
	if (role == PRODUCER)
		return 0;
	ledger->n_receipts++;
	return report->hand_off_ns >= 0 ? add_hand_off(ledger, report->hand_off_ns) : 0;
}

int ledger_interrupt(struct ledger *ledger, uint64_t frame)
{
	struct entry *entry;
	int r = find(ledger, frame, &entry);
	if (!r)
		entry->interrupted = 1;
	return r;
}

static int in_order(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

void ledger_judge(struct ledger *ledger, struct verdict *ret_verdict)
{
	struct verdict v = { .frames = ledger->last };
	for (uint64_t i = 0; i < ledger->last; i++) {
		const struct entry *e = &ledger->entries[i];
		bool delivered = e->seen[CONSUMER_A] && e->seen[CONSUMER_B];
		v.delivered += delivered;
		v.lost += !delivered;
		v.unaccounted += !delivered && !e->interrupted;
		v.torn += e->torn;
		v.sent_again += delivered && e->interrupted;
		v.repeated += e->seen[CONSUMER_A] > 1 || e->seen[CONSUMER_B] > 1;
	}
	if (ledger->n_hand_offs)
		qsort(ledger->hand_offs, ledger->n_hand_offs, sizeof(*ledger->hand_offs), in_order);
	*ret_verdict = v;
}

int64_t ledger_percentile(const struct ledger *ledger, double part)
{
	if (!ledger->n_hand_offs)
		return 0;
	uint64_t rank = (uint64_t)ceil(part * (double)ledger->n_hand_offs);
	return ledger->hand_offs[rank ? rank - 1 : 0];
}
