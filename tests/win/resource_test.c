/* SPDX-License-Identifier: MIT */
/* Creation, flags, handles and names of resources; commands on their memory. */
#include "d3d.h"

#include <errno.h>
#include <stdio.h>

#include <crossfence/win/win.h>

#define SHARED D3D11_RESOURCE_MISC_SHARED
#define KEYED  D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX
#define NT     D3D11_RESOURCE_MISC_SHARED_NTHANDLE

static ID3D11Device1 *make_level(D3D_FEATURE_LEVEL level)
{
	ID3D11Device *device;
	ID3D11Device1 *device1;
	assert_hr(D3D11CreateDevice(NULL, D3D_DRIVER_TYPE_WARP, NULL, 0, &level, 1,
			  D3D11_SDK_VERSION, &device, NULL, NULL),
		S_OK);
	assert_int_equal(ID3D11Device_GetFeatureLevel(device), level);
	ID3D11Device_QueryInterface(device, &IID_ID3D11Device1, (void **)&device1);
	ID3D11Device_Release(device);
	return device1;
}

#define UNTOUCHED ((HANDLE)(uintptr_t)0xdeadbeef)

/* What each set of sharing flags allows: creating, a KMT handle, an NT handle, a keyed mutex. */
static void sharing_flags_follow_the_table(void **state)
{
	static const struct {
		int row;
		UINT misc;
		HRESULT create, get, make;
		bool kmt, nt, mutex;
	} rows[] = {
		{ 28, 0, S_OK, S_OK, E_INVALIDARG, false, false, false },
		{ 29, SHARED, S_OK, S_OK, E_INVALIDARG, true, false, false },
		{ 30, NT, E_INVALIDARG, 0, 0, false, false, false },
		{ 31, SHARED | NT, S_OK, E_INVALIDARG, S_OK, false, true, false },
		{ 32, KEYED, S_OK, S_OK, E_INVALIDARG, true, false, true },
		{ 33, KEYED | NT, S_OK, E_INVALIDARG, S_OK, false, true, true },
		{ 34, KEYED | SHARED, E_INVALIDARG, 0, 0, false, false, false },
		{ 35, KEYED | SHARED | NT, E_INVALIDARG, 0, 0, false, false, false },
		{ 46, KEYED | D3D11_RESOURCE_MISC_GDI_COMPATIBLE, E_INVALIDARG, 0, 0, false, false,
			false },
	};
	static const D3D_FEATURE_LEVEL levels[] = { D3D_FEATURE_LEVEL_9_3, D3D_FEATURE_LEVEL_10_0,
		D3D_FEATURE_LEVEL_11_1 };
	for (size_t n = 0; n < 3 * sizeof(rows) / sizeof(rows[0]); n++) {
		D3D_FEATURE_LEVEL level = levels[n % 3];
		ID3D11Device1 *device = make_level(level);
		D3D11_TEXTURE2D_DESC desc = texture_desc(rows[n / 3].misc);
		ID3D11Texture2D *texture, *opened;
		IDXGIResource1 *resource;
		IUnknown *mutex;
		HANDLE handle = UNTOUCHED;
		HRESULT expected = rows[n / 3].create;
		if (level < D3D_FEATURE_LEVEL_10_0 && rows[n / 3].misc)
			expected = E_INVALIDARG;
		assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, NULL, &texture), expected);
		assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, NULL, NULL),
			expected ? expected : S_FALSE);
		if (FAILED(expected)) {
			assert_null(texture);
			ID3D11Device1_Release(device);
			continue;
		}
		ID3D11Texture2D_QueryInterface(texture, &IID_IDXGIResource1, (void **)&resource);
		assert_hr(IDXGIResource1_GetSharedHandle(resource, &handle), rows[n / 3].get);
		if (FAILED(rows[n / 3].get))
			assert_ptr_equal(handle, UNTOUCHED);
		else
			assert_int_equal(handle != NULL, rows[n / 3].kmt);
		if (rows[n / 3].kmt) {
			assert_hr(ID3D11Device1_OpenSharedResource(
					  device, handle, &IID_ID3D11Texture2D, (void **)&opened),
				S_OK);
			ID3D11Texture2D_Release(opened);
			assert_hr(ID3D11Device1_OpenSharedResource1(
					  device, handle, &IID_ID3D11Texture2D, (void **)&opened),
				E_INVALIDARG);
			assert_false(CloseHandle(handle));
			assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
		}
		handle = UNTOUCHED;
		assert_hr(IDXGIResource1_CreateSharedHandle(
				  resource, NULL, GENERIC_ALL, NULL, &handle),
			rows[n / 3].make);
		if (FAILED(rows[n / 3].make))
			assert_null(handle);
		if (rows[n / 3].nt) {
			assert_hr(ID3D11Device1_OpenSharedResource(
					  device, handle, &IID_ID3D11Texture2D, (void **)&opened),
				E_INVALIDARG);
			assert_hr(ID3D11Device1_OpenSharedResource1(
					  device, handle, &IID_ID3D11Texture2D, (void **)&opened),
				S_OK);
			ID3D11Texture2D_Release(opened);
			assert_true(CloseHandle(handle));
		}
		assert_hr(IDXGIResource1_QueryInterface(
				  resource, &IID_IDXGIKeyedMutex, (void **)&mutex),
			rows[n / 3].mutex ? S_OK : E_NOINTERFACE);
		if (mutex)
			IUnknown_Release(mutex);
		IDXGIResource1_Release(resource);
		assert_int_equal(ID3D11Texture2D_Release(texture), 0);
		assert_int_equal(ID3D11Device1_Release(device), 0);
	}
}

