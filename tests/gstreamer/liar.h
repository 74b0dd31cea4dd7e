/* SPDX-License-Identifier: MIT */
/* A member that produces a stream and says what it likes of it: the domain "liar". */
#ifndef XF_TEST_GST_LIAR_H
#define XF_TEST_GST_LIAR_H

#include <gst/gst.h>

#include <crossfence/crossfence.h>

#define LIAR_SECOND INT64_C(1000000000)

struct liar {
	struct xf_domain *domain;
	struct xf_stream *stream;
};

/* A stream of 64 x 64 grey pixels whose format's own bytes are `blob`. */
struct liar liar_lie(const char *blob, uint32_t rate_num, uint32_t rate_den);
void liar_wait_for_reader(struct liar *liar);
void liar_publish(struct liar *liar, const struct xf_frame_info *info);
void liar_come_clean(struct liar *liar);

/* The caps that xfsrc makes of what a liar says, transfer full; NULL: an error. */
GstCaps *liar_caps_of(const char *blob);

/* Fails the test unless caps are made of these, or an error, as `said`. */
void liar_is_said(const char *caps, gboolean said);

#endif
