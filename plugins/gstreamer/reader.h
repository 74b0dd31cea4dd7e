/* SPDX-License-Identifier: MIT */
/*
 * What xfsrc has of a stream: it joins when it is first asked for a frame, sleeps until there is
 * one, and knows how many of them downstream may have as they are.
 *
 * Of the frames that it may hold downstream gets all but one. With that one it goes on if the
 * others do not come back: encoders and queues keep more, for longer, than one would think. What
 * exceeds them is copied.
 */
#ifndef XF_GST_READER_H
#define XF_GST_READER_H

#include <gst/gst.h>

#include "address.h"
#include "link.h"
#include "options.h"

struct reader {
	GstElement *element; /* whose it is */
	const struct address *address; /* the element's, under its object's lock */
	const struct options *options;

	gint flushing, paused, pauses; /* atomic; the last one is how many there were */
	gint noticed; /* of those, by who reads */
	struct link *link; /* the streaming thread's, subscribed; set and read elsewhere under the
			      object's lock */
	guint holds; /* frames that this reader may hold */
	guint64 newest; /* the sequence of the frame that was there before it came */
	gboolean keeps; /* downstream had all that it may have, and gave nothing back in time */
	guint32 kept; /* generation of what it has */
	gboolean discontinuous; /* the next frame is */
	gboolean orphaned; /* nobody produces, and that was told */
	int64_t lonely_until; /* nobody else is there either: the end of that wait; 0: somebody is
			       */
};

gboolean reader_is_flushing(struct reader *reader);

/* Joins, unless it has. FLUSHING, or an error that was said. */
GstFlowReturn reader_join(struct reader *reader);

/*
 * Waits for a frame. XF_TIMEOUT: told to flush; -ENOENT: nobody produces, and nobody is left of a
 * domain that has no name, as long as the options say; else as xf_stream_next().
 */
int reader_next(struct reader *reader, struct xf_frame *ret_frame);

/*
 * Whether downstream may have one more as it is. Frames of several formats are not left to it:
 * those of the last few are all that a stream has, however many readers keep some.
 */
gboolean reader_may_have_one(struct reader *reader, guint32 generation);

/* Nothing is open yet, or any more. What downstream still has keeps the stream open, holds up
 * nobody, and is all that this reader then costs the stream. */
void reader_start(struct reader *reader);
void reader_stop(struct reader *reader);

/* From any thread. All waits end, until the second. */
void reader_unlock(struct reader *reader);
void reader_unlock_stop(struct reader *reader);

/* A live source has no past: what comes while it is paused is nobody's, and nobody waits for it. */
void reader_set_paused(struct reader *reader, gboolean paused);
/* A pause too short for who reads to see it moves the times of what comes behind it, too. */
void reader_notice_pause(struct reader *reader);

#endif
