/* SPDX-License-Identifier: MIT */
/* libwine-dev's windows.h, and what it lacks of the calls that crossfence-win provides. */
#pragma GCC system_header
#include_next <windows.h>
#include <crossfence/win/handleapi.h>
