/* SPDX-License-Identifier: MIT */
/* The identifiers of all interfaces, which on Windows come from dxguid.lib, uuid.lib and
 * mfuuid.lib. */
#define INITGUID
#define EXTERN_GUID DEFINE_GUID /* in C libwine-dev only declares these */
#include <windows.h>
#include <d3d11_4.h>
#include <d3d10_1.h>
#include <dxgi1_6.h>
#include <d3d12.h>
#include <d3dcompiler.h>
#include <mfapi.h>
#include <mfidl.h>
#include <mftransform.h>
#include <mfd3d12.h>
