/* SPDX-License-Identifier: MIT */
/* A stream that can be read, as a device. */
#ifndef XF_GST_DEVICE_H
#define XF_GST_DEVICE_H

#include <gst/gst.h>

G_DECLARE_FINAL_TYPE(GstXfDevice, gst_xf_device, GST, XF_DEVICE, GstDevice)

/* Takes the caps over. A floating reference. */
GstDevice *device_new(const gchar *domain, const gchar *label, GstCaps *caps);
const gchar *device_domain(GstDevice *device);

/* Whether both are of the same address. */
gboolean device_is_same(GstDevice *a, GstDevice *b);

#endif
