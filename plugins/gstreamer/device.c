/* SPDX-License-Identifier: MIT */
#include "device.h"

#include "uri.h"

#include <string.h>

struct _GstXfDevice {
	GstDevice base;
	gchar *domain, *label;
};

G_DEFINE_TYPE(GstXfDevice, gst_xf_device, GST_TYPE_DEVICE)

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

static const gchar *class_of(const GstCaps *caps)
{
	const gchar *name = gst_caps_is_any(caps)
				    ? ""
				    : gst_structure_get_name(gst_caps_get_structure(caps, 0));
	return g_str_has_prefix(name, "video/") || g_str_has_prefix(name, "image/") ? "Video/Source"
	       : g_str_has_prefix(name, "audio/")				    ? "Audio/Source"
										    : "Source";
}

GstDevice *device_new(const gchar *domain, const gchar *label, GstCaps *caps)
{
	gchar *shown = g_strdup_printf("%s/%s", domain, label);
	gchar *uri = uri_make(domain, label);
	GstStructure *more = gst_structure_new("xf-stream", "device.api", G_TYPE_STRING,
		"crossfence", "xf.uri", G_TYPE_STRING, uri, NULL);
	GstXfDevice *device = g_object_new(gst_xf_device_get_type(), "display-name", shown,
		"device-class", class_of(caps), "caps", caps, "properties", more, NULL);
	device->domain = g_strdup(domain);
	device->label = g_strdup(label);
	gst_structure_free(more);
	gst_caps_unref(caps);
	g_free(shown);
	g_free(uri);
	return GST_DEVICE_CAST(device);
}

const gchar *device_domain(GstDevice *base)
{
	return GST_XF_DEVICE(base)->domain;
}

gboolean device_is_same(GstDevice *a, GstDevice *b)
{
	return !strcmp(GST_XF_DEVICE(a)->domain, GST_XF_DEVICE(b)->domain) &&
	       !strcmp(GST_XF_DEVICE(a)->label, GST_XF_DEVICE(b)->label);
}
