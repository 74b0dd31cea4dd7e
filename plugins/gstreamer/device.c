/* SPDX-License-Identifier: MIT */
/* What is there when one asks: each stream of each domain that has a name, looked at read-only. */
#include "device.h"

#include "format.h"
#include "uri.h"

#include <crossfence/inspect.h>
#include <errno.h>

struct _GstXfDevice {
	GstDevice base;
	gchar *domain, *label;
};

struct _GstXfDeviceProvider {
	GstDeviceProvider base;
};

G_DEFINE_TYPE(GstXfDevice, gst_xf_device, GST_TYPE_DEVICE)
G_DEFINE_TYPE(GstXfDeviceProvider, gst_xf_device_provider, GST_TYPE_DEVICE_PROVIDER)

static GstElement *create_element(GstDevice *base, const gchar *name)
{
	GstXfDevice *device = GST_XF_DEVICE(base);
	GstElement *element = gst_element_factory_make("xfsrc", name);
	if (element)
		g_object_set(element, "domain", device->domain, "label", device->label, NULL);
	return element;
}

static void finalize(GObject *object)
{
	GstXfDevice *device = GST_XF_DEVICE(object);
	g_free(device->domain);
	g_free(device->label);
	G_OBJECT_CLASS(gst_xf_device_parent_class)->finalize(object);
}

static void gst_xf_device_class_init(GstXfDeviceClass *class)
{
	G_OBJECT_CLASS(class)->finalize = finalize;
	GST_DEVICE_CLASS(class)->create_element = create_element;
}

static void gst_xf_device_init(GstXfDevice *device)
{
}

/* Takes the caps over. */
static GstDevice *device_new(const gchar *domain, const gchar *label, GstCaps *caps)
{
	gchar *shown = g_strdup_printf("%s/%s", domain, label);
	gchar *uri = uri_make(domain, label);
	GstStructure *more = gst_structure_new("xf-stream", "device.api", G_TYPE_STRING,
		"crossfence", "xf.uri", G_TYPE_STRING, uri, NULL);
	GstXfDevice *device = g_object_new(gst_xf_device_get_type(), "display-name", shown,
		"device-class", gst_caps_is_any(caps) ? "Source" : "Video/Source", "caps", caps,
		"properties", more, NULL);
	device->domain = g_strdup(domain);
	device->label = g_strdup(label);
	gst_structure_free(more);
	gst_caps_unref(caps);
	g_free(shown);
	g_free(uri);
	return GST_DEVICE_CAST(device);
}

struct listing {
	GList *devices;
	const gchar *domain;
};

static int visit_object(const struct xf_object_info *info, void *arg)
{
	struct listing *listing = arg;
	GstCaps *caps = info->type == XF_STREAM && info->label[0]
				? format_caps_like(info->fourcc, info->width_px, info->height_px)
				: NULL;
	if (caps)
		listing->devices = g_list_prepend(
			listing->devices, device_new(listing->domain, info->label, caps));
	return 0;
}

static int visit_name(const char *name, void *arg)
{
	struct listing *listing = arg;
	struct xf_domain *domain;
	if (xf_domain_open(name, XF_OPEN_LOOK_ONLY, 0, &domain))
		return 0;
	listing->domain = name;
	(void)xf_inspect_objects(domain, visit_object, listing); /* as far as it goes */
	xf_domain_leave(domain);
	return 0;
}

static GList *probe(GstDeviceProvider *provider)
{
	struct listing listing = { NULL, NULL };
	(void)xf_inspect_names(visit_name, &listing); /* none, if nobody has a folder */
	return listing.devices;
}

static void gst_xf_device_provider_class_init(GstXfDeviceProviderClass *class)
{
	GstDeviceProviderClass *provider = GST_DEVICE_PROVIDER_CLASS(class);
	provider->probe = probe;
	gst_device_provider_class_set_static_metadata(provider, "Crossfence streams",
		"Source/Video", "Streams of other processes of this user", "crossfence");
}

static void gst_xf_device_provider_init(GstXfDeviceProvider *provider)
{
}
