/* SPDX-License-Identifier: MIT */
/* Textures that Direct3D 11 and 12 share, in one process and in two; whose turn it is fences or a
 * keyed mutex say. */
#include "d3d12_harness.h"

#include <dxgi1_2.h>

#include "d3d.h"

#define WIDTH  320
#define HEIGHT 200
#define PITCH  (WIDTH * 4)
#define FENCE  L"whose turn"
#define NAME   L"what is shared"

struct side {
	ID3D12Device *device;
	ID3D12CommandQueue *queue;
	ID3D12Resource *upload, *readback;
	uint32_t *up, *down;
};

static struct side open_side(void)
{
	struct side s = { .device = d3d12_device() };
	s.queue = d3d12_queue(s.device);
	s.upload =
		d3d12_buffer(s.device, D3D12_HEAP_TYPE_UPLOAD, D3D12_RESOURCE_STATE_GENERIC_READ);
	s.readback =
		d3d12_buffer(s.device, D3D12_HEAP_TYPE_READBACK, D3D12_RESOURCE_STATE_COPY_DEST);
	s.up = (uint32_t *)d3d12_map(s.upload);
	s.down = (uint32_t *)d3d12_map(s.readback);
	return s;
}

static void close_side(struct side *s)
{
	ID3D12Resource_Release(s->upload);
	ID3D12Resource_Release(s->readback);
	assert_int_equal(ID3D12CommandQueue_Release(s->queue), 0);
	assert_int_equal(ID3D12Device_Release(s->device), 0);
}

/* The texture's pixels from or to the side's buffers, between the states around it. */
static void record_copy(
	struct side *s, struct d3d12_list *l, ID3D12Resource *texture, bool to_texture)
{
	const D3D12_RESOURCE_STATES state =
		to_texture ? D3D12_RESOURCE_STATE_COPY_DEST : D3D12_RESOURCE_STATE_COPY_SOURCE;
	D3D12_RESOURCE_BARRIER barrier = { .Type = D3D12_RESOURCE_BARRIER_TYPE_TRANSITION,
		.Transition = { texture, 0, D3D12_RESOURCE_STATE_COMMON, state } };
	const D3D12_TEXTURE_COPY_LOCATION image = { .pResource = texture,
		.Type = D3D12_TEXTURE_COPY_TYPE_SUBRESOURCE_INDEX };
	const D3D12_TEXTURE_COPY_LOCATION buffer = {
		.pResource = to_texture ? s->upload : s->readback,
		.Type = D3D12_TEXTURE_COPY_TYPE_PLACED_FOOTPRINT,
		.PlacedFootprint.Footprint = { DXGI_FORMAT_R8G8B8A8_UNORM, WIDTH, HEIGHT, 1, PITCH }
	};
	ID3D12GraphicsCommandList_ResourceBarrier(l->list, 1, &barrier);
	ID3D12GraphicsCommandList_CopyTextureRegion(l->list, to_texture ? &image : &buffer, 0, 0, 0,
		to_texture ? &buffer : &image, NULL);
	barrier.Transition.StateBefore = state;
	barrier.Transition.StateAfter = D3D12_RESOURCE_STATE_COMMON;
	ID3D12GraphicsCommandList_ResourceBarrier(l->list, 1, &barrier);
	assert_int_equal(ID3D12GraphicsCommandList_Close(l->list), S_OK);
}

static struct d3d12_list make_copy(struct side *s, ID3D12Resource *texture, bool to_texture)
{
	struct d3d12_list l = d3d12_list(s->device);
	record_copy(s, &l, texture, to_texture);
	return l;
}

static uint32_t pixel_of(uint32_t frame, uint32_t i)
{
	return (frame + 1) * 2654435761u ^ i * 40503u;
}

static void paint(struct side *s, uint32_t frame)
{
	for (uint32_t i = 0; i < WIDTH * HEIGHT; i++)
		s->up[i] = pixel_of(frame, i);
}

static uint32_t count_wrong(const struct side *s, uint32_t frame)
{
	uint32_t wrong = 0;
	for (uint32_t i = 0; i < WIDTH * HEIGHT; i++)
		wrong += s->down[i] != pixel_of(frame, i);
	return wrong;
}