/* Other dimensions. */
static void other_dimensions_are_shared_too(void **state)
{
	ID3D11Device1 *device = make_device();
	D3D11_TEXTURE1D_DESC one = { .Width = 100,
		.MipLevels = 1,
		.ArraySize = 1,
		.Format = DXGI_FORMAT_R8G8B8A8_UNORM,
		.BindFlags = D3D11_BIND_SHADER_RESOURCE,
		.CPUAccessFlags = D3D11_CPU_ACCESS_READ,
		.MiscFlags = KEYED };
	D3D11_TEXTURE3D_DESC three = { .Width = 8,
		.Height = 8,
		.Depth = 8,
		.MipLevels = 0,
		.Format = DXGI_FORMAT_R16_FLOAT,
		.BindFlags = D3D11_BIND_SHADER_RESOURCE,
		.CPUAccessFlags = D3D11_CPU_ACCESS_WRITE,
		.MiscFlags = KEYED };
	D3D11_BUFFER_DESC buffer = { .ByteWidth = 100,
		.BindFlags = D3D11_BIND_SHADER_RESOURCE,
		.CPUAccessFlags = D3D11_CPU_ACCESS_READ,
		.MiscFlags = KEYED };
	void *made[4];
	assert_hr(ID3D11Device1_CreateTexture1D(device, &one, NULL, (ID3D11Texture1D **)&made[0]),
		S_OK);
	assert_hr(ID3D11Device1_CreateTexture3D(device, &three, NULL, (ID3D11Texture3D **)&made[1]),
		S_OK);
	ID3D11Texture3D_GetDesc((ID3D11Texture3D *)made[1], &three);
	assert_int_equal(three.MipLevels, 4);
	assert_hr(ID3D11Device1_CreateBuffer(device, &buffer, NULL, (ID3D11Buffer **)&made[2]),
		E_INVALIDARG);
	buffer.CPUAccessFlags = 0;
	buffer.BindFlags = 0;
	assert_hr(
		ID3D11Device1_CreateBuffer(device, &buffer, NULL, (ID3D11Buffer **)&made[2]), S_OK);
	buffer.BindFlags = D3D11_BIND_VERTEX_BUFFER;
	assert_hr(
		ID3D11Device1_CreateBuffer(device, &buffer, NULL, (ID3D11Buffer **)&made[3]), S_OK);
	for (int i = 0; i < 4; i++) {
		IDXGIKeyedMutex *mutex = mutex_of(made[i]);
		assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 0, 0), S_OK);
		assert_hr(IDXGIKeyedMutex_ReleaseSync(mutex, 1), S_OK);
		IDXGIKeyedMutex_Release(mutex);
		assert_int_equal(IUnknown_Release((IUnknown *)made[i]), 0);
	}
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

