/* SPDX-License-Identifier: MIT */
/* crossfence wait: waits for an event, a timeline, or a name. */
#ifndef CROSSFENCE_TOOL_CMD_WAIT_H
#define CROSSFENCE_TOOL_CMD_WAIT_H

int cmd_wait(int argc, char **argv);

#endif
