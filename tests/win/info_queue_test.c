/* SPDX-License-Identifier: MIT */
/* The debug layer: what a device says of calls that it refuses, and which of it is kept. */
#include "d3d.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct setup {
	ID3D11Device *device;
	ID3D11InfoQueue *queue;
};

static struct setup make_setup(void)
{
	struct setup s;
	assert_hr(D3D11CreateDevice(NULL, D3D_DRIVER_TYPE_HARDWARE, NULL, D3D11_CREATE_DEVICE_DEBUG,
			  NULL, 0, D3D11_SDK_VERSION, &s.device, NULL, NULL),
		S_OK);
	assert_hr(ID3D11Device_QueryInterface(s.device, &IID_ID3D11InfoQueue, (void **)&s.queue),
		S_OK);
	return s;
}

static void end_setup(struct setup *s)
{
	assert_int_equal(ID3D11InfoQueue_Release(s->queue), 1);
	assert_int_equal(ID3D11Device_Release(s->device), 0);
}

static UINT64 stored(struct setup *s)
{
	return ID3D11InfoQueue_GetNumStoredMessages(s->queue);
}

static void say(struct setup *s, D3D11_MESSAGE_CATEGORY category, D3D11_MESSAGE_SEVERITY severity,
	D3D11_MESSAGE_ID id)
{
	assert_hr(ID3D11InfoQueue_AddMessage(s->queue, category, severity, id, "said"), S_OK);
}

/* The message of that index, until the next one is asked for. */
static const D3D11_MESSAGE *message(struct setup *s, UINT64 index)
{
	static union {
		D3D11_MESSAGE message;
		char room[1024];
	} got;
	SIZE_T size = 0, needed;
	assert_hr(ID3D11InfoQueue_GetMessage(s->queue, index, NULL, &size), S_FALSE);
	assert_true(size > sizeof(D3D11_MESSAGE) && size <= sizeof(got));
	needed = size;
	size--;
	assert_hr(ID3D11InfoQueue_GetMessage(s->queue, index, &got.message, &size), E_INVALIDARG);
	assert_int_equal(size, needed);
	assert_hr(ID3D11InfoQueue_GetMessage(s->queue, index, &got.message, &size), S_OK);
	assert_int_equal(strlen(got.message.pDescription) + 1, got.message.DescriptionByteLength);
	return &got.message;
}

static void only_who_asks_has_a_debug_layer(void **state)
{
	struct setup s = make_setup();
	ID3D11Device1 *quiet = make_device();
	ID3D11Device *same;
	ID3D11Debug *debug;
	IUnknown *none = (void *)1;
	assert_hr(ID3D11Device1_QueryInterface(quiet, &IID_ID3D11InfoQueue, (void **)&none),
		E_NOINTERFACE);
	assert_null(none);
	assert_hr(ID3D11Device1_QueryInterface(quiet, &IID_ID3D11Debug, (void **)&none),
		E_NOINTERFACE);
	assert_hr(ID3D11InfoQueue_QueryInterface(s.queue, &IID_ID3D11Debug, (void **)&debug), S_OK);
	assert_hr(ID3D11Debug_QueryInterface(debug, &IID_ID3D11Device, (void **)&same), S_OK);
	assert_ptr_equal(same, s.device);
	ID3D11Device_Release(same);
	assert_hr(ID3D11Debug_SetFeatureMask(debug, 5), S_OK);
	assert_int_equal(ID3D11Debug_GetFeatureMask(debug), 5);
	assert_hr(ID3D11Debug_SetPresentPerRenderOpDelay(debug, 7), S_OK);
	assert_int_equal(ID3D11Debug_GetPresentPerRenderOpDelay(debug), 7);
	assert_hr(ID3D11Debug_ValidateContext(debug, NULL), E_INVALIDARG);
	assert_int_equal(stored(&s), 0);
	assert_hr(ID3D11Debug_ReportLiveDeviceObjects(debug, D3D11_RLDO_SUMMARY), S_OK);
	assert_int_equal(message(&s, 0)->ID, D3D11_MESSAGE_ID_LIVE_OBJECT_SUMMARY);
	ID3D11Debug_Release(debug);
	assert_int_equal(ID3D11Device1_Release(quiet), 0);
	end_setup(&s);
}

