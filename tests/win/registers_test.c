/* SPDX-License-Identifier: MIT */
/*
 * Programs for Windows count on rbx, rbp, rdi, rsi, r12 to r15 and xmm6 to xmm15 after every call.
 * Calls everything that the library gives away: each exported function, and each method of each
 * table, as listed from the library itself (exports.py). A call is tried with several kinds of
 * arguments, each in a child of its own, since most of them are nonsense and some crash; what
 * returns from none of them fails the test, and so does a table of which no object is known.
 */
#include "d3d.h"
#include "dxbc_shaders.h"
#include "registers_call.h"

#include <d3dcompiler.h>
#include <mfapi.h>
#include <mfidl.h>

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <fcntl.h>

#ifdef HAVE_D3D12
#include "d3d12_harness.h"
#endif

struct function {
	const char *name;
	uint64_t offset;
	bool system; /* the system's convention */
};

struct table {
	const char *name;
	uint64_t offset;
	unsigned methods;
};

#include "exports.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char *base; /* where the library lies */
static void *object_of[COUNT(tables)]; /* one for each table */

/* What a child tells. */
static struct result {
	bool returned;
	uint32_t lost;
} * result;

/* Never return, as documented. */
static const char *const endless[] = { "ExitThread", "FreeLibraryAndExitThread" };

/* An object whose every method refuses: what arguments and inner objects may be. */
static HRESULT WINAPI refuse(void *self)
{
	return E_NOINTERFACE;
}

#define ROOM 4096
static void *refusals[256];
static char rooms[CALL_ARGS][ROOM] __attribute__((aligned(16)));
static void *fakes[CALL_ARGS][8];

enum kind {
	NOTHING,
	MEMORY, /* zeroes, enough for any structure */
	OBJECT,
	KINDS,
};

static uint64_t argument(unsigned i, enum kind kind)
{
	switch (kind) {
	case MEMORY:
		return (uintptr_t)rooms[i];
	case OBJECT:
		return (uintptr_t)fakes[i];
	default:
		return 0;
	}
}

/* The child: one call. Some calls with nonsense never end; the clock ends them, soon at first. */
static void call(const void *function, const uint64_t *args, bool system, unsigned n)
{
	const struct rlimit none = { 0, 0 };
	const struct itimerval limit = { .it_value.tv_usec = n < 3 ? 100000 : 500000 };
	int null = open("/dev/null", O_WRONLY);
	dup2(null, 1);
	dup2(null, 2);
	setrlimit(RLIMIT_CORE, &none);
	signal(SIGALRM, SIG_DFL);
	setitimer(ITIMER_REAL, &limit, NULL);
	result->lost = registers_call(function, args, system);
	result->returned = true;
	_exit(0);
}

static bool attempt(
	const void *function, const uint64_t *args, bool system, const char *name, unsigned n)
{
	pid_t pid;
	int status;
	*result = (struct result){ 0 };
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		call(function, args, system, n);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!result->lost)
		return result->returned;
	for (unsigned i = 0; i < 32; i++)
		if (result->lost >> i & 1)
			print_error("%s loses %s\n", name, registers_name(i));
	fail();
	return true;
}

/* Kind of argument `i` in attempt `n`: all alike at first, then every mixture of four. */
static enum kind choose(unsigned n, unsigned i)
{
	static const enum kind alike[] = { MEMORY, NOTHING, OBJECT };
	if (n < COUNT(alike))
		return alike[n];
	n -= COUNT(alike);
	for (unsigned k = 0; k < i && k < 4; k++)
		n /= KINDS;
	return i < 4 ? (enum kind)(n % KINDS) : MEMORY;
}

#define ATTEMPTS (3 + 81)

/* A fork for each makes all three of them minutes: for a run by hand. */
static unsigned always(void)
{
	return getenv("XF_REGISTERS_ALL") ? 3 : 1;
}

/* `self` NULL: a function. */
static bool try(const void *function, void *self, bool system, const char *name)
{
	uint64_t args[CALL_ARGS];
	bool returned = false;
	for (unsigned n = 0; n < ATTEMPTS && (n < always() || !returned); n++) {
		unsigned first = self ? 1 : 0;
		args[0] = (uintptr_t)self;
		for (unsigned i = first; i < CALL_ARGS; i++)
			args[i] = argument(i, choose(n, i - first));
		returned |= attempt(function, args, system, name, n);
	}
	if (!returned)
		print_error("%s returns from no call\n", name);
	return returned;
}

