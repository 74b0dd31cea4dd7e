/* SPDX-License-Identifier: MIT */
#include "provider.h"

#include "follow.h"
#include "streams.h"

struct _GstXfDeviceProvider {
	GstDeviceProvider base;
	struct follow *follow; /* NULL: not started */
};

G_DEFINE_TYPE(GstXfDeviceProvider, gst_xf_device_provider, GST_TYPE_DEVICE_PROVIDER)

static GList *probe(GstDeviceProvider *provider)
{
	struct streams streams = streams_look();
	GList *devices = g_steal_pointer(&streams.devices);
	streams_clear(&streams);
	return devices;
}

static gboolean start(GstDeviceProvider *base)
{
	GstXfDeviceProvider *provider = GST_XF_DEVICE_PROVIDER(base);
	provider->follow = follow_start(base);
	return provider->follow != NULL;
}

static void stop(GstDeviceProvider *base)
{
	g_clear_pointer(&GST_XF_DEVICE_PROVIDER(base)->follow, follow_stop);
}

static void gst_xf_device_provider_class_init(GstXfDeviceProviderClass *class)
{
	GstDeviceProviderClass *provider = GST_DEVICE_PROVIDER_CLASS(class);
	provider->probe = probe;
	provider->start = start;
	provider->stop = stop;
	gst_device_provider_class_set_static_metadata(provider, "Crossfence streams",
		"Source/Audio/Video", "Streams of other processes of this user", "crossfence");
}

static void gst_xf_device_provider_init(GstXfDeviceProvider *provider)
{
}
