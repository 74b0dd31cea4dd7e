/* SPDX-License-Identifier: MIT */
#include "pool.h"

#include "caps.h"
#include "category.h"
#include "memory.h"
#include "options.h"

#include <errno.h>

#define PATIENCE_NS INT64_C(500000000) /* with those upstream who hand on none of their frames */

struct _GstXfBufferPool {
	GstBufferPool base;
	struct link *link;
	struct format format;
	GstCaps *caps; /* of this format */
	gint most; /* frames for upstream: the sink has to copy what else it gets */
	gboolean blind; /* upstream does not look where planes lie */
	gint enough; /* atomic; frames of which upstream has handed on none, though it got no more
		      */
};

G_DEFINE_TYPE(GstXfBufferPool, gst_xf_buffer_pool, GST_TYPE_BUFFER_POOL)

/* XF_TIMEOUT also: something else is told since then. */
static int hold_until(struct link *link, gint seen, int64_t deadline, struct xf_frame *ret_frame)
{
	int r = xf_stream_hold(link->stream, deadline, ret_frame);
	if (r == -ECANCELED)
		link_await_change(link, seen, deadline);
	return r == -ECANCELED ? XF_TIMEOUT : r;
}

int pool_hold(struct link *link, gboolean (*go_on)(gpointer arg, int64_t *ret_ask_again),
	gpointer arg, struct xf_frame *ret_frame)
{
	*ret_frame = (struct xf_frame){ .size = sizeof(*ret_frame) };
	int r = xf_stream_hold(link->stream, 0, ret_frame);
	while (r == XF_TIMEOUT) {
		gint seen = link_changes(link);
		int64_t again = XF_NEVER;
		if (!go_on(arg, &again))
			break;
		r = hold_until(link, seen, again, ret_frame);
	}
	return r;
}

void pool_describe(
	GstBuffer *buffer, const struct xf_surface_desc *desc, const struct picture *picture)
{
	const GstVideoInfo *info = &picture->info;
	gsize offsets[GST_VIDEO_MAX_PLANES] = { 0 };
	gint strides[GST_VIDEO_MAX_PLANES] = { 0 };
	for (uint32_t i = 0; i < desc->n_planes; i++) {
		offsets[i] = format_offset(picture, desc, i);
		strides[i] = (gint)desc->planes[i].stride_bytes;
	}
	gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE,
		GST_VIDEO_INFO_FORMAT(info), (guint)GST_VIDEO_INFO_WIDTH(info),
		(guint)GST_VIDEO_INFO_HEIGHT(info), desc->n_planes, offsets, strides);
}

gboolean pool_is_described(
	GstBuffer *buffer, const struct xf_surface_desc *desc, const struct picture *picture)
{
	const GstVideoMeta *meta = gst_buffer_get_video_meta(buffer);
	if (!meta)
		return format_lies_as_usual(picture, desc);
	if (meta->n_planes != desc->n_planes)
		return FALSE;
	for (uint32_t i = 0; i < desc->n_planes; i++)
		if (meta->offset[i] != format_offset(picture, desc, i) ||
			meta->stride[i] != (gint)desc->planes[i].stride_bytes)
			return FALSE;
	return TRUE;
}

static const gchar **options(GstBufferPool *base)
{
	static const gchar *all[] = { GST_BUFFER_POOL_OPTION_VIDEO_META,
		GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT, NULL };
	return all;
}

/* Who kept the pool while the sink got other caps must not give these surfaces for his own. */
static gboolean is_current(GstXfBufferPool *pool)
{
	guint8 blob[XF_FORMAT_BLOB_MAX];
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	struct xf_stream_format now = { .size = sizeof(now) };
	return xf_stream_format(pool->link->stream, &now, &desc, blob) == 0 &&
	       caps_are_same(&now, &pool->format.stream);
}

static gboolean use_alignment(GstXfBufferPool *pool, const GstVideoAlignment *alignment)
{
	struct format aligned;
	if (!format_from_caps(&aligned, pool->link, pool->caps, alignment, 0) ||
		!aligned.picture.is)
		return FALSE;
	int r = xf_stream_set_format(pool->link->stream, &aligned.stream);
	if (r) {
		GST_WARNING_OBJECT(pool, "cannot align pictures: %s", xf_last_message(r));
		return FALSE;
	}
	GST_OBJECT_LOCK(pool);
	pool->format = aligned;
	format_own(&pool->format);
	GST_OBJECT_UNLOCK(pool);
	return TRUE;
}

