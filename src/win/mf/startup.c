/* SPDX-License-Identifier: MIT */
/*
 * MFStartup and MFShutdown: the objects here need no platform to be started, so the pair only
 * checks the version and, at the end, ends what was waiting for its last signal.
 */
#include <mfapi.h>
#include <mferror.h>

#include "win/mf/sync_signal.h"

HRESULT WINAPI MFStartup(ULONG version, DWORD flags)
{
	ULONG sdk = version >> 16;
	/* 1: Windows Vista's, which libwine-dev's headers have; 2: everything since. */
	if ((sdk != 1 && sdk != 2) || (version & 0xffff) != MF_API_VERSION)
		return MF_E_BAD_STARTUP_VERSION;
	if (flags & ~(DWORD)MFSTARTUP_LITE)
		return E_INVALIDARG;
	return S_OK;
}

HRESULT WINAPI MFShutdown(void)
{
	xfi_sync_object_collect_dead();
	return S_OK;
}
