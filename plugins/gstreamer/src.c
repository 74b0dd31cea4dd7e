/* SPDX-License-Identifier: MIT */
/*
 * Joins when it is first asked for a buffer (reader.h), so that no change of state waits for
 * anybody. A producer that dies leaves the stream as it is; its successor's frames come next,
 * marked as discontinuous.
 */
#include "src.h"

#include "address.h"
#include "category.h"
#include "complain.h"
#include "ended.h"
#include "options.h"
#include "reader.h"
#include "receive.h"
#include "settable.h"
#include "uri.h"

enum {
	ADDRESS = 1,
	OPTION = ADDRESS + ADDRESS_PROPERTIES,
	IS_LIVE = OPTION + OPTIONS,
	QOS,
	COPIED,
	LOST,
	STATS,
};

struct _GstXfSrc {
	GstPushSrc base;
	struct address address; /* the object's lock */
	struct options options;
	struct reader reader;
	struct receiving receiving;
	struct ended ended;
	gint refused; /* atomic: and it was told by whom, and what */
};

G_DEFINE_TYPE_WITH_CODE(GstXfSrc, gst_xf_src, GST_TYPE_PUSH_SRC,
	G_IMPLEMENT_INTERFACE(GST_TYPE_URI_HANDLER, uri_handler_of_source))

static GstFlowReturn create(GstPushSrc *base, GstBuffer **ret_buffer)
{
	GstXfSrc *src = GST_XF_SRC(base);
	GstFlowReturn flow = reader_join(&src->reader);
	if (flow)
		return flow;
	src->receiving.times.newest = src->reader.newest;
	ended_watch(&src->ended);
	return receive_buffer(&src->receiving, ret_buffer);
}

/* ---- states, queries and events ---- */

/* To join, or once more. */
static void begin(GstXfSrc *src)
{
	receive_begin(&src->receiving, src->options.policy == XF_STREAM_EVERY);
}

static void leave(GstXfSrc *src)
{
	receive_finish(&src->receiving);
	reader_stop(&src->reader);
}

/*
 * Nobody is going to take frames any more, whatever the reason: from now on no producer waits for
 * us. If we are flushed and shall go on we join anew.
 */
static void leave_at_end(gpointer arg)
{
	GstXfSrc *src = arg;
	if (!src->reader.link)
		return;
	GST_INFO_OBJECT(src, "takes no more frames");
	leave(src);
	begin(src);
}

/*
 * The base class says to downstream that there is no more, which may take it as long as it likes.
 * An application may say so too while frames are taken; that is no end yet.
 */
static GstPadProbeReturn see_end(GstPad *pad, GstPadProbeInfo *info, gpointer arg)
{
	if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_EOS &&
		gst_pad_get_task_state(pad) != GST_TASK_STARTED)
		leave_at_end(arg);
	return GST_PAD_PROBE_OK;
}

static gboolean start(GstBaseSrc *base)
{
	GstXfSrc *src = GST_XF_SRC(base);
	receive_start(&src->receiving);
	g_atomic_int_set(&src->refused, FALSE);
	begin(src);
	reader_start(&src->reader);
	if (!ended_start(&src->ended)) {
		GST_ELEMENT_ERROR(src, RESOURCE, FAILED, ("There is no thread to be had"), (NULL));
		return FALSE;
	}
	late_reset(&src->receiving.late, GST_ELEMENT_CAST(src));
	return TRUE;
}

static gboolean stop(GstBaseSrc *base)
{
	GstXfSrc *src = GST_XF_SRC(base);
	GST_INFO_OBJECT(src,
		"stops after %" G_GUINT64_FORMAT " frames, %" G_GUINT64_FORMAT
		" lost, %" G_GUINT64_FORMAT " copied",
		src->receiving.frames, src->receiving.lost, src->receiving.copied);
	ended_stop(&src->ended);
	leave(src);
	return TRUE;
}

static gboolean unlock(GstBaseSrc *base)
{
	reader_unlock(&GST_XF_SRC(base)->reader);
	return TRUE;
}

