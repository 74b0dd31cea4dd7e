/* SPDX-License-Identifier: MIT */
#include "category.h"

GstDebugCategory *category;

void category_init(void)
{
	static const gchar *const elements[] = { "xfsink", "xfsrc" };
	GST_DEBUG_CATEGORY_INIT(category, "crossfence", 0, "frames between processes");
	for (gsize i = 0; i < G_N_ELEMENTS(elements); i++) {
		GstDebugCategory *element =
			_gst_debug_category_new(elements[i], 0, "the same as crossfence");
		GstDebugLevel wanted = gst_debug_category_get_threshold(element);
		if (wanted > gst_debug_category_get_threshold(category))
			gst_debug_category_set_threshold(category, wanted);
	}
}
