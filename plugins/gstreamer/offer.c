/* SPDX-License-Identifier: MIT */
#include "offer.h"

#include "pool.h"
#include "portable.h"

/* Anything in memory of processes; of what upstream can make first what is a picture for others
 * too, and not copied. */
GstCaps *offer_caps(GstCaps *filter)
{
	if (!filter || gst_caps_is_any(filter))
		return gst_caps_new_any();
	return portable_part(gst_caps_merge(format_pictures_of(filter), gst_caps_ref(filter)));
}

void offer_buffers(struct writer *writer, GstQuery *query)
{
	GstCaps *caps;
	gboolean wants_pool;
	gst_query_parse_allocation(query, &caps, &wants_pool);
	/* Not GstVideoCropMeta, which travels all the same: who hears of it (videocrop, theoradec)
	 * gives pictures that are larger than their caps, instead of what is to be seen. */
	gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL);
	if (!wants_pool || !caps || !writer->link || writer->ended || writer->pending ||
		!writer->format.picture.is || !gst_caps_is_equal(caps, writer->caps))
		return;
	/* One is the newest, one may be on its way here. */
	guint size = (guint)writer->format.bytes, most = writer->surfaces - 2;
	GstBufferPool *pool = pool_new(writer->link, &writer->format, writer->caps, most);
	GstStructure *config = gst_buffer_pool_get_config(pool);
	gst_buffer_pool_config_set_params(config, caps, size, 0, most);
	(void)gst_buffer_pool_set_config(pool, config);
	gst_query_add_allocation_pool(query, pool, size, 0, most);
	gst_object_unref(pool);
}
