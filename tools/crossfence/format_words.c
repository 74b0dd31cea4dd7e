/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "format_words.h"
#include "text.h"

/* "gst LEFT,TOP CAPS", see plugins/gstreamer/caps.c; NULL: it is something else. */
static const char *caps_in(const char *blob)
{
	unsigned left, top;
	int at = 0;
	return sscanf(blob, "gst %5u,%5u %n", &left, &top, &at) == 2 && at ? blob + at : NULL;
}

static void say_caps(char buffer[FORMAT_WORDS_SIZE], const char *caps)
{
	size_t bytes;
	if (sscanf(caps, "@%*x %zu", &bytes) == 1)
		snprintf(buffer, FORMAT_WORDS_SIZE, "caps of %zu bytes", bytes);
	else
		snprintf(buffer, FORMAT_WORDS_SIZE, "%s", caps);
	text_clean(buffer);
}

static void say_rate(char buffer[FORMAT_WORDS_SIZE], const struct xf_stream_format *format)
{
	int used = 0;
	if (format->rate_num && format->rate_den)
		used = snprintf(buffer, FORMAT_WORDS_SIZE, "%u/%u frames per second",
			format->rate_num, format->rate_den);
	if (format->blob_size)
		snprintf(buffer + used, FORMAT_WORDS_SIZE - (size_t)used,
			"%s%u bytes of the application's own", used ? ", " : "", format->blob_size);
}

static int get_format(struct xf_domain *domain, xf_id id, struct xf_stream_format *ret_format,
	char blob[XF_FORMAT_BLOB_MAX + 1])
{
	struct xf_stream *stream;
	int r = xf_stream_open_id(domain, id, &stream);
	if (r)
		return r;
	r = xf_stream_format(stream, ret_format, NULL, blob);
	xf_stream_close(stream);
	return r;
}

char *format_words(
	char buffer[FORMAT_WORDS_SIZE], struct xf_domain *domain, xf_id stream, bool *ret_bytes)
{
	struct xf_stream_format format = { .size = sizeof(format) };
	char blob[XF_FORMAT_BLOB_MAX + 1];
	*buffer = 0;
	*ret_bytes = false;
	if (get_format(domain, stream, &format, blob))
		return buffer;
	blob[format.blob_size] = 0;
	const char *caps = caps_in(blob);
	*ret_bytes = caps && strncmp(caps, "video/x-raw", strlen("video/x-raw")) != 0;
	if (caps)
		say_caps(buffer, caps);
	else
		say_rate(buffer, &format);
	return buffer;
}