static bool is_endless(const char *name)
{
	for (size_t i = 0; i < COUNT(endless); i++)
		if (!strcmp(name, endless[i]))
			return true;
	return false;
}

static void functions_keep_registers(void **state)
{
	bool good = true;
	for (size_t i = 0; i < COUNT(functions); i++)
		if (!is_endless(functions[i].name))
			good &= try(base + functions[i].offset, NULL, functions[i].system,
				functions[i].name);
	assert_true(good);
	assert_true(COUNT(functions) > 50);
}

static bool is_thunk(const void *method)
{
	for (size_t i = 0; i < COUNT(thunks); i++)
		if (thunks[i] && base + thunks[i] == method)
			return true;
	return false;
}

static void methods_keep_registers(void **state)
{
	bool good = true;
	for (size_t i = 0; i < COUNT(tables); i++) {
		void **methods = (void **)(base + tables[i].offset);
		if (!object_of[i]) {
			print_error("%s: no object has it\n", tables[i].name);
			good = false;
			continue;
		}
		for (unsigned k = 0; k < tables[i].methods; k++) {
			void *pair[] = { methods, fakes[0] }; /* what thunks look at */
			char name[64];
			snprintf(name, sizeof(name), "%s[%u]", tables[i].name, k);
			if (methods[k])
				good &= try(methods[k],
					is_thunk(methods[k]) ? (void *)pair : object_of[i], false,
					name);
		}
	}
	assert_true(good);
}

/* Notes the object for its table, if it is one of ours and new. */
static void note(void *object)
{
	const char *vtbl = *(const char **)object;
	for (size_t i = 0; i < COUNT(tables); i++)
		if (vtbl == base + tables[i].offset && !object_of[i])
			object_of[i] = object;
}

/* All faces of an object, by every identifier that the library exports. */
static void note_faces(void *object)
{
	note(object);
	for (size_t i = 0; i < COUNT(identifiers); i++) {
		void *face;
		if (SUCCEEDED(IUnknown_QueryInterface(
			    (IUnknown *)object, (const IID *)(base + identifiers[i]), &face)))
			note(face);
	}
}

static void note_views(ID3D11Device1 *device)
{
	D3D11_TEXTURE2D_DESC desc = texture_desc(0);
	ID3D11Texture2D *colour, *depth;
	void *view;
	desc.BindFlags |= D3D11_BIND_UNORDERED_ACCESS;
	assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, NULL, &colour), S_OK);
	desc.BindFlags = D3D11_BIND_DEPTH_STENCIL;
	desc.Format = DXGI_FORMAT_D32_FLOAT;
	assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, NULL, &depth), S_OK);
	note_faces(colour);
#define view_of(kind, texture)                                                                     \
	assert_hr(ID3D11Device1_Create##kind##View(                                                \
			  device, (ID3D11Resource *)(texture), NULL, (void *)&view),               \
		S_OK);                                                                             \
	note_faces(view)
	view_of(RenderTarget, colour);
	view_of(ShaderResource, colour);
	view_of(UnorderedAccess, colour);
	view_of(DepthStencil, depth);
}

static void note_resources(ID3D11Device1 *device)
{
	const D3D11_BUFFER_DESC buffer = { .ByteWidth = 64, .BindFlags = D3D11_BIND_VERTEX_BUFFER };
	const D3D11_TEXTURE1D_DESC line = { 64, 1, 1, DXGI_FORMAT_R8G8B8A8_UNORM,
		D3D11_USAGE_DEFAULT, D3D11_BIND_SHADER_RESOURCE, 0, 0 };
	const D3D11_TEXTURE3D_DESC block = { 8, 8, 8, 1, DXGI_FORMAT_R8G8B8A8_UNORM,
		D3D11_USAGE_DEFAULT, D3D11_BIND_SHADER_RESOURCE, 0, 0 };
	const D3D11_QUERY_DESC query = { D3D11_QUERY_EVENT, 0 };
	ID3D11Buffer *a;
	ID3D11Texture1D *b;
	ID3D11Texture3D *c;
	ID3D11Query *d;
	assert_hr(ID3D11Device1_CreateBuffer(device, &buffer, NULL, &a), S_OK);
	note_faces(a);
	assert_hr(ID3D11Device1_CreateTexture1D(device, &line, NULL, &b), S_OK);
	note_faces(b);
	assert_hr(ID3D11Device1_CreateTexture3D(device, &block, NULL, &c), S_OK);
	note_faces(c);
	assert_hr(ID3D11Device1_CreateQuery(device, &query, &d), S_OK);
	note_faces(d);
	note_faces(make_texture(device, D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX));
}

