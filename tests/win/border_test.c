/* SPDX-License-Identifier: MIT */
/*
 * Where the rooms of the layer meet each other, the core and other processes: D3D textures seen by
 * D3DKMT and by the core, and records that another process spoiled.
 */
#include "d3d.h"

#include <errno.h>
#include <stdio.h>

#include <ntstatus.h>
#include <winternl.h>
#include <d3dkmthk.h>

#include <crossfence/crossfence.h>
#include <crossfence/win/win.h>

#define KEYED D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX
#define NT    D3D11_RESOURCE_MISC_SHARED_NTHANDLE

static D3DKMT_HANDLE open_device(void)
{
	D3DKMT_OPENADAPTERFROMGDIDISPLAYNAME adapter = { .DeviceName = L"\\\\.\\DISPLAY1" };
	D3DKMT_CREATEDEVICE device = { 0 };
	assert_int_equal(D3DKMTOpenAdapterFromGdiDisplayName(&adapter), 0);
	device.hAdapter = adapter.hAdapter;
	assert_int_equal(D3DKMTCreateDevice(&device), 0);
	return device.hDevice;
}

/* What lies beside a shared texture; and D3DKMT and D3D exclude each other. */
static void runtime_data_lies_beside_a_texture(void **state)
{
	ID3D11Device1 *device = make_device();
	ID3D11Texture2D *texture = make_texture(device, KEYED);
	IDXGIKeyedMutex *mutex = mutex_of(texture);
	UINT data[0x68 / 4] = { 0 };
	D3DKMT_QUERYRESOURCEINFO info = { .hDevice = open_device(),
		.hGlobalShare = (D3DKMT_HANDLE)(uintptr_t)handle_of(texture) };
	D3DDDI_OPENALLOCATIONINFO allocation;
	D3DKMT_OPENRESOURCE resource = { .hDevice = info.hDevice,
		.hGlobalShare = info.hGlobalShare,
		.NumAllocations = 1,
		.pOpenAllocationInfo = &allocation,
		.pPrivateRuntimeData = data,
		.PrivateRuntimeDataSize = sizeof(data) };
	D3DKMT_DESTROYALLOCATION end = { .hDevice = info.hDevice };
	D3DKMT_OPENKEYEDMUTEX open = { 0 };
	D3DKMT_OPENSYNCHRONIZATIONOBJECT sync = { 0 };
	D3DKMT_ACQUIREKEYEDMUTEX acquire = { 0 };
	D3DKMT_RELEASEKEYEDMUTEX release = { 0 };
	LARGE_INTEGER poll = { .QuadPart = 0 };
	assert_int_equal(D3DKMTQueryResourceInfo(&info), 0);
	assert_int_equal(info.PrivateRuntimeDataSize, 0x68);
	assert_int_equal(info.NumAllocations, 1);
	assert_int_equal(D3DKMTOpenResource(&resource), 0);
	end.hResource = resource.hResource;
	assert_int_equal(D3DKMTDestroyAllocation(&end), 0);
	assert_int_equal(data[0], 0x68);
	assert_int_equal(data[1], 4);
	assert_int_equal(data[2], 64);
	assert_int_equal(data[7], 1); /* there is a keyed mutex */
	assert_int_equal(data[10], 0); /* not shared by NT handle */
	assert_int_equal(data[14], D3D11_RESOURCE_DIMENSION_TEXTURE2D);
	open.hSharedHandle = data[8];
	sync.hSharedHandle = data[9];
	assert_int_equal(D3DKMTOpenKeyedMutex(&open), 0);
	assert_int_equal(D3DKMTOpenSynchronizationObject(&sync), 0);
	acquire.hKeyedMutex = release.hKeyedMutex = open.hKeyedMutex;
	acquire.pTimeout = &poll;
	assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 0, 0), S_OK);
	assert_int_equal(D3DKMTAcquireKeyedMutex(&acquire), STATUS_TIMEOUT);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(mutex, 0), S_OK);
	assert_int_equal(D3DKMTAcquireKeyedMutex(&acquire), 0);
	assert_int_equal(acquire.FenceValue, 1);
	assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 0, 0), WAIT_TIMEOUT);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(mutex, 0), E_FAIL);
	release.Key = 4;
	assert_int_equal(D3DKMTReleaseKeyedMutex(&release), 0);
	assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 4, 0), S_OK);
	assert_int_equal(
		D3DKMTDestroyKeyedMutex(&(D3DKMT_DESTROYKEYEDMUTEX){ open.hKeyedMutex }), 0);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(mutex, 0), S_OK);
	assert_int_equal(D3DKMTDestroySynchronizationObject(
				 &(D3DKMT_DESTROYSYNCHRONIZATIONOBJECT){ sync.hSyncObject }),
		0);
	IDXGIKeyedMutex_Release(mutex);
	ID3D11Texture2D_Release(texture);
	ID3D11Device1_Release(device);
}