/* Upstream wants rows to begin where it can work on them, or room around the picture. */
static gboolean align(GstXfBufferPool *pool, GstStructure *config)
{
	GstCaps *caps;
	GstVideoAlignment alignment;
	return gst_buffer_pool_config_has_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META) &&
	       gst_buffer_pool_config_get_params(config, &caps, NULL, NULL, NULL) && caps &&
	       gst_caps_is_equal(caps, pool->caps) &&
	       gst_buffer_pool_config_get_video_alignment(config, &alignment) && is_current(pool) &&
	       use_alignment(pool, &alignment);
}

/* Decoders ask first without any option, fail if that is refused, and then with those they want. */
static gboolean set_config(GstBufferPool *base, GstStructure *config)
{
	GstXfBufferPool *pool = GST_XF_BUFFER_POOL(base);
	if (gst_buffer_pool_config_has_option(config, GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT) &&
		!align(pool, config))
		return FALSE;
	pool->blind = !gst_buffer_pool_config_has_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
	return GST_BUFFER_POOL_CLASS(gst_xf_buffer_pool_parent_class)->set_config(base, config);
}

/*
 * The sink says so too: an element that waits here in its chain function cannot be told to stop
 * before it has come back.
 */
static gboolean is_stopped(GstXfBufferPool *pool)
{
	return GST_BUFFER_POOL_IS_FLUSHING(GST_BUFFER_POOL_CAST(pool)) ||
	       link_is_told(pool->link, LINK_STOPPED);
}

struct patience {
	GstXfBufferPool *pool;
	gint moves; /* of frames that became buffers or were none any more, since when */
	int64_t since;
};

/*
 * A decoder keeps pictures that it refers to, an encoder behind a tee those that it looks ahead at.
 * Whoever has to see more of them than there are frames before he hands one on would wait for ever.
 * Buffers on their way to a sink that waits come back, and so do frames that readers have.
 */
static gboolean upstream_keeps(struct patience *patience)
{
	struct link *link = patience->pool->link;
	gint out = g_atomic_int_get(&link->out), moves = g_atomic_int_get(&link->moves);
	int64_t now = xf_now();
	if (!out || moves != patience->moves || g_atomic_int_get(&link->awaits)) {
		patience->moves = moves;
		patience->since = now;
	}
	if (!out)
		return FALSE;
	if (now - patience->since >= PATIENCE_NS)
		g_atomic_int_set(&patience->pool->enough, out);
	return out >= g_atomic_int_get(&patience->pool->enough);
}

static gboolean may_wait(gpointer arg, int64_t *ret_ask_again)
{
	struct patience *patience = arg;
	if (is_stopped(patience->pool) || link_is_told(patience->pool->link, LINK_PAUSED) ||
		upstream_keeps(patience))
		return FALSE;
	*ret_ask_again = patience->since + PATIENCE_NS;
	return TRUE;
}

/*
 * Readers have their part, as many each as they hold by default: or else what upstream keeps could
 * lie behind a frame that waits for a surface, of which readers give none back until they have seen
 * that frame.
 */
static gboolean has_most(GstXfBufferPool *pool)
{
	gint theirs = OPTIONS_MAX_HELD * g_atomic_int_get(&pool->link->clients);
	return g_atomic_int_get(&pool->link->out) >= MAX(pool->most - theirs, 1);
}

/* 0, or XF_TIMEOUT when it may not wait for upstream to hand on one of those that it has. */
static int wait_for_upstream(struct patience *patience)
{
	struct link *link = patience->pool->link;
	if (!has_most(patience->pool))
		return 0;
	g_mutex_lock(&link->lock);
	g_atomic_int_inc(&link->short_of);
	int64_t again;
	while (has_most(patience->pool) && may_wait(patience, &again))
		link_sleep(link, again);
	(void)g_atomic_int_add(&link->short_of, -1);
	g_mutex_unlock(&link->lock);
	return has_most(patience->pool) ? XF_TIMEOUT : 0;
}

