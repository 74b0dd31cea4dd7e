/* SPDX-License-Identifier: MIT */
/*
 * The example from the documentation of IDXGIKeyedMutex::ReleaseSync, completed to a program. Built
 * with nothing but pkg-config's flags:
 *
 *	cc release_sync.c $(pkg-config --cflags --libs crossfence-win)
 */
#define COBJMACROS
#include <windows.h>
#include <d3d10.h>
#include <d3d10misc.h>
#include <dxgi.h>
#include <stdio.h>

int main(void)
{
	ID3D10Device *device;
	ID3D10Texture2D *texture;
	IDXGIKeyedMutex *mutex;
	D3D10_TEXTURE2D_DESC desc = { 0 };
	HRESULT hr;
	hr = D3D10CreateDevice(
		NULL, D3D10_DRIVER_TYPE_HARDWARE, NULL, 0, D3D10_SDK_VERSION, &device);
	if (FAILED(hr)) {
		fprintf(stderr, "D3D10CreateDevice: %#x\n", (unsigned)hr);
		return 1;
	}
	desc.Width = 640;
	desc.Height = 480;
	desc.MipLevels = 1;
	desc.ArraySize = 1;
	desc.Format = DXGI_FORMAT_R8G8B8A8_UNORM;
	desc.SampleDesc.Count = 1;
	desc.BindFlags = D3D10_BIND_RENDER_TARGET;
	desc.MiscFlags = D3D10_RESOURCE_MISC_SHARED_KEYEDMUTEX;
	/* Create a shared texture resource. */
	hr = ID3D10Device_CreateTexture2D(device, &desc, NULL, &texture);
	if (FAILED(hr)) {
		fprintf(stderr, "CreateTexture2D: %#x\n", (unsigned)hr);
		return 1;
	}
	/* Acquire a reference to the keyed mutex. */
	hr = ID3D10Texture2D_QueryInterface(texture, &IID_IDXGIKeyedMutex, (void **)&mutex);
	printf("QueryInterface: %#x\n", (unsigned)hr);
	/* Acquire a lock to the resource. */
	hr = IDXGIKeyedMutex_AcquireSync(mutex, 0, INFINITE);
	printf("AcquireSync(0, INFINITE): %#x\n", (unsigned)hr);
	/* Release the lock and specify a key. */
	hr = IDXGIKeyedMutex_ReleaseSync(mutex, 1);
	printf("ReleaseSync(1): %#x\n", (unsigned)hr);
	/* From now on the key is 1, and who does not own cannot release. */
	hr = IDXGIKeyedMutex_ReleaseSync(mutex, 1);
	printf("ReleaseSync(1) once more: %#x\n", (unsigned)hr);
	if (hr != E_FAIL || IDXGIKeyedMutex_AcquireSync(mutex, 0, 0) != WAIT_TIMEOUT ||
		IDXGIKeyedMutex_AcquireSync(mutex, 1, 0) != S_OK)
		return 1;
	IDXGIKeyedMutex_ReleaseSync(mutex, 0);
	IDXGIKeyedMutex_Release(mutex);
	ID3D10Texture2D_Release(texture);
	ID3D10Device_Release(device);
	return 0;
}
