/* SPDX-License-Identifier: MIT */
/* In the process that asks: sends a struct vulkan_device for each device, as it is found. */
#ifndef CROSSFENCE_TOOL_DOCTOR_VULKAN_ASK_H
#define CROSSFENCE_TOOL_DOCTOR_VULKAN_ASK_H

/* `library` is the loader, `fd` a pipe. */
void vulkan_ask(void *library, int fd);

#endif
