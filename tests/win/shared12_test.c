/* SPDX-License-Identifier: MIT */
/* Textures that Direct3D 11 and 12 share, in one process and in two; whose turn it is fences say.
 */
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
	static const struct role roles[] = { { "read", read_pictures }, { NULL, NULL } };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(eleven_sees_what_twelve_has_written),
		cmocka_unit_test(twelve_opens_what_eleven_has_made),
		cmocka_unit_test(what_is_not_shared_is_refused),
		cmocka_unit_test(two_processes_hand_pictures_on),
	};
	alarm(150);
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
