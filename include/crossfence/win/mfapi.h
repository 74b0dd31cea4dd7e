/* SPDX-License-Identifier: MIT */
/* libwine-dev's mfapi.h, and what IMFDXGIDeviceManager answers, which it lacks. C and C++. */
#pragma GCC system_header
#include_next <mfapi.h>

#ifndef CROSSFENCE_WIN_MFAPI_H
#define CROSSFENCE_WIN_MFAPI_H

#ifndef MF_E_DXGI_DEVICE_NOT_INITIALIZED
#define MF_E_DXGI_DEVICE_NOT_INITIALIZED _HRESULT_TYPEDEF_(0x80041000)
#define MF_E_DXGI_NEW_VIDEO_DEVICE	 _HRESULT_TYPEDEF_(0x80041001)
#define MF_E_DXGI_VIDEO_DEVICE_LOCKED	 _HRESULT_TYPEDEF_(0x80041002)
#endif

/* D3DFMT_A8B8G8R8: red is the first byte, as in DXGI_FORMAT_R8G8B8A8_UNORM. */
DEFINE_GUID(MFVideoFormat_ABGR32, 0x00000020, 0x0000, 0x0010, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38,
	0x9b, 0x71);

#endif
