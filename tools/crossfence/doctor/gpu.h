/* SPDX-License-Identifier: MIT */
/* GPUs: NVIDIA's driver and its MPS, Vulkan and its software driver. */
#ifndef CROSSFENCE_TOOL_DOCTOR_GPU_H
#define CROSSFENCE_TOOL_DOCTOR_GPU_H

#include "finding.h"

void doctor_gpu(struct findings *findings);

#endif
