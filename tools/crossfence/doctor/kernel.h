/* SPDX-License-Identifier: MIT */
/* What the kernel has of what the library uses, and the limits of this process and user. */
#ifndef CROSSFENCE_TOOL_DOCTOR_KERNEL_H
#define CROSSFENCE_TOOL_DOCTOR_KERNEL_H

#include "finding.h"

void doctor_kernel(struct findings *findings);
void doctor_limits(struct findings *findings);

#endif