/* A D3D10 device on the other side. */
static void a_d3d10_device_opens_what_d3d11_made(void **state)
{
	ID3D11Device1 *device = make_device();
	ID3D11Texture2D *texture = make_texture(device, KEYED),
			*nt = make_texture(device, KEYED | NT);
	ID3D10Texture2D *opened;
	IDXGIResource1 *resource;
	D3D10_TEXTURE2D_DESC desc;
	ID3D10Device *device10;
	HANDLE handle;
	assert_hr(D3D10CreateDevice(
			  NULL, D3D10_DRIVER_TYPE_HARDWARE, NULL, 0, D3D10_SDK_VERSION, &device10),
		S_OK);
	assert_hr(ID3D10Device_OpenSharedResource(
			  device10, handle_of(texture), &IID_ID3D10Texture2D, (void **)&opened),
		S_OK);
	ID3D10Texture2D_GetDesc(opened, &desc);
	assert_int_equal(desc.MiscFlags, D3D10_RESOURCE_MISC_SHARED_KEYEDMUTEX);
	assert_int_equal(desc.Width, 64);
	ID3D10Texture2D_Release(opened);
	ID3D11Texture2D_QueryInterface(nt, &IID_IDXGIResource1, (void **)&resource);
	assert_hr(IDXGIResource1_CreateSharedHandle(resource, NULL, GENERIC_ALL, NULL, &handle),
		S_OK);
	assert_hr(ID3D10Device_OpenSharedResource(
			  device10, handle, &IID_ID3D10Texture2D, (void **)&opened),
		E_INVALIDARG);
	CloseHandle(handle);
	IDXGIResource1_Release(resource);
	ID3D11Texture2D_Release(texture);
	ID3D11Texture2D_Release(nt);
	assert_int_equal(ID3D10Device_Release(device10), 0);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

static IDXGIResource1 *named(ID3D11Device1 *device, const WCHAR *name, HANDLE *ret_handle)
{
	ID3D11Texture2D *texture = make_texture(device, KEYED | NT);
	IDXGIResource1 *resource;
	ID3D11Texture2D_QueryInterface(texture, &IID_IDXGIResource1, (void **)&resource);
	ID3D11Texture2D_Release(texture);
	assert_hr(IDXGIResource1_CreateSharedHandle(resource, NULL,
			  DXGI_SHARED_RESOURCE_READ | DXGI_SHARED_RESOURCE_WRITE, name, ret_handle),
		S_OK);
	return resource;
}

static int use_named(ID3D11Device1 *device, ID3D11Texture2D *texture)
{
	IDXGIKeyedMutex *mutex = mutex_of(texture);
	int status = 0;
	if (IDXGIKeyedMutex_AcquireSync(mutex, 7, 1000) != S_OK)
		status = 2;
	else if (first_pixel(device, texture) != 0x0a0b0c0d)
		status = 3;
	else if (IDXGIKeyedMutex_ReleaseSync(mutex, 8) != S_OK)
		status = 4;
	IDXGIKeyedMutex_Release(mutex);
	return status;
}

static int open_named(int socket, const char *arg)
{
	ID3D11Device1 *device = make_device();
	ID3D11Texture2D *texture;
	int status;
	if (ID3D11Device1_OpenSharedResourceByName(device, L"shared texture",
		    DXGI_SHARED_RESOURCE_READ, &IID_ID3D11Texture2D, (void **)&texture))
		return 1;
	status = use_named(device, texture);
	ID3D11Texture2D_Release(texture);
	ID3D11Device1_Release(device);
	return status;
}

/* Names of NT handles: taken once, and gone with the last handle. */
static void a_name_is_taken_once(void **state)
{
	ID3D11Device1 *device = make_device();
	ID3D11Texture2D *texture, *opened;
	IDXGIResource1 *resource, *second;
	IDXGIKeyedMutex *mutex;
	struct child child;
	HANDLE handle, other, weak;
	resource = named(device, L"shared texture", &handle);
	assert_hr(IDXGIResource1_CreateSharedHandle(resource, NULL, GENERIC_ALL, NULL, &other),
		E_INVALIDARG);
	second = named(device, NULL, &other);
	CloseHandle(other);
	IDXGIResource1_Release(second);
	texture = make_texture(device, KEYED | NT);
	ID3D11Texture2D_QueryInterface(texture, &IID_IDXGIResource1, (void **)&second);
	ID3D11Texture2D_Release(texture);
	assert_hr(IDXGIResource1_CreateSharedHandle(
			  second, NULL, GENERIC_ALL, L"Local\\shared texture", &other),
		DXGI_ERROR_NAME_ALREADY_EXISTS);
	assert_null(other);
	IDXGIResource1_Release(second);
	assert_null(CreateEventW(NULL, TRUE, FALSE, L"shared texture"));
	assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
	assert_hr(ID3D11Device1_OpenSharedResourceByName(device, L"Shared Texture",
			  DXGI_SHARED_RESOURCE_READ, &IID_ID3D11Texture2D, (void **)&opened),
		E_INVALIDARG);
	assert_true(DuplicateHandle(
		GetCurrentProcess(), handle, GetCurrentProcess(), &weak, 0, FALSE, 0));
	assert_hr(ID3D11Device1_OpenSharedResource1(
			  device, weak, &IID_ID3D11Texture2D, (void **)&opened),
		E_ACCESSDENIED);
	CloseHandle(weak);
	mutex = mutex_of(resource);
	IDXGIResource1_QueryInterface(resource, &IID_ID3D11Texture2D, (void **)&texture);
	assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 0, 0), S_OK);
	clear_texture(device, texture, 0x0a0b0c0d);
	ID3D11Texture2D_Release(texture);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(mutex, 7), S_OK);
	child = child_start("open-named", NULL);
	assert_int_equal(child_end(&child), 0);
	assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 8, 0), S_OK);
	IDXGIKeyedMutex_Release(mutex);
	/* The name goes with the last NT handle, not with the texture. */
	assert_true(CloseHandle(handle));
	assert_hr(ID3D11Device1_OpenSharedResourceByName(device, L"shared texture",
			  DXGI_SHARED_RESOURCE_READ, &IID_ID3D11Texture2D, (void **)&opened),
		E_INVALIDARG);
	IDXGIResource1_Release(resource);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