/* Each refusal by the number that Windows gives it. */
static void what_is_refused_is_said(void **state)
{
	struct setup s = make_setup();
	D3D11_BLEND_DESC blend = { .RenderTarget[0] = { TRUE, 77 } };
	D3D11_DEPTH_STENCIL_DESC depth = { .DepthEnable = TRUE };
	D3D11_RASTERIZER_DESC rasterizer = { .FillMode = D3D11_FILL_SOLID };
	D3D11_SAMPLER_DESC sampler = { .AddressU = D3D11_TEXTURE_ADDRESS_WRAP };
	D3D11_INPUT_ELEMENT_DESC element = { "A", 0, DXGI_FORMAT_R32_FLOAT, 77 };
	const D3D11_MESSAGE_ID ids[] = { D3D11_MESSAGE_ID_CREATEBLENDSTATE_INVALIDSRCBLEND,
		D3D11_MESSAGE_ID_CREATEDEPTHSTENCILSTATE_INVALIDDEPTHFUNC,
		D3D11_MESSAGE_ID_CREATERASTERIZERSTATE_INVALIDCULLMODE,
		D3D11_MESSAGE_ID_CREATESAMPLERSTATE_INVALIDADDRESSV,
		D3D11_MESSAGE_ID_CREATESAMPLERSTATE_NULLDESC,
		D3D11_MESSAGE_ID_CREATEINPUTLAYOUT_INVALIDSLOT,
		D3D11_MESSAGE_ID_CREATEINPUTLAYOUT_UNPARSEABLEINPUTSIGNATURE,
		D3D11_MESSAGE_ID_CREATEPIXELSHADER_INVALIDSHADERBYTECODE };
	ID3D11Device_CreateBlendState(s.device, &blend, NULL);
	ID3D11Device_CreateDepthStencilState(s.device, &depth, NULL);
	ID3D11Device_CreateRasterizerState(s.device, &rasterizer, NULL);
	ID3D11Device_CreateSamplerState(s.device, &sampler, NULL);
	ID3D11Device_CreateSamplerState(s.device, NULL, NULL);
	ID3D11Device_CreateInputLayout(s.device, &element, 1, &ids, sizeof(ids), NULL);
	ID3D11Device_CreateInputLayout(s.device, NULL, 0, &ids, sizeof(ids), NULL);
	ID3D11Device_CreatePixelShader(s.device, &ids, sizeof(ids), NULL, NULL);
	assert_int_equal(stored(&s), COUNT(ids));
	for (UINT i = 0; i < COUNT(ids); i++) {
		const D3D11_MESSAGE *got = message(&s, i);
		assert_int_equal(got->ID, ids[i]);
		assert_int_equal(got->Severity, D3D11_MESSAGE_SEVERITY_ERROR);
		assert_int_equal(got->Category, D3D11_MESSAGE_CATEGORY_STATE_CREATION);
	}
	ID3D11InfoQueue_ClearStoredMessages(s.queue);
	assert_int_equal(stored(&s), 0);
	end_setup(&s);
}

/* No resource has several samples a pixel, and so none can be resolved. */
static void what_has_no_effect_is_said(void **state)
{
	struct setup s = make_setup();
	ID3D11Texture2D *texture = make_texture((ID3D11Device1 *)s.device, 0);
	ID3D11DeviceContext *context;
	ID3D11Device_GetImmediateContext(s.device, &context);
	ID3D11DeviceContext_ResolveSubresource(context, (ID3D11Resource *)texture, 0,
		(ID3D11Resource *)texture, 0, DXGI_FORMAT_R8G8B8A8_UNORM);
	assert_int_equal(stored(&s), 1);
	assert_int_equal(
		message(&s, 0)->ID, D3D11_MESSAGE_ID_DEVICE_RESOLVESUBRESOURCE_SOURCE_INVALID);
	ID3D11Texture2D_Release(texture);
	ID3D11DeviceContext_Release(context);
	end_setup(&s);
}

