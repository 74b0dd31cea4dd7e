/* SPDX-License-Identifier: MIT */
/* dispmprt.h, as far as signalling events of guests goes. */
#include "ntddk.h"
