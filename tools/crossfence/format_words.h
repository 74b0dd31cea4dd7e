/* SPDX-License-Identifier: MIT */
/* What a stream's newest format says of itself, for people. */
#ifndef CROSSFENCE_TOOL_FORMAT_WORDS_H
#define CROSSFENCE_TOOL_FORMAT_WORDS_H

#include <stdbool.h>

#include <crossfence/stream.h>

#define FORMAT_WORDS_SIZE (XF_FORMAT_BLOB_MAX + 64)

/*
 * GStreamer's caps as its elements wrote them, else the frame rate and how much an application has
 * said; "" where nothing more is said, or it cannot be known. *ret_bytes: frames are no pictures,
 * whatever their surfaces look like. Cleaned; returns `buffer`.
 */
char *format_words(
	char buffer[FORMAT_WORDS_SIZE], struct xf_domain *domain, xf_id stream, bool *ret_bytes);

#endif
