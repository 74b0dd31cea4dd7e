/* SPDX-License-Identifier: MIT */
/* Who produces a stream, "frames" of a domain, without an element of ours. */
#ifndef XF_TEST_GST_PRODUCER_H
#define XF_TEST_GST_PRODUCER_H

#include <glib.h>

#include <crossfence/crossfence.h>

#define PRODUCER_WAIT INT64_C(30000000000)

struct producer {
	struct xf_domain *domain;
	struct xf_stream *stream;
};

/* Pictures in surfaces as `desc` says, whose format's own bytes are `blob`: caps, or "". */
struct producer producer_begin(
	const char *domain, const struct xf_surface_desc *desc, const char *blob);
void producer_change(
	struct producer *producer, const struct xf_surface_desc *desc, const char *blob);
void producer_end(struct producer *producer);

void producer_wait_for_reader(struct producer *producer);

/* A frame of no time that says what xfsink says of one; `paint`, if not NULL, has its bytes first.
 */
typedef void producer_paint(
	const struct xf_surface_desc *desc, guint8 *data, gconstpointer picture);
void producer_publish(struct producer *producer, producer_paint *paint, gconstpointer picture);

#endif
