/* SPDX-License-Identifier: MIT */
/* The test layer, for the program that the loader loads it into. */
#ifndef TESTS_VULKAN_LAYER_FIND_H
#define TESTS_VULKAN_LAYER_FIND_H

#include "layer.h"

/* Fails the test where there is none. */
struct layer *layer_find(void);

#endif
