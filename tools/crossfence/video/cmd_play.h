/* SPDX-License-Identifier: MIT */
/* crossfence play: shows a stream, or hands its frames on. */
#ifndef CROSSFENCE_VIDEO_CMD_PLAY_H
#define CROSSFENCE_VIDEO_CMD_PLAY_H

int cmd_play(int argc, char **argv);

#endif