static ID3D12Resource *make_texture12(struct side *s)
{
	const D3D12_HEAP_PROPERTIES heap = { .Type = D3D12_HEAP_TYPE_DEFAULT };
	const D3D12_RESOURCE_DESC desc = { .Dimension = D3D12_RESOURCE_DIMENSION_TEXTURE2D,
		.Width = WIDTH,
		.Height = HEIGHT,
		.DepthOrArraySize = 1,
		.MipLevels = 1,
		.Format = DXGI_FORMAT_R8G8B8A8_UNORM,
		.SampleDesc = { .Count = 1 },
		.Flags = D3D12_RESOURCE_FLAG_ALLOW_RENDER_TARGET };
	ID3D12Resource *texture;
	assert_hr(ID3D12Device_CreateCommittedResource(s->device, &heap, D3D12_HEAP_FLAG_SHARED,
			  &desc, D3D12_RESOURCE_STATE_COMMON, NULL, &IID_ID3D12Resource,
			  (void **)&texture),
		S_OK);
	return texture;
}

static HANDLE share(struct side *s, void *object, const WCHAR *name)
{
	HANDLE handle;
	assert_hr(ID3D12Device_CreateSharedHandle(
			  s->device, (ID3D12DeviceChild *)object, NULL, GENERIC_ALL, name, &handle),
		S_OK);
	return handle;
}

static ID3D12Resource *open_texture12(struct side *s, HANDLE handle)
{
	ID3D12Resource *texture;
	assert_hr(ID3D12Device_OpenSharedHandle(
			  s->device, handle, &IID_ID3D12Resource, (void **)&texture),
		S_OK);
	CloseHandle(handle);
	return texture;
}

/* Made by 12, seen and cleared by 11, seen by 12 again. */
static void eleven_sees_what_twelve_has_written(void **state)
{
	struct side s = open_side();
	ID3D11Device1 *device11 = make_device();
	ID3D12Resource *texture = make_texture12(&s);
	HANDLE handle = share(&s, texture, NULL);
	struct d3d12_list in = make_copy(&s, texture, true), out = make_copy(&s, texture, false);
	ID3D11Texture2D *theirs;
	assert_hr(ID3D11Device1_OpenSharedResource1(
			  device11, handle, &IID_ID3D11Texture2D, (void **)&theirs),
		S_OK);
	CloseHandle(handle);
	paint(&s, 0);
	d3d12_run(s.queue, &in);
	d3d12_finish(s.device, s.queue);
	assert_int_equal(first_pixel(device11, theirs), pixel_of(0, 0));
	clear_texture(device11, theirs, 0xff804020);
	d3d12_run(s.queue, &out);
	d3d12_finish(s.device, s.queue);
	for (int i = 0; i < WIDTH * HEIGHT; i++)
		assert_int_equal(s.down[i], 0xff804020);
	d3d12_list_release(&in);
	d3d12_list_release(&out);
	assert_int_equal(ID3D12Resource_Release(texture), 0);
	ID3D11Texture2D_Release(theirs);
	assert_int_equal(ID3D11Device1_Release(device11), 0);
	close_side(&s);
}

/* Made by 11; both handles of it, and that of 12's, name the same pixels. */
static void twelve_opens_what_eleven_has_made(void **state)
{
	struct side s = open_side();
	ID3D11Device1 *device11 = make_device();
	D3D11_TEXTURE2D_DESC desc =
		texture_desc(D3D11_RESOURCE_MISC_SHARED | D3D11_RESOURCE_MISC_SHARED_NTHANDLE);
	ID3D11Texture2D *texture;
	IDXGIResource1 *resource;
	HANDLE handle;
	desc.Width = WIDTH;
	desc.Height = HEIGHT;
	assert_hr(ID3D11Device1_CreateTexture2D(device11, &desc, NULL, &texture), S_OK);
	assert_hr(ID3D11Texture2D_QueryInterface(texture, &IID_IDXGIResource1, (void **)&resource),
		S_OK);
	assert_hr(IDXGIResource1_CreateSharedHandle(
			  resource, NULL, DXGI_SHARED_RESOURCE_READ, NULL, &handle),
		S_OK);
	IDXGIResource1_Release(resource);
	clear_texture(device11, texture, 0xff112233);
	ID3D12Resource *first = open_texture12(&s, handle);
	ID3D12Resource *second = open_texture12(&s, share(&s, first, NULL));
	/* It lives as long as somebody has it. */
	ID3D11Texture2D_Release(texture);
	assert_int_equal(ID3D11Device1_Release(device11), 0);
	assert_int_equal(ID3D12Resource_Release(first), 0);
	struct d3d12_list out = make_copy(&s, second, false);
	d3d12_run(s.queue, &out);
	d3d12_finish(s.device, s.queue);
	assert_int_equal(s.down[0], 0xff112233);
	assert_int_equal(s.down[WIDTH * HEIGHT - 1], 0xff112233);
	d3d12_list_release(&out);
	assert_int_equal(ID3D12Resource_Release(second), 0);
	close_side(&s);
}