static void assert_type(HANDLE handle, const WCHAR *name)
{
	union {
		OBJECT_TYPE_INFORMATION info;
		char bytes[256];
	} type;
	ULONG size;
	assert_int_equal(NtQueryObject(handle, ObjectTypeInformation, &type, 4, &size),
		(NTSTATUS)STATUS_INFO_LENGTH_MISMATCH);
	assert_int_equal(
		NtQueryObject(handle, ObjectTypeInformation, &type, sizeof(type), &size), 0);
	for (int i = 0; i < type.info.TypeName.Length / 2 || name[i]; i++)
		assert_int_equal(type.info.TypeName.Buffer[i], name[i]);
}

/* NT handles to textures are kernel objects with a type; so are those that D3D makes itself. */
static void nt_handles_to_textures_are_kernel_objects(void **state)
{
	ID3D11Device1 *device = make_device();
	ID3D11Texture2D *texture = make_texture(device, KEYED | NT);
	D3DDDI_OPENALLOCATIONINFO2 allocation;
	char data[0x68];
	D3DKMT_OPENRESOURCEFROMNTHANDLE open = { .hDevice = open_device(),
		.NumAllocations = 1,
		.pOpenAllocationInfo2 = &allocation,
		.PrivateRuntimeDataSize = sizeof(data),
		.pPrivateRuntimeData = data };
	IDXGIResource1 *resource;
	/* Halves of a pair of surrogates, and none of a name: nothing is made of them. */
	static const WCHAR *const bad_names[] = { L"a\xd834", L"\xdd1e", L"\xdd1e\xd834", L"",
		L"Local\\", L"a\\b" };
	HANDLE handle, copy, event;
	ID3D11Texture2D_QueryInterface(texture, &IID_IDXGIResource1, (void **)&resource);
	for (size_t i = 0; i < sizeof(bad_names) / sizeof(bad_names[0]); i++) {
		handle = (HANDLE)resource;
		assert_hr(IDXGIResource1_CreateSharedHandle(
				  resource, NULL, GENERIC_ALL, bad_names[i], &handle),
			E_INVALIDARG);
		assert_null(handle);
	}
	assert_hr(IDXGIResource1_CreateSharedHandle(resource, NULL, GENERIC_ALL, NULL, &handle),
		S_OK);
	assert_type(handle, L"DxgkSharedResource");
	event = CreateEventA(NULL, TRUE, FALSE, NULL);
	assert_type(event, L"Event");
	assert_int_equal(WaitForSingleObject(handle, 0), WAIT_FAILED);
	assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
	assert_false(SetEvent(handle));
	assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
	assert_true(DuplicateHandle(GetCurrentProcess(), handle, GetCurrentProcess(), &copy, 0,
		FALSE, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE));
	assert_int_equal(NtClose(event), 0);
	assert_int_equal(NtClose(event), (NTSTATUS)STATUS_INVALID_HANDLE);
	open.hNtHandle = copy;
	assert_int_equal(D3DKMTOpenResourceFromNtHandle(&open), 0);
	assert_int_not_equal(open.hKeyedMutex, 0);
	assert_int_not_equal(open.hSyncObject, 0);
	CloseHandle(copy);
	IDXGIResource1_Release(resource);
	ID3D11Texture2D_Release(texture);
	ID3D11Device1_Release(device);
}

/* A native program sees the texture as a keyed surface in the domain "win". */

static int visit(const struct xf_object_info *info, void *arg)
{
	if (info->type != XF_SURFACE || info->width_px != 48)
		return 0;
	*(xf_id *)arg = info->id;
	return 1;
}

static int native(int socket, const char *arg)
{
	struct xf_keyed_mutex *mutex;
	struct xf_surface *surface;
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	struct xf_domain *domain;
	void *bytes;
	xf_id id;
	if (xf_domain_open("win", 0, 0, &domain) || xf_inspect_objects(domain, visit, &id) != 1 ||
		xf_surface_open(domain, id, &surface) || xf_surface_mutex(surface, &mutex))
		return 1;
	xf_surface_desc(surface, &desc, NULL);
	if (desc.fourcc != XF_FORMAT_ABGR8888 || desc.height_px != 32)
		return 2;
	if (xf_surface_begin(surface, XF_ACCESS_READ, &bytes) != -EPERM)
		return 3;
	if (xf_keyed_mutex_acquire(mutex, 1, xf_deadline(1000000000), NULL))
		return 4;
	if (xf_surface_begin(surface, XF_ACCESS_READ | XF_ACCESS_WRITE, &bytes))
		return 5;
	if (memcmp(bytes, "\x11\x22\x33\x44", 4))
		return 6;
	memcpy(bytes, "\x55\x66\x77\x88", 4);
	xf_surface_end(surface);
	xf_keyed_mutex_release(mutex, 2, 0);
	xf_surface_close(surface);
	xf_domain_leave(domain);
	return 0;
}

