/* SPDX-License-Identifier: MIT */
#include "pool.h"

#include "category.h"
#include "memory.h"

#define ASK_AGAIN_NS INT64_C(30000000) /* of those who must stop waiting when they are told to */

struct _GstXfBufferPool {
	GstBufferPool base;
	struct link *link;
	struct format format;
};

G_DEFINE_TYPE(GstXfBufferPool, gst_xf_buffer_pool, GST_TYPE_BUFFER_POOL)

int pool_hold(struct link *link, gboolean (*go_on)(gpointer arg), gpointer arg,
	struct xf_frame *ret_frame)
{
	int r;
	*ret_frame = (struct xf_frame){ .size = sizeof(*ret_frame) };
	do
		r = xf_stream_hold(link->stream, xf_deadline(ASK_AGAIN_NS), ret_frame);
	while (r == XF_TIMEOUT && go_on(arg));
	return r;
}

void pool_describe(GstBuffer *buffer, const struct xf_surface_desc *desc, const GstVideoInfo *info)
{
	gsize offsets[GST_VIDEO_MAX_PLANES] = { 0 };
	gint strides[GST_VIDEO_MAX_PLANES] = { 0 };
	for (uint32_t i = 0; i < desc->n_planes; i++) {
		offsets[i] = desc->planes[i].offset_bytes;
		strides[i] = (gint)desc->planes[i].stride_bytes;
	}
	gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE,
		GST_VIDEO_INFO_FORMAT(info), (guint)GST_VIDEO_INFO_WIDTH(info),
		(guint)GST_VIDEO_INFO_HEIGHT(info), desc->n_planes, offsets, strides);
}

static const gchar **options(GstBufferPool *base)
{
	static const gchar *all[] = { GST_BUFFER_POOL_OPTION_VIDEO_META,
		GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT, NULL };
	return all;
}

/* A surface ends with its last row: there is no room around the picture to be written to. */
static gboolean is_possible(const GstVideoAlignment *alignment)
{
	return !alignment->padding_top && !alignment->padding_bottom && !alignment->padding_left &&
	       !alignment->padding_right;
}

/* Upstream wants rows to begin where it can work on them. */
static gboolean align(GstXfBufferPool *pool, GstStructure *config)
{
	GstCaps *caps;
	GstVideoAlignment alignment;
	if (!gst_buffer_pool_config_has_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META) ||
		!gst_buffer_pool_config_get_params(config, &caps, NULL, NULL, NULL) || !caps ||
		!gst_buffer_pool_config_get_video_alignment(config, &alignment) ||
		!is_possible(&alignment) || !format_from_caps(&pool->format, caps, &alignment, 0) ||
		!pool->format.is_video)
		return FALSE;
	int r = xf_stream_set_format(pool->link->stream, &pool->format.stream);
	if (r)
		GST_WARNING_OBJECT(pool, "cannot align pictures: %s", xf_last_message(r));
	return r == 0;
}

static gboolean set_config(GstBufferPool *base, GstStructure *config)
{
	GstXfBufferPool *pool = GST_XF_BUFFER_POOL(base);
	if (gst_buffer_pool_config_has_option(config, GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT) &&
		!align(pool, config))
		return FALSE;
	return GST_BUFFER_POOL_CLASS(gst_xf_buffer_pool_parent_class)->set_config(base, config);
}

static gboolean not_flushing(gpointer arg)
{
	return !GST_BUFFER_POOL_IS_FLUSHING(GST_BUFFER_POOL_CAST(arg));
}

/* Always a new one: which frames there are is the stream's to say. */
static GstFlowReturn acquire(
	GstBufferPool *base, GstBuffer **ret_buffer, GstBufferPoolAcquireParams *params)
{
	GstXfBufferPool *pool = GST_XF_BUFFER_POOL(base);
	struct xf_frame frame;
	GstMemory *memory;
	gboolean may_wait = !params || !(params->flags & GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT);
	frame = (struct xf_frame){ .size = sizeof(frame) };
	int r = may_wait ? pool_hold(pool->link, not_flushing, pool, &frame)
			 : xf_stream_hold(pool->link->stream, 0, &frame);
	if (r == XF_TIMEOUT)
		return may_wait ? GST_FLOW_FLUSHING : GST_FLOW_EOS;
	memory = r ? NULL : memory_wrap(pool->link, &frame, TRUE);
	if (!memory) {
		GST_ERROR_OBJECT(pool, "cannot get a frame: %s", xf_last_message(r));
		return GST_FLOW_ERROR;
	}
	*ret_buffer = gst_buffer_new();
	gst_buffer_append_memory(*ret_buffer, memory);
	pool_describe(*ret_buffer, frame.format->desc, &pool->format.info);
	return GST_FLOW_OK;
}

/* Nothing is kept: the frame goes back to the stream with the memory. */
static void release(GstBufferPool *base, GstBuffer *buffer)
{
	gst_buffer_unref(buffer);
}

static gboolean start(GstBufferPool *base)
{
	return TRUE;
}

static void finalize(GObject *object)
{
	link_unref(GST_XF_BUFFER_POOL(object)->link);
	G_OBJECT_CLASS(gst_xf_buffer_pool_parent_class)->finalize(object);
}

static void gst_xf_buffer_pool_class_init(GstXfBufferPoolClass *class)
{
	GstBufferPoolClass *pool = GST_BUFFER_POOL_CLASS(class);
	G_OBJECT_CLASS(class)->finalize = finalize;
	pool->get_options = options;
	pool->set_config = set_config;
	pool->start = start;
	pool->acquire_buffer = acquire;
	pool->release_buffer = release;
}

static void gst_xf_buffer_pool_init(GstXfBufferPool *self)
{
}

GstBufferPool *pool_new(struct link *link, const struct format *format)
{
	GstXfBufferPool *pool = g_object_new(gst_xf_buffer_pool_get_type(), NULL);
	gst_object_ref_sink(pool);
	pool->link = link_ref(link);
	pool->format = *format;
	pool->format.stream.desc = &pool->format.desc;
	pool->format.stream.blob = pool->format.blob;
	return GST_BUFFER_POOL_CAST(pool);
}