static void what_is_not_shared_is_refused(void **state)
{
	struct side s = open_side();
	ID3D12Resource *texture = make_texture12(&s);
	HANDLE handle, named;
	void *found;
	assert_hr(ID3D12Device_CreateSharedHandle(s.device, (ID3D12DeviceChild *)s.upload, NULL,
			  GENERIC_ALL, NULL, &handle),
		E_INVALIDARG);
	assert_null(handle);
	named = share(&s, texture, NAME);
	assert_true(FAILED(ID3D12Device_CreateSharedHandle(s.device, (ID3D12DeviceChild *)texture,
		NULL, GENERIC_ALL, NAME, &handle))); /* the name is taken */
	assert_hr(ID3D12Device_OpenSharedHandle(s.device, named, &IID_ID3D12Fence, &found),
		E_NOINTERFACE);
	CloseHandle(named);
	assert_int_equal(ID3D12Resource_Release(texture), 0);
	close_side(&s);
}

/* A texture of Direct3D 11's with a keyed mutex, and a handle to it. */
static ID3D11Texture2D *make_keyed11(ID3D11Device1 *device, const WCHAR *name, HANDLE *ret_handle)
{
	D3D11_TEXTURE2D_DESC desc = texture_desc(
		D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX | D3D11_RESOURCE_MISC_SHARED_NTHANDLE);
	ID3D11Texture2D *texture;
	IDXGIResource1 *resource;
	desc.Width = WIDTH;
	desc.Height = HEIGHT;
	assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, NULL, &texture), S_OK);
	assert_hr(ID3D11Texture2D_QueryInterface(texture, &IID_IDXGIResource1, (void **)&resource),
		S_OK);
	assert_hr(IDXGIResource1_CreateSharedHandle(resource, NULL, GENERIC_ALL, name, ret_handle),
		S_OK);
	IDXGIResource1_Release(resource);
	return texture;
}

/* What a texture on both sides of the mutex needs. */
struct keyed {
	struct side s;
	ID3D11Device1 *device11;
	ID3D11Texture2D *texture11;
	ID3D12Resource *texture;
	IDXGIKeyedMutex *mutex11, *mutex;
	struct d3d12_list in, out;
};

static struct keyed open_keyed(void)
{
	struct keyed k = { .s = open_side(), .device11 = make_device() };
	HANDLE handle;
	k.texture11 = make_keyed11(k.device11, NULL, &handle);
	k.texture = open_texture12(&k.s, handle);
	k.mutex11 = mutex_of(k.texture11);
	k.mutex = mutex_of(k.texture);
	k.in = make_copy(&k.s, k.texture, true);
	k.out = make_copy(&k.s, k.texture, false);
	return k;
}

static void close_keyed(struct keyed *k)
{
	d3d12_list_release(&k->in);
	d3d12_list_release(&k->out);
	IDXGIKeyedMutex_Release(k->mutex);
	assert_int_equal(ID3D12Resource_Release(k->texture), 0);
	IDXGIKeyedMutex_Release(k->mutex11);
	ID3D11Texture2D_Release(k->texture11);
	assert_int_equal(ID3D11Device1_Release(k->device11), 0);
	close_side(&k->s);
}

