/* SPDX-License-Identifier: MIT */
/* How a frame of the stream becomes a buffer. */
#ifndef XF_GST_RECEIVE_H
#define XF_GST_RECEIVE_H

#include <gst/base/gstbasesrc.h>

#include "address.h"
#include "late.h"
#include "reader.h"
#include "take.h"
#include "times.h"

struct receiving {
	GstBaseSrc *src; /* whose it is */
	const struct address *address; /* the source's, under its object's lock */
	struct reader *reader; /* the source's */

	guint32 generation; /* whose caps were set */
	struct taking taking;
	struct times times;
	gboolean takes_strides; /* downstream: planes may lie as they do */
	struct late late;
	guint64 frames, lost, copied;
};

/* A new start: nothing is counted yet. */
void receive_start(struct receiving *receiving);

/* To join, or once more; and when it has left. */
void receive_begin(struct receiving *receiving, gboolean every);
void receive_finish(struct receiving *receiving);

/* The reader has joined: waits for a frame that is to be sent. EOS, FLUSHING, or an error that was
 * said. */
GstFlowReturn receive_buffer(struct receiving *receiving, GstBuffer **ret_buffer);

/* What comes is known with the first frame; whom it goes to may change later. */
void receive_negotiate(struct receiving *receiving);

#endif
