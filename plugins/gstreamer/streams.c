/* SPDX-License-Identifier: MIT */
#include "streams.h"

#include "device.h"
#include "format.h"

#include <crossfence/inspect.h>
#include <errno.h>
#include <string.h>

struct listing {
	struct streams streams;
	const gchar *domain;
};

static int visit_object(const struct xf_object_info *info, void *arg)
{
	struct listing *listing = arg;
	GstCaps *caps = info->type == XF_STREAM && info->label[0]
				? format_caps_like(info->fourcc, info->width_px, info->height_px)
				: NULL;
	if (caps)
		listing->streams.devices = g_list_prepend(listing->streams.devices,
			gst_object_ref_sink(device_new(listing->domain, info->label, caps)));
	return 0;
}

static int visit_name(const char *name, void *arg)
{
	struct listing *listing = arg;
	struct xf_domain *domain;
	int r = xf_domain_open(name, XF_OPEN_LOOK_ONLY, 0, &domain);
	if (r == -ETIMEDOUT)
		listing->streams.silent = g_list_prepend(listing->streams.silent, g_strdup(name));
	if (r)
		return 0;
	listing->domain = name;
	(void)xf_inspect_objects(domain, visit_object, listing); /* as far as it goes */
	xf_domain_leave(domain);
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