static void the_mutex_and_the_resource_are_one_object(void **state)
{
	struct keyed k = open_keyed();
	ID3D12Resource *plain = make_texture12(&k.s), *again;
	ID3D12Device *device;
	IUnknown *one, *other;
	void *none;
	assert_hr(IDXGIKeyedMutex_QueryInterface(k.mutex, &IID_ID3D12Resource, (void **)&again),
		S_OK);
	assert_ptr_equal(again, k.texture);
	assert_hr(IDXGIKeyedMutex_QueryInterface(k.mutex, &IID_IUnknown, (void **)&one), S_OK);
	assert_hr(ID3D12Resource_QueryInterface(k.texture, &IID_IUnknown, (void **)&other), S_OK);
	assert_ptr_equal(one, other);
	IUnknown_Release(one);
	IUnknown_Release(other);
	ID3D12Resource_Release(again);
	assert_hr(ID3D12Resource_GetDevice(k.texture, &IID_ID3D12Device, (void **)&device), S_OK);
	assert_ptr_equal(device, k.s.device);
	ID3D12Device_Release(device);
	assert_hr(IDXGIKeyedMutex_GetDevice(k.mutex, &IID_ID3D12Device, (void **)&device), S_OK);
	assert_ptr_equal(device, k.s.device);
	ID3D12Device_Release(device);
	assert_ptr_not_equal(xf_win_d3d12_inner_resource(k.texture), k.texture);
	assert_hr(ID3D12Resource_QueryInterface(plain, &IID_IDXGIKeyedMutex, &none), E_NOINTERFACE);
	assert_null(none);
	assert_ptr_equal(xf_win_d3d12_inner_resource(plain), plain);
	ID3D12Resource_Release(plain);
	close_keyed(&k);
}

static void it_is_owned_once_and_its_owner_may_be_gone(void **state)
{
	struct keyed k = open_keyed();
	ID3D12Resource *other;
	IDXGIKeyedMutex *theirs;
	assert_hr(IDXGIKeyedMutex_ReleaseSync(k.mutex, 0), E_FAIL);
	assert_hr(IDXGIKeyedMutex_AcquireSync(k.mutex, 1, SHORT_MS), WAIT_TIMEOUT);
	assert_hr(IDXGIKeyedMutex_AcquireSync(k.mutex, 0, 0), S_OK);
	assert_hr(IDXGIKeyedMutex_AcquireSync(k.mutex11, 0, SHORT_MS), WAIT_TIMEOUT);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(k.mutex, 0), S_OK);
	other = open_texture12(&k.s, share(&k.s, k.texture, NULL));
	theirs = mutex_of(other);
	assert_hr(IDXGIKeyedMutex_AcquireSync(theirs, 0, LONG_MS), S_OK);
	assert_hr(IDXGIKeyedMutex_AcquireSync(k.mutex, 0, SHORT_MS), WAIT_TIMEOUT);
	IDXGIKeyedMutex_Release(theirs);
	assert_int_equal(ID3D12Resource_Release(other), 0);
	assert_hr(IDXGIKeyedMutex_AcquireSync(k.mutex, 0, LONG_MS), WAIT_ABANDONED);
	assert_hr(IDXGIKeyedMutex_AcquireSync(k.mutex11, 0, LONG_MS), WAIT_ABANDONED);
	close_keyed(&k);
}

