/* SPDX-License-Identifier: MIT */
/* crossfence show: one domain: its members and objects. */
#ifndef CROSSFENCE_TOOL_CMD_SHOW_H
#define CROSSFENCE_TOOL_CMD_SHOW_H

int cmd_show(int argc, char **argv);

#endif
