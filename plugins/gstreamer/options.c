/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <crossfence/stream.h>

#define DEADLINE (20 * GST_MSECOND)

enum { WAIT_FOR_CONNECTION, CONNECTION_TIMEOUT, POLICY, HELD, PROCESSING_DEADLINE };

static GType policy_type(void)
{
	static gsize type;
	static const GEnumValue values[] = {
		{ XF_STREAM_EVERY, "Each frame; the producer waits for this reader", "every" },
		{ XF_STREAM_LATEST, "The newest frame; the producer does not wait", "latest" },
		{ 0, NULL, NULL },
	};
	if (g_once_init_enter(&type))
		g_once_init_leave(&type, g_enum_register_static("GstXfPolicy", values));
	return (GType)type;
}

void options_init(struct options *options)
{
	*options = (struct options){ .policy = XF_STREAM_EVERY,
		.max_held = OPTIONS_MAX_HELD,
		.wait_for_connection = TRUE,
		.connection_timeout = G_MAXUINT64,
		.processing_deadline = DEADLINE };
}

void options_install(GObjectClass *object, guint first)
{
	GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
	gst_type_mark_as_plugin_api(policy_type(), 0);
	g_object_class_install_property(object, first + WAIT_FOR_CONNECTION,
		g_param_spec_boolean("wait-for-connection", "Wait for a connection",
			"Wait for somebody to produce the stream, instead of failing", TRUE,
			flags));
	g_object_class_install_property(object, first + CONNECTION_TIMEOUT,
		g_param_spec_uint64("connection-timeout", "Connection timeout",
			"How long to wait for it, in nanoseconds", 0, G_MAXUINT64, G_MAXUINT64,
			flags));
	g_object_class_install_property(object, first + POLICY,
		g_param_spec_enum("policy", "Policy", "Which frames to get", policy_type(),
			XF_STREAM_EVERY, flags));
	g_object_class_install_property(object, first + HELD,
		g_param_spec_uint("max-held", "Most held",
			"Frames that this reader may hold, one of them in its own hand; more "
			"that downstream keeps are copied",
			1, XF_POOL_MAX, OPTIONS_MAX_HELD, flags));
	g_object_class_install_property(object, first + PROCESSING_DEADLINE,
		g_param_spec_uint64("processing-deadline", "Processing deadline",
			"How much later than at its producer a frame is shown, at least, in "
			"nanoseconds",
			0, G_MAXINT64, DEADLINE, flags));
}

void options_set(struct options *options, guint number, const GValue *value)
{
	switch (number) {
	case WAIT_FOR_CONNECTION:
		options->wait_for_connection = g_value_get_boolean(value);
		break;
	case CONNECTION_TIMEOUT:
		options->connection_timeout = g_value_get_uint64(value);
		break;
	case POLICY:
		options->policy = g_value_get_enum(value);
		break;
	case HELD:
		options->max_held = g_value_get_uint(value);
		break;
	case PROCESSING_DEADLINE:
		options->processing_deadline = g_value_get_uint64(value);
		break;
	}
}

void options_get(const struct options *options, guint number, GValue *value)
{
	switch (number) {
	case WAIT_FOR_CONNECTION:
		g_value_set_boolean(value, options->wait_for_connection);
		break;
	case CONNECTION_TIMEOUT:
		g_value_set_uint64(value, options->connection_timeout);
		break;
	case POLICY:
		g_value_set_enum(value, options->policy);
		break;
	case HELD:
		g_value_set_uint(value, options->max_held);
		break;
	case PROCESSING_DEADLINE:
		g_value_set_uint64(value, options->processing_deadline);
		break;
	}
}