/* Without waiting, if `now`. As xf_stream_hold(). */
static int hold(GstXfBufferPool *pool, gboolean now, struct xf_frame *ret_frame)
{
	struct patience patience = {
		.pool = pool, .moves = g_atomic_int_get(&pool->link->moves), .since = xf_now()
	};
	if (now)
		return has_most(pool) ? XF_TIMEOUT
				      : xf_stream_hold(pool->link->stream, 0, ret_frame);
	int r = wait_for_upstream(&patience);
	return r ? r : pool_hold(pool->link, may_wait, &patience, ret_frame);
}

/*
 * As a surface, but of nobody's memory: the sink copies it. The stream was ended, and begins anew
 * with the first buffer, after a seek for example; or the sink is paused, and a pause is complete
 * when it has a buffer, whenever readers give theirs back; or upstream keeps all that it gets; or
 * it does not look where planes lie, and a surface has them elsewhere, or ends too early.
 */
static GstBuffer *plain_buffer(GstXfBufferPool *pool)
{
	gsize bytes = pool->blind ? format_usual_size(&pool->format.picture) : pool->format.bytes;
	GstBuffer *buffer = gst_buffer_new_allocate(NULL, bytes, NULL);
	if (buffer && !pool->blind)
		pool_describe(buffer, &pool->format.desc, &pool->format.picture);
	return buffer;
}

/* Somebody else may have aligned the stream's pictures in another way. */
static struct placement place(GstXfBufferPool *pool, const struct xf_stream_format *frames)
{
	GST_OBJECT_LOCK(pool);
	struct placement placement = *format_placement(&pool->format, frames);
	GST_OBJECT_UNLOCK(pool);
	return placement;
}

static gboolean suits(GstXfBufferPool *pool, const struct placement *placement)
{
	return placement->fits &&
	       (!pool->blind || format_is_as_usual(&placement->picture, &placement->desc));
}

/* The sink has other caps meanwhile, and smaller pictures: what is for these is not written to. */
static GstBuffer *surface_buffer(GstXfBufferPool *pool, struct xf_frame *frame)
{
	struct placement placement = place(pool, frame->format);
	GstMemory *memory;
	if (!suits(pool, &placement)) {
		xf_stream_drop(pool->link->stream, frame);
		return plain_buffer(pool);
	}
	int r = memory_wrap(pool->link, frame, placement.bytes, TRUE, &memory);
	if (r) {
		GST_ERROR_OBJECT(pool, "cannot map a frame: %s", xf_last_message(r));
		return NULL;
	}
	GstBuffer *buffer = gst_buffer_new();
	gst_buffer_append_memory(buffer, memory);
	pool_describe(buffer, frame->format->desc, &placement.picture);
	return buffer;
}

/* Always a new one: which frames there are is the stream's to say. */
static GstFlowReturn acquire(
	GstBufferPool *base, GstBuffer **ret_buffer, GstBufferPoolAcquireParams *params)
{
	GstXfBufferPool *pool = GST_XF_BUFFER_POOL(base);
	struct xf_frame frame = { .size = sizeof(frame) };
	gboolean now = params && params->flags & GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT;
	int r = hold(pool, now, &frame);
	if (r == XF_TIMEOUT && now)
		return GST_FLOW_EOS;
	if (r && is_stopped(pool))
		return GST_FLOW_FLUSHING;
	GstBuffer *buffer = NULL;
	if (!r)
		buffer = surface_buffer(pool, &frame);
	else if (r == -EPERM || r == XF_TIMEOUT)
		buffer = plain_buffer(pool);
	else
		GST_ERROR_OBJECT(pool, "cannot get a frame: %s", xf_last_message(r));
	*ret_buffer = buffer;
	return buffer ? GST_FLOW_OK : GST_FLOW_ERROR;
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
	gst_clear_caps(&GST_XF_BUFFER_POOL(object)->caps);
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
	self->enough = G_MAXINT;
}

GstBufferPool *pool_new(struct link *link, const struct format *format, GstCaps *caps, guint most)
{
	GstXfBufferPool *pool = g_object_new(gst_xf_buffer_pool_get_type(), NULL);
	gst_object_ref_sink(pool);
	pool->link = link_ref(link);
	pool->format = *format;
	pool->caps = gst_caps_ref(caps);
	pool->most = (gint)most;
	format_own(&pool->format);
	return GST_BUFFER_POOL_CAST(pool);
}