static void note_states(ID3D11Device1 *device)
{
	const D3D11_BLEND_DESC blend = { 0 };
	const D3D11_DEPTH_STENCIL_DESC depth = { 0 };
	const D3D11_RASTERIZER_DESC rasterizer = { .FillMode = D3D11_FILL_SOLID,
		.CullMode = D3D11_CULL_NONE };
	const D3D11_SAMPLER_DESC sampler = { .AddressU = D3D11_TEXTURE_ADDRESS_WRAP,
		.AddressV = D3D11_TEXTURE_ADDRESS_WRAP,
		.AddressW = D3D11_TEXTURE_ADDRESS_WRAP };
	void *state;
#define state_of(kind, desc)                                                                       \
	assert_hr(ID3D11Device1_Create##kind##State(device, &(desc), (void *)&state), S_OK);       \
	note_faces(state)
	state_of(Blend, blend);
	state_of(DepthStencil, depth);
	state_of(Rasterizer, rasterizer);
	state_of(Sampler, sampler);
}

static void note_reflection(void)
{
	struct dxbc dxbc = dxbc_vs_pass();
	ID3D11ShaderReflection *reflection;
	ID3D11ShaderReflectionConstantBuffer *buffer;
	ID3D11ShaderReflectionVariable *variable;
	assert_hr(D3DReflect(
			  dxbc.bytes, dxbc.size, &IID_ID3D11ShaderReflection, (void **)&reflection),
		S_OK);
	note(reflection);
	/* Those that stand for none have the tables of all. */
	buffer = reflection->lpVtbl->GetConstantBufferByIndex(reflection, 0);
	note(buffer);
	variable = buffer->lpVtbl->GetVariableByIndex(buffer, 0);
	note(variable);
	note(variable->lpVtbl->GetType(variable));
}

static void note_shaders(void)
{
	ID3DBlob *blob;
	assert_hr(D3DCreateBlob(64, &blob), S_OK);
	note_faces(blob);
	note_reflection();
}

/* A vertex shader that does nothing, in SPIR-V. */
static void note_shader_objects(ID3D11Device1 *device)
{
	static const uint32_t code[] = { 0x07230203, 0x00010000, 0, 5, 0, /* */
		2u << 16 | 17, 1, /* capability: shader */
		3u << 16 | 14, 0, 1, /* memory model */
		5u << 16 | 15, 0, 1, 0x6e69616d, 0, /* entry point: main */
		2u << 16 | 19, 2, 3u << 16 | 33, 3, 2, /* types: void, void() */
		5u << 16 | 54, 2, 1, 0, 3, /* function */
		2u << 16 | 248, 4, 1u << 16 | 253, 1u << 16 | 56 };
	ID3D11VertexShader *shader;
	ID3D11InputLayout *layout;
	assert_hr(
		ID3D11Device1_CreateVertexShader(device, code, sizeof(code), NULL, &shader), S_OK);
	note_faces(shader);
	assert_hr(ID3D11Device1_CreateInputLayout(device, NULL, 0, code, sizeof(code), &layout),
		S_OK);
	note_faces(layout);
}

static void note_debug_layer(void)
{
	ID3D11Device *device;
	assert_hr(D3D11CreateDevice(NULL, D3D_DRIVER_TYPE_HARDWARE, NULL, D3D11_CREATE_DEVICE_DEBUG,
			  NULL, 0, D3D11_SDK_VERSION, &device, NULL, NULL),
		S_OK);
	note_faces(device);
}

static void note_fence(ID3D11Device1 *device)
{
	ID3D11Device5 *device5;
	ID3D11Fence *fence;
	assert_hr(
		ID3D11Device1_QueryInterface(device, &IID_ID3D11Device5, (void **)&device5), S_OK);
	assert_hr(ID3D11Device5_CreateFence(
			  device5, 0, D3D11_FENCE_FLAG_NONE, &IID_ID3D11Fence, (void **)&fence),
		S_OK);
	note(fence);
}

static void note_chain(ID3D11Device1 *device, IDXGIFactory *factory)
{
	DXGI_SWAP_CHAIN_DESC desc = { .BufferDesc = { 8, 8, { 0, 0 }, DXGI_FORMAT_R8G8B8A8_UNORM },
		.SampleDesc = { 1, 0 },
		.BufferUsage = DXGI_USAGE_RENDER_TARGET_OUTPUT,
		.BufferCount = 1,
		.Windowed = TRUE };
	IDXGISwapChain *chain;
	assert_hr(IDXGIFactory_CreateSwapChain(factory, (IUnknown *)device, &desc, &chain), S_OK);
	note(chain);
}

static void note_context_state(ID3D11Device1 *device)
{
	static const D3D_FEATURE_LEVEL level = D3D_FEATURE_LEVEL_11_0;
	ID3DDeviceContextState *state;
	assert_hr(ID3D11Device1_CreateDeviceContextState(device, 0, &level, 1, D3D11_SDK_VERSION,
			  &IID_ID3D11Device1, NULL, &state),
		S_OK);
	note(state);
}

static void note_dxgi(void)
{
	ID3D11Device1 *device = make_device();
	ID3D11DeviceContext *context;
	ID3D11Device1 *both; /* faces of Direct3D 10 and 11 */
	void **threading;
	ID3D10Device *old;
	IDXGIFactory *factory;
	IDXGIAdapter *adapter;
	note_faces(device);
	ID3D11Device1_GetImmediateContext(device, &context);
	note_faces(context);
	note_fence(device);
	note_context_state(device);
	note_resources(device);
	note_views(device);
	note_states(device);
	note_shader_objects(device);
	note_debug_layer();
	assert_hr(CreateDXGIFactory(&IID_IDXGIFactory, (void **)&factory), S_OK);
	note_faces(factory);
	note_chain(device, factory);
	assert_hr(IDXGIFactory_EnumAdapters(factory, 0, &adapter), S_OK);
	note_faces(adapter);
	assert_hr(D3D10CreateDevice(
			  NULL, D3D10_DRIVER_TYPE_HARDWARE, NULL, 0, D3D10_SDK_VERSION, &old),
		S_OK);
	note_faces(old);
	assert_hr(ID3D10Device_QueryInterface(old, &IID_ID3D11Device1, (void **)&both), S_OK);
	note_resources(both);
	note_views(both);
	/* Both Multithread interfaces have one identifier, and ours lie side by side. */
	assert_hr(ID3D10Device_QueryInterface(old, &IID_ID3D10Multithread, (void **)&threading),
		S_OK);
	note(threading + 1);
}

static void note_mf(void)
{
	ID3D11Texture2D *texture = make_texture(make_device(), 0);
	IMFMediaBuffer *picture;
	IMFVideoSampleAllocatorEx *allocator;
	IMFDXGIDeviceManager *manager;
	IMFMediaBuffer *bytes;
	IMFAttributes *attributes;
	IMFMediaType *type;
	IMFSample *sample;
	assert_hr(MFCreateAttributes(&attributes, 0), S_OK);
	note(attributes);
	assert_hr(MFCreateMediaType(&type), S_OK);
	note(type);
	assert_hr(MFCreateSample(&sample), S_OK);
	note(sample);
	assert_hr(MFCreateMemoryBuffer(16, &bytes), S_OK);
	note(bytes);
	assert_hr(MFCreateDXGISurfaceBuffer(
			  &IID_ID3D11Texture2D, (IUnknown *)texture, 0, FALSE, &picture),
		S_OK);
	note_faces(picture);
	UINT token;
	assert_hr(MFCreateDXGIDeviceManager(&token, &manager), S_OK);
	note(manager);
	assert_hr(
		MFCreateVideoSampleAllocatorEx(&IID_IMFVideoSampleAllocatorEx, (void **)&allocator),
		S_OK);
	note_faces(allocator);
}

#ifdef HAVE_D3D12
static void note_keeper(ID3D12Device *device)
{
	/* As in src/win/mf/surface.c. */
	static const GUID key = { 0x1f0a6f5e, 0x0d6d, 0x4f0e,
		{ 0xb3, 0x54, 0x60, 0x2f, 0x2a, 0xd4, 0x9b, 0x11 } };
	const struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 64, .fourcc = XF_FORMAT_ABGR8888
	};
	struct xf_domain *domain;
	struct xf_surface *surface;
	ID3D12Resource *texture;
	void *keeper;
	UINT size = sizeof(keeper);
	assert_int_equal(xf_domain_create(NULL, &domain), 0);
	assert_int_equal(xf_surface_create(domain, &desc, 0, &surface), 0);
	assert_hr(xf_win_d3d12_open_surface(device, surface, &texture), S_OK);
	assert_hr(ID3D12Resource_GetPrivateData(texture, &key, &size, &keeper), S_OK);
	note(keeper);
}