static void the_oldest_makes_room(void **state)
{
	struct setup s = make_setup();
	SIZE_T size = 0;
	assert_int_equal(ID3D11InfoQueue_GetMessageCountLimit(s.queue), 1024);
	assert_hr(ID3D11InfoQueue_SetMessageCountLimit(s.queue, 3), S_OK);
	for (int i = 0; i < 5; i++) {
		char text[16];
		snprintf(text, sizeof(text), "number %d", i);
		assert_hr(ID3D11InfoQueue_AddApplicationMessage(
				  s.queue, D3D11_MESSAGE_SEVERITY_INFO, text),
			S_OK);
	}
	assert_int_equal(stored(&s), 3);
	assert_int_equal(ID3D11InfoQueue_GetNumMessagesDiscardedByMessageCountLimit(s.queue), 2);
	assert_string_equal(message(&s, 0)->pDescription, "number 2");
	assert_string_equal(message(&s, 2)->pDescription, "number 4");
	assert_int_equal(message(&s, 0)->ID, D3D11_MESSAGE_ID_STRING_FROM_APPLICATION);
	assert_hr(ID3D11InfoQueue_GetMessage(s.queue, 3, NULL, &size), E_INVALIDARG);
	assert_hr(ID3D11InfoQueue_GetMessage(s.queue, 0, NULL, NULL), E_INVALIDARG);
	assert_hr(ID3D11InfoQueue_SetMessageCountLimit(s.queue, 1), S_OK);
	assert_string_equal(message(&s, 0)->pDescription, "number 4");
	assert_hr(ID3D11InfoQueue_SetMessageCountLimit(s.queue, UINT64_MAX), S_OK);
	for (int i = 0; i < 2000; i++)
		say(&s, D3D11_MESSAGE_CATEGORY_SHADER, D3D11_MESSAGE_SEVERITY_INFO, 1);
	assert_int_equal(stored(&s), 2001);
	assert_hr(ID3D11InfoQueue_AddMessage(s.queue, D3D11_MESSAGE_CATEGORY_SHADER,
			  D3D11_MESSAGE_SEVERITY_INFO, 1, NULL),
		E_INVALIDARG);
	assert_hr(ID3D11InfoQueue_AddMessage(s.queue, 11, D3D11_MESSAGE_SEVERITY_INFO, 1, "x"),
		E_INVALIDARG);
	assert_hr(ID3D11InfoQueue_AddMessage(s.queue, 1, 5, 1, "x"), E_INVALIDARG);
	end_setup(&s);
}