/* NT handles keep the texture. */
static void nt_handles_keep_the_texture(void **state)
{
	ID3D11Device1 *device = make_device();
	IDXGIResource1 *resource;
	ID3D11Texture2D *texture;
	HANDLE handle;
	resource = named(device, NULL, &handle);
	assert_int_equal(IDXGIResource1_Release(resource), 0);
	for (int i = 0; i < 2; i++) {
		assert_hr(ID3D11Device1_OpenSharedResource1(
				  device, handle, &IID_ID3D11Texture2D, (void **)&texture),
			S_OK);
		ID3D11Texture2D_Release(texture);
	}
	CloseHandle(handle);
	assert_hr(ID3D11Device1_OpenSharedResource1(
			  device, handle, &IID_ID3D11Texture2D, (void **)&texture),
		E_INVALIDARG);
	ID3D11Device1_Release(device);
}

static void bad_descriptions_make_nothing(void **state)
{
	const D3D11_TEXTURE2D_DESC good = texture_desc(0);
	ID3D11Device1 *device = make_device();
	ID3D11Texture2D *texture;
	D3D11_TEXTURE2D_DESC bad;
	ID3D11Buffer *buffer;
#define BAD(change, expected)                                                                      \
	do {                                                                                       \
		bad = good;                                                                        \
		change;                                                                            \
		texture = (void *)1;                                                               \
		assert_hr(ID3D11Device1_CreateTexture2D(device, &bad, NULL, &texture), expected);  \
		assert_null(texture);                                                              \
	} while (0)
	BAD(bad.Width = 0, E_INVALIDARG);
	BAD(bad.Height = 0, E_INVALIDARG);
	BAD(bad.Width = 16385, E_INVALIDARG);
	BAD(bad.Height = UINT32_MAX, E_INVALIDARG);
	BAD(bad.MipLevels = 8, E_INVALIDARG);
	BAD(bad.ArraySize = 0, E_INVALIDARG);
	BAD(bad.ArraySize = 2049, E_INVALIDARG);
	BAD(bad.Format = DXGI_FORMAT_UNKNOWN, E_INVALIDARG);
	BAD(bad.Format = (DXGI_FORMAT)9999, E_INVALIDARG);
	BAD(bad.SampleDesc.Count = 0, E_INVALIDARG);
	BAD(bad.SampleDesc.Count = 4, E_INVALIDARG);
	BAD(bad.Usage = (D3D11_USAGE)4, E_INVALIDARG);
	BAD(bad.Usage = D3D11_USAGE_IMMUTABLE, E_INVALIDARG);
	BAD(bad.Usage = D3D11_USAGE_STAGING, E_INVALIDARG);
	BAD(bad.CPUAccessFlags = 1, E_INVALIDARG);
	BAD(bad.BindFlags = 0x80000000, E_INVALIDARG);
	BAD((bad.Format = DXGI_FORMAT_NV12, bad.Width = 63), E_INVALIDARG);
	BAD((bad.Width = 16384, bad.Height = 16384, bad.ArraySize = 2048), E_OUTOFMEMORY);
	BAD((bad.MiscFlags = KEYED, bad.Usage = D3D11_USAGE_DYNAMIC,
		    bad.CPUAccessFlags = D3D11_CPU_ACCESS_WRITE),
		E_INVALIDARG);
	assert_hr(ID3D11Device1_CreateTexture2D(device, NULL, NULL, &texture), E_INVALIDARG);
	assert_hr(ID3D11Device1_CreateBuffer(device, NULL, NULL, &buffer), E_INVALIDARG);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

static void devices_are_made_of_good_arguments_only(void **state)
{
	D3D_FEATURE_LEVEL level = 0x1234, levels[] = { 0x1234, D3D_FEATURE_LEVEL_10_1 };
	ID3D11DeviceContext *context = NULL;
	IDXGIFactory1 *factory;
	IDXGIAdapter *adapter;
	ID3D11Device *device;
	ID3D10Device *device10;
	assert_hr(
		D3D11CreateDevice(NULL, 0, NULL, 0, NULL, 0, 7, &device, NULL, NULL), E_INVALIDARG);
	assert_null(device);
	assert_hr(D3D11CreateDevice(NULL, D3D_DRIVER_TYPE_HARDWARE, NULL, 0, levels, 1, 7, &device,
			  NULL, NULL),
		E_INVALIDARG);
	assert_hr(D3D11CreateDevice(
			  NULL, D3D_DRIVER_TYPE_NULL, NULL, 0, levels, 2, 7, NULL, &level, NULL),
		S_FALSE);
	assert_int_equal(level, D3D_FEATURE_LEVEL_10_1);
	assert_hr(D3D10CreateDevice(NULL, D3D10_DRIVER_TYPE_HARDWARE, NULL, 0, 1, &device10),
		E_INVALIDARG);
	assert_hr(CreateDXGIFactory1(&IID_IDXGIFactory1, (void **)&factory), S_OK);
	assert_hr(IDXGIFactory1_EnumAdapters(factory, 64, &adapter), DXGI_ERROR_NOT_FOUND);
	assert_hr(IDXGIFactory1_EnumAdapters(factory, 0, &adapter), S_OK);
	assert_hr(D3D11CreateDevice(adapter, D3D_DRIVER_TYPE_HARDWARE, NULL, 0, NULL, 0, 7, &device,
			  NULL, NULL),
		E_INVALIDARG);
	assert_hr(D3D11CreateDevice(adapter, D3D_DRIVER_TYPE_UNKNOWN, NULL, 0, NULL, 0, 7, &device,
			  NULL, &context),
		S_OK);
	assert_int_equal(ID3D11Device_Release(device), 1);
	assert_int_equal(ID3D11DeviceContext_Release(context), 0);
	assert_int_equal(IDXGIAdapter_Release(adapter), 0);
	assert_int_equal(IDXGIFactory1_Release(factory), 0);
	assert_hr(CreateDXGIFactory(&IID_ID3D11Device, (void **)&factory), E_NOINTERFACE);
}

/* Regions, updates, formats. */
static void commands_change_what_they_name(void **state)
{
	static const FLOAT half_red[4] = { 0.5f, 0, 0, 1 };
	static const struct {
		DXGI_FORMAT format;
		uint32_t pixel;
	} clears[] = {
		{ DXGI_FORMAT_R8G8B8A8_UNORM, 0xff000080 },
		{ DXGI_FORMAT_R8G8B8A8_UNORM_SRGB, 0xff0000bc },
		{ DXGI_FORMAT_B8G8R8A8_UNORM, 0xff800000 },
		{ DXGI_FORMAT_R16G16_FLOAT, 0x00003800 },
		{ DXGI_FORMAT_R32_FLOAT, 0x3f000000 },
		{ DXGI_FORMAT_R8G8B8A8_SNORM, 0x7f000040 },
	};
	uint32_t pixels[16], *texel;
	D3D11_TEXTURE2D_DESC desc = texture_desc(0);
	D3D11_BOX box = { 2, 1, 0, 6, 3, 1 };
	D3D11_MAPPED_SUBRESOURCE mapped;
	ID3D11Device1 *device = make_device();
	ID3D11Texture2D *one, *two, *staging;
	ID3D11RenderTargetView *view;
	ID3D11DeviceContext *context;
	ID3D11Device1_GetImmediateContext(device, &context);
	for (size_t i = 0; i < sizeof(clears) / sizeof(clears[0]); i++) {
		desc.Format = clears[i].format;
		assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, NULL, &one), S_OK);
		assert_hr(ID3D11Device1_CreateRenderTargetView(
				  device, (ID3D11Resource *)one, NULL, &view),
			S_OK);
		ID3D11DeviceContext_ClearRenderTargetView(context, view, half_red);
		assert_int_equal(first_pixel(device, one), clears[i].pixel);
		ID3D11RenderTargetView_Release(view);
		ID3D11Texture2D_Release(one);
	}
	for (int i = 0; i < 16; i++)
		pixels[i] = 0x100u + (uint32_t)i;
	one = make_texture(device, 0);
	two = make_texture(device, 0);
	ID3D11DeviceContext_UpdateSubresource(
		context, (ID3D11Resource *)one, 0, &box, pixels, 4 * sizeof(*pixels), 0);
	ID3D11DeviceContext_CopySubresourceRegion(
		context, (ID3D11Resource *)two, 0, 10, 20, 0, (ID3D11Resource *)one, 0, &box);
	/* None of these may do anything: beyond the end, empty, or a subresource too many. */
	box.right = 65;
	ID3D11DeviceContext_UpdateSubresource(
		context, (ID3D11Resource *)two, 0, &box, pixels, 16, 0);
	box.right = box.left;
	ID3D11DeviceContext_UpdateSubresource(
		context, (ID3D11Resource *)two, 0, &box, pixels, 16, 0);
	ID3D11DeviceContext_CopySubresourceRegion(context, (ID3D11Resource *)two, 0, UINT32_MAX, 0,
		0, (ID3D11Resource *)one, 0, NULL);
	ID3D11DeviceContext_CopySubresourceRegion(
		context, (ID3D11Resource *)two, 1, 0, 0, 0, (ID3D11Resource *)one, 0, NULL);
	desc = texture_desc(0);
	desc.BindFlags = 0;
	desc.Usage = D3D11_USAGE_STAGING;
	desc.CPUAccessFlags = D3D11_CPU_ACCESS_READ;
	assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, NULL, &staging), S_OK);
	ID3D11DeviceContext_CopyResource(context, (ID3D11Resource *)staging, (ID3D11Resource *)two);
	assert_hr(ID3D11DeviceContext_Map(
			  context, (ID3D11Resource *)staging, 1, D3D11_MAP_READ, 0, &mapped),
		E_INVALIDARG);
	assert_hr(ID3D11DeviceContext_Map(
			  context, (ID3D11Resource *)staging, 0, D3D11_MAP_WRITE, 0, &mapped),
		E_INVALIDARG);
	assert_hr(ID3D11DeviceContext_Map(
			  context, (ID3D11Resource *)staging, 0, D3D11_MAP_READ, 0, &mapped),
		S_OK);
	for (UINT y = 0; y < 32; y++) {
		texel = (void *)((char *)mapped.pData + y * mapped.RowPitch);
		for (UINT x = 0; x < 64; x++) {
			bool inside = x >= 10 && x < 14 && y >= 20 && y < 22;
			assert_int_equal(texel[x], inside ? pixels[(y - 20) * 4 + x - 10] : 0);
		}
	}
	ID3D11DeviceContext_Unmap(context, (ID3D11Resource *)staging, 0);
	ID3D11Texture2D_Release(staging);
	ID3D11Texture2D_Release(one);
	ID3D11Texture2D_Release(two);
	ID3D11DeviceContext_Release(context);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

