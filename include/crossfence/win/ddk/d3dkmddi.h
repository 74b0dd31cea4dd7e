/* SPDX-License-Identifier: MIT */
/* d3dkmddi.h, as far as signalling events of guests goes. */
#include "ntddk.h"
