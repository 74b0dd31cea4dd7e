/* SPDX-License-Identifier: MIT */
/*
 * Tells a device provider of streams that come, go and change. Nothing wakes who only looks, and a
 * member would be one more for everybody else; so a thread looks some three times a second.
 */
#ifndef XF_GST_FOLLOW_H
#define XF_GST_FOLLOW_H

#include <gst/gst.h>

struct follow;

/*
 * What is there is told before this comes back, unless somebody who serves a name stands still:
 * then after a quarter of a second. NULL: there is no thread to be had.
 */
struct follow *follow_start(GstDeviceProvider *provider);

/* Nothing is told any more; as long as that, for the same. */
void follow_stop(struct follow *follow);

#endif
