/* SPDX-License-Identifier: MIT */
/* Streams that can be read, as devices: `gst-device-monitor-1.0 Video/Source`. */
#ifndef XF_GST_DEVICE_H
#define XF_GST_DEVICE_H

#include <gst/gst.h>

G_DECLARE_FINAL_TYPE(GstXfDevice, gst_xf_device, GST, XF_DEVICE, GstDevice)
G_DECLARE_FINAL_TYPE(
	GstXfDeviceProvider, gst_xf_device_provider, GST, XF_DEVICE_PROVIDER, GstDeviceProvider)

#endif
