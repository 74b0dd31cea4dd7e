/* SPDX-License-Identifier: MIT */
/*
 * A program for Windows that presents, and knows nothing of crossfence: there is no window here, so
 * what it presents is a stream that others read.
 *
 *	CROSSFENCE_STREAM=colours present & crossfence play colours
 *	present [FRAMES]		without a number until it is killed
 */
#define COBJMACROS
#include <windows.h>
#include <d3d11.h>
#include <dxgi.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int give_up(const char *what, HRESULT hr)
{
	fprintf(stderr, "%s: %#x\n", what, (unsigned)hr);
	return 1;
}

/* From black to the colour and back, 128 pictures long. */
static float wave(unsigned frame)
{
	const unsigned step = frame % 128;
	return (float)(step < 64 ? step : 128 - step) / 64;
}

static int usage(void)
{
	fprintf(stderr, "usage: present [FRAMES]\n");
	return 2;
}

/* A whole number, or this is the end. */
static unsigned number_of(const char *text)
{
	if (!*text || text[strspn(text, "0123456789")] || strlen(text) > 9)
		exit(usage());
	return (unsigned)strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
	const unsigned frames = argc == 1 ? 0 : number_of(argc == 2 ? argv[1] : "");
	DXGI_SWAP_CHAIN_DESC desc = { .BufferDesc = { .Width = 640,
					      .Height = 360,
					      .RefreshRate = { 60, 1 },
					      .Format = DXGI_FORMAT_B8G8R8A8_UNORM },
		.SampleDesc = { 1, 0 },
		.BufferUsage = DXGI_USAGE_RENDER_TARGET_OUTPUT,
		.BufferCount = 1,
		.Windowed = TRUE };
	IDXGISwapChain *chain;
	ID3D11Device *device;
	ID3D11DeviceContext *context;
	ID3D11Texture2D *buffer;
	ID3D11RenderTargetView *target;
	HRESULT hr = D3D11CreateDeviceAndSwapChain(NULL, D3D_DRIVER_TYPE_HARDWARE, NULL, 0, NULL, 0,
		D3D11_SDK_VERSION, &desc, &chain, &device, NULL, &context);
	if (FAILED(hr))
		return give_up("D3D11CreateDeviceAndSwapChain", hr);
	hr = IDXGISwapChain_GetBuffer(chain, 0, &IID_ID3D11Texture2D, (void **)&buffer);
	if (FAILED(hr))
		return give_up("GetBuffer", hr);
	hr = ID3D11Device_CreateRenderTargetView(device, (ID3D11Resource *)buffer, NULL, &target);
	ID3D11Texture2D_Release(buffer);
	for (unsigned i = 0; SUCCEEDED(hr) && (!frames || i < frames); i++) {
		const float colour[4] = { wave(i), wave(i + 43), wave(i + 85), 1 };
		ID3D11DeviceContext_ClearRenderTargetView(context, target, colour);
		hr = IDXGISwapChain_Present(chain, 1, 0);
	}
	if (FAILED(hr))
		return give_up("Present", hr);
	ID3D11RenderTargetView_Release(target);
	ID3D11DeviceContext_Release(context);
	IDXGISwapChain_Release(chain);
	ID3D11Device_Release(device);
	return 0;
}