static void a_native_process_takes_part(void **state)
{
	D3D11_TEXTURE2D_DESC desc = texture_desc(KEYED);
	ID3D11Device1 *device = make_device();
	ID3D11Texture2D *texture;
	IDXGIKeyedMutex *mutex;
	struct child child;
	desc.Width = 48;
	assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, NULL, &texture), S_OK);
	mutex = mutex_of(texture);
	assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 0, 0), S_OK);
	clear_texture(device, texture, 0x44332211);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(mutex, 1), S_OK);
	child = child_start("native", NULL);
	assert_int_equal(child_end(&child), 0);
	assert_hr(IDXGIKeyedMutex_AcquireSync(mutex, 2, 0), S_OK);
	assert_int_equal(first_pixel(device, texture), 0x88776655);
	assert_hr(IDXGIKeyedMutex_ReleaseSync(mutex, 0), S_OK);
	IDXGIKeyedMutex_Release(mutex);
	ID3D11Texture2D_Release(texture);
	ID3D11Device1_Release(device);
}

/* What a killed process had opened goes with it. */
static int leak(int socket, const char *arg)
{
	D3DKMT_OPENSYNCHRONIZATIONOBJECT open = { .hSharedHandle =
							  (D3DKMT_HANDLE)strtoul(arg, NULL, 16) };
	if (D3DKMTOpenSynchronizationObject(&open))
		return 1;
	parent_tell(socket, 'o');
	return parent_hear(socket);
}

static void a_killed_opener_keeps_no_object(void **state)
{
	D3DKMT_CREATESYNCHRONIZATIONOBJECT2 create = { .hDevice = open_device() };
	D3DKMT_OPENSYNCHRONIZATIONOBJECT open = { 0 };
	D3DKMT_DESTROYSYNCHRONIZATIONOBJECT destroy;
	struct child child;
	char text[16];
	create.Info.Type = D3DDDI_MONITORED_FENCE;
	create.Info.Flags.Shared = 1;
	assert_int_equal(D3DKMTCreateSynchronizationObject2(&create), 0);
	snprintf(text, sizeof(text), "%x", create.Info.SharedHandle);
	child = child_start("leak", text);
	assert_int_equal(child_hear(&child), 'o');
	destroy.hSyncObject = create.hSyncObject;
	assert_int_equal(D3DKMTDestroySynchronizationObject(&destroy), 0);
	open.hSharedHandle = create.Info.SharedHandle;
	assert_int_equal(D3DKMTOpenSynchronizationObject(&open), 0);
	destroy.hSyncObject = open.hSyncObject;
	assert_int_equal(D3DKMTDestroySynchronizationObject(&destroy), 0);
	child_kill(&child);
	/* The death is noticed by the kernel; the sweep that follows takes a moment. */
	for (int i = 0; i < 500 && !D3DKMTOpenSynchronizationObject(&open); i++) {
		destroy.hSyncObject = open.hSyncObject;
		D3DKMTDestroySynchronizationObject(&destroy);
		Sleep(10);
	}
	assert_int_equal(
		D3DKMTOpenSynchronizationObject(&open), (NTSTATUS)STATUS_INVALID_PARAMETER);
}

/*
 * A member of the domain spoils every record it finds, over and over, while we open the texture.
 * Any result is right, except to crash or to touch memory that is not the texture's.
 */
static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

struct records {
	struct xf_domain *domain;
	struct xf_surface *surfaces[16];
	int count;
};

static int collect(const struct xf_object_info *info, void *arg)
{
	struct records *records = arg;
	if (info->type == XF_SURFACE && info->width_px == 4096 && records->count < 16 &&
		!xf_surface_open(records->domain, info->id, &records->surfaces[records->count]))
		records->count++;
	return 0;
}

static void spoil(uint8_t *bytes, uint32_t *seed)
{
	static const uint32_t values[] = { 0, 1, 0x7fffffff, 0xffffffff, 0x10000, 4096, 0x100 };
	uint32_t *word = (uint32_t *)bytes + next(seed) % 60;
	if (next(seed) % 2)
		*word = values[next(seed) % 7];
	else
		*word ^= 1u << (next(seed) % 32);
}

