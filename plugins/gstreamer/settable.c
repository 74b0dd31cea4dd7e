/* SPDX-License-Identifier: MIT */
#include "settable.h"

#include "category.h"

gboolean settable_all(GstElement *element)
{
	GST_OBJECT_LOCK(element);
	gboolean sink = GST_OBJECT_FLAG_IS_SET(element, GST_ELEMENT_FLAG_SINK);
	gboolean all = GST_STATE(element) <= (sink ? GST_STATE_NULL : GST_STATE_READY);
	GST_OBJECT_UNLOCK(element);
	return all;
}

gboolean settable_now(GstElement *element, const GParamSpec *spec, gboolean used)
{
	if (spec->flags & GST_PARAM_MUTABLE_PLAYING || !used)
		return TRUE;
	GST_WARNING_OBJECT(
		element, "%s stays as it is: it can be set before a stream begins", spec->name);
	return FALSE;
}
