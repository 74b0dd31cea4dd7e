/* SPDX-License-Identifier: MIT */
/*
 * A layer of Vulkan's loader, for tests: says that devices cannot do what they can, and can do what
 * they cannot, makes the n-th call of a kind fail, loses a device, and counts what is made and not
 * destroyed. It does nothing until it is told to. The loader finds it by VK_LAYER_PATH and
 * VK_INSTANCE_LAYERS; the program that it is loaded into finds `struct layer` by XF_TEST_LAYER, its
 * file.
 */
#ifndef TESTS_VULKAN_LAYER_H
#define TESTS_VULKAN_LAYER_H

#include <stdatomic.h>
#include <stdbool.h>

#include <vulkan/vulkan_core.h>

/* How far values of timelines may be apart: as little as Vulkan allows. */
#define LAYER_DIFFERENCE INT32_MAX

/* What devices are called that are no processors; the last letter is their number, from 1. */
#define LAYER_GPU    "Test GPU 1"
#define LAYER_VENDOR 0x1002

/* Calls that can fail. */
#define LAYER_KINDS(F)                                                                             \
	F(CreateDevice)                                                                            \
	F(AllocateMemory)                                                                          \
	F(CreateImage)                                                                             \
	F(CreateBuffer)                                                                            \
	F(CreateSemaphore)                                                                         \
	F(BindImageMemory)                                                                         \
	F(BindBufferMemory)                                                                        \
	F(GetMemoryFdKHR)                                                                          \
	F(GetMemoryFdPropertiesKHR)                                                                \
	F(GetImageDrmFormatModifierPropertiesEXT)                                                  \
	F(GetMemoryHostPointerPropertiesEXT)                                                       \
	F(QueueSubmit)                                                                             \
	F(WaitSemaphores)                                                                          \
	F(SignalSemaphore)                                                                         \
	F(GetSemaphoreCounterValue)                                                                \
	F(GetSemaphoreFdKHR)                                                                       \
	F(ImportSemaphoreFdKHR)

#define LAYER_KIND(name) LAYER_##name,
enum layer_kind { LAYER_NONE, LAYER_KINDS(LAYER_KIND) LAYER_COUNT };
#undef LAYER_KIND

struct layer {
	/* Of all instances. */
	bool no_devices, no_start, old, no_timelines, no_draw_parameters, no_extensions,
		compute_only;
	/* Has timeline semaphores that processes share, see layer_share.h; XF_TEST_LAYER_SHARES. */
	bool shares;
	/* Has dma-bufs and modifiers, see layer_dma_buf.h; XF_TEST_LAYER_DMA_BUFS. */
	bool dma_bufs;
	bool other_device; /* with other UUIDs */
	/* Devices are no processors, and not the same one though one driver is there twice;
	 * XF_TEST_LAYER_GPUS. */
	bool gpus;
	bool no_vendor; /* no modifier but the linear one */
	VkDevice spared; /* of which no call fails, and which is not lost */
	enum layer_kind kind; /* of which one call fails */
	_Atomic int calls; /* of that kind so far */
	_Atomic int fails_at; /* which of them does; 0: none */
	_Atomic bool all; /* of that kind do */
	VkResult result; /* what it says; VK_ERROR_DEVICE_LOST: and the device is lost */
	_Atomic bool lost; /* all but that; submissions and waits say so from now on */
	_Atomic bool stalled; /* all but that come to no value */
	_Atomic int left; /* objects made and not destroyed, of all devices */
};

#endif
