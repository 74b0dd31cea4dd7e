/* SPDX-License-Identifier: MIT */
/* libwine-dev's d3dkmthk.h, and the calls on keyed mutexes and their companions that it lacks. */
#ifndef CROSSFENCE_WIN_D3DKMTHK_H
#define CROSSFENCE_WIN_D3DKMTHK_H

#pragma GCC system_header
#include <windows.h>
#include <winternl.h>
#include <ddk/d3dkmthk.h>
#include <crossfence/win/d3dkmthk_keyed_mutex.h>

#endif
