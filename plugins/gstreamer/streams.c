/* SPDX-License-Identifier: MIT */
#include "streams.h"

#include "device.h"
#include "format.h"

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

static int visit_name(const char *name, void *arg)
{
	struct listing *listing = arg;
	int r = xf_domain_open(name, XF_OPEN_LOOK_ONLY, 0, &listing->domain);
	if (r == -ETIMEDOUT)
		listing->streams.silent = g_list_prepend(listing->streams.silent, g_strdup(name));
	if (r)
		return 0;
	listing->name = name;
	(void)xf_inspect_objects(listing->domain, visit_object, listing); /* as far as it goes */
	xf_domain_leave(listing->domain);
	return 0;
}

struct streams streams_look(void)
{
	struct listing listing = { .domain = NULL };
	(void)xf_inspect_names(visit_name, &listing); /* none, if nobody has a folder */
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
