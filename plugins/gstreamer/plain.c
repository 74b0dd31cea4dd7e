/* SPDX-License-Identifier: MIT */
/*
 *	caps		NAME ["(" FEATURE {"," FEATURE} ")"] {"," NAME "=" value} [";"]
 *	value		["(" TYPE ")"] (WORD | QUOTED | "<" [value {"," value}] ">" | "[" caps "]")
 *
 * with white space between them. Lists and ranges are no caps of a frame.
 */
#include "plain.h"

#include "name.h"
#include <gst/video/video.h>
#include <string.h>

#define DEPTH_MAX 8 /* of values in values: GStreamer reads them by calling itself */
#define TYPE_SIZE 32 /* room for the longest type's name */

struct reading {
	const gchar *at;
	guint depth, arrays; /* that are around it */
	gboolean in_structure;
};

static gboolean read_caps(struct reading *reading);

static void skip_space(struct reading *reading)
{
	reading->at += strspn(reading->at, " \t\n");
}

static gboolean take_at_once(struct reading *reading, gchar what)
{
	gboolean there = *reading->at == what;
	reading->at += there;
	return there;
}

static gboolean take(struct reading *reading, gchar what)
{
	skip_space(reading);
	return take_at_once(reading, what);
}

static gsize take_letters(struct reading *reading)
{
	const gchar *begin = reading->at;
	while (g_ascii_isalpha(*reading->at))
		reading->at++;
	return (gsize)(reading->at - begin);
}

/* As many characters as there are: letters, digits and `others`. */
static gsize take_word(struct reading *reading, const gchar *others)
{
	const gchar *begin = reading->at;
	while (*reading->at && (g_ascii_isalnum(*reading->at) || strchr(others, *reading->at)))
		reading->at++;
	return (gsize)(reading->at - begin);
}

/* Of those that GStreamer is to know for ever. */
static gboolean take_name(struct reading *reading)
{
	skip_space(reading);
	const gchar *begin = reading->at;
	return g_ascii_isalpha(*begin) &&
	       name_of(NAME_IN_CAPS, begin, take_word(reading, "/-_.:+"));
}

/* GStreamer counts brackets in quotes too, where they are in a structure's. */
static gboolean take_quoted(struct reading *reading)
{
	const gchar *at = reading->at + 1;
	for (; *at && *at != '"'; at++) {
		at += *at == '\\' && at[1];
		if (*at & 0x80 || (reading->in_structure && strchr("[]", *at)))
			return FALSE;
	}
	reading->at = at + (*at == '"');
	return *at == '"';
}

static gboolean take_hex(struct reading *reading)
{
	gsize digits = strspn(reading->at, "0123456789abcdefABCDEF");
	reading->at += digits;
	return digits && digits % 2 == 0;
}

/* What GStreamer writes for values, and its short names; NULL at the end. */
static const gchar *const types[] = { "int", "i", "uint", "u", "gint64", "guint64", "float", "f",
	"double", "d", "boolean", "bool", "b", "string", "str", "s", "fraction", "bitmask",
	"flagset", "GstVideoMultiviewFlagsSet", "buffer", "array", "structure", "GstStructure",
	"caps", "GstCaps", NULL };

static gboolean is_structure(const gchar *type)
{
	static const gchar *const all[] = { "structure", "GstStructure", "caps", "GstCaps", NULL };
	return g_strv_contains(all, type);
}

/* "(TYPE)", or nothing, which is what it was. */
static gboolean read_type(struct reading *reading, gchar type[TYPE_SIZE])
{
	if (!take(reading, '('))
		return TRUE;
	skip_space(reading);
	const gchar *name = reading->at;
	gsize size = take_word(reading, "");
	if (size >= TYPE_SIZE)
		return FALSE;
	memcpy(type, name, size);
	type[size] = 0;
	return g_strv_contains(types, type) && take(reading, ')');
}

static gboolean read_value(struct reading *reading, const gchar *type_around);

static gboolean read_array(struct reading *reading, const gchar *type)
{
	gboolean is = TRUE, empty = take(reading, '>');
	reading->arrays++;
	do
		is = is && (empty || read_value(reading, type));
	while (is && !empty && take(reading, ','));
	reading->arrays--;
	return empty || (is && take(reading, '>'));
}