/* All commands that take a texture, by the keyed one. */
static void commands_take_it(void **state)
{
	const float colour[4] = { 0.2f, 0.4f, 0.6f, 1 };
	const D3D12_DESCRIPTOR_HEAP_DESC desc = { D3D12_DESCRIPTOR_HEAP_TYPE_RTV, 1, 0, 0 };
	const D3D12_DESCRIPTOR_HEAP_DESC srv = { D3D12_DESCRIPTOR_HEAP_TYPE_CBV_SRV_UAV, 1, 0, 0 };
	const D3D12_SHADER_RESOURCE_VIEW_DESC view = { .Format = DXGI_FORMAT_R8G8B8A8_UNORM,
		.ViewDimension = D3D12_SRV_DIMENSION_TEXTURE2D,
		.Shader4ComponentMapping = D3D12_DEFAULT_SHADER_4_COMPONENT_MAPPING,
		.Texture2D.MipLevels = 1 };
	struct keyed k = open_keyed();
	ID3D12Resource *plain = make_texture12(&k.s);
	ID3D12DescriptorHeap *heap, *views;
	D3D12_CPU_DESCRIPTOR_HANDLE rtv, handle;
	struct d3d12_list l = d3d12_list(k.s.device);
	D3D12_RESOURCE_BARRIER barrier = { .Type = D3D12_RESOURCE_BARRIER_TYPE_TRANSITION,
		.Transition = { k.texture, 0, D3D12_RESOURCE_STATE_COMMON,
			D3D12_RESOURCE_STATE_RENDER_TARGET } };
	assert_hr(ID3D12Device_CreateDescriptorHeap(
			  k.s.device, &desc, &IID_ID3D12DescriptorHeap, (void **)&heap),
		S_OK);
	assert_hr(ID3D12Device_CreateDescriptorHeap(
			  k.s.device, &srv, &IID_ID3D12DescriptorHeap, (void **)&views),
		S_OK);
	heap->lpVtbl->GetCPUDescriptorHandleForHeapStart(heap, &rtv);
	views->lpVtbl->GetCPUDescriptorHandleForHeapStart(views, &handle);
	ID3D12Device_CreateRenderTargetView(k.s.device, k.texture, NULL, rtv);
	ID3D12Device_CreateShaderResourceView(k.s.device, k.texture, &view, handle);
	ID3D12Device_MakeResident(k.s.device, 1, (ID3D12Pageable *const *)&k.texture);
	ID3D12GraphicsCommandList_ResourceBarrier(l.list, 1, &barrier);
	ID3D12GraphicsCommandList_ClearRenderTargetView(l.list, rtv, colour, 0, NULL);
	barrier.Transition.StateBefore = D3D12_RESOURCE_STATE_RENDER_TARGET;
	barrier.Transition.StateAfter = D3D12_RESOURCE_STATE_COPY_SOURCE;
	ID3D12GraphicsCommandList_ResourceBarrier(l.list, 1, &barrier);
	D3D12_RESOURCE_BARRIER to = { .Type = D3D12_RESOURCE_BARRIER_TYPE_TRANSITION,
		.Transition = {
			plain, 0, D3D12_RESOURCE_STATE_COMMON, D3D12_RESOURCE_STATE_COPY_DEST } };
	ID3D12GraphicsCommandList_ResourceBarrier(l.list, 1, &to);
	ID3D12GraphicsCommandList_CopyResource(l.list, plain, k.texture);
	barrier.Transition.StateBefore = D3D12_RESOURCE_STATE_COPY_SOURCE;
	barrier.Transition.StateAfter = D3D12_RESOURCE_STATE_COMMON;
	ID3D12GraphicsCommandList_ResourceBarrier(l.list, 1, &barrier);
	to.Transition.StateBefore = D3D12_RESOURCE_STATE_COPY_DEST;
	to.Transition.StateAfter = D3D12_RESOURCE_STATE_COMMON;
	ID3D12GraphicsCommandList_ResourceBarrier(l.list, 1, &to);
	assert_hr(ID3D12GraphicsCommandList_Close(l.list), S_OK);
	struct d3d12_list out = make_copy(&k.s, plain, false);
	assert_hr(IDXGIKeyedMutex_AcquireSync(k.mutex, 0, 0), S_OK);
	d3d12_run(k.s.queue, &l);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(k.mutex, 1), S_OK);
	assert_hr(IDXGIKeyedMutex_AcquireSync(k.mutex11, 1, LONG_MS), S_OK);
	assert_int_equal(first_pixel(k.device11, k.texture11), 0xff996633);
	d3d12_run(k.s.queue, &out);
	d3d12_finish(k.s.device, k.s.queue);
	assert_int_equal(k.s.down[WIDTH * HEIGHT - 1], 0xff996633);
	d3d12_list_release(&out);
	d3d12_list_release(&l);
	ID3D12DescriptorHeap_Release(heap);
	ID3D12DescriptorHeap_Release(views);
	ID3D12Resource_Release(plain);
	close_keyed(&k);
}