/* One of Direct3D 11's, opened by 12. */
static void note_keyed_texture(ID3D12Device *device)
{
	ID3D11Texture2D *theirs = make_texture(make_device(),
		D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX | D3D11_RESOURCE_MISC_SHARED_NTHANDLE);
	IDXGIResource1 *resource;
	ID3D12Resource *texture;
	IDXGIKeyedMutex *mutex;
	HANDLE handle;
	assert_hr(ID3D11Texture2D_QueryInterface(theirs, &IID_IDXGIResource1, (void **)&resource),
		S_OK);
	assert_hr(IDXGIResource1_CreateSharedHandle(resource, NULL, GENERIC_ALL, NULL, &handle),
		S_OK);
	assert_hr(ID3D12Device_OpenSharedHandle(
			  device, handle, &IID_ID3D12Resource, (void **)&texture),
		S_OK);
	assert_hr(ID3D12Resource_QueryInterface(texture, &IID_IDXGIKeyedMutex, (void **)&mutex),
		S_OK);
	note(texture);
	note(mutex);
}

static void note_d3d12(void)
{
	ID3D12Device *device = d3d12_device();
	struct d3d12_list list = d3d12_list(device);
	ID3D12Resource *buffer =
		d3d12_buffer(device, D3D12_HEAP_TYPE_UPLOAD, D3D12_RESOURCE_STATE_GENERIC_READ);
	IMFMediaBuffer *media;
	IUnknown *sync;
	note(device);
	note(d3d12_queue(device));
	note(list.list);
	note(d3d12_fence(device));
	ID3D12Fence *shared;
	assert_hr(ID3D12Device_CreateFence(
			  device, 0, D3D12_FENCE_FLAG_SHARED, &IID_ID3D12Fence, (void **)&shared),
		S_OK);
	note(shared);
	assert_hr(MFCreateDXGISurfaceBuffer(
			  &IID_ID3D12Resource, (IUnknown *)buffer, 0, FALSE, &media),
		S_OK);
	note_faces(media);
	assert_hr(MFCreateD3D12SynchronizationObject(
			  device, &IID_IMFD3D12SynchronizationObject, (void **)&sync),
		S_OK);
	note_faces(sync);
	note_keeper(device);
	note_keyed_texture(device);
}
#endif