/* In another one GStreamer writes it otherwise, and cannot read that. */
static gboolean read_structure(struct reading *reading)
{
	if (reading->in_structure || !take(reading, '['))
		return FALSE;
	reading->in_structure = TRUE;
	gboolean is = read_caps(reading) && take_at_once(reading, ']');
	reading->in_structure = FALSE;
	return is;
}

static gboolean is_text(const gchar *type)
{
	static const gchar *const all[] = { "string", "str", "s", NULL };
	return g_strv_contains(all, type);
}

/* GStreamer has no fraction of the least int, and takes for an int what has too many digits. */
static gboolean is_of_ints(const gchar *word, gsize size)
{
	gchar *copy = g_strndup(word, size);
	gchar **parts = g_strsplit(copy, "/", -1);
	gboolean is = TRUE;
	for (guint i = 0; parts[i]; i++) {
		gint64 part = g_ascii_strtoll(parts[i], NULL, 10);
		is = is && part >= -G_MAXINT && part <= G_MAXINT;
	}
	g_strfreev(parts);
	g_free(copy);
	return is;
}

/* Of no type it is what GStreamer can make of it. */
static gboolean may_be_fraction(const gchar *type, const gchar *word, gsize size)
{
	return !strcmp(type, "fraction") || (!*type && memchr(word, '/', size));
}

static gboolean read_scalar(struct reading *reading, const gchar *type)
{
	skip_space(reading);
	const gchar *begin = reading->at;
	if (!strcmp(type, "buffer"))
		return take_hex(reading);
	if (*begin == '"') /* of another type it may hide anything, which is reported */
		return is_text(type) && take_quoted(reading);
	gsize size = take_word(reading, "/-_.:+");
	return size && strcmp(type, "array") &&
	       !(reading->arrays && !strncmp(begin, "NULL", size)) &&
	       (!may_be_fraction(type, begin, size) || is_of_ints(begin, size));
}

static gboolean read_value(struct reading *reading, const gchar *type_around)
{
	gchar type[TYPE_SIZE];
	g_strlcpy(type, type_around, sizeof(type));
	if (reading->depth == DEPTH_MAX || !read_type(reading, type))
		return FALSE;
	reading->depth++;
	gboolean is = take(reading, '<')   ? read_array(reading, type)
		      : is_structure(type) ? read_structure(reading)
					   : read_scalar(reading, type);
	reading->depth--;
	return is;
}

/* Spaces are only where GStreamer writes them. */
static gboolean read_features(struct reading *reading)
{
	const gchar *begin = reading->at;
	while (take_letters(reading) && take_at_once(reading, ':') && take_letters(reading) &&
		name_of(NAME_IN_CAPS, begin, (gsize)(reading->at - begin))) {
		if (!take_at_once(reading, ','))
			return take_at_once(reading, ')');
		(void)take_at_once(reading, ' ');
		begin = reading->at;
	}
	return FALSE;
}

/* Of the caps that are no structure, and of GStreamer 0.10's, of which it warns. */
static gboolean is_reserved(const gchar *name, gsize size)
{
	static const gchar *const all[] = { "ANY", "NONE", "EMPTY" };
	for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
		if (size == strlen(all[i]) && !strncmp(name, all[i], size))
			return TRUE;
	return g_str_has_prefix(name, "video/x-raw-") || g_str_has_prefix(name, "audio/x-raw-");
}

static gboolean read_caps(struct reading *reading)
{
	skip_space(reading);
	const gchar *name = reading->at;
	if (!take_name(reading) || is_reserved(name, (gsize)(reading->at - name)) ||
		(take(reading, '(') && !read_features(reading)))
		return FALSE;
	while (take(reading, ','))
		if (!take_name(reading) || !take(reading, '=') || !read_value(reading, ""))
			return FALSE;
	(void)take(reading, ';');
	return TRUE;
}

static gboolean is_plain(const gchar *text)
{
	struct reading reading = { .at = text };
	return read_caps(&reading) && !*reading.at;
}

GstCaps *plain_caps(const gchar *text)
{
	g_type_ensure(GST_TYPE_VIDEO_MULTIVIEW_FLAGSET); /* or its name is unknown */
	GstCaps *caps = text && is_plain(text) ? gst_caps_from_string(text) : NULL;
	if (caps && !gst_caps_is_fixed(caps)) /* nor any, nor none, which are names too */
		gst_clear_caps(&caps);
	return caps;
}