static gboolean unlock_stop(GstBaseSrc *base)
{
	reader_unlock_stop(&GST_XF_SRC(base)->reader);
	return TRUE;
}

static GstStateChangeReturn change_state(GstElement *element, GstStateChange change)
{
	GstXfSrc *src = GST_XF_SRC(element);
	if (change == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
		reader_set_paused(&src->reader, gst_base_src_is_live(GST_BASE_SRC_CAST(src)));
	if (change == GST_STATE_CHANGE_PAUSED_TO_PLAYING) {
		reader_set_paused(&src->reader, FALSE);
		late_reset(&src->receiving.late, element);
	}
	return GST_ELEMENT_CLASS(gst_xf_src_parent_class)->change_state(element, change);
}

static gboolean src_event(GstBaseSrc *base, GstEvent *event)
{
	GstXfSrc *src = GST_XF_SRC(base);
	if (GST_EVENT_TYPE(event) == GST_EVENT_QOS)
		late_hear(&src->receiving.late, GST_ELEMENT_CAST(src), event);
	return GST_BASE_SRC_CLASS(gst_xf_src_parent_class)->event(base, event);
}

/* A frame carries the time at which its producer showed it; what comes after needs some time. */
static gboolean query(GstBaseSrc *base, GstQuery *query)
{
	GstXfSrc *src = GST_XF_SRC(base);
	if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY)
		return GST_BASE_SRC_CLASS(gst_xf_src_parent_class)->query(base, query);
	gst_query_set_latency(query, gst_base_src_is_live(base), src->options.processing_deadline,
		GST_CLOCK_TIME_NONE);
	return TRUE;
}

static gboolean negotiate(GstBaseSrc *base)
{
	receive_negotiate(&GST_XF_SRC(base)->receiving);
	return TRUE;
}

/* The base class says only that caps were refused, when that has come up. */
static gboolean post_message(GstElement *element, GstMessage *message)
{
	GstXfSrc *src = GST_XF_SRC(element);
	GstPad *pad = GST_BASE_SRC_PAD(src);
	if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR &&
		gst_pad_get_last_flow_return(pad) == GST_FLOW_NOT_NEGOTIATED &&
		g_atomic_int_compare_and_exchange(&src->refused, FALSE, TRUE)) {
		GstCaps *caps = gst_pad_get_current_caps(pad);
		if (caps)
			complain_refused(element, &src->address, caps);
		gst_clear_caps(&caps);
	}
	return GST_ELEMENT_CLASS(gst_xf_src_parent_class)->post_message(element, message);
}

static gboolean is_seekable(GstBaseSrc *base)
{
	return FALSE;
}

/* ---- properties ---- */

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
	GstXfSrc *src = GST_XF_SRC(object);
	if (!settable_now(GST_ELEMENT_CAST(src), spec, !settable_all(GST_ELEMENT_CAST(src))))
		return;
	switch (id) {
	case IS_LIVE:
		gst_base_src_set_live(GST_BASE_SRC_CAST(src), g_value_get_boolean(value));
		break;
	case QOS:
		src->receiving.late.on = g_value_get_boolean(value);
		break;
	case OPTION ... OPTION + OPTIONS - 1:
		options_set(&src->options, id - OPTION, value);
		break;
	case ADDRESS ... ADDRESS + ADDRESS_PROPERTIES - 1:
		address_set(GST_ELEMENT_CAST(src), &src->address, id - ADDRESS, value);
		break;
	default:
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	}
}

