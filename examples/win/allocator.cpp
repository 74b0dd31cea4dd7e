/* SPDX-License-Identifier: MIT */
/*
 * A decoder and two of its consumers, as they would be written for Windows: textures come from
 * IMFVideoSampleAllocatorEx, and go back there by nothing but their release. Each consumer lets go
 * of a sample as soon as its work is enqueued; the allocator knows by the synchronization object
 * of the texture when that work is done. Nobody counts, and nobody polls: when all samples are out,
 * the decoder sleeps until IMFVideoSampleAllocatorNotify says that one is free.
 *
 *	allocator FRAMES
 *
 * Each consumer checks each picture, so a texture that was used again too early is seen. Ends with
 * 0 when all were right; 77 when there is no Vulkan driver for libvkd3d.
 */
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include <windows.h>
#include <wrl/client.h>
#include <d3d12.h>
#include <mfapi.h>
#include <mfd3d12.h>
#include <mferror.h>
#include <mfidl.h>

using Microsoft::WRL::ComPtr;

constexpr UINT WIDTH = 640, HEIGHT = 360, PITCH = WIDTH * 4, BYTES = PITCH * HEIGHT;
constexpr DWORD SAMPLES = 3;

static void check(HRESULT hr, const char *what)
{
	if (SUCCEEDED(hr))
		return;
	fprintf(stderr, "%s: %#x\n", what, (unsigned)hr);
	exit(1);
}
#define CHECK(call) check(call, #call)

/* Sets an event whenever a sample is free again. */
struct Notify final : IMFVideoSampleAllocatorNotify {
	HANDLE event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
	LONG refs = 1;

	HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void **object) override
	{
		*object = nullptr;
		if (riid != IID_IUnknown && riid != IID_IMFVideoSampleAllocatorNotify)
			return E_NOINTERFACE;
		*object = this;
		AddRef();
		return S_OK;
	}
	ULONG STDMETHODCALLTYPE AddRef() override
	{
		return (ULONG)__atomic_add_fetch(&refs, 1, __ATOMIC_SEQ_CST);
	}
	ULONG STDMETHODCALLTYPE Release() override
	{
		LONG left = __atomic_sub_fetch(&refs, 1, __ATOMIC_SEQ_CST);
		if (!left) {
			CloseHandle(event);
			delete this;
		}
		return (ULONG)left;
	}
	HRESULT STDMETHODCALLTYPE NotifyRelease() override
	{
		SetEvent(event);
		return S_OK;
	}
};

static ComPtr<ID3D12CommandQueue> make_queue(ID3D12Device *device)
{
	const D3D12_COMMAND_QUEUE_DESC desc = {};
	ComPtr<ID3D12CommandQueue> queue;
	CHECK(device->CreateCommandQueue(&desc, IID_PPV_ARGS(&queue)));
	return queue;
}

/* A buffer of the CPU's that goes with one texture, and the list that copies between them. */
struct Copy {
	ComPtr<ID3D12Resource> buffer;
	uint8_t *pixels;
	ComPtr<ID3D12CommandAllocator> allocator;
	ComPtr<ID3D12GraphicsCommandList> list;

	Copy(ID3D12Device *device, ID3D12Resource *texture, bool upload)
	{
		D3D12_HEAP_PROPERTIES heap = {};
		D3D12_RESOURCE_DESC desc = {};
		heap.Type = upload ? D3D12_HEAP_TYPE_UPLOAD : D3D12_HEAP_TYPE_READBACK;
		desc.Dimension = D3D12_RESOURCE_DIMENSION_BUFFER;
		desc.Width = BYTES;
		desc.Height = desc.DepthOrArraySize = desc.MipLevels = 1;
		desc.SampleDesc.Count = 1;
		desc.Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR;
		CHECK(device->CreateCommittedResource(&heap, D3D12_HEAP_FLAG_NONE, &desc,
			upload ? D3D12_RESOURCE_STATE_GENERIC_READ : D3D12_RESOURCE_STATE_COPY_DEST,
			nullptr, IID_PPV_ARGS(&buffer)));
		CHECK(buffer->Map(0, nullptr, (void **)&pixels));
		CHECK(device->CreateCommandAllocator(
			D3D12_COMMAND_LIST_TYPE_DIRECT, IID_PPV_ARGS(&allocator)));
		CHECK(device->CreateCommandList(0, D3D12_COMMAND_LIST_TYPE_DIRECT, allocator.Get(),
			nullptr, IID_PPV_ARGS(&list)));
		record(texture, upload);
	}

