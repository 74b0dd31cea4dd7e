/* SPDX-License-Identifier: MIT */
/* What xfsink offers upstream: caps that travel, and buffers that are frames of the stream. */
#ifndef XF_GST_OFFER_H
#define XF_GST_OFFER_H

#include "writer.h"

/* As a sink's get_caps(). */
GstCaps *offer_caps(GstCaps *filter);

/* As a sink's propose_allocation(). */
void offer_buffers(struct writer *writer, GstQuery *query);

#endif
