/* SPDX-License-Identifier: MIT */
/* A GPU that is lost: a layer between us and the driver (tests/vulkan/layer.h) says so. */
#include "draw.h"

#include <dlfcn.h>
#include <dxgi1_6.h>
#include <stdio.h>

#include "layer.h"

static struct layer *layer_find(void)
{
	const char *path = getenv("XF_TEST_LAYER");
	void *library = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
	struct layer *layer = library ? dlsym(library, "layer") : NULL;
	assert_non_null(layer);
	return layer;
}

/* The next vkQueueSubmit says so, and all that comes after it. */
static void lose(struct layer *layer)
{
	layer->kind = LAYER_QueueSubmit;
	layer->result = VK_ERROR_DEVICE_LOST;
	atomic_store(&layer->calls, 0);
	atomic_store(&layer->fails_at, 1);
}

/* Who makes a device now gets one that is well. */
static void heal(struct layer *layer)
{
	atomic_store(&layer->fails_at, 0);
	atomic_store(&layer->lost, false);
}

static const struct vertex everywhere[3] = { { { -1, 3, 0, 1 }, { 1, 0, 0, 1 } },
	{ { 3, -1, 0, 1 }, { 1, 0, 0, 1 } }, { { -1, -1, 0, 1 }, { 1, 0, 0, 1 } } };

static void draw_red(struct stage *stage)
{
	ID3D11DeviceContext_OMSetRenderTargets(stage->context, 1, &stage->target, NULL);
	stage_set_colours(stage);
	stage_draw(stage, everywhere, 3);
}

static void expect_red(struct stage *stage)
{
	uint32_t *pixels = texture_pixels(stage->device, stage->texture, 4);
	for (UINT i = 0; i < stage->width * stage->height; i++)
		assert_int_equal(pixels[i], 0xff0000ff);
	free(pixels);
}

static void expect_nothing_is_made(struct stage *stage)
{
	const D3D11_TEXTURE2D_DESC desc = texture_desc(0);
	const D3D11_BUFFER_DESC buffer_desc = { .ByteWidth = 64,
		.BindFlags = D3D11_BIND_VERTEX_BUFFER };
	const D3D11_QUERY_DESC query_desc = { D3D11_QUERY_EVENT, 0 };
	ID3D11Device *device = stage->device;
	struct dxbc code = dxbc_vs_pass();
	ID3D11RenderTargetView *view;
	ID3D11VertexShader *shader;
	ID3D11Texture2D *texture;
	ID3D11Buffer *buffer;
	ID3D11Query *query;
	assert_hr(ID3D11Device_CreateTexture2D(device, &desc, NULL, &texture),
		DXGI_ERROR_DEVICE_REMOVED);
	assert_hr(ID3D11Device_CreateBuffer(device, &buffer_desc, NULL, &buffer),
		DXGI_ERROR_DEVICE_REMOVED);
	assert_hr(ID3D11Device_CreateRenderTargetView(
			  device, (ID3D11Resource *)stage->texture, NULL, &view),
		DXGI_ERROR_DEVICE_REMOVED);
	assert_hr(ID3D11Device_CreateQuery(device, &query_desc, &query), DXGI_ERROR_DEVICE_REMOVED);
	assert_hr(ID3D11Device_CreateVertexShader(device, code.bytes, code.size, NULL, &shader),
		DXGI_ERROR_DEVICE_REMOVED);
	dxbc_free(&code);
}

/* What a device has that is to be lost. */
struct victim {
	struct stage stage;
	ID3D11Texture2D *staging, *keyed;
	ID3D11Query *query;
	IDXGISwapChain *chain;
	IDXGIKeyedMutex *mutex;
	ID3D11Device4 *device4;
	HANDLE before, unregistered, after;
	DWORD cookies[2];
};

static void victim_register(struct victim *victim)
{
	assert_hr(ID3D11Device_QueryInterface(
			  victim->stage.device, &IID_ID3D11Device4, (void **)&victim->device4),
		S_OK);
	victim->before = CreateEventW(NULL, TRUE, FALSE, NULL);
	victim->unregistered = CreateEventW(NULL, TRUE, FALSE, NULL);
	victim->after = CreateEventW(NULL, TRUE, FALSE, NULL);
	assert_hr(ID3D11Device4_RegisterDeviceRemovedEvent(
			  victim->device4, NULL, &victim->cookies[0]),
		E_HANDLE);
	assert_hr(ID3D11Device4_RegisterDeviceRemovedEvent(
			  victim->device4, victim->before, &victim->cookies[0]),
		S_OK);
	assert_hr(ID3D11Device4_RegisterDeviceRemovedEvent(
			  victim->device4, victim->unregistered, &victim->cookies[1]),
		S_OK);
	ID3D11Device4_UnregisterDeviceRemoved(victim->device4, victim->cookies[1]);
}