	void record(ID3D12Resource *texture, bool upload)
	{
		D3D12_TEXTURE_COPY_LOCATION image = {}, rows = {};
		image.pResource = texture;
		image.Type = D3D12_TEXTURE_COPY_TYPE_SUBRESOURCE_INDEX;
		rows.pResource = buffer.Get();
		rows.Type = D3D12_TEXTURE_COPY_TYPE_PLACED_FOOTPRINT;
		rows.PlacedFootprint.Footprint = { DXGI_FORMAT_R8G8B8A8_UNORM, WIDTH, HEIGHT, 1,
			PITCH };
		D3D12_RESOURCE_STATES state =
			upload ? D3D12_RESOURCE_STATE_COPY_DEST : D3D12_RESOURCE_STATE_COPY_SOURCE;
		transition(texture, D3D12_RESOURCE_STATE_COMMON, state);
		list->CopyTextureRegion(
			upload ? &image : &rows, 0, 0, 0, upload ? &rows : &image, nullptr);
		transition(texture, state, D3D12_RESOURCE_STATE_COMMON);
		CHECK(list->Close());
	}

	void transition(
		ID3D12Resource *texture, D3D12_RESOURCE_STATES from, D3D12_RESOURCE_STATES to)
	{
		D3D12_RESOURCE_BARRIER barrier = {};
		barrier.Type = D3D12_RESOURCE_BARRIER_TYPE_TRANSITION;
		barrier.Transition = { texture, 0, from, to };
		list->ResourceBarrier(1, &barrier);
	}

	void run(ID3D12CommandQueue *queue)
	{
		ID3D12CommandList *lists[] = { list.Get() };
		queue->ExecuteCommandLists(1, lists);
	}
};

/* One buffer for each texture: it is as free as that. */
class Copies
{
	ID3D12Device *device;
	bool upload;
	std::map<ID3D12Resource *, std::unique_ptr<Copy>> copies;

      public:
	Copies(ID3D12Device *d, bool u) : device(d), upload(u)
	{
	}
	Copy &of(ID3D12Resource *texture)
	{
		std::unique_ptr<Copy> &copy = copies[texture];
		if (!copy)
			copy = std::make_unique<Copy>(device, texture, upload);
		return *copy;
	}
};

/* What a downstream component finds in a sample. */
struct Frame {
	ComPtr<ID3D12Resource> texture;
	ComPtr<IMFD3D12SynchronizationObjectCommands> sync;

	explicit Frame(IMFSample *sample)
	{
		ComPtr<IMFMediaBuffer> buffer;
		ComPtr<IMFDXGIBuffer> dxgi;
		CHECK(sample->GetBufferByIndex(0, &buffer));
		CHECK(buffer.As(&dxgi));
		CHECK(dxgi->GetResource(IID_PPV_ARGS(&texture)));
		CHECK(dxgi->GetUnknown(MF_D3D12_SYNCHRONIZATION_OBJECT, IID_PPV_ARGS(&sync)));
	}
};

/* A picture that no other frame has: every row and every pixel differs. */
static void draw(uint8_t *pixels, uint32_t frame)
{
	for (uint32_t i = 0; i < BYTES / 4; i++) {
		uint32_t pixel = (i + 1) * 2654435761u ^ frame * 40503u;
		memcpy(pixels + 4 * i, &pixel, 4);
	}
}

static bool is_frame(const uint8_t *pixels, uint32_t frame)
{
	for (uint32_t i = 0; i < BYTES / 4; i++) {
		uint32_t pixel = (i + 1) * 2654435761u ^ frame * 40503u;
		if (memcmp(pixels + 4 * i, &pixel, 4))
			return false;
	}
	return true;
}

class Consumer
{
	ID3D12Device *device;
	ComPtr<ID3D12CommandQueue> queue;
	std::mutex lock;
	std::condition_variable changed;
	std::deque<ComPtr<IMFSample>> fifo;
	std::thread thread;

	ComPtr<IMFSample> receive()
	{
		std::unique_lock<std::mutex> guard(lock);
		changed.wait(guard, [this] { return !fifo.empty(); });
		ComPtr<IMFSample> sample = fifo.front();
		fifo.pop_front();
		return sample;
	}

	void consume()
	{
		Copies copies(device, false);
		ComPtr<ID3D12Fence> fence;
		HANDLE done = CreateEventW(nullptr, FALSE, FALSE, nullptr);
		UINT64 value = 0;
		CHECK(device->CreateFence(0, D3D12_FENCE_FLAG_NONE, IID_PPV_ARGS(&fence)));
		while (ComPtr<IMFSample> sample = receive()) {
			LONGLONG time;
			CHECK(sample->GetSampleTime(&time));
			Frame frame(sample.Get());
			Copy &copy = copies.of(frame.texture.Get());
			CHECK(frame.sync->EnqueueResourceReadyWait(queue.Get()));
			copy.run(queue.Get());
			CHECK(frame.sync->EnqueueResourceRelease(queue.Get()));
			sample.Reset(); /* while the copy may not even have begun */
			CHECK(queue->Signal(fence.Get(), ++value));
			CHECK(fence->SetEventOnCompletion(value, done));
			WaitForSingleObject(done, INFINITE);
			(is_frame(copy.pixels, (uint32_t)time) ? good : bad)++;
		}
		CloseHandle(done);
	}