/* Work that is held back behind a fence has not been done when the mutex is released. */
static void a_release_comes_behind_every_queue(void **state)
{
	struct keyed k = open_keyed();
	ID3D12Fence *gate = d3d12_fence(k.s.device);
	ID3D12CommandQueue *idle = d3d12_queue(k.s.device), *gone = d3d12_queue(k.s.device);
	assert_int_equal(ID3D12CommandQueue_Release(gone), 0);
	paint(&k.s, 7);
	assert_hr(IDXGIKeyedMutex_AcquireSync(k.mutex, 0, 0), S_OK);
	assert_hr(ID3D12CommandQueue_Wait(k.s.queue, gate, 1), S_OK);
	d3d12_run(k.s.queue, &k.in);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(k.mutex, 1), S_OK);
	assert_hr(IDXGIKeyedMutex_AcquireSync(k.mutex11, 1, SHORT_MS), WAIT_TIMEOUT);
	assert_hr(IDXGIKeyedMutex_AcquireSync(k.mutex, 1, SHORT_MS), WAIT_TIMEOUT);
	assert_hr(ID3D12Fence_Signal(gate, 1), S_OK);
	assert_hr(IDXGIKeyedMutex_AcquireSync(k.mutex11, 1, LONG_MS), S_OK);
	assert_int_equal(first_pixel(k.device11, k.texture11), pixel_of(7, 0));
	assert_hr(IDXGIKeyedMutex_ReleaseSync(k.mutex11, 2), S_OK);
	/* A queue that ends with what it holds back does not keep the next owner waiting. */
	assert_hr(IDXGIKeyedMutex_AcquireSync(k.mutex, 2, LONG_MS), S_OK);
	assert_hr(ID3D12CommandQueue_Wait(idle, gate, 2), S_OK);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(k.mutex, 3), S_OK);
	assert_hr(IDXGIKeyedMutex_AcquireSync(k.mutex11, 3, SHORT_MS), WAIT_TIMEOUT);
	assert_int_equal(ID3D12CommandQueue_Release(idle), 0);
	assert_hr(IDXGIKeyedMutex_AcquireSync(k.mutex11, 3, LONG_MS), S_OK);
	ID3D12Fence_Release(gate);
	close_keyed(&k);
}

#define TURNS 100

/* Reads each picture when it is its turn; no fence of the program's is there. */
static int read_in_turns(int socket, const char *arg)
{
	struct side s = open_side();
	uint32_t wrong = 0;
	HANDLE handle;
	assert_hr(ID3D12Device_OpenSharedHandleByName(s.device, NAME, GENERIC_ALL, &handle), S_OK);
	ID3D12Resource *texture = open_texture12(&s, handle);
	IDXGIKeyedMutex *mutex = mutex_of(texture);
	struct d3d12_list out = make_copy(&s, texture, false);
	parent_tell(socket, 'h');
	for (uint32_t i = 0; i < TURNS; i++) {
		assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 1, LONG_MS), S_OK);
		d3d12_run(s.queue, &out);
		assert_hr(IDXGIKeyedMutex_ReleaseSync(mutex, 0), S_OK);
		d3d12_finish(s.device, s.queue);
		wrong += count_wrong(&s, i);
	}
	parent_tell(socket, wrong ? 'w' : 'd');
	IDXGIKeyedMutex_Release(mutex);
	d3d12_list_release(&out);
	ID3D12Resource_Release(texture);
	close_side(&s);
	return 0;
}

static void two_processes_take_turns_by_key(void **state)
{
	struct side s = open_side();
	ID3D11Device1 *device11 = make_device();
	HANDLE named;
	ID3D11Texture2D *made = make_keyed11(device11, NAME, &named);
	HANDLE handle;
	assert_hr(ID3D12Device_OpenSharedHandleByName(s.device, NAME, GENERIC_ALL, &handle), S_OK);
	ID3D12Resource *texture = open_texture12(&s, handle);
	IDXGIKeyedMutex *mutex = mutex_of(texture);
	struct d3d12_list in = make_copy(&s, texture, true);
	struct child child = child_start("turns", NULL);
	assert_int_equal(child_hear(&child), 'h');
	for (uint32_t i = 0; i < TURNS; i++) {
		d3d12_finish(s.device, s.queue); /* the buffer below is free */
		paint(&s, i);
		assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 0, LONG_MS), S_OK);
		d3d12_run(s.queue, &in);
		assert_hr(IDXGIKeyedMutex_ReleaseSync(mutex, 1), S_OK);
	}
	assert_int_equal(child_hear(&child), 'd');
	assert_int_equal(child_end(&child), 0);
	CloseHandle(named);
	IDXGIKeyedMutex_Release(mutex);
	d3d12_list_release(&in);
	assert_int_equal(ID3D12Resource_Release(texture), 0);
	ID3D11Texture2D_Release(made);
	assert_int_equal(ID3D11Device1_Release(device11), 0);
	close_side(&s);
}

