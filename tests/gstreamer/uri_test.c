/* SPDX-License-Identifier: MIT */
/* xf:// as people and programs write it: what it sets, what it does not, and the way back. */
#include "pipeline.h"

#include <crossfence/crossfence.h>
#include <string.h>

static GstElement *element_of(const char *uri, GstURIType type)
{
	GError *error = NULL;
	GstElement *element = gst_element_make_from_uri(type, uri, NULL, &error);
	if (!element)
		fail_msg("%s: %s", uri, error->message);
	return gst_object_ref_sink(element);
}

static guint64 number(GstElement *element, const char *name)
{
	GValue value = G_VALUE_INIT, number = G_VALUE_INIT;
	g_value_init(&number, G_TYPE_UINT64);
	g_object_get_property(G_OBJECT(element), name, &value);
	if (G_VALUE_HOLDS_ENUM(&value))
		return (guint64)g_value_get_enum(&value);
	assert_true(g_value_transform(&value, &number));
	return g_value_get_uint64(&number);
}

static void properties_stand_in_a_uri(void **state)
{
	GstElement *src = element_of("xf://cam/main?policy=latest&max-held=2&is-live=false&"
				     "connection-timeout=5000000000&wait-for-connection=true",
		GST_URI_SRC);
	gchar *domain, *label;
	g_object_get(src, "domain", &domain, "label", &label, NULL);
	assert_string_equal(domain, "cam");
	assert_string_equal(label, "main");
	assert_int_equal(number(src, "policy"), XF_STREAM_LATEST);
	assert_int_equal(number(src, "max-held"), 2);
	assert_int_equal(number(src, "is-live"), FALSE);
	assert_int_equal(number(src, "connection-timeout"), 5 * GST_SECOND);
	/* What another one does not name stays as it is. */
	assert_true(gst_uri_handler_set_uri(GST_URI_HANDLER(src), "xf://door?max-held=4", NULL));
	assert_int_equal(number(src, "max-held"), 4);
	assert_int_equal(number(src, "policy"), XF_STREAM_LATEST);
	g_free(domain);
	g_free(label);
	gst_object_unref(src);
	GstElement *sink = element_of("xf://cam?surfaces=8&wait-for-connection=1", GST_URI_SINK);
	assert_int_equal(number(sink, "surfaces"), 8);
	assert_int_equal(number(sink, "wait-for-connection"), TRUE);
	gst_object_unref(sink);
}

/* An error with the address and what is wrong with it, and nothing of it is set. */
static void what_cannot_be_is_an_error(void **state)
{
	static const char *const wrong[][2] = {
		{ "xf://", "a domain's name" },
		{ "xf:///main", "a domain's name" },
		{ "xf://?policy=latest", "a domain's name" },
		{ "xf://a%zz", "'%zz' is no escape" },
		{ "xf://cam/%", "'%' is no escape" },
		{ "xf://cam/left%2", "'%2' is no escape" },
		{ "xf://cam/left%2/eye", "'%2/' is no escape" },
		{ "xf://cam/a%20b%g0", "'%g0' is no escape" },
		{ "xf://cam/a%00b", "the byte 0" },
		{ "xf://a%00b", "the byte 0" },
		{ "xf://cam/a#b", "%23" },
		{ "xf://cam/0123456789012345678901234567890123", "31 bytes" },
		{ "xf://cam?polcy=latest", "no property 'polcy'" },
		{ "xf://cam?copied=5", "no property 'copied'" },
		{ "xf://cam?fd=5", "no property 'fd'" },
		{ "xf://cam?blocksize=5", "no property 'blocksize'" },
		{ "xf://cam?max-held=2&policy=newest", "'policy' has no value 'newest'" },
		{ "xf://cam?max-held=2&max-held=0", "'max-held' has no value '0'" },
		{ "xf://cam?max-held=x", "'max-held' has no value 'x'" },
		{ "xf://cam?max-held", "'max-held' has no value ''" },
		{ "xf://cam?is-live=%", "'%' is no escape" },
		{ "xf://cam?is%2=true", "'%2=' is no escape" },
	};
	GstElement *src = element_of("xf://first/one?max-held=5", GST_URI_SRC);
	for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
		GError *error = NULL;
		assert_false(gst_uri_handler_set_uri(GST_URI_HANDLER(src), wrong[i][0], &error));
		if (!g_error_matches(error, GST_URI_ERROR, GST_URI_ERROR_BAD_REFERENCE) ||
			!strstr(error->message, wrong[i][0]) ||
			!strstr(error->message, wrong[i][1]))
			fail_msg("%s: %s", wrong[i][0], error->message);
		g_error_free(error);
		gchar *uri = gst_uri_handler_get_uri(GST_URI_HANDLER(src));
		assert_string_equal(uri, "xf://first/one?max-held=5");
		g_free(uri);
	}
	gst_object_unref(src);
}

