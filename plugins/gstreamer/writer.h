/* SPDX-License-Identifier: MIT */
/*
 * What xfsink has of a stream: it joins the domain and makes the stream with the first caps,
 * changes its format with others, ends it, and begins it anew with what comes after an end. It ends
 * with the end of what comes only: whoever stops before, or fails, leaves it to a successor, as who
 * dies does.
 *
 * Every wait is one for readers, and ends when the element is told to unlock: for a pause it goes
 * on afterwards, where it was.
 */
#ifndef XF_GST_WRITER_H
#define XF_GST_WRITER_H

#include <gst/base/gstbasesink.h>

#include "address.h"
#include "failed.h"
#include "format.h"
#include "link.h"

struct writer {
	GstBaseSink *sink; /* whose it is */
	const struct address *address; /* the sink's, under its object's lock */
	guint surfaces;
	gboolean counted; /* by who uses the element */
	gboolean wait_for_connection;
	gboolean more; /* somebody else comes after the end */
	struct failed failed; /* the pipeline has: what comes is not all */

	struct link
		*link; /* the streaming thread's; set and read elsewhere under the object's lock */
	struct format format;
	GstCaps *caps;
	gboolean ended; /* the stream was, and begins anew with the next buffer */
	gboolean pending; /* `format` is not the stream's yet: readers hold frames of others */
	gboolean told; /* of what keeps it from working; until something works, or is tried anew */
	int64_t tell_of_surfaces; /* when it is said that one is waited for */
	gboolean told_of_surfaces; /* it was */
	gint flushing; /* atomic; set under the object's lock, as the next, with what the link is
			  told */
	gboolean paused; /* before the base class has paused or plays */
	gint playing; /* atomic: after that */
	guint clients; /* that were told of */
	gboolean joined; /* there were fewer before; whom it concerns sets it to FALSE */
};

/* "Cannot WHAT ADDRESS: why" on the bus, as complain_write(), once; FALSE. */
gboolean writer_complain(struct writer *writer, const gchar *what, int r);

/* From any thread: what it writes to now, or NULL. Transfer full. */
struct link *writer_link(struct writer *writer);

/* Nothing is open yet, or any more. */
void writer_start(struct writer *writer);
void writer_stop(struct writer *writer);

/* Frames as the caps say; bytes, if they are no pictures, with room for some. FALSE: said why. */
gboolean writer_use_caps(struct writer *writer, GstCaps *caps);

/*
 * For frames of `capacity` bytes, if they are no pictures. Never waits: where readers have to give
 * something back first, the change is `pending`.
 */
gboolean writer_make_room(struct writer *writer, gsize capacity);

/* Before a buffer: the stream is there again, and somebody reads if somebody has to. FLUSHING, or
 * an error that was said. */
GstFlowReturn writer_begin(struct writer *writer);

/* Waits for readers to take what came last, but not for long, and ends the stream, or leaves it. */
void writer_end(struct writer *writer);

/* Before a pause is complete: whoever has to give us a buffer for it may be waiting for one of
 * ours. */
void writer_set_paused(struct writer *writer, gboolean paused);

/* Whether somebody has to read before a frame is published; from any thread. */
void writer_set_wait(struct writer *writer, gboolean wait);

/* After it has been told to play. */
void writer_play(struct writer *writer);

/* All waits end, until the second; upstream's for a frame of ours too if `flushing` is no pause,
 * and until the third. */
void writer_unlock(struct writer *writer, gboolean flushing);
void writer_unlock_stop(struct writer *writer);
void writer_flushed(struct writer *writer);

#endif
