// SPDX-License-Identifier: MIT
//
// The example from the documentation of IDXGIKeyedMutex::ReleaseSync in C++, completed to a
// program. Built with nothing but pkg-config's flags:
//
//	c++ release_sync.cpp $(pkg-config --cflags --libs crossfence-win)
//
#include <windows.h>
#include <d3d10.h>
#include <d3d10misc.h>
#include <dxgi.h>
#include <cstdio>

int main()
{
	ID3D10Device *pD3D10DeviceD = nullptr;
	ID3D10Texture2D *pD3D10Texture = nullptr;
	IDXGIKeyedMutex *pDXGIKeyedMutex = nullptr;
	D3D10_TEXTURE2D_DESC desc = {}, *pDesc = &desc;

	HRESULT hr = D3D10CreateDevice(
		nullptr, D3D10_DRIVER_TYPE_HARDWARE, nullptr, 0, D3D10_SDK_VERSION, &pD3D10DeviceD);
	if (FAILED(hr)) {
		std::fprintf(stderr, "D3D10CreateDevice: %#x\n", (unsigned)hr);
		return 1;
	}
	pDesc->Width = 640;
	pDesc->Height = 480;
	pDesc->MipLevels = 1;
	pDesc->ArraySize = 1;
	pDesc->Format = DXGI_FORMAT_R8G8B8A8_UNORM;
	pDesc->SampleDesc.Count = 1;
	pDesc->BindFlags = D3D10_BIND_RENDER_TARGET;

	// pDesc has already been set up with texture description.
	pDesc->MiscFlags = D3D10_RESOURCE_MISC_SHARED_KEYEDMUTEX;

	// Create a shared texture resource.
	hr = pD3D10DeviceD->CreateTexture2D(pDesc, NULL, &pD3D10Texture);
	if (FAILED(hr)) {
		std::fprintf(stderr, "CreateTexture2D: %#x\n", (unsigned)hr);
		return 1;
	}

	// Acquire a reference to the keyed mutex.
	hr = pD3D10Texture->QueryInterface(__uuidof(IDXGIKeyedMutex), (void **)&pDXGIKeyedMutex);
	std::printf("QueryInterface: %#x\n", (unsigned)hr);

	// Acquire a lock to the resource.
	hr = pDXGIKeyedMutex->AcquireSync(0, INFINITE);
	std::printf("AcquireSync(0, INFINITE): %#x\n", (unsigned)hr);

	// Release the lock and specify a key.
	hr = pDXGIKeyedMutex->ReleaseSync(1);
	std::printf("ReleaseSync(1): %#x\n", (unsigned)hr);

	// From now on the key is 1, and who does not own cannot release.
	hr = pDXGIKeyedMutex->ReleaseSync(1);
	std::printf("ReleaseSync(1) once more: %#x\n", (unsigned)hr);
	bool good = hr == E_FAIL && pDXGIKeyedMutex->AcquireSync(0, 0) == WAIT_TIMEOUT &&
		    pDXGIKeyedMutex->AcquireSync(1, 0) == S_OK;

	pDXGIKeyedMutex->ReleaseSync(0);
	pDXGIKeyedMutex->Release();
	pD3D10Texture->Release();
	pD3D10DeviceD->Release();
	return good ? 0 : 1;
}