static int set_up(void **state)
{
	Dl_info info;
	assert_true(dladdr((void *)GetLastError, &info));
	base = info.dli_fbase;
	result = mmap(
		NULL, sizeof(*result), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(result, MAP_FAILED);
	for (size_t i = 0; i < COUNT(refusals); i++)
		refusals[i] = (void *)refuse;
	for (size_t i = 0; i < CALL_ARGS; i++)
		fakes[i][0] = refusals;
	note_shaders();
	note_dxgi();
	note_mf();
#ifdef HAVE_D3D12
	note_d3d12();
#endif
	return 0;
}

/* The test itself must be able to see a loss. */
static __attribute__((ms_abi, naked)) void lose_one(void)
{
	__asm__("xorps %xmm9, %xmm9\n	ret\n");
}

static __attribute__((ms_abi, naked)) void lose_another(void)
{
	__asm__("mov $1, %edi\n	ret\n");
}

static void losses_are_seen(void **state)
{
	const uint64_t args[CALL_ARGS] = { 0 };
	assert_int_equal(registers_call((void *)lose_one, args, false), 1u << 11);
	assert_string_equal(registers_name(11), "xmm9");
	assert_int_equal(registers_call((void *)lose_another, args, false), 1u << 2);
	assert_int_equal(registers_call((void *)lose_another, args, true), 0);
}

int main(int argc, char **argv)
{
	const struct role none = { NULL, NULL };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(losses_are_seen),
		cmocka_unit_test(functions_keep_registers),
		cmocka_unit_test(methods_keep_registers),
	};
	harness_start(argc, argv, &none);
	return cmocka_run_group_tests(tests, set_up, NULL);
}