/* What a device's or an element's URI says is what it came from. */
static void uris_lead_back(void **state)
{
	static const char *const labels[] = { "a b", "a%20b", "a/b", "a?b#c", "%", "a\nb", "%00",
		"K\303\274che", "policy=latest&x", "~-._", "frames" };
	for (gsize i = 0; i < G_N_ELEMENTS(labels); i++) {
		GstElement *one = gst_object_ref_sink(gst_element_factory_make("xfsrc", NULL));
		g_object_set(one, "domain", labels[i], "label", labels[i], "policy",
			XF_STREAM_LATEST, NULL);
		gchar *uri = gst_uri_handler_get_uri(GST_URI_HANDLER(one)), *domain, *label;
		GstElement *other = element_of(uri, GST_URI_SRC);
		g_object_get(other, "domain", &domain, "label", &label, NULL);
		assert_string_equal(domain, labels[i]);
		assert_string_equal(label, labels[i]);
		assert_int_equal(number(other, "policy"), XF_STREAM_LATEST);
		g_free(domain);
		g_free(label);
		g_free(uri);
		gst_object_unref(one);
		gst_object_unref(other);
	}
}

static void devices_have_such_uris(void **state)
{
	static const char *const labels[] = { "a b?c", "plain" };
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 64, .fourcc = XF_FORMAT_R8
	};
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format };
	struct xf_domain *domain;
	struct xf_stream *streams[2];
	guint found = 0;
	assert_int_equal(xf_domain_open_or_create("names", NULL, &domain), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(xf_stream_create(domain, &params, labels[i], &streams[i]), 0);
	GstDeviceProvider *provider = gst_device_provider_factory_get_by_name("xfdeviceprovider");
	GList *devices = gst_device_provider_get_devices(provider);
	for (GList *each = devices; each; each = each->next) {
		GstStructure *more = gst_device_get_properties(each->data);
		GstElement *src = element_of(gst_structure_get_string(more, "xf.uri"), GST_URI_SRC);
		gchar *label;
		g_object_get(src, "label", &label, NULL);
		found += !strcmp(label, labels[0]) || !strcmp(label, labels[1]);
		g_free(label);
		gst_object_unref(src);
		gst_structure_free(more);
	}
	assert_int_equal(found, 2);
	g_list_free_full(devices, gst_object_unref);
	gst_object_unref(provider);
	for (int i = 0; i < 2; i++)
		xf_stream_close(streams[i]);
	xf_domain_leave(domain);
}

/* ---- elements that run ---- */

static gchar *text_of(GstElement *element, const char *property)
{
	gchar *text;
	GValue value = G_VALUE_INIT;
	GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), property);
	g_value_init(&value, spec->value_type);
	g_object_get_property(G_OBJECT(element), property, &value);
	text = gst_value_serialize(&value);
	g_value_unset(&value);
	return text;
}

/* Whether it is as it was told to be. */
static gboolean can_be_set(GstElement *element, const char *property, const char *text)
{
	gst_util_set_object_arg(G_OBJECT(element), property, text);
	gchar *now = text_of(element, property);
	gboolean is = !g_strcmp0(now, text);
	g_free(now);
	return is;
}

static const struct {
	gboolean sink, always;
	const char *name, *value;
} properties[] = {
	{ TRUE, FALSE, "domain", "other" },
	{ TRUE, FALSE, "label", "other" },
	{ TRUE, FALSE, "fd", "9" },
	{ TRUE, FALSE, "surfaces", "5" },
	{ TRUE, TRUE, "wait-for-connection", "true" },
	{ FALSE, FALSE, "domain", "other" },
	{ FALSE, FALSE, "label", "other" },
	{ FALSE, FALSE, "fd", "9" },
	{ FALSE, FALSE, "max-held", "7" },
	{ FALSE, FALSE, "policy", "latest" },
	{ FALSE, FALSE, "wait-for-connection", "false" },
	{ FALSE, FALSE, "connection-timeout", "5" },
	{ FALSE, FALSE, "is-live", "false" },
	{ FALSE, FALSE, "processing-deadline", "5" },
	{ FALSE, TRUE, "qos", "false" },
};

/* As gst-inspect-1.0 says them. xfsink's can be set until the first caps, which no flag says. */
static void flags_are_true(
	GstElement *element, const char *property, gboolean sink, gboolean always)
{
	GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), property);
	assert_int_equal((spec->flags & GST_PARAM_MUTABLE_PLAYING) != 0, always);
	assert_int_equal((spec->flags & GST_PARAM_MUTABLE_READY) != 0, !sink);
}

static void no_address_is_taken(GstElement *element)
{
	GError *error = NULL;
	assert_false(gst_uri_handler_set_uri(GST_URI_HANDLER(element), "xf://else", &error));
	assert_true(g_error_matches(error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE));
	g_error_free(error);
}

