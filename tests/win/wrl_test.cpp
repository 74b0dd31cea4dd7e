// SPDX-License-Identifier: MIT
//
// A C++ program with Microsoft::WRL::ComPtr, IID_PPV_ARGS and _beginthreadex, as most Windows code.
// Ends with 0 when everything behaved.
//
#include <windows.h>
#include <d3d11_1.h>
#include <dxgi1_2.h>
#include <crossfence/win/win.h>

#include <cstdio>
#include <cstdlib>
#include <thread>
#include <utility>

#include <process.h>
#include <wrl/client.h>

using Microsoft::WRL::ComPtr;

static void check(bool good, const char *what)
{
	if (good)
		return;
	std::fprintf(stderr, "failed: %s\n", what);
	std::exit(1);
}

#define CHECK(x) check((x), #x)

static ComPtr<ID3D11Device1> make_device()
{
	ComPtr<ID3D11Device> device;
	ComPtr<ID3D11Device1> device1;

	CHECK(SUCCEEDED(D3D11CreateDevice(nullptr, D3D_DRIVER_TYPE_HARDWARE, nullptr, 0, nullptr, 0,
		D3D11_SDK_VERSION, &device, nullptr, nullptr)));
	CHECK(SUCCEEDED(device.As(&device1)));
	return device1;
}

static void share_by_name()
{
	CD3D11_TEXTURE2D_DESC desc(DXGI_FORMAT_B8G8R8A8_UNORM, 32, 32, 1, 1,
		D3D11_BIND_RENDER_TARGET, D3D11_USAGE_DEFAULT, 0, 1, 0,
		D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX | D3D11_RESOURCE_MISC_SHARED_NTHANDLE);
	ComPtr<ID3D11Device1> one = make_device(), two = make_device();
	ComPtr<ID3D11Texture2D> texture, opened;
	ComPtr<IDXGIResource1> resource;
	ComPtr<IDXGIKeyedMutex> mutex, other;
	HANDLE handle = nullptr;

	CHECK(SUCCEEDED(one->CreateTexture2D(&desc, nullptr, &texture)));
	CHECK(SUCCEEDED(texture.As(&resource)));
	CHECK(SUCCEEDED(texture.As(&mutex)));
	CHECK(SUCCEEDED(resource->CreateSharedHandle(nullptr,
		DXGI_SHARED_RESOURCE_READ | DXGI_SHARED_RESOURCE_WRITE, L"Local\\from C++",
		&handle)));
	CHECK(SUCCEEDED(two->OpenSharedResourceByName(
		L"from C++", DXGI_SHARED_RESOURCE_READ, IID_PPV_ARGS(&opened))));
	CHECK(SUCCEEDED(opened.As(&other)));
	CHECK(mutex->AcquireSync(0, INFINITE) == S_OK);
	std::thread waiter([&] {
		CHECK(other->AcquireSync(42, 5000) == S_OK);
		CHECK(other->ReleaseSync(0) == S_OK);
	});
	CHECK(mutex->ReleaseSync(42) == S_OK);
	waiter.join();
	CHECK(mutex->AcquireSync(0, INFINITE) == S_OK);
	mutex.Reset();
	resource.Reset();
	CHECK(texture.Reset() == 0);
	CHECK(other->AcquireSync(0, INFINITE) == static_cast<HRESULT>(WAIT_ABANDONED));
	CHECK(CloseHandle(handle));
}

static void wait_for_events()
{
	HANDLE events[2] = { CreateEventW(nullptr, FALSE, FALSE, L"C++ event"),
		CreateEventA(nullptr, TRUE, FALSE, nullptr) };
	std::thread setter([&] { SetEvent(events[1]); });

	CHECK(WaitForMultipleObjects(2, events, FALSE, INFINITE) == WAIT_OBJECT_0 + 1);
	setter.join();
	CHECK(CloseHandle(events[0]) && CloseHandle(events[1]));
}

static ULONG references(IUnknown *object)
{
	object->AddRef();
	return object->Release();
}

// Every way into and out of a ComPtr keeps the count.
static void count_references()
{
	ComPtr<ID3D11Device1> device = make_device();
	ULONG before = references(device.Get());
	ComPtr<ID3D11Device> base = device, copy(base), moved(std::move(copy)), none = nullptr;
	ComPtr<IUnknown> unknown;
	ID3D11Device *raw;

	CHECK(references(device.Get()) == before + 2);
	CHECK(!copy && copy == nullptr && moved == base && moved != nullptr && none != base);
	base = std::move(moved);
	CHECK(references(device.Get()) == before + 1);
	CHECK(SUCCEEDED(base.As(&unknown)) &&
		SUCCEEDED(base.As(&unknown))); /* lets go of the first */
	CHECK(references(device.Get()) == before + 2);
	CHECK(SUCCEEDED(device->QueryInterface(IID_PPV_ARGS(&unknown))));
	CHECK(SUCCEEDED(device->QueryInterface(IID_PPV_ARGS(unknown.ReleaseAndGetAddressOf()))));
	CHECK(references(device.Get()) == before + 2);
	CHECK(SUCCEEDED(base.CopyTo(&raw)) && SUCCEEDED(device.CopyTo(&raw)));
	CHECK(references(device.Get()) == before + 4);
	copy.Attach(raw);
	copy.Attach(raw);
	CHECK(references(device.Get()) == before + 3);
	raw = copy.Detach();
	CHECK(!copy.Get() && *base.GetAddressOf() == raw);
	CHECK(raw->Release() == before + 2);
	base = nullptr;
	CHECK(unknown.Reset() == before && none.Reset() == 0);
}

static unsigned WINAPI answer(void *arg)
{
	_endthreadex(*static_cast<unsigned *>(arg));
	return 0;
}

static void start_threads()
{
	unsigned code = 42, id = 0;
	DWORD got = 0;
	HANDLE thread = reinterpret_cast<HANDLE>(
		_beginthreadex(nullptr, 0, answer, &code, CREATE_SUSPENDED, &id));

	CHECK(thread && id == GetThreadId(thread));
	CHECK(WaitForSingleObject(thread, 0) == WAIT_TIMEOUT);
	CHECK(ResumeThread(thread) == 1);
	CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
	CHECK(GetExitCodeThread(thread, &got) && got == code && CloseHandle(thread));
	CHECK(!_beginthreadex(nullptr, 0, nullptr, nullptr, 0, nullptr));
	CHECK(GetLastError() == ERROR_INVALID_PARAMETER);
}

int main()
{
	count_references();
	start_threads();
	share_by_name();
	wait_for_events();
	return 0;
}
