/* SPDX-License-Identifier: MIT */
/* crossfence feed: feeds a stream with video or pictures. */
#ifndef CROSSFENCE_VIDEO_CMD_FEED_H
#define CROSSFENCE_VIDEO_CMD_FEED_H

int cmd_feed(int argc, char **argv);

#endif
