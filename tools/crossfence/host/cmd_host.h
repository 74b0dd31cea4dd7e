/* SPDX-License-Identifier: MIT */
/* crossfence host: what crossfenced says of its guests. */
#ifndef CROSSFENCE_TOOL_CMD_HOST_H
#define CROSSFENCE_TOOL_CMD_HOST_H

int cmd_host(int argc, char **argv);

#endif
