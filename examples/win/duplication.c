/* SPDX-License-Identifier: MIT */
/*
 * The two keys of desktop duplication, between two processes: the producer acquires with 0 and
 * releases with 1, the consumer acquires with 1 and releases with 0. WAIT_TIMEOUT is a success code
 * that means "nothing new", not "yours".
 *
 *	duplication [FRAMES]		starts a consumer by itself
 */
#define COBJMACROS
#include <windows.h>
#include <d3d11.h>
#include <dxgi.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WIDTH = 640, HEIGHT = 360 };

static ID3D11Device *device;
static ID3D11DeviceContext *context;

static int give_up(const char *what, HRESULT hr)
{
	fprintf(stderr, "%s: %#x\n", what, (unsigned)hr);
	return 1;
}

static D3D11_TEXTURE2D_DESC describe(void)
{
	D3D11_TEXTURE2D_DESC desc = { .Width = WIDTH,
		.Height = HEIGHT,
		.MipLevels = 1,
		.ArraySize = 1,
		.Format = DXGI_FORMAT_B8G8R8A8_UNORM,
		.SampleDesc = { 1, 0 } };
	return desc;
}

static HRESULT get_mutex(ID3D11Texture2D *texture, IDXGIKeyedMutex **ret_mutex)
{
	return ID3D11Texture2D_QueryInterface(texture, &IID_IDXGIKeyedMutex, (void **)ret_mutex);
}

/* Frame i is filled with i + 1. */
static int produce(ID3D11Texture2D *texture, IDXGIKeyedMutex *mutex, unsigned frames)
{
	static uint32_t pixels[WIDTH * HEIGHT];
	for (unsigned i = 0; i < frames;) {
		HRESULT hr = IDXGIKeyedMutex_AcquireSync(mutex, 0, 1000);
		if (hr == (HRESULT)WAIT_TIMEOUT)
			continue;
		if (hr != S_OK)
			return give_up("producer: AcquireSync", hr);
		for (unsigned p = 0; p < WIDTH * HEIGHT; p++)
			pixels[p] = i + 1;
		ID3D11DeviceContext_UpdateSubresource(context, (ID3D11Resource *)texture, 0, NULL,
			pixels, WIDTH * sizeof(*pixels), 0);
		hr = IDXGIKeyedMutex_ReleaseSync(mutex, 1);
		if (hr != S_OK)
			return give_up("producer: ReleaseSync", hr);
		i++;
	}
	return 0;
}

static int check(ID3D11Texture2D *staging, uint32_t expected)
{
	D3D11_MAPPED_SUBRESOURCE mapped;
	HRESULT hr;
	int bad = 0;
	hr = ID3D11DeviceContext_Map(
		context, (ID3D11Resource *)staging, 0, D3D11_MAP_READ, 0, &mapped);
	if (FAILED(hr))
		return give_up("consumer: Map", hr);
	for (unsigned y = 0; y < HEIGHT; y++) {
		const uint32_t *row = (void *)((char *)mapped.pData + y * mapped.RowPitch);
		for (unsigned x = 0; x < WIDTH; x++)
			bad += row[x] != expected;
	}
	ID3D11DeviceContext_Unmap(context, (ID3D11Resource *)staging, 0);
	if (bad)
		fprintf(stderr, "consumer: %d bad pixels in frame %u\n", bad, expected);
	return bad;
}

static int consume(HANDLE handle, unsigned frames)
{
	D3D11_TEXTURE2D_DESC desc = describe();
	ID3D11Texture2D *texture, *staging;
	IDXGIKeyedMutex *mutex;
	HRESULT hr;
	desc.Usage = D3D11_USAGE_STAGING;
	desc.CPUAccessFlags = D3D11_CPU_ACCESS_READ;
	hr = ID3D11Device_OpenSharedResource(
		device, handle, &IID_ID3D11Texture2D, (void **)&texture);
	if (FAILED(hr))
		return give_up("consumer: OpenSharedResource", hr);
	hr = get_mutex(texture, &mutex);
	if (SUCCEEDED(hr))
		hr = ID3D11Device_CreateTexture2D(device, &desc, NULL, &staging);
	if (FAILED(hr))
		return give_up("consumer: set up", hr);
	for (unsigned i = 0; i < frames;) {
		hr = IDXGIKeyedMutex_AcquireSync(mutex, 1, 100);
		if (hr == (HRESULT)WAIT_TIMEOUT)
			continue;
		if (hr != S_OK)
			return give_up("consumer: AcquireSync", hr);
		ID3D11DeviceContext_CopyResource(
			context, (ID3D11Resource *)staging, (ID3D11Resource *)texture);
		hr = IDXGIKeyedMutex_ReleaseSync(mutex, 0);
		if (hr != S_OK)
			return give_up("consumer: ReleaseSync", hr);
		if (check(staging, ++i))
			return 1;
	}
	printf("consumer: %u frames, all as they were made\n", frames);
	ID3D11Texture2D_Release(staging);
	IDXGIKeyedMutex_Release(mutex);
	ID3D11Texture2D_Release(texture);
	return 0;
}

static pid_t start_consumer(HANDLE handle, const char *frames)
{
	char text[32];
	pid_t pid;
	snprintf(text, sizeof(text), "%zx", (size_t)handle);
	pid = fork();
	if (!pid) {
		execl("/proc/self/exe", "duplication", frames, text, NULL);
		_exit(127);
	}
	return pid;
}

static int run_producer(const char *frames)
{
	D3D11_TEXTURE2D_DESC desc = describe();
	ID3D11Texture2D *texture;
	IDXGIResource *resource;
	IDXGIKeyedMutex *mutex;
	HANDLE handle;
	int status, failed;
	HRESULT hr;
	pid_t pid;
	desc.BindFlags = D3D11_BIND_SHADER_RESOURCE;
	desc.MiscFlags = D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX;
	hr = ID3D11Device_CreateTexture2D(device, &desc, NULL, &texture);
	if (FAILED(hr))
		return give_up("producer: CreateTexture2D", hr);
	hr = get_mutex(texture, &mutex);
	if (SUCCEEDED(hr))
		hr = ID3D11Texture2D_QueryInterface(
			texture, &IID_IDXGIResource, (void **)&resource);
	if (SUCCEEDED(hr))
		hr = IDXGIResource_GetSharedHandle(resource, &handle);
	if (FAILED(hr))
		return give_up("producer: set up", hr);
	pid = start_consumer(handle, frames);
	if (pid < 0)
		return give_up("producer: fork", E_FAIL);
	failed = produce(texture, mutex, (unsigned)atoi(frames));
	if (waitpid(pid, &status, 0) != pid || status)
		failed = 1;
	IDXGIResource_Release(resource);
	IDXGIKeyedMutex_Release(mutex);
	ID3D11Texture2D_Release(texture);
	return failed;
}

static int usage(void)
{
	fprintf(stderr, "usage: duplication [FRAMES]\n");
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
	const char *frames = argc > 1 ? argv[1] : "300";
	HRESULT hr;
	int status;
	if (argc > 3)
		return usage();
	unsigned n = number_of(frames);
	hr = D3D11CreateDevice(NULL, D3D_DRIVER_TYPE_HARDWARE, NULL, 0, NULL, 0, D3D11_SDK_VERSION,
		&device, NULL, &context);
	if (FAILED(hr))
		return give_up("D3D11CreateDevice", hr);
	if (argc > 2)
		status = consume((HANDLE)(uintptr_t)strtoull(argv[2], NULL, 16), n);
	else
		status = run_producer(frames);
	ID3D11DeviceContext_Release(context);
	ID3D11Device_Release(device);
	return status;
}
