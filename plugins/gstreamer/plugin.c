/* SPDX-License-Identifier: MIT */
#include <gst/gst.h>

#include "category.h"
#include "provider.h"
#include "sink.h"
#include "src.h"

/* No ranks: a screen or a camera is looked for among elements that have one. The device provider
 * has one, or no monitor would ask it. */
static gboolean init(GstPlugin *plugin)
{
	category_init();
	return gst_element_register(plugin, "xfsink", GST_RANK_NONE, gst_xf_sink_get_type()) &&
	       gst_element_register(plugin, "xfsrc", GST_RANK_NONE, gst_xf_src_get_type()) &&
	       gst_device_provider_register(plugin, "xfdeviceprovider", GST_RANK_SECONDARY,
		       gst_xf_device_provider_get_type());
}

#define PACKAGE "crossfence"
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, crossfence, "Frames between processes",
	init, XFI_VERSION, "MIT/X11", "crossfence", "crossfence")
