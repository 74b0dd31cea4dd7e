/* SPDX-License-Identifier: MIT */
/* crossfence top: one domain, watched. */
#ifndef CROSSFENCE_TOOL_CMD_TOP_H
#define CROSSFENCE_TOOL_CMD_TOP_H

int cmd_top(int argc, char **argv);

#endif
