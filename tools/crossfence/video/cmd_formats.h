/* SPDX-License-Identifier: MIT */
/* crossfence formats: pixel formats and what others call them. */
#ifndef CROSSFENCE_VIDEO_CMD_FORMATS_H
#define CROSSFENCE_VIDEO_CMD_FORMATS_H

int cmd_formats(int argc, char **argv);

#endif