      public:
	unsigned good = 0, bad = 0;

	explicit Consumer(ID3D12Device *d) : device(d), queue(make_queue(d))
	{
		thread = std::thread([this] { consume(); });
	}
	void deliver(IMFSample *sample) /* nullptr: that was all */
	{
		std::lock_guard<std::mutex> guard(lock);
		fifo.emplace_back(sample);
		changed.notify_one();
	}
	void finish()
	{
		deliver(nullptr);
		thread.join();
	}
};

static ComPtr<IMFVideoSampleAllocatorEx> make_allocator(ID3D12Device *device)
{
	ComPtr<IMFVideoSampleAllocatorEx> allocator;
	ComPtr<IMFDXGIDeviceManager> manager;
	ComPtr<IMFMediaType> type;
	UINT token;
	CHECK(MFCreateDXGIDeviceManager(&token, &manager));
	CHECK(manager->ResetDevice(device, token));
	CHECK(MFCreateMediaType(&type));
	CHECK(type->SetGUID(MF_MT_MAJOR_TYPE, MFMediaType_Video));
	CHECK(type->SetGUID(MF_MT_SUBTYPE, MFVideoFormat_ABGR32));
	CHECK(type->SetUINT64(MF_MT_FRAME_SIZE, (UINT64)WIDTH << 32 | HEIGHT));
	CHECK(MFCreateVideoSampleAllocatorEx(IID_PPV_ARGS(&allocator)));
	CHECK(allocator->SetDirectXManager(manager.Get()));
	CHECK(allocator->InitializeSampleAllocatorEx(SAMPLES, SAMPLES, nullptr, type.Get()));
	return allocator;
}

/* Sleeps while all samples are out. */
static ComPtr<IMFSample> allocate(IMFVideoSampleAllocatorEx *allocator, HANDLE free)
{
	ComPtr<IMFSample> sample;
	HRESULT hr;
	while ((hr = allocator->AllocateSample(&sample)) == MF_E_SAMPLEALLOCATOR_EMPTY)
		WaitForSingleObject(free, INFINITE);
	CHECK(hr);
	return sample;
}

static void decode(ID3D12Device *device, unsigned frames, Consumer *consumers[2])
{
	ComPtr<IMFVideoSampleAllocatorEx> allocator = make_allocator(device);
	ComPtr<IMFVideoSampleAllocatorCallback> callback;
	ComPtr<ID3D12CommandQueue> queue = make_queue(device);
	Copies copies(device, true);
	Notify *notify = new Notify;
	CHECK(allocator.As(&callback));
	CHECK(callback->SetCallback(notify));
	for (unsigned i = 0; i < frames; i++) {
		ComPtr<IMFSample> sample = allocate(allocator.Get(), notify->event);
		Frame frame(sample.Get());
		Copy &copy = copies.of(frame.texture.Get());
		draw(copy.pixels, i);
		CHECK(sample->SetSampleTime(i));
		/* Consumers may hear of it first: their queues wait for ready. */
		consumers[0]->deliver(sample.Get());
		copy.run(queue.Get());
		CHECK(frame.sync->EnqueueResourceReady(queue.Get()));
		consumers[1]->deliver(sample.Get());
	}
	for (int i = 0; i < 2; i++)
		consumers[i]->finish();
	CHECK(callback->SetCallback(nullptr));
	notify->Release();
}

static int usage()
{
	fprintf(stderr, "usage: allocator [FRAMES]\n");
	return 2;
}

/* A whole number, or this is the end. */
static unsigned number_of(const char *text)
{
	if (!*text || text[strspn(text, "0123456789")] || strlen(text) > 9)
		exit(usage());
	return (unsigned)strtoul(text, nullptr, 10);
}

int main(int argc, char **argv)
{
	unsigned frames = argc > 1 ? number_of(argv[1]) : 200;
	ComPtr<ID3D12Device> device;
	if (argc > 2)
		return usage();
	if (FAILED(D3D12CreateDevice(nullptr, D3D_FEATURE_LEVEL_11_0, IID_PPV_ARGS(&device)))) {
		fprintf(stderr, "no Vulkan driver that libvkd3d can use\n");
		return 77;
	}
	CHECK(MFStartup(MF_VERSION, MFSTARTUP_LITE));
	Consumer a(device.Get()), b(device.Get());
	Consumer *consumers[] = { &a, &b };
	decode(device.Get(), frames, consumers);
	CHECK(MFShutdown());
	printf("%u frames through %u textures: %u pictures right, %u wrong\n", frames,
		(unsigned)SAMPLES, a.good + b.good, a.bad + b.bad);
	return a.good == frames && b.good == frames ? 0 : 1;
}
