/* SPDX-License-Identifier: MIT */
#include "category.h"

GstDebugCategory *category;

void category_init(void)
{
	GST_DEBUG_CATEGORY_INIT(category, "crossfence", 0, "frames between processes");
}