static void victim_open(struct victim *victim)
{
	D3D11_TEXTURE2D_DESC desc = texture_desc(D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX);
	const D3D11_QUERY_DESC query = { D3D11_QUERY_EVENT, 0 };
	DXGI_SWAP_CHAIN_DESC chain = { .BufferDesc = { 8, 8, { 0, 0 }, DXGI_FORMAT_R8G8B8A8_UNORM },
		.SampleDesc = { 1, 0 },
		.BufferUsage = DXGI_USAGE_RENDER_TARGET_OUTPUT,
		.BufferCount = 1,
		.Windowed = TRUE };
	IDXGIFactory *factory;
	stage_open(&victim->stage, 16, 16, DXGI_FORMAT_R8G8B8A8_UNORM);
	assert_hr(ID3D11Device_CreateTexture2D(victim->stage.device, &desc, NULL, &victim->keyed),
		S_OK);
	victim->mutex = mutex_of(victim->keyed);
	desc.MiscFlags = desc.BindFlags = 0;
	desc.Usage = D3D11_USAGE_STAGING;
	desc.CPUAccessFlags = D3D11_CPU_ACCESS_READ;
	assert_hr(ID3D11Device_CreateTexture2D(victim->stage.device, &desc, NULL, &victim->staging),
		S_OK);
	assert_hr(ID3D11Device_CreateQuery(victim->stage.device, &query, &victim->query), S_OK);
	assert_hr(CreateDXGIFactory1(&IID_IDXGIFactory, (void **)&factory), S_OK);
	assert_hr(IDXGIFactory_CreateSwapChain(
			  factory, (IUnknown *)victim->stage.device, &chain, &victim->chain),
		S_OK);
	IDXGIFactory_Release(factory);
	victim_register(victim);
}

static void victim_close(struct victim *victim)
{
	IDXGISwapChain_Release(victim->chain);
	ID3D11Query_Release(victim->query);
	IDXGIKeyedMutex_Release(victim->mutex);
	ID3D11Texture2D_Release(victim->keyed);
	ID3D11Texture2D_Release(victim->staging);
	ID3D11Device4_Release(victim->device4);
	CloseHandle(victim->before);
	CloseHandle(victim->unregistered);
	CloseHandle(victim->after);
	stage_close(&victim->stage);
}

static void expect_removed(struct victim *victim)
{
	D3D11_MAPPED_SUBRESOURCE mapped;
	BOOL done;
	assert_hr(ID3D11Device_GetDeviceRemovedReason(victim->stage.device),
		DXGI_ERROR_DEVICE_REMOVED);
	assert_hr(IDXGISwapChain_Present(victim->chain, 0, 0), DXGI_ERROR_DEVICE_REMOVED);
	assert_hr(IDXGISwapChain_Present(victim->chain, 0, DXGI_PRESENT_TEST),
		DXGI_ERROR_DEVICE_REMOVED);
	assert_hr(ID3D11DeviceContext_Map(victim->stage.context, (ID3D11Resource *)victim->staging,
			  0, D3D11_MAP_READ, 0, &mapped),
		DXGI_ERROR_DEVICE_REMOVED);
	assert_null(mapped.pData);
	assert_hr(ID3D11DeviceContext_GetData(victim->stage.context,
			  (ID3D11Asynchronous *)victim->query, &done, sizeof(done), 0),
		DXGI_ERROR_DEVICE_REMOVED);
	expect_nothing_is_made(&victim->stage);
	assert_int_equal(WaitForSingleObject(victim->before, 0), WAIT_OBJECT_0);
	assert_int_equal(WaitForSingleObject(victim->unregistered, 0), WAIT_TIMEOUT);
	assert_hr(ID3D11Device4_RegisterDeviceRemovedEvent(
			  victim->device4, victim->after, &victim->cookies[1]),
		S_OK);
	assert_int_equal(WaitForSingleObject(victim->after, 0), WAIT_OBJECT_0);
	ID3D11DeviceContext_Draw(victim->stage.context, 3, 0); /* in vain, and harmless */
	ID3D11DeviceContext_Flush(victim->stage.context);
}

