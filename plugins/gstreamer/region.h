/* SPDX-License-Identifier: MIT */
/*
 * Regions of interest as records of meta.h. One is: id, parent, x, y, width, height (32 bits each)
 * and its type. What detectors say of it, structures of fields, are a record each after it: the
 * structure's name, then of each field type (8 bits), name and value as text; names and values
 * begin with their length (8 bits).
 */
#ifndef XF_GST_REGION_H
#define XF_GST_REGION_H

#include <gst/base/gstbytereader.h>
#include <gst/base/gstbytewriter.h>

#include "format.h"

#define REGION_BYTES 512 /* room for more than a record may have */

void region_put(GstByteWriter *record, const GstVideoRegionOfInterestMeta *meta);

/* FALSE: a field has a type of its own, or there is no room. What could be put is whole. */
gboolean region_put_fields(GstByteWriter *record, const GstStructure *fields);

/* NULL: nonsense, or one that is not in the picture. */
GstVideoRegionOfInterestMeta *region_get(
	GstBuffer *buffer, const struct picture *picture, GstByteReader *record);

/* Adds them to the region, as far as they can be understood. */
void region_get_fields(GstVideoRegionOfInterestMeta *meta, GstByteReader *record);

#endif