/* A picture of two planes with first contents goes through a copy unharmed. */
static void a_picture_of_two_planes_is_copied_unharmed(void **state)
{
	enum { W = 70, H = 34 };
	static uint8_t picture[W * H * 3 / 2];
	D3D11_TEXTURE2D_DESC desc = { .Width = W,
		.Height = H,
		.MipLevels = 1,
		.ArraySize = 1,
		.Format = DXGI_FORMAT_NV12,
		.SampleDesc = { 1, 0 },
		.MiscFlags = SHARED };
	D3D11_SUBRESOURCE_DATA data = { picture, W, 0 };
	D3D11_MAPPED_SUBRESOURCE mapped;
	ID3D11Device1 *device = make_device();
	ID3D11DeviceContext *context;
	ID3D11Texture2D *one, *two;
	for (size_t i = 0; i < sizeof(picture); i++)
		picture[i] = (uint8_t)(i * 7);
	ID3D11Device1_GetImmediateContext(device, &context);
	assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, &data, &one), S_OK);
	desc.MiscFlags = 0;
	desc.Usage = D3D11_USAGE_STAGING;
	desc.CPUAccessFlags = D3D11_CPU_ACCESS_READ;
	assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, NULL, &two), S_OK);
	ID3D11DeviceContext_CopyResource(context, (ID3D11Resource *)two, (ID3D11Resource *)one);
	assert_hr(ID3D11DeviceContext_Map(
			  context, (ID3D11Resource *)two, 0, D3D11_MAP_READ, 0, &mapped),
		S_OK);
	for (UINT y = 0; y < H * 3 / 2; y++)
		assert_memory_equal((char *)mapped.pData + y * mapped.RowPitch, picture + y * W, W);
	ID3D11DeviceContext_Unmap(context, (ID3D11Resource *)two, 0);
	ID3D11Texture2D_Release(one);
	ID3D11Texture2D_Release(two);
	ID3D11DeviceContext_Release(context);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

