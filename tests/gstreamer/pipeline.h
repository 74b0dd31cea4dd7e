/* SPDX-License-Identifier: MIT */
/* Pipelines as tests want them: made from a line of text, judged by the messages they send. */
#ifndef XF_TEST_GST_PIPELINE_H
#define XF_TEST_GST_PIPELINE_H

#include <gst/video/video.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

/* A runtime folder and plugin registry of this test's own. */
int pipeline_setup(void **state);
int pipeline_teardown(void **state);

/* Plays it. */
GstElement *pipeline_play(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* Its next message of these types, transfer full; fails the test after ten seconds. */
GstMessage *pipeline_message(GstElement *pipeline, GstMessageType types);
void pipeline_wait_eos(GstElement *pipeline);
/* Stops and frees it. */
void pipeline_end(GstElement *pipeline);

/* The next sample of the appsink "out", NULL at its end; transfer full. */
GstSample *pipeline_pull(GstElement *pipeline);
void pipeline_set(GstElement *pipeline, const char *element, const char *property, guint64 value);
guint64 pipeline_get(GstElement *pipeline, const char *element, const char *property);

/* A checksum of what is visible of a picture, or of all bytes. */
guint64 pipeline_sum(GstSample *sample);

/* The same line in a process of its own, killed when this one ends; and its end by SIGKILL. */
GPid pipeline_spawn(const char *format, ...) G_GNUC_PRINTF(1, 2);
void pipeline_kill(GPid pid);
/* What such a process does: see main(). */
int pipeline_child(const char *line);

#endif
