/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stddef.h>

#include "notes.h"

int notes_find(struct stage *stage, size_t sheet_bytes, struct notes **ret_notes)
{
	void *memory = NULL;
	int r = stage_sheet(stage, sheet_bytes + sizeof(struct notes), &memory);
	*ret_notes = r ? NULL : (struct notes *)((uint8_t *)memory + sheet_bytes);
	return r;
}

/*
 * Who dies in here has not published that frame; what stood there was settled long ago, and nobody
 * asks for it.
 */
void notes_write(struct notes *notes, const struct note *note)
{
	notes->published[note->sequence % NOTES_MAX] = *note;
}

int notes_read(const struct notes *notes, uint64_t sequence, struct note *ret_note)
{
	*ret_note = notes->published[sequence % NOTES_MAX];
	return ret_note->sequence == sequence ? 0 : -EPROTO;
}

/* Before its consumer says that it is done with it, which the producer hears first. */
void notes_came_to_nothing(struct notes *notes, uint64_t sequence)
{
	atomic_store(&notes->nothing[sequence % NOTES_MAX], sequence);
}

static bool is_again(const struct notes *notes, uint64_t frame)
{
	bool found = false;
	for (uint32_t i = 0; i < NOTES_MAX; i++)
		found |= atomic_load(&notes->again[i].frame) == frame;
	return found;
}

/* The picture first: a successor takes what has a number. */
static int add_again(struct notes *notes, const struct note *note)
{
	for (uint32_t i = 0; i < NOTES_MAX; i++) {
		struct again *again = &notes->again[i];
		if (atomic_load(&again->frame))
			continue;
		again->picture = note->picture;
		atomic_store(&again->frame, note->frame);
		return 0;
	}
	return -EPROTO;
}

/* Settled after it is in the list: who dies in between finds it there. */
static int settle_one(struct notes *notes, uint64_t sequence)
{
	struct note note = { 0 };
	int r = 0;
	if (atomic_load(&notes->nothing[sequence % NOTES_MAX]) == sequence)
		r = notes_read(notes, sequence, &note);
	if (!r && note.frame && !is_again(notes, note.frame))
		r = add_again(notes, &note);
	if (!r)
		atomic_store(&notes->settled, sequence);
	return r;
}

int notes_settle(struct notes *notes, uint64_t sequence)
{
	uint64_t settled = notes_settled(notes);
	int r = sequence > settled && sequence - settled > NOTES_MAX ? -EPROTO : 0;
	while (!r && settled < sequence)
		r = settle_one(notes, ++settled);
	return r;
}

uint64_t notes_settled(const struct notes *notes)
{
	return atomic_load(&notes->settled);
}

bool notes_again(const struct notes *notes, struct note *ret_note)
{
	for (uint32_t i = 0; i < NOTES_MAX; i++) {
		const struct again *again = &notes->again[i];
		uint64_t frame = atomic_load(&again->frame);
		if (!frame)
			continue;
		*ret_note = (struct note){ .frame = frame, .picture = again->picture };
		return true;
	}
	return false;
}

void notes_sent_again(struct notes *notes, uint64_t frame)
{
	for (uint32_t i = 0; i < NOTES_MAX; i++)
		if (atomic_load(&notes->again[i].frame) == frame)
			atomic_store(&notes->again[i].frame, 0);
}
