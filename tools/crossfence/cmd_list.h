/* SPDX-License-Identifier: MIT */
/* crossfence list: every name, and the domain behind it. */
#ifndef CROSSFENCE_TOOL_CMD_LIST_H
#define CROSSFENCE_TOOL_CMD_LIST_H

int cmd_list(int argc, char **argv);

#endif