/* What is shown is what is used: the rest can be set before a start only. */
static void what_runs_stays_as_it_started(void **state)
{
	GstElement *in = pipeline_play("videotestsrc is-live=true ! xfsink name=sink domain=runs");
	GstElement *back = pipeline_play("xfsrc name=src domain=runs ! fakesink");
	GstElement *sink = gst_bin_get_by_name(GST_BIN(in), "sink");
	GstElement *src = gst_bin_get_by_name(GST_BIN(back), "src");
	assert_int_equal(
		gst_element_get_state(in, NULL, NULL, 30 * GST_SECOND), GST_STATE_CHANGE_SUCCESS);
	assert_int_equal(
		gst_element_get_state(back, NULL, NULL, 30 * GST_SECOND), GST_STATE_CHANGE_SUCCESS);
	no_address_is_taken(sink);
	no_address_is_taken(src);
	for (gsize i = 0; i < G_N_ELEMENTS(properties); i++)
		if (can_be_set(properties[i].sink ? sink : src, properties[i].name,
			    properties[i].value) != properties[i].always)
			fail_msg("%s, playing", properties[i].name);
	for (gsize i = 0; i < G_N_ELEMENTS(properties); i++)
		flags_are_true(properties[i].sink ? sink : src, properties[i].name,
			properties[i].sink, properties[i].always);
	gst_element_set_state(back, GST_STATE_READY);
	gst_element_set_state(in, GST_STATE_READY);
	no_address_is_taken(sink); /* its stream is still there */
	assert_false(can_be_set(sink, "surfaces", "6"));
	gst_element_set_state(in, GST_STATE_NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(properties); i++)
		if (!can_be_set(properties[i].sink ? sink : src, properties[i].name,
			    properties[i].value))
			fail_msg("%s, stopped", properties[i].name);
	gst_object_unref(sink);
	gst_object_unref(src);
	pipeline_end(back);
	pipeline_end(in);
}

/* Who plays a URI can choose what an xfsrc can. */
static void playbin_takes_it_along(void **state)
{
	GstElement *in = pipeline_play("videotestsrc is-live=true ! "
				       "video/x-raw,format=NV12,width=64,height=64,framerate=50/1 "
				       "! xfsink domain=played sync=false");
	GstElement *play = pipeline_play("playbin uri=\"xf://played?policy=latest&max-held=2\" "
					 "video-sink=fakesink");
	struct xf_domain *domain;
	struct xf_stream *stream;
	struct xf_stream_info info = { .size = sizeof(info) };
	int64_t end = xf_deadline(INT64_C(30000000000));
	assert_int_equal(xf_domain_open("played", 0, end, &domain), 0);
	assert_int_equal(xf_stream_open(domain, "frames", end, &stream), 0);
	assert_int_equal(xf_stream_wait_readers(stream, 1, end), 0);
	assert_int_equal(xf_stream_info(stream, &info), 0);
	assert_int_equal(info.latest, 1);
	assert_int_equal(info.every, 0);
	xf_stream_close(stream);
	xf_domain_leave(domain);
	pipeline_end(play);
	pipeline_end(in);
}

/* Who looks for a screen or a camera is not handed over to other processes, also where there is
 * neither; but who names a stream has it. */
static void only_who_asks_for_them_gets_them(void **state)
{
	static const char *const ours[] = { "xfsink", "xfsrc" };
	GList *chosen = gst_element_factory_list_get_elements(
		GST_ELEMENT_FACTORY_TYPE_ANY, GST_RANK_MARGINAL);
	for (gsize i = 0; i < G_N_ELEMENTS(ours); i++) {
		GstElementFactory *factory = gst_element_factory_find(ours[i]);
		assert_non_null(factory);
		assert_null(g_list_find(chosen, factory));
		gst_object_unref(factory);
	}
	gst_plugin_feature_list_free(chosen);
	GstElement *src = element_of("xf://cam", GST_URI_SRC);
	GstElement *sink = element_of("xf://cam", GST_URI_SINK);
	assert_string_equal(G_OBJECT_TYPE_NAME(src), "GstXfSrc");
	assert_string_equal(G_OBJECT_TYPE_NAME(sink), "GstXfSink");
	gst_object_unref(src);
	gst_object_unref(sink);
}

/* What decodes and what plays, the old kind and the new one. */
static void whoever_decodes_reads_them(void **state)
{
	static const char *const lines[] = { "uridecodebin uri=xf://ranks ! fakesink sync=false",
		"uridecodebin3 uri=xf://ranks ! fakesink sync=false",
		"xfsrc domain=ranks ! decodebin3 ! fakesink sync=false",
		"playbin uri=xf://ranks video-sink=\"fakesink sync=false\"",
		"playbin3 uri=xf://ranks video-sink=\"fakesink sync=false\"" };
	for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
		GstElement *play = pipeline_play("%s", lines[i]);
		GstElement *in =
			pipeline_play("videotestsrc num-buffers=5 ! "
				      "video/x-raw,format=NV12,width=64,height=64,framerate=50/1 ! "
				      "xfsink domain=ranks sync=false wait-for-connection=true");
		pipeline_wait_eos(in);
		pipeline_wait_eos(play);
		pipeline_end(in);
		pipeline_end(play);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(properties_stand_in_a_uri),
		cmocka_unit_test(what_cannot_be_is_an_error),
		cmocka_unit_test(uris_lead_back),
		cmocka_unit_test(devices_have_such_uris),
		cmocka_unit_test(what_runs_stays_as_it_started),
		cmocka_unit_test(playbin_takes_it_along),
		cmocka_unit_test(only_who_asks_for_them_gets_them),
		cmocka_unit_test(whoever_decodes_reads_them),
	};
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
