/* SPDX-License-Identifier: MIT */
/* Times of a pipeline as CLOCK_MONOTONIC, which all processes share, and back. */
#ifndef XF_GST_WHEN_H
#define XF_GST_WHEN_H

#include <gst/gst.h>

/*
 * When `element`, by its clock and base time, is at `running_time`; GST_CLOCK_TIME_NONE: it has no
 * clock, or none is given.
 */
GstClockTime when_to_monotonic(GstElement *element, GstClockTime running_time);

/* The reverse; 0 for what was before the pipeline began. */
GstClockTime when_from_monotonic(GstElement *element, GstClockTime monotonic);

#endif
