// SPDX-License-Identifier: MIT
//
// A C++ program with smart pointers in the manner of Microsoft::WRL::ComPtr, its own: what most
// Windows code looks like. Ends with 0 when everything behaved.
//
#include <windows.h>
#include <d3d11_1.h>
#include <dxgi1_2.h>
#include <crossfence/win/win.h>

#include <cstdio>
#include <cstdlib>
#include <thread>
#include <utility>

template <typename T> class ComPtr {
public:
	ComPtr() = default;
	ComPtr(const ComPtr &other) : pointer(other.pointer)
	{
		if (pointer)
			pointer->AddRef();
	}
	ComPtr(ComPtr &&other) noexcept : pointer(std::exchange(other.pointer, nullptr))
	{
	}
	ComPtr &operator=(ComPtr other)
	{
		std::swap(pointer, other.pointer);
		return *this;
	}
	~ComPtr()
	{
		Reset();
	}
	unsigned long Reset()
	{
		T *old = std::exchange(pointer, nullptr);
		return old ? old->Release() : 0;
	}
	T *operator->() const
	{
		return pointer;
	}
	T *Get() const
	{
		return pointer;
	}
	T **operator&()
	{
		Reset();
		return &pointer;
	}
	template <typename U> HRESULT As(U **other) const
	{
		return pointer->QueryInterface(__uuidof(U), reinterpret_cast<void **>(other));
	}

private:
	T *pointer = nullptr;
};

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
		DXGI_SHARED_RESOURCE_READ | DXGI_SHARED_RESOURCE_WRITE, L"Local\\from C++", &handle)));
	CHECK(SUCCEEDED(two->OpenSharedResourceByName(L"from C++", DXGI_SHARED_RESOURCE_READ,
		__uuidof(ID3D11Texture2D), reinterpret_cast<void **>(&opened))));
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

int main()
{
	share_by_name();
	wait_for_events();
	return 0;
}
