/* SPDX-License-Identifier: MIT */
/* Streams that can be read, as devices: `gst-device-monitor-1.0 -f Video/Source`. */
#ifndef XF_GST_PROVIDER_H
#define XF_GST_PROVIDER_H

#include <gst/gst.h>

G_DECLARE_FINAL_TYPE(
	GstXfDeviceProvider, gst_xf_device_provider, GST, XF_DEVICE_PROVIDER, GstDeviceProvider)

#endif