/* What is denied is counted and not kept; the top of the stack is what counts. */
static void storage_filters_keep_messages_out(void **state)
{
	struct setup s = make_setup();
	D3D11_MESSAGE_SEVERITY severities[] = { D3D11_MESSAGE_SEVERITY_INFO };
	D3D11_MESSAGE_CATEGORY categories[] = { D3D11_MESSAGE_CATEGORY_SHADER,
		D3D11_MESSAGE_CATEGORY_EXECUTION };
	D3D11_MESSAGE_ID denied[] = { 300 };
	D3D11_INFO_QUEUE_FILTER filter = { 0 };
	filter.AllowList.NumCategories = 2;
	filter.AllowList.pCategoryList = categories;
	filter.DenyList.NumSeverities = 1;
	filter.DenyList.pSeverityList = severities;
	assert_int_equal(ID3D11InfoQueue_GetStorageFilterStackSize(s.queue), 0);
	assert_hr(ID3D11InfoQueue_PushStorageFilter(s.queue, &filter), S_OK);
	say(&s, D3D11_MESSAGE_CATEGORY_SHADER, D3D11_MESSAGE_SEVERITY_ERROR, 300);
	say(&s, D3D11_MESSAGE_CATEGORY_SHADER, D3D11_MESSAGE_SEVERITY_INFO, 300);
	say(&s, D3D11_MESSAGE_CATEGORY_CLEANUP, D3D11_MESSAGE_SEVERITY_ERROR, 300);
	assert_int_equal(stored(&s), 1);
	assert_int_equal(ID3D11InfoQueue_GetNumMessagesDeniedByStorageFilter(s.queue), 2);
	assert_int_equal(ID3D11InfoQueue_GetNumMessagesAllowedByStorageFilter(s.queue), 1);
	/* A copy with more on it. */
	filter = (D3D11_INFO_QUEUE_FILTER){ 0 };
	filter.DenyList.NumIDs = 1;
	filter.DenyList.pIDList = denied;
	assert_hr(ID3D11InfoQueue_PushCopyOfStorageFilter(s.queue), S_OK);
	assert_hr(ID3D11InfoQueue_AddStorageFilterEntries(s.queue, &filter), S_OK);
	say(&s, D3D11_MESSAGE_CATEGORY_EXECUTION, D3D11_MESSAGE_SEVERITY_ERROR, 300);
	say(&s, D3D11_MESSAGE_CATEGORY_CLEANUP, D3D11_MESSAGE_SEVERITY_ERROR, 301);
	assert_int_equal(stored(&s), 1);
	ID3D11InfoQueue_PopStorageFilter(s.queue);
	say(&s, D3D11_MESSAGE_CATEGORY_EXECUTION, D3D11_MESSAGE_SEVERITY_ERROR, 300);
	assert_int_equal(stored(&s), 2);
	/* An empty one lets everything pass, and so does one that was emptied. */
	assert_hr(ID3D11InfoQueue_PushEmptyStorageFilter(s.queue), S_OK);
	assert_int_equal(ID3D11InfoQueue_GetStorageFilterStackSize(s.queue), 2);
	say(&s, D3D11_MESSAGE_CATEGORY_CLEANUP, D3D11_MESSAGE_SEVERITY_INFO, 300);
	ID3D11InfoQueue_PopStorageFilter(s.queue);
	ID3D11InfoQueue_ClearStorageFilter(s.queue);
	say(&s, D3D11_MESSAGE_CATEGORY_CLEANUP, D3D11_MESSAGE_SEVERITY_INFO, 300);
	assert_int_equal(stored(&s), 4);
	for (int i = 0; i < 3; i++) /* more often than there are filters */
		ID3D11InfoQueue_PopStorageFilter(s.queue);
	assert_int_equal(ID3D11InfoQueue_GetStorageFilterStackSize(s.queue), 0);
	filter.DenyList.pIDList = NULL;
	assert_hr(ID3D11InfoQueue_AddStorageFilterEntries(s.queue, &filter), E_INVALIDARG);
	assert_hr(ID3D11InfoQueue_PushStorageFilter(s.queue, &filter), E_INVALIDARG);
	assert_hr(ID3D11InfoQueue_PushStorageFilter(s.queue, NULL), E_INVALIDARG);
	assert_int_equal(ID3D11InfoQueue_GetStorageFilterStackSize(s.queue), 0);
	end_setup(&s);
}

