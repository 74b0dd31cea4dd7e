/* SPDX-License-Identifier: MIT */
/* crossfence version: the version of the tool and of the library. */
#ifndef CROSSFENCE_TOOL_CMD_VERSION_H
#define CROSSFENCE_TOOL_CMD_VERSION_H

int cmd_version(int argc, char **argv);

#endif
