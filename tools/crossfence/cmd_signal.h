/* SPDX-License-Identifier: MIT */
/* crossfence signal: sets an event, raises a timeline. */
#ifndef CROSSFENCE_TOOL_CMD_SIGNAL_H
#define CROSSFENCE_TOOL_CMD_SIGNAL_H

int cmd_signal(int argc, char **argv);

#endif