/* Another process, whose device lives. */
static int run_neighbour(int socket, const char *handle)
{
	struct stage stage;
	ID3D11Texture2D *texture;
	stage_open(&stage, 16, 16, DXGI_FORMAT_R8G8B8A8_UNORM);
	assert_hr(ID3D11Device_OpenSharedResource(stage.device, (HANDLE)strtoull(handle, NULL, 16),
			  &IID_ID3D11Texture2D, (void **)&texture),
		S_OK);
	IDXGIKeyedMutex *mutex = mutex_of(texture);
	parent_tell(socket, 'r');
	assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 1, 60000), WAIT_ABANDONED);
	draw_red(&stage);
	expect_red(&stage);
	IDXGIKeyedMutex_Release(mutex);
	ID3D11Texture2D_Release(texture);
	stage_close(&stage);
	return 0;
}

static void a_lost_device_is_removed(void **state)
{
	struct layer *layer = layer_find();
	struct victim victim;
	struct stage next;
	char handle[32];
	victim_open(&victim);
	draw_red(&victim.stage);
	expect_red(&victim.stage);
	assert_hr(ID3D11Device_GetDeviceRemovedReason(victim.stage.device), S_OK);
	snprintf(handle, sizeof(handle), "%llx",
		(unsigned long long)(uintptr_t)handle_of(victim.keyed));
	struct child child = child_start("neighbour", handle);
	assert_int_equal(child_hear(&child), 'r');
	assert_hr(IDXGIKeyedMutex_AcquireSync(victim.mutex, 0, 0), S_OK);
	assert_int_equal(WaitForSingleObject(victim.before, 0), WAIT_TIMEOUT);
	ID3D11DeviceContext_End(victim.stage.context, (ID3D11Asynchronous *)victim.query);
	draw_red(&victim.stage);
	lose(layer);
	ID3D11DeviceContext_Flush(victim.stage.context);
	expect_removed(&victim);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(victim.mutex, 1), DXGI_ERROR_DEVICE_REMOVED);
	assert_hr(IDXGIKeyedMutex_AcquireSync(victim.mutex, 0, 0), DXGI_ERROR_DEVICE_REMOVED);
	assert_int_equal(child_end(&child), 0);
	/* A new device is well, also while the old one is there. */
	heal(layer);
	stage_open(&next, 16, 16, DXGI_FORMAT_R8G8B8A8_UNORM);
	draw_red(&next);
	expect_red(&next);
	assert_hr(ID3D11Device_GetDeviceRemovedReason(next.device), S_OK);
	expect_removed(&victim);
	victim_close(&victim);
	draw_red(&next);
	expect_red(&next);
	stage_close(&next);
}

/* What it has drawn goes with the mutex; nobody may believe it. */
static void a_device_is_lost_in_its_release(void **state)
{
	struct layer *layer = layer_find();
	struct victim victim;
	ID3D11RenderTargetView *view;
	victim_open(&victim);
	ID3D11Device1 *other = make_device();
	ID3D11Texture2D *theirs = open_texture(other, handle_of(victim.keyed));
	IDXGIKeyedMutex *mutex = mutex_of(theirs);
	assert_hr(ID3D11Device_CreateRenderTargetView(
			  victim.stage.device, (ID3D11Resource *)victim.keyed, NULL, &view),
		S_OK);
	assert_hr(IDXGIKeyedMutex_AcquireSync(victim.mutex, 0, 0), S_OK);
	stage_set_colours(&victim.stage);
	ID3D11DeviceContext_OMSetRenderTargets(victim.stage.context, 1, &view, NULL);
	stage_draw(&victim.stage, everywhere, 3);
	ID3D11DeviceContext_End(victim.stage.context, (ID3D11Asynchronous *)victim.query);
	lose(layer);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(victim.mutex, 1), DXGI_ERROR_DEVICE_REMOVED);
	assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 1, 60000), WAIT_ABANDONED);
	assert_hr(ID3D11Device1_GetDeviceRemovedReason(other), S_OK);
	ID3D11RenderTargetView_Release(view);
	heal(layer);
	expect_removed(&victim);
	IDXGIKeyedMutex_Release(mutex);
	ID3D11Texture2D_Release(theirs);
	ID3D11Device1_Release(other);
	victim_close(&victim);
}

