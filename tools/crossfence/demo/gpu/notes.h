/* SPDX-License-Identifier: MIT */
/*
 * Which frame of the demo a frame of the stream is. They differ once a frame was spoiled: a process
 * died in its GPU work on it, and it is sent again, as the stream's next. The number and the
 * picture travel with the frame, and stand in shared memory for a producer's successor, written
 * before the frame is published.
 */
#ifndef CROSSFENCE_DEMO_GPU_NOTES_H
#define CROSSFENCE_DEMO_GPU_NOTES_H

#include "demo/stage.h"

/* With the frame, as its data. */
struct note {
	uint64_t sequence; /* of the stream; with the frame 0 */
	uint64_t frame; /* of the demo, from 1 */
	int64_t published_ns;
	uint32_t picture;
	uint32_t reserved;
};

struct notes {
	struct note last[2]; /* by the sequence's lowest bit */
};

/* They lie behind the `sheet_bytes` of the contact sheet. */
int notes_find(struct stage *stage, size_t sheet_bytes, struct notes **ret_notes);
void notes_write(struct notes *notes, const struct note *note);
/* -EPROTO: there is none of that sequence. */
int notes_read(const struct notes *notes, uint64_t sequence, struct note *ret_note);

#endif
