/* SPDX-License-Identifier: MIT */
/*
 * Sound whose channels lie one after another (layout=non-interleaved). In GStreamer a meta says
 * where each begins; in a frame they are packed, so that nothing has to be said.
 */
#ifndef XF_GST_SOUND_H
#define XF_GST_SOUND_H

#include <gst/audio/audio.h>

struct sound {
	gboolean is_planar; /* FALSE: the rest means nothing */
	GstAudioInfo info;
};

/*
 * Whether caps of sound have a rate, and channels that can be found in a buffer: as many as there
 * are places for them, if any. Of others GStreamer says that the program is wrong. TRUE for caps of
 * anything else.
 */
gboolean sound_can_be(const GstCaps *caps);

struct sound sound_of(const GstCaps *caps);

/*
 * The same sound with its channels packed; the buffer itself if they are. NULL: it is not what its
 * meta says. Transfer full.
 */
GstBuffer *sound_pack(const struct sound *sound, GstBuffer *buffer);

/* Says where the channels of packed sound lie. */
void sound_describe(const struct sound *sound, GstBuffer *buffer);

/* Whether each buffer is heard without those before: whatever is sound, encoded too. */
gboolean sound_at_all(const GstCaps *caps);

#endif
