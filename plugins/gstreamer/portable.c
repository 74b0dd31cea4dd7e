/* SPDX-License-Identifier: MIT */
#include "portable.h"

#include <gst/video/video.h>

static gboolean is_elsewhere(const gchar *feature)
{
	return g_str_has_prefix(feature, "meta:") ||
	       (g_str_has_prefix(feature, "memory:") &&
		       !g_str_equal(feature, GST_CAPS_FEATURE_MEMORY_SYSTEM_MEMORY));
}

static gboolean features_are_portable(const GstCapsFeatures *features)
{
	for (guint i = 0; features && i < gst_caps_features_get_size(features); i++)
		if (is_elsewhere(gst_caps_features_get_nth(features, i)))
			return FALSE;
	return TRUE;
}

gboolean portable_is(const GstCaps *caps)
{
	for (guint i = 0; i < gst_caps_get_size(caps); i++)
		if (!features_are_portable(gst_caps_get_features(caps, i)))
			return FALSE;
	return TRUE;
}

static gboolean keep(GstCapsFeatures *features, GstStructure *structure, gpointer user)
{
	return features_are_portable(features);
}

GstCaps *portable_part(GstCaps *caps)
{
	if (gst_caps_is_any(caps) || portable_is(caps))
		return caps;
	caps = gst_caps_make_writable(caps);
	gst_caps_filter_and_map_in_place(caps, keep, NULL);
	return caps;
}

/* ---- fields ---- */

static const gchar *missing_of(const GstStructure *structure, const gchar *const *fields)
{
	while (*fields && gst_structure_has_field(structure, *fields))
		fields++;
	return *fields;
}

const gchar *portable_lacks(const GstCaps *caps)
{
	static const gchar *const video[] = { "format", "width", "height", NULL };
	static const gchar *const audio[] = { "format", "rate", "channels", NULL };
	const GstStructure *structure = gst_caps_get_structure(caps, 0);
	return gst_structure_has_name(structure, "video/x-raw")	  ? missing_of(structure, video)
	       : gst_structure_has_name(structure, "audio/x-raw") ? missing_of(structure, audio)
								  : NULL;
}

/* Ratios that elements reckon with: the least that the upper number may be, and what says nothing.
 */
static const struct {
	const gchar *name;
	gint least, otherwise; /* over 1 */
} ratios[] = {
	{ "framerate", 0, 0 },
	{ "max-framerate", 1, 0 },
	{ "pixel-aspect-ratio", 1, 1 },
};

static gboolean is_ratio(const GValue *value, gint least)
{
	return GST_VALUE_HOLDS_FRACTION(value) && gst_value_get_fraction_denominator(value) > 0 &&
	       gst_value_get_fraction_numerator(value) >= least;
}

static gboolean is_multiview(const GValue *value)
{
	GEnumClass *modes = g_type_class_ref(GST_TYPE_VIDEO_MULTIVIEW_MODE);
	gboolean is = G_VALUE_HOLDS_STRING(value) && g_value_get_string(value) &&
		      g_enum_get_value_by_nick(modes, g_value_get_string(value));
	g_type_class_unref(modes);
	return is;
}

static void mend_structure(GstStructure *structure)
{
	for (gsize i = 0; i < G_N_ELEMENTS(ratios); i++) {
		const GValue *ratio = gst_structure_get_value(structure, ratios[i].name);
		if (ratio && !is_ratio(ratio, ratios[i].least))
			gst_structure_set(structure, ratios[i].name, GST_TYPE_FRACTION,
				ratios[i].otherwise, 1, NULL);
	}
	const GValue *multiview = gst_structure_get_value(structure, "multiview-mode");
	if (multiview && !is_multiview(multiview))
		gst_structure_remove_field(structure, "multiview-mode");
}

GstCaps *portable_mend(GstCaps *caps)
{
	const gchar *name = gst_structure_get_name(gst_caps_get_structure(caps, 0));
	if (!g_str_has_prefix(name, "video/") && !g_str_has_prefix(name, "image/"))
		return caps;
	caps = gst_caps_make_writable(caps);
	mend_structure(gst_caps_get_structure(caps, 0));
	return caps;
}