static void queries_answer_when_work_is_done(void **state)
{
	D3D11_QUERY_DESC desc = { D3D11_QUERY_EVENT, 0 };
	ID3D11Device1 *device = make_device();
	ID3D11DeviceContext *context;
	ID3D11Query *query;
	BOOL done = FALSE;
	UINT64 time = 0;
	ID3D11Device1_GetImmediateContext(device, &context);
	assert_hr(ID3D11Device1_CreateQuery(device, &desc, &query), S_OK);
	assert_hr(ID3D11DeviceContext_GetData(
			  context, (ID3D11Asynchronous *)query, &done, sizeof(done), 0),
		DXGI_ERROR_INVALID_CALL);
	ID3D11DeviceContext_End(context, (ID3D11Asynchronous *)query);
	assert_hr(ID3D11DeviceContext_GetData(context, (ID3D11Asynchronous *)query, &done, 1, 0),
		E_INVALIDARG);
	assert_hr(ID3D11DeviceContext_GetData(
			  context, (ID3D11Asynchronous *)query, &done, sizeof(done), 0),
		S_OK);
	assert_true(done);
	ID3D11Query_Release(query);
	desc.Query = D3D11_QUERY_TIMESTAMP;
	assert_hr(ID3D11Device1_CreateQuery(device, &desc, &query), S_OK);
	ID3D11DeviceContext_End(context, (ID3D11Asynchronous *)query);
	assert_hr(ID3D11DeviceContext_GetData(
			  context, (ID3D11Asynchronous *)query, &time, sizeof(time), 0),
		S_OK);
	assert_true(time != 0);
	ID3D11Query_Release(query);
	ID3D11DeviceContext_Release(context);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

static void note(const char *message, void *arg)
{
	(*(int *)arg)++;
}

/* What is not provided says so: E_NOTIMPL, a cleared output, one message. */
static void what_is_not_provided_says_so(void **state)
{
	ID3D11Device1 *device = make_device();
	ID3D11GeometryShader *shader;
	ID3D11DeviceContext *context;
	struct xf_win_counters before = { sizeof(before) }, after = before;
	int told = 0;
	xf_win_set_log(note, &told);
	xf_win_counters(&before);
	ID3D11Device1_GetImmediateContext(device, &context);
	for (int i = 0; i < 3; i++) {
		shader = (void *)1;
		assert_hr(ID3D11Device1_CreateGeometryShader(device, "", 0, NULL, &shader),
			E_NOTIMPL);
		assert_null(shader);
		ID3D11DeviceContext_DrawAuto(context);
	}
	xf_win_counters(&after);
	assert_int_equal(after.unsupported_calls - before.unsupported_calls, 6);
	assert_int_equal(told, 2);
	xf_win_set_log(NULL, NULL);
	ID3D11DeviceContext_Release(context);
	ID3D11Device1_Release(device);
}

static void counters_are_as_long_as_their_caller_knows(void **state)
{
	struct {
		struct xf_win_counters now;
		uint64_t later;
	} longer = { { .size = sizeof(longer) }, 1 };
	struct xf_win_counters none = { .size = 0 },
			       older = { .size = offsetof(struct xf_win_counters, dropped_commands),
				       .dropped_commands = 77 };
	assert_int_equal(xf_win_counters(&longer.now), 0);
	assert_int_equal(longer.now.size, sizeof(longer));
	assert_int_equal(longer.later, 0);
	assert_int_equal(xf_win_counters(&older), 0);
	assert_true(older.unsupported_calls >= longer.now.unsupported_calls);
	assert_int_equal(older.dropped_commands, 77);
	assert_int_equal(xf_win_counters(&none), -EINVAL);
	assert_non_null(strstr(xf_last_message(-EINVAL), "struct xf_win_counters"));
	assert_int_equal(xf_win_counters(NULL), -EINVAL);
}

static void private_data_is_kept_and_told(void **state)
{
	static const GUID guid = { 1, 2, 3, { 4 } };
	ID3D11Device1 *device = make_device();
	ID3D11Texture2D *texture = make_texture(device, 0);
	char bytes[8];
	IUnknown *back;
	UINT size = 8;
	assert_hr(
		ID3D11Texture2D_GetPrivateData(texture, &guid, &size, bytes), DXGI_ERROR_NOT_FOUND);
	assert_int_equal(size, 0);
	assert_hr(ID3D11Texture2D_SetPrivateData(texture, &guid, 5, "abcd"), S_OK);
	size = 4;
	assert_hr(
		ID3D11Texture2D_GetPrivateData(texture, &guid, &size, bytes), DXGI_ERROR_MORE_DATA);
	assert_int_equal(size, 5);
	assert_hr(ID3D11Texture2D_GetPrivateData(texture, &guid, &size, bytes), S_OK);
	assert_string_equal(bytes, "abcd");
	assert_hr(
		ID3D11Texture2D_SetPrivateDataInterface(texture, &guid, (IUnknown *)device), S_OK);
	size = sizeof(back);
	assert_hr(ID3D11Texture2D_GetPrivateData(texture, &guid, &size, &back), S_OK);
	assert_ptr_equal(back, device);
	IUnknown_Release(back);
	assert_hr(ID3D11Texture2D_SetPrivateData(texture, &guid, 0, NULL), S_OK);
	assert_hr(ID3D11Texture2D_SetPrivateData(texture, &guid, 0, NULL), S_FALSE);
	/* No interface is something that is kept, too. */
	assert_hr(ID3D11Texture2D_SetPrivateDataInterface(texture, &guid, NULL), S_OK);
	size = sizeof(bytes);
	back = (IUnknown *)device;
	assert_hr(ID3D11Texture2D_GetPrivateData(texture, &guid, &size, &back), S_OK);
	assert_null(back);
	assert_int_equal(size, sizeof(back));
	assert_hr(ID3D11Texture2D_SetPrivateData(texture, &guid, UINT32_MAX, NULL), S_OK);
	assert_hr(ID3D11Texture2D_SetPrivateData(texture, &guid, UINT32_MAX, NULL), S_FALSE);
	assert_hr(ID3D11Texture2D_SetPrivateDataInterface(texture, &guid, NULL), S_OK);
	assert_hr(ID3D11Texture2D_SetPrivateDataInterface(texture, &guid, NULL), S_OK);
	ID3D11Texture2D_Release(texture);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

static long count_mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	long n = 0;
	int c;
	assert_non_null(maps);
	while ((c = getc(maps)) != EOF)
		n += c == '\n';
	fclose(maps);
	return n;
}

/* A hundred thousand keyed textures, one after the other, leave nothing behind. */
static void many_textures_leave_nothing_behind(void **state)
{
	ID3D11Device1 *device = make_device();
	HANDLE first = NULL;
	long mappings = count_mappings();
	for (int i = 0; i < 100000; i++) {
		ID3D11Texture2D *texture = make_texture(device, KEYED);
		uintptr_t handle = i % 100 ? 0 : (uintptr_t)handle_of(texture);
		/* Places in the domain are used again, so the numbers stay small. */
		if (!i)
			first = (HANDLE)handle;
		assert_true((handle >> 6 & 0xfffff) < ((uintptr_t)first >> 6 & 0xfffff) + 100);
		ID3D11Texture2D_Release(texture);
	}
	assert_in_range(count_mappings(), 1, mappings + 10);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = {
		{ "open-named", open_named },
		{ NULL, NULL },
	};
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(sharing_flags_follow_the_table),
		cmocka_unit_test(other_dimensions_are_shared_too),
		cmocka_unit_test(a_d3d10_device_opens_what_d3d11_made),
		cmocka_unit_test(a_name_is_taken_once),
		cmocka_unit_test(nt_handles_keep_the_texture),
		cmocka_unit_test(bad_descriptions_make_nothing),
		cmocka_unit_test(devices_are_made_of_good_arguments_only),
		cmocka_unit_test(commands_change_what_they_name),
		cmocka_unit_test(a_picture_of_two_planes_is_copied_unharmed),
		cmocka_unit_test(queries_answer_when_work_is_done),
		cmocka_unit_test(what_is_not_provided_says_so),
		cmocka_unit_test(counters_are_as_long_as_their_caller_knows),
		cmocka_unit_test(private_data_is_kept_and_told),
		cmocka_unit_test(many_textures_leave_nothing_behind),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