static void retrieval_filters_hide_messages(void **state)
{
	struct setup s = make_setup();
	D3D11_MESSAGE_ID ids[] = { 302, 304 };
	D3D11_INFO_QUEUE_FILTER filter = { 0 };
	union {
		D3D11_INFO_QUEUE_FILTER filter;
		char room[256];
	} got;
	SIZE_T size = 0, needed;
	for (int i = 300; i < 306; i++)
		say(&s, D3D11_MESSAGE_CATEGORY_SHADER, D3D11_MESSAGE_SEVERITY_INFO, i);
	filter.AllowList.NumIDs = 2;
	filter.AllowList.pIDList = ids;
	assert_hr(ID3D11InfoQueue_AddRetrievalFilterEntries(s.queue, &filter), S_OK);
	assert_int_equal(ID3D11InfoQueue_GetRetrievalFilterStackSize(s.queue), 1);
	assert_int_equal(stored(&s), 6);
	assert_int_equal(ID3D11InfoQueue_GetNumStoredMessagesAllowedByRetrievalFilter(s.queue), 2);
	assert_int_equal(message(&s, 0)->ID, 302);
	assert_int_equal(message(&s, 1)->ID, 304);
	/* What was set comes back. */
	assert_hr(ID3D11InfoQueue_GetRetrievalFilter(s.queue, NULL, &size), S_OK);
	assert_int_equal(size, sizeof(filter) + sizeof(ids));
	needed = size--;
	assert_hr(ID3D11InfoQueue_GetRetrievalFilter(s.queue, &got.filter, &size), E_INVALIDARG);
	assert_int_equal(size, needed);
	assert_hr(ID3D11InfoQueue_GetRetrievalFilter(s.queue, &got.filter, &size), S_OK);
	assert_int_equal(got.filter.AllowList.NumIDs, 2);
	assert_memory_equal(got.filter.AllowList.pIDList, ids, sizeof(ids));
	assert_null(got.filter.DenyList.pIDList);
	ID3D11InfoQueue_PopRetrievalFilter(s.queue);
	assert_int_equal(ID3D11InfoQueue_GetNumStoredMessagesAllowedByRetrievalFilter(s.queue), 6);
	end_setup(&s);
}

static void breaks_are_remembered(void **state)
{
	struct setup s = make_setup();
	assert_false(ID3D11InfoQueue_GetBreakOnSeverity(s.queue, D3D11_MESSAGE_SEVERITY_ERROR));
	for (int on = 1; on >= 0; on--) {
		assert_hr(ID3D11InfoQueue_SetBreakOnSeverity(
				  s.queue, D3D11_MESSAGE_SEVERITY_ERROR, on),
			S_OK);
		assert_hr(ID3D11InfoQueue_SetBreakOnCategory(
				  s.queue, D3D11_MESSAGE_CATEGORY_SHADER, on),
			S_OK);
		for (int id = 100; id < 110; id++)
			assert_hr(ID3D11InfoQueue_SetBreakOnID(s.queue, id, on || id == 105), S_OK);
		assert_int_equal(
			ID3D11InfoQueue_GetBreakOnSeverity(s.queue, D3D11_MESSAGE_SEVERITY_ERROR),
			on);
		assert_int_equal(
			ID3D11InfoQueue_GetBreakOnCategory(s.queue, D3D11_MESSAGE_CATEGORY_SHADER),
			on);
		for (int id = 99; id < 111; id++)
			assert_int_equal(ID3D11InfoQueue_GetBreakOnID(s.queue, id),
				id == 105 || (on && id >= 100 && id < 110));
		ID3D11InfoQueue_SetMuteDebugOutput(s.queue, on);
		assert_int_equal(ID3D11InfoQueue_GetMuteDebugOutput(s.queue), on);
	}
	assert_false(ID3D11InfoQueue_GetBreakOnCategory(s.queue, D3D11_MESSAGE_CATEGORY_CLEANUP));
	assert_hr(ID3D11InfoQueue_SetBreakOnSeverity(s.queue, 5, TRUE), E_INVALIDARG);
	assert_hr(ID3D11InfoQueue_SetBreakOnCategory(s.queue, 11, TRUE), E_INVALIDARG);
	end_setup(&s);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { NULL, NULL } };
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_who_asks_has_a_debug_layer),
		cmocka_unit_test(what_is_refused_is_said),
		cmocka_unit_test(what_has_no_effect_is_said),
		cmocka_unit_test(the_oldest_makes_room),
		cmocka_unit_test(storage_filters_keep_messages_out),
		cmocka_unit_test(retrieval_filters_hide_messages),
		cmocka_unit_test(breaks_are_remembered),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