/* What an event waits for will not come any more. */
static void a_lost_device_sets_its_events(void **state)
{
	struct layer *layer = layer_find();
	HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
	struct victim victim;
	struct stage other;
	ID3D11DeviceContext4 *context;
	ID3D11Device5 *device;
	ID3D11Fence *gate;
	victim_open(&victim);
	stage_open(&other, 16, 16, DXGI_FORMAT_R8G8B8A8_UNORM);
	assert_hr(ID3D11Device_QueryInterface(
			  victim.stage.device, &IID_ID3D11Device5, (void **)&device),
		S_OK);
	assert_hr(ID3D11DeviceContext_QueryInterface(
			  victim.stage.context, &IID_ID3D11DeviceContext4, (void **)&context),
		S_OK);
	assert_hr(ID3D11Device5_CreateFence(
			  device, 0, D3D11_FENCE_FLAG_NONE, &IID_ID3D11Fence, (void **)&gate),
		S_OK);
	assert_hr(ID3D11DeviceContext4_Wait(context, gate, 1), S_OK);
	draw_red(&victim.stage);
	ID3D11DeviceContext4_Flush1(context, D3D11_CONTEXT_TYPE_ALL, event);
	ID3D11DeviceContext_End(victim.stage.context, (ID3D11Asynchronous *)victim.query);
	assert_int_equal(WaitForSingleObject(event, 30), WAIT_TIMEOUT);
	lose(layer);
	draw_red(&other);
	ID3D11DeviceContext_Flush(other.context); /* the card is the victim's, too */
	assert_hr(ID3D11DeviceContext_GetData(
			  victim.stage.context, (ID3D11Asynchronous *)victim.query, NULL, 0, 0),
		DXGI_ERROR_DEVICE_REMOVED);
	expect_removed(&victim);
	assert_int_equal(WaitForSingleObject(event, 60000), WAIT_OBJECT_0);
	ID3D11DeviceContext4_Flush1(context, D3D11_CONTEXT_TYPE_ALL, event);
	assert_int_equal(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
	heal(layer);
	ID3D11Fence_Release(gate);
	ID3D11DeviceContext4_Release(context);
	ID3D11Device5_Release(device);
	stage_close(&other);
	victim_close(&victim);
	CloseHandle(event);
}

/* Whoever waits for a fence of the lost device's own is let go; others' fences stay. */
static void a_lost_device_raises_its_fences(void **state)
{
	struct layer *layer = layer_find();
	HANDLE before = CreateEventW(NULL, TRUE, FALSE, NULL);
	HANDLE after = CreateEventW(NULL, TRUE, FALSE, NULL), handle;
	ID3D11Fence *own, *shared, *theirs;
	ID3D11Device5 *device, *neighbour;
	ID3D11DeviceContext4 *context;
	struct stage stage, other;
	stage_open(&stage, 16, 16, DXGI_FORMAT_R8G8B8A8_UNORM);
	stage_open(&other, 16, 16, DXGI_FORMAT_R8G8B8A8_UNORM);
	assert_hr(ID3D11Device_QueryInterface(stage.device, &IID_ID3D11Device5, (void **)&device),
		S_OK);
	assert_hr(
		ID3D11Device_QueryInterface(other.device, &IID_ID3D11Device5, (void **)&neighbour),
		S_OK);
	assert_hr(ID3D11Device5_CreateFence(
			  device, 3, D3D11_FENCE_FLAG_NONE, &IID_ID3D11Fence, (void **)&own),
		S_OK);
	assert_hr(ID3D11Device5_CreateFence(
			  device, 4, D3D11_FENCE_FLAG_SHARED, &IID_ID3D11Fence, (void **)&shared),
		S_OK);
	assert_hr(ID3D11Fence_CreateSharedHandle(shared, NULL, GENERIC_ALL, NULL, &handle), S_OK);
	assert_hr(ID3D11Device5_OpenSharedFence(
			  neighbour, handle, &IID_ID3D11Fence, (void **)&theirs),
		S_OK);
	CloseHandle(handle);
	assert_hr(ID3D11DeviceContext_QueryInterface(
			  stage.context, &IID_ID3D11DeviceContext4, (void **)&context),
		S_OK);
	assert_hr(ID3D11Fence_SetEventOnCompletion(own, 10, before), S_OK);
	draw_red(&stage);
	lose(layer);
	ID3D11DeviceContext_Flush(stage.context);
	assert_hr(ID3D11Device_GetDeviceRemovedReason(stage.device), DXGI_ERROR_DEVICE_REMOVED);
	assert_int_equal(WaitForSingleObject(before, 60000), WAIT_OBJECT_0);
	assert_true(ID3D11Fence_GetCompletedValue(own) == UINT64_MAX);
	assert_true(ID3D11Fence_GetCompletedValue(shared) == UINT64_MAX);
	assert_hr(ID3D11Fence_SetEventOnCompletion(shared, 10, after), S_OK);
	assert_int_equal(WaitForSingleObject(after, 0), WAIT_OBJECT_0);
	assert_hr(ID3D11Fence_SetEventOnCompletion(own, 10, NULL), S_OK);
	assert_hr(ID3D11DeviceContext4_Signal(context, shared, 2), DXGI_ERROR_DEVICE_REMOVED);
	assert_int_equal(ID3D11Fence_GetCompletedValue(theirs), 4); /* not taken back */
	heal(layer);
	ID3D11DeviceContext4_Release(context);
	ID3D11Fence_Release(own);
	ID3D11Fence_Release(shared);
	ID3D11Fence_Release(theirs);
	ID3D11Device5_Release(device);
	ID3D11Device5_Release(neighbour);
	stage_close(&stage);
	stage_close(&other);
	CloseHandle(before);
	CloseHandle(after);
}

/* A vertex's number needs to know where a draw begins; all else is drawn without. */
static struct dxbc numbered_vs(void)
{
	struct dxbc s = dxbc_begin(DXBC_VS, 4);
	dxbc_input(&s, "SV_VertexID", 0, 6, DXBC_UINT, 0, 0x1);
	dxbc_output(&s, "SV_Position", 0, 1, DXBC_FLOAT, 0, 0xf);
	dxbc_op(&s, DXBC_DCL_INPUT_SGV, 2, dxbc_dst(DXBC_IN, 0, 0x1), dxbc_raw(6));
	dxbc_op(&s, DXBC_DCL_OUTPUT_SIV, 2, DXBC_DST_O(0), dxbc_raw(1));
	dxbc_op(&s, DXBC_UTOF, 2, DXBC_DST_O(0), dxbc_src(DXBC_IN, 0, DXBC_XXXX));
	dxbc_op(&s, DXBC_RET, 0);
	dxbc_end(&s);
	return s;
}

static void a_gpu_that_does_not_tell_where_draws_begin(void **state)
{
	struct layer *layer = layer_find();
	struct stage stage;
	ID3D11InfoQueue *queue;
	union {
		D3D11_MESSAGE message;
		char room[1024];
	} got;
	SIZE_T size = sizeof(got);
	layer->no_draw_parameters = true;
	stage_open_with(&stage, D3D11_CREATE_DEVICE_DEBUG, 16, 16, DXGI_FORMAT_R8G8B8A8_UNORM);
	assert_hr(ID3D11Device_QueryInterface(stage.device, &IID_ID3D11InfoQueue, (void **)&queue),
		S_OK);
	draw_red(&stage);
	expect_red(&stage);
	ID3D11InfoQueue_ClearStoredMessages(queue);
	ID3D11VertexShader *vs = make_vs(stage.device, numbered_vs());
	ID3D11DeviceContext_VSSetShader(stage.context, vs, NULL, 0);
	ID3D11DeviceContext_Draw(stage.context, 3, 0);
	assert_hr(ID3D11InfoQueue_GetMessage(queue, 0, &got.message, &size), S_OK);
	assert_non_null(strstr(got.message.pDescription, "shaderDrawParameters"));
	ID3D11DeviceContext_Draw(stage.context, 3, 0);
	assert_int_equal(ID3D11InfoQueue_GetNumStoredMessages(queue), 1); /* said once */
	expect_red(&stage);
	draw_red(&stage);
	expect_red(&stage);
	assert_hr(ID3D11Device_GetDeviceRemovedReason(stage.device), S_OK);
	ID3D11VertexShader_Release(vs);
	ID3D11InfoQueue_Release(queue);
	stage_close(&stage);
	layer->no_draw_parameters = false;
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { "neighbour", run_neighbour }, { NULL, NULL } };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lost_device_is_removed),
		cmocka_unit_test(a_device_is_lost_in_its_release),
		cmocka_unit_test(a_lost_device_sets_its_events),
		cmocka_unit_test(a_lost_device_raises_its_fences),
		cmocka_unit_test(a_gpu_that_does_not_tell_where_draws_begin),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
