/* SPDX-License-Identifier: MIT */
/* Caps of a stranger that are longer than a format has room for, and all the names in them. */
#include "liar.h"
#include "pipeline.h"

#include <stdio.h>
#include <string.h>

/* A stream whose caps lie elsewhere. */
static struct liar lie_at_length(const char *caps, struct xf_surface **ret_text)
{
	char blob[100];
	void *data;
	size_t size = strlen(caps);
	const struct xf_surface_desc there = { .size = sizeof(there),
		.width_px = (uint32_t)size,
		.height_px = 1,
		.fourcc = XF_FORMAT_RAW };
	const struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 64, .fourcc = XF_FORMAT_R8
	};
	struct liar liar = liar_lie("first", 0, 0);
	assert_int_equal(xf_surface_create(liar.domain, &there, 0, ret_text), 0);
	assert_int_equal(xf_surface_begin(*ret_text, XF_ACCESS_WRITE, &data), 0);
	memcpy(data, caps, size);
	xf_surface_end(*ret_text);
	snprintf(blob, sizeof(blob), "gst 0,0 @%llx %zu",
		(unsigned long long)xf_surface_id(*ret_text), size);
	const struct xf_stream_format format = { .size = sizeof(format),
		.desc = &desc,
		.blob = blob,
		.blob_size = (uint32_t)strlen(blob) };
	assert_int_equal(xf_stream_set_format(liar.stream, &format), 0);
	return liar;
}

/* A reader has taken a frame of such caps, whatever became of it. */
static void read_at_length(const char *caps)
{
	struct xf_surface *text;
	struct liar liar = lie_at_length(caps, &text);
	GstElement *back = pipeline_play("xfsrc domain=liar ! fakesink");
	liar_wait_for_reader(&liar);
	liar_publish(&liar, NULL);
	liar_publish(&liar, NULL); /* taken, when what came before has been looked at */
	assert_int_equal(xf_stream_drain(liar.stream, xf_deadline(30 * LIAR_SECOND)), 0);
	pipeline_end(back);
	xf_surface_close(text);
	liar_come_clean(&liar);
}

/* GStreamer reads one bracket within another by calling itself. */
static void caps_nested_without_end_are_no_caps(void **state)
{
	enum { DEPTH = 1 << 20 };
	static const char *const begins[] = { "x/y, a={", "x/y, a=[", "x/y, a=<",
		"x/y, a=(structure)[b, c=" };
	for (gsize i = 0; i < G_N_ELEMENTS(begins); i++) {
		gsize repeated = i < 3 ? strlen(begins[i]) - 1 : strlen("x/y, a=");
		GString *caps = g_string_new_len(begins[i], (gssize)repeated);
		while (caps->len < DEPTH)
			g_string_append(caps, begins[i] + repeated);
		g_string_truncate(caps, DEPTH);
		read_at_length(caps->str);
		g_string_free(caps, TRUE);
	}
}

/* ---- names, which GLib keeps for ever ---- */

static const char *const named[] = { "x/y,%s=1", "%s,a=1", "x/y(%s:a),b=1", "x/y(a:%s),b=1",
	"x/y,a=(structure)[%s,b=1]", "x/y,a=(structure)[b,%s=1]" };

static void no_name_is_longer_than_names_are(void **state)
{
	for (gsize i = 0; i < G_N_ELEMENTS(named); i++) {
		gchar *name = g_strnfill(100000, (gchar)('a' + (gchar)i));
		gchar **around = g_strsplit(named[i], "%s", 2);
		gchar *caps = g_strjoinv(name, around);
		read_at_length(caps);
		assert_int_equal(g_quark_try_string(name), 0);
		g_strfreev(around);
		g_free(caps);
		g_free(name);
	}
}

static gchar *nth_name(guint place, guint n)
{
	return g_strdup_printf(
		"name%c%c%c%c", 'a' + place, 'a' + n / 26 / 26, 'a' + n / 26 % 26, 'a' + n % 26);
}

/* Caps each with hundreds of names that nobody had before, in all places where names are. */
static void names_do_not_grow_without_bound(void **state)
{
	enum { NAMES = 700 };
	guint known = 0;
	for (guint i = 0; i < 3; i++) {
		GString *caps = g_string_new("x/y");
		for (guint n = 0; n < NAMES; n++) {
			gchar *name = nth_name(i, n);
			g_string_append_printf(
				caps, n % 2 ? ",%s=1" : ",a=(structure)[b,%s=1]", name);
			g_free(name);
		}
		read_at_length(caps->str);
		g_string_free(caps, TRUE);
		for (guint n = 0; n < NAMES; n++) {
			gchar *name = nth_name(i, n);
			known += g_quark_try_string(name) != 0;
			g_free(name);
		}
		assert_in_range(known, NAMES, 1100);
	}
	/* Of names that are known there may be caps, still. */
	liar_is_said("video/x-raw,format=GRAY8,width=64,height=64,framerate=1/1", TRUE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(caps_nested_without_end_are_no_caps),
		cmocka_unit_test(no_name_is_longer_than_names_are),
		cmocka_unit_test(names_do_not_grow_without_bound), /* the last: for later ones are
								      too many */
	};
	return cmocka_run_group_tests(tests, pipeline_setup, pipeline_teardown);
}