static GstStructure *stats_of(GstXfSrc *src)
{
	return gst_structure_new("application/x-xf-stats", "frames", G_TYPE_UINT64,
		src->receiving.frames, "copied", G_TYPE_UINT64, src->receiving.copied, "lost",
		G_TYPE_UINT64, src->receiving.lost, "dropped", G_TYPE_UINT64,
		src->receiving.late.dropped, NULL);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
	GstXfSrc *src = GST_XF_SRC(object);
	switch (id) {
	case IS_LIVE:
		g_value_set_boolean(value, gst_base_src_is_live(GST_BASE_SRC_CAST(src)));
		break;
	case QOS:
		g_value_set_boolean(value, src->receiving.late.on);
		break;
	case OPTION ... OPTION + OPTIONS - 1:
		options_get(&src->options, id - OPTION, value);
		break;
	case COPIED:
		g_value_set_uint64(value, src->receiving.copied);
		break;
	case LOST:
		g_value_set_uint64(value, src->receiving.lost);
		break;
	case STATS:
		g_value_take_boxed(value, stats_of(src));
		break;
	case ADDRESS ... ADDRESS + ADDRESS_PROPERTIES - 1:
		address_get(GST_ELEMENT_CAST(src), &src->address, id - ADDRESS, value);
		break;
	default:
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	}
}

static void finalize(GObject *object)
{
	GstXfSrc *src = GST_XF_SRC(object);
	address_clear(&src->address);
	ended_finish(&src->ended);
	G_OBJECT_CLASS(gst_xf_src_parent_class)->finalize(object);
}

static void install_properties(GObjectClass *object)
{
	GParamFlags rw = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
	GParamFlags ro = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
	address_install(object, ADDRESS, GST_PARAM_MUTABLE_READY);
	options_install(object, OPTION);
	g_object_class_install_property(object, QOS,
		g_param_spec_boolean("qos", "Quality of service",
			"Leave out pictures that would be shown too late, as downstream tells",
			TRUE, rw | GST_PARAM_MUTABLE_PLAYING));
	g_object_class_install_property(object, IS_LIVE,
		g_param_spec_boolean("is-live", "Is live",
			"Frames come when they come, and play in sync with their producer", TRUE,
			rw));
	g_object_class_install_property(object, COPIED,
		g_param_spec_uint64("copied", "Copied",
			"Frames that had to be copied for downstream", 0, G_MAXUINT64, 0, ro));
	g_object_class_install_property(object, LOST,
		g_param_spec_uint64("lost", "Lost", "Frames that should have come and were missed",
			0, G_MAXUINT64, 0, ro));
	g_object_class_install_property(object, STATS,
		g_param_spec_boxed("stats", "Statistics", "All counters", GST_TYPE_STRUCTURE, ro));
}

static void gst_xf_src_class_init(GstXfSrcClass *class)
{
	static GstStaticPadTemplate any =
		GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
	GObjectClass *object = G_OBJECT_CLASS(class);
	GstElementClass *element = GST_ELEMENT_CLASS(class);
	GstBaseSrcClass *base = GST_BASE_SRC_CLASS(class);
	object->set_property = set_property;
	object->get_property = get_property;
	object->finalize = finalize;
	install_properties(object);
	gst_element_class_add_static_pad_template(element, &any);
	gst_element_class_set_static_metadata(element, "Crossfence source", "Source",
		"Takes frames from other processes without copying them", "crossfence");
	element->change_state = change_state;
	element->post_message = post_message;
	base->start = start;
	base->stop = stop;
	base->unlock = unlock;
	base->unlock_stop = unlock_stop;
	base->query = query;
	base->event = src_event;
	base->negotiate = negotiate;
	base->is_seekable = is_seekable;
	GST_PUSH_SRC_CLASS(class)->create = create;
}

static void gst_xf_src_init(GstXfSrc *src)
{
	src->reader.element = GST_ELEMENT_CAST(src);
	src->reader.address = &src->address;
	src->reader.options = &src->options;
	src->receiving.src = GST_BASE_SRC_CAST(src);
	src->receiving.address = &src->address;
	src->receiving.reader = &src->reader;
	options_init(&src->options);
	src->receiving.late.on = TRUE;
	gst_pad_add_probe(
		GST_BASE_SRC_PAD(src), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, see_end, src, NULL);
	ended_init(&src->ended, GST_BASE_SRC_PAD(src), leave_at_end, src);
	gst_base_src_set_live(GST_BASE_SRC_CAST(src), TRUE);
	gst_base_src_set_format(GST_BASE_SRC_CAST(src), GST_FORMAT_TIME);
}
