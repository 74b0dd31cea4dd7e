/* SPDX-License-Identifier: MIT */
/* crossfence doctor: one page about this machine, and what follows from it. */
#ifndef CROSSFENCE_TOOL_DOCTOR_CMD_DOCTOR_H
#define CROSSFENCE_TOOL_DOCTOR_CMD_DOCTOR_H

int cmd_doctor(int argc, char **argv);

#endif