static void hostile_records_do_no_harm(void **state)
{
	ID3D11Device1 *device = make_device(), *other = make_device();
	ID3D11Texture2D *texture = make_texture(device, KEYED), *opened;
	HANDLE handle = handle_of(texture);
	struct records records = { .count = 0 };
	uint8_t *bytes[16], good[16][4096];
	uint32_t seed = 1;
	int accepted = 0;
	assert_int_equal(xf_domain_open("win", 0, 0, &records.domain), 0);
	assert_int_equal(xf_inspect_objects(records.domain, collect, &records), 0);
	assert_true(records.count >= 2); /* the resource and its sync object */
	for (int i = 0; i < records.count; i++) {
		assert_int_equal(xf_surface_begin(records.surfaces[i],
					 XF_ACCESS_READ | XF_ACCESS_WRITE, (void **)&bytes[i]),
			0);
		memcpy(good[i], bytes[i], 4096);
	}
	for (int n = 0; n < 3000; n++) {
		for (int i = 0; i < records.count; i++)
			spoil(bytes[i], &seed);
		if (SUCCEEDED(ID3D11Device1_OpenSharedResource(
			    other, handle, &IID_ID3D11Texture2D, (void **)&opened))) {
			D3D11_TEXTURE2D_DESC desc;
			FLOAT red[4] = { 1, 0, 0, 1 };
			ID3D11RenderTargetView *view;
			ID3D11DeviceContext *context;
			IDXGIKeyedMutex *mutex;
			accepted++;
			ID3D11Texture2D_GetDesc(opened, &desc);
			ID3D11Device1_GetImmediateContext(other, &context);
			if (SUCCEEDED(ID3D11Texture2D_QueryInterface(
				    opened, &IID_IDXGIKeyedMutex, (void **)&mutex))) {
				if (IDXGIKeyedMutex_AcquireSync(mutex, 0, 0) == S_OK &&
					SUCCEEDED(ID3D11Device1_CreateRenderTargetView(
						other, (ID3D11Resource *)opened, NULL, &view))) {
					ID3D11DeviceContext_ClearRenderTargetView(
						context, view, red);
					ID3D11RenderTargetView_Release(view);
				}
				IDXGIKeyedMutex_ReleaseSync(mutex, 0);
				IDXGIKeyedMutex_Release(mutex);
			}
			ID3D11DeviceContext_Release(context);
			ID3D11Texture2D_Release(opened);
		}
		if (n % 4 == 3)
			for (int i = 0; i < records.count; i++)
				memcpy(bytes[i], good[i], 4096);
	}
	print_message("%d of 3000 spoiled records made some texture\n", accepted);
	for (int i = 0; i < records.count; i++)
		xf_surface_close(records.surfaces[i]);
	xf_domain_leave(records.domain);
	ID3D11Texture2D_Release(texture);
	assert_int_equal(ID3D11Device1_Release(device), 0);
	assert_int_equal(ID3D11Device1_Release(other), 0);
}

/* IDXGIDevice2::EnqueueSetEvent, with the rights it needs. */
static void enqueued_events_need_their_rights(void **state)
{
	HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL), weak;
	ID3D11Device1 *device = make_device();
	IDXGIDevice2 *dxgi;
	assert_hr(ID3D11Device1_QueryInterface(device, &IID_IDXGIDevice2, (void **)&dxgi), S_OK);
	assert_true(DuplicateHandle(
		GetCurrentProcess(), event, GetCurrentProcess(), &weak, SYNCHRONIZE, FALSE, 0));
	assert_hr(IDXGIDevice2_EnqueueSetEvent(dxgi, weak), E_ACCESSDENIED);
	assert_hr(IDXGIDevice2_EnqueueSetEvent(dxgi, NULL), E_HANDLE);
	assert_int_equal(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
	assert_hr(IDXGIDevice2_EnqueueSetEvent(dxgi, event), S_OK);
	assert_int_equal(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
	IDXGIDevice2_Release(dxgi);
	ID3D11Device1_Release(device);
	CloseHandle(event);
	CloseHandle(weak);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = {
		{ "native", native },
		{ "leak", leak },
		{ NULL, NULL },
	};
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_records_do_no_harm),
		cmocka_unit_test(runtime_data_lies_beside_a_texture),
		cmocka_unit_test(nt_handles_to_textures_are_kernel_objects),
		cmocka_unit_test(a_native_process_takes_part),
		cmocka_unit_test(a_killed_opener_keeps_no_object),
		cmocka_unit_test(enqueued_events_need_their_rights),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
