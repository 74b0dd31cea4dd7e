/* SPDX-License-Identifier: MIT */
/*
 * Which frame of the demo a frame of the stream is, and which of them are to come again. They
 * differ once a frame came to nothing: a process died in its GPU work on it, or before it had told
 * of it, and it is sent again, as a later one of the stream. The number and the picture travel with
 * the frame. What a successor has to know stands in shared memory, each word of it so that whoever
 * dies in between has at worst something sent once more:
 *
 *	producer	note of frame s -> publish s
 *	consumers	s came to nothing: say so -> "done": s
 *	producer	both are done with s -> again: its frame, if anybody said so -> settled: s
 *			note of s' with that frame -> publish s' -> not again
 */
#ifndef CROSSFENCE_DEMO_GPU_NOTES_H
#define CROSSFENCE_DEMO_GPU_NOTES_H

#include <stdatomic.h>
#include <stdbool.h>

#include "demo/stage.h"

/* More than can be published and not settled: that is less than there are surfaces. */
#define NOTES_MAX (2 * STAGE_SURFACES_MAX)

/* With the frame, as its data. */
struct note {
	uint64_t sequence; /* of the stream; with the frame 0 */
	uint64_t frame; /* of the demo, from 1 */
	uint64_t newest; /* the highest of the demo's that was sent, with this one */
	int64_t published_ns;
	uint32_t picture;
	uint32_t reserved;
};

struct again {
	_Atomic uint64_t frame; /* of the demo; 0: none */
	uint32_t picture;
	uint32_t reserved;
};

struct notes {
	_Atomic uint64_t settled; /* of the stream: this one and all before */
	struct note published[NOTES_MAX]; /* by sequence */
	_Atomic uint64_t nothing[NOTES_MAX]; /* by sequence: that one, if it came to nothing */
	struct again again[NOTES_MAX];
};

/* They lie behind the `sheet_bytes` of the contact sheet. */
int notes_find(struct stage *stage, size_t sheet_bytes, struct notes **ret_notes);

/* The producer's, one at a time; consumers may only say that a frame came to nothing. */
void notes_write(struct notes *notes, const struct note *note);
/* -EPROTO: there is none of that sequence. */
int notes_read(const struct notes *notes, uint64_t sequence, struct note *ret_note);

void notes_came_to_nothing(struct notes *notes, uint64_t sequence);
/* Both are done with all up to `sequence`. -EPROTO: that cannot be. */
int notes_settle(struct notes *notes, uint64_t sequence);
uint64_t notes_settled(const struct notes *notes);
/* A frame that is to come again: its number and picture. */
bool notes_again(const struct notes *notes, struct note *ret_note);
void notes_sent_again(struct notes *notes, uint64_t frame);

#endif