#define ROUNDS 200

static ID3D12Fence *open_fence(struct side *s)
{
	ID3D12Fence *fence;
	HANDLE handle;
	assert_hr(
		ID3D12Device_OpenSharedHandleByName(s->device, FENCE, GENERIC_ALL, &handle), S_OK);
	assert_hr(
		ID3D12Device_OpenSharedHandle(s->device, handle, &IID_ID3D12Fence, (void **)&fence),
		S_OK);
	CloseHandle(handle);
	return fence;
}

/* Reads each picture behind the other's fence, and says when it has. */
static int read_pictures(int socket, const char *arg)
{
	struct side s = open_side();
	ID3D12Fence *fence = open_fence(&s);
	HANDLE handle;
	uint32_t wrong = 0;
	assert_hr(ID3D12Device_OpenSharedHandleByName(s.device, NAME, GENERIC_ALL, &handle), S_OK);
	ID3D12Resource *texture = open_texture12(&s, handle);
	struct d3d12_list out = make_copy(&s, texture, false);
	parent_tell(socket, 'h');
	for (UINT64 i = 0; i < ROUNDS; i++) {
		ID3D12CommandQueue_Wait(s.queue, fence, 2 * i + 1);
		d3d12_run(s.queue, &out);
		ID3D12CommandQueue_Signal(s.queue, fence, 2 * i + 2);
		ID3D12Fence_SetEventOnCompletion(fence, 2 * i + 2, NULL);
		wrong += count_wrong(&s, (uint32_t)i);
	}
	parent_tell(socket, wrong ? 'w' : 'd');
	d3d12_list_release(&out);
	ID3D12Resource_Release(texture);
	ID3D12Fence_Release(fence);
	close_side(&s);
	return 0;
}

static void two_processes_hand_pictures_on(void **state)
{
	struct side s = open_side();
	ID3D12Resource *texture = make_texture12(&s);
	ID3D12Fence *fence;
	assert_hr(ID3D12Device_CreateFence(
			  s.device, 0, D3D12_FENCE_FLAG_SHARED, &IID_ID3D12Fence, (void **)&fence),
		S_OK);
	HANDLE a = share(&s, fence, FENCE), b = share(&s, texture, NAME);
	struct d3d12_list in = make_copy(&s, texture, true);
	struct child child = child_start("read", NULL);
	assert_int_equal(child_hear(&child), 'h');
	for (UINT64 i = 0; i < ROUNDS; i++) {
		paint(&s, (uint32_t)i);
		assert_hr(ID3D12CommandQueue_Wait(s.queue, fence, 2 * i), S_OK);
		d3d12_run(s.queue, &in);
		assert_hr(ID3D12CommandQueue_Signal(s.queue, fence, 2 * i + 1), S_OK);
		assert_true(d3d12_reaches(fence, 2 * i + 2, LONG_MS));
	}
	assert_int_equal(child_hear(&child), 'd');
	assert_int_equal(child_end(&child), 0);
	CloseHandle(a);
	CloseHandle(b);
	d3d12_list_release(&in);
	ID3D12Fence_Release(fence);
	assert_int_equal(ID3D12Resource_Release(texture), 0);
	close_side(&s);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { "read", read_pictures }, { "turns", read_in_turns },
		{ NULL, NULL } };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(eleven_sees_what_twelve_has_written),
		cmocka_unit_test(twelve_opens_what_eleven_has_made),
		cmocka_unit_test(what_is_not_shared_is_refused),
		cmocka_unit_test(two_processes_hand_pictures_on),
		cmocka_unit_test(the_mutex_and_the_resource_are_one_object),
		cmocka_unit_test(it_is_owned_once_and_its_owner_may_be_gone),
		cmocka_unit_test(commands_take_it),
		cmocka_unit_test(a_release_comes_behind_every_queue),
		cmocka_unit_test(two_processes_take_turns_by_key),
	};
	alarm(150);
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
