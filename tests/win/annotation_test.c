/* SPDX-License-Identifier: MIT */
/* A program's names for its work: kept by the debug layer, nothing without one. */
#include "d3d.h"

struct setup {
	ID3D11Device *device;
	ID3D11DeviceContext *context;
	ID3DUserDefinedAnnotation *annotation;
};

static struct setup make_setup(UINT flags)
{
	struct setup s;
	assert_hr(D3D11CreateDevice(NULL, D3D_DRIVER_TYPE_HARDWARE, NULL, flags, NULL, 0,
			  D3D11_SDK_VERSION, &s.device, NULL, &s.context),
		S_OK);
	assert_hr(ID3D11DeviceContext_QueryInterface(
			  s.context, &IID_ID3DUserDefinedAnnotation, (void **)&s.annotation),
		S_OK);
	return s;
}

static void end_setup(struct setup *s)
{
	assert_int_equal(ID3DUserDefinedAnnotation_Release(s->annotation), 1);
	assert_int_equal(ID3D11DeviceContext_Release(s->context), 0);
	assert_int_equal(ID3D11Device_Release(s->device), 0);
}

static void nobody_listens_without_a_debug_layer(void **state)
{
	struct setup s = make_setup(0);
	ID3D11DeviceContext *same;
	assert_false(ID3DUserDefinedAnnotation_GetStatus(s.annotation));
	assert_int_equal(ID3DUserDefinedAnnotation_BeginEvent(s.annotation, L"a"), -1);
	assert_int_equal(ID3DUserDefinedAnnotation_EndEvent(s.annotation), -1);
	ID3DUserDefinedAnnotation_SetMarker(s.annotation, L"b");
	assert_false(ID3D11DeviceContext2_IsAnnotationEnabled((ID3D11DeviceContext2 *)s.context));
	assert_hr(ID3DUserDefinedAnnotation_QueryInterface(
			  s.annotation, &IID_ID3D11DeviceContext, (void **)&same),
		S_OK);
	assert_ptr_equal(same, s.context);
	ID3D11DeviceContext_Release(same);
	end_setup(&s);
}

static void assert_message(ID3D11InfoQueue *queue, UINT64 index, const char *text)
{
	union {
		D3D11_MESSAGE message;
		char room[512];
	} got;
	SIZE_T size = sizeof(got);
	assert_hr(ID3D11InfoQueue_GetMessage(queue, index, &got.message, &size), S_OK);
	assert_string_equal(got.message.pDescription, text);
	assert_int_equal(got.message.Severity, D3D11_MESSAGE_SEVERITY_MESSAGE);
}

static void events_nest_and_are_kept(void **state)
{
	struct setup s = make_setup(D3D11_CREATE_DEVICE_DEBUG);
	ID3D11DeviceContext2 *context = (ID3D11DeviceContext2 *)s.context;
	ID3D11InfoQueue *queue;
	ID3D11Device_QueryInterface(s.device, &IID_ID3D11InfoQueue, (void **)&queue);
	assert_true(ID3DUserDefinedAnnotation_GetStatus(s.annotation));
	assert_true(ID3D11DeviceContext2_IsAnnotationEnabled(context));
	assert_int_equal(ID3DUserDefinedAnnotation_EndEvent(s.annotation), -1);
	assert_int_equal(ID3DUserDefinedAnnotation_BeginEvent(s.annotation, L"frame"), 0);
	assert_int_equal(ID3DUserDefinedAnnotation_BeginEvent(s.annotation, L"sh\x00e4"
									    L"dow\n"),
		1);
	ID3DUserDefinedAnnotation_SetMarker(s.annotation, L"here");
	assert_int_equal(ID3DUserDefinedAnnotation_EndEvent(s.annotation), 1);
	assert_int_equal(ID3DUserDefinedAnnotation_EndEvent(s.annotation), 0);
	ID3D11DeviceContext2_BeginEventInt(context, L"later", 1);
	ID3D11DeviceContext2_SetMarkerInt(context, L"there", 1);
	ID3D11DeviceContext2_EndEvent(context);
	assert_message(queue, 0, "begin: frame");
	assert_message(queue, 1, "begin: sh?dow?");
	assert_message(queue, 2, "marker: here");
	assert_message(queue, 3, "end");
	assert_message(queue, 4, "end");
	assert_message(queue, 5, "begin: later");
	assert_message(queue, 6, "marker: there");
	assert_message(queue, 7, "end");
	assert_int_equal(ID3D11InfoQueue_GetNumStoredMessages(queue), 8);
	ID3D11InfoQueue_Release(queue);
	end_setup(&s);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { NULL, NULL } };
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_listens_without_a_debug_layer),
		cmocka_unit_test(events_nest_and_are_kept),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
