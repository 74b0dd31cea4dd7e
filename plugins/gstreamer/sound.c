/* SPDX-License-Identifier: MIT */
#include "sound.h"

#define CHANNELS_MAX 256 /* that a producer may claim: each is looked for in each buffer */
#define SAMPLE_BITS  64 /* at most, which GStreamer multiplies by channels in int */

/* All that a channel mask can name: of other bits GStreamer warns. */
#define PLACES ((G_GUINT64_CONSTANT(2) << GST_AUDIO_CHANNEL_POSITION_SURROUND_RIGHT) - 1)

static gboolean is_sound(const GstCaps *caps)
{
	return gst_structure_has_name(gst_caps_get_structure(caps, 0), "audio/x-raw");
}

/* One place each, of those that there are. */
static gboolean are_placed(gint channels, guint64 mask)
{
	return !(mask & ~PLACES) && __builtin_popcountll(mask) == channels;
}

/* Of planar sound each buffer has a meta, which has a place for each. */
static gint most_channels(const GstStructure *said)
{
	gboolean is_planar =
		!g_strcmp0(gst_structure_get_string(said, "layout"), "non-interleaved");
	return is_planar ? CHANNELS_MAX : G_MAXINT / SAMPLE_BITS;
}

gboolean sound_can_be(const GstCaps *caps)
{
	const GstStructure *said = gst_caps_get_structure(caps, 0);
	gint channels = 1, rate = 1;
	guint64 mask = 0;
	if (!is_sound(caps))
		return TRUE;
	(void)gst_structure_get_int(said, "rate", &rate);
	(void)gst_structure_get_int(said, "channels", &channels);
	(void)gst_structure_get(said, "channel-mask", GST_TYPE_BITMASK, &mask, NULL);
	return rate > 0 && channels > 0 && channels <= most_channels(said) &&
	       (!mask || are_placed(channels, mask));
}

gboolean sound_at_all(const GstCaps *caps)
{
	return g_str_has_prefix(gst_structure_get_name(gst_caps_get_structure(caps, 0)), "audio/");
}

struct sound sound_of(const GstCaps *caps)
{
	struct sound sound = { .is_planar = FALSE };
	if (!is_sound(caps) || !sound_can_be(caps) || !gst_audio_info_from_caps(&sound.info, caps))
		return sound;
	sound.is_planar = GST_AUDIO_INFO_LAYOUT(&sound.info) == GST_AUDIO_LAYOUT_NON_INTERLEAVED;
	return sound;
}

static gsize channel_size(const GstAudioMeta *meta)
{
	return meta->samples * (gsize)GST_AUDIO_INFO_BPS(&meta->info);
}

static gboolean is_packed(const GstAudioMeta *meta, GstBuffer *buffer)
{
	guint channels = (guint)GST_AUDIO_INFO_CHANNELS(&meta->info);
	for (guint i = 0; i < channels; i++)
		if (meta->offsets[i] != i * channel_size(meta))
			return FALSE;
	return gst_buffer_get_size(buffer) == channels * channel_size(meta);
}

/* All but where the channels lay. */
static gboolean copy_meta(GstBuffer *from, GstMeta **meta, gpointer to)
{
	GstMetaTransformCopy whole = { .region = FALSE, .offset = 0, .size = (gsize)-1 };
	const GstMetaInfo *info = (*meta)->info;
	if (info->api != GST_AUDIO_META_API_TYPE && info->transform_func)
		info->transform_func(to, *meta, from, _gst_meta_transform_copy, &whole);
	return TRUE;
}

static GstBuffer *pack(const GstAudioMeta *meta, GstBuffer *buffer)
{
	GstMapInfo to;
	gsize size = channel_size(meta);
	guint channels = (guint)GST_AUDIO_INFO_CHANNELS(&meta->info);
	GstBuffer *packed = gst_buffer_new_allocate(NULL, channels * size, NULL);
	gboolean done = gst_buffer_map(packed, &to, GST_MAP_WRITE);
	if (done) {
		for (guint i = 0; i < channels; i++)
			done = done && gst_buffer_extract(buffer, meta->offsets[i],
					       to.data + i * size, size) == size;
		gst_buffer_unmap(packed, &to);
	}
	if (!done) {
		gst_buffer_unref(packed);
		return NULL;
	}
	gst_buffer_copy_into(
		packed, buffer, GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS, 0, (gsize)-1);
	gst_buffer_foreach_meta(buffer, copy_meta, packed);
	return packed;
}

GstBuffer *sound_pack(const struct sound *sound, GstBuffer *buffer)
{
	const GstAudioMeta *meta = gst_buffer_get_audio_meta(buffer);
	if (!sound->is_planar || !meta || is_packed(meta, buffer))
		return gst_buffer_ref(buffer);
	return GST_AUDIO_INFO_CHANNELS(&meta->info) == GST_AUDIO_INFO_CHANNELS(&sound->info) &&
			       GST_AUDIO_INFO_BPS(&meta->info) == GST_AUDIO_INFO_BPS(&sound->info)
		       ? pack(meta, buffer)
		       : NULL;
}

void sound_describe(const struct sound *sound, GstBuffer *buffer)
{
	gsize frame = (gsize)GST_AUDIO_INFO_BPF(&sound->info);
	if (sound->is_planar && frame)
		gst_buffer_add_audio_meta(
			buffer, &sound->info, gst_buffer_get_size(buffer) / frame, NULL);
}
