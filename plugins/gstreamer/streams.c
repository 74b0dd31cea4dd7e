/* SPDX-License-Identifier: MIT */
#include "streams.h"

#include "device.h"
#include "format.h"
#include "leaving.h"
#include "opening.h"

#include <crossfence/inspect.h>
#include <errno.h>
#include <string.h>

struct listing {
	struct streams streams;
	struct xf_domain *domain;
	const gchar *name;
};

/* What the stream itself says; NULL: nothing that can be understood. */
static GstCaps *caps_said(struct xf_domain *domain, xf_id id)
{
	struct link link = { .domain = domain };
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	struct xf_stream_format format = { .size = sizeof(format) };
	struct picture picture;
	guint8 blob[XF_FORMAT_BLOB_MAX];
	GstCaps *caps = NULL;
	if (xf_stream_open_id(domain, id, &link.stream))
		return NULL;
	if (!xf_stream_format(link.stream, &format, &desc, blob))
		caps = format_to_caps(&link, &format, &picture);
	xf_stream_close(link.stream);
	return caps;
}

static int visit_object(const struct xf_object_info *info, void *arg)
{
	struct listing *listing = arg;
	if (info->type != XF_STREAM || !info->label[0])
		return 0;
	GstCaps *caps = caps_said(listing->domain, info->id);
	if (!caps)
		caps = format_caps_like(info->fourcc, info->width_px, info->height_px);
	if (caps)
		listing->streams.devices = g_list_prepend(listing->streams.devices,
			gst_object_ref_sink(device_new(listing->name, info->label, caps)));
	return 0;
}

static void leave(gpointer domain)
{
	xf_domain_leave(domain);
}

static void list_streams(struct listing *listing)
{
	(void)xf_inspect_objects(listing->domain, visit_object, listing); /* as far as it goes */
	leaving_do(leave, listing->domain);
}

/* A domain that is being opened. */
struct look {
	gchar *name;
	struct opening *opening; /* may be NULL */
};

static int visit_name(const char *name, void *arg)
{
	GArray *looks = arg;
	struct look look = { g_strdup(name), opening_begin_look(name) };
	g_array_append_val(looks, look);
	return 0;
}

/* Whoever does not answer until `end` stands still, or there is no thread to ask him. */
static void finish_look(struct listing *listing, struct look *look, gint64 end)
{
	int r = -ETIMEDOUT;
	if (look->opening) {
		(void)opening_wait(look->opening, MAX(end - g_get_monotonic_time(), 0));
		r = opening_end(look->opening, &listing->domain);
	}
	listing->name = look->name;
	if (r == 0)
		list_streams(listing);
	if (r == -ETIMEDOUT || r == XF_TIMEOUT)
		listing->streams.silent =
			g_list_prepend(listing->streams.silent, g_strdup(look->name));
	g_free(look->name);
}

struct streams streams_look(void)
{
	struct listing listing = { .domain = NULL };
	GArray *looks = g_array_new(FALSE, FALSE, sizeof(struct look));
	(void)xf_inspect_names(visit_name, looks); /* none, if nobody has a folder */
	gint64 end = g_get_monotonic_time() + STREAMS_PATIENCE_US;
	for (guint i = 0; i < looks->len; i++)
		finish_look(&listing, &g_array_index(looks, struct look, i), end);
	g_array_free(looks, TRUE);
	return listing.streams;
}

void streams_clear(struct streams *streams)
{
	g_list_free_full(streams->devices, gst_object_unref);
	g_list_free_full(streams->silent, g_free);
}

gboolean streams_are_silent(const struct streams *streams, const gchar *domain)
{
	return g_list_find_custom(streams->silent, domain, (GCompareFunc)strcmp) != NULL;
}
