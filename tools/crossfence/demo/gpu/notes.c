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
 * One producer at a time. Who dies in here has not published that frame, and the note of the one
 * before it is the other.
 */
void notes_write(struct notes *notes, const struct note *note)
{
	notes->last[note->sequence % 2] = *note;
}

int notes_read(const struct notes *notes, uint64_t sequence, struct note *ret_note)
{
	*ret_note = notes->last[sequence % 2];
	return ret_note->sequence == sequence ? 0 : -EPROTO;
}
