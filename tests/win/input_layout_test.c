/* SPDX-License-Identifier: MIT */
/* Input layouts: which elements are allowed, and for which shaders. */
#include "d3d.h"
#include "dxbc_shaders.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define APPEND	     D3D11_APPEND_ALIGNED_ELEMENT

/* The shader reads POSITION and COLOR. */
struct setup {
	ID3D11Device1 *device;
	struct dxbc vs;
};

static struct setup make_setup(void)
{
	return (struct setup){ make_device(), dxbc_vs_pass() };
}

static void end_setup(struct setup *s)
{
	dxbc_free(&s->vs);
	assert_int_equal(ID3D11Device1_Release(s->device), 0);
}

static HRESULT make(
	struct setup *s, const D3D11_INPUT_ELEMENT_DESC *elements, UINT n, ID3D11InputLayout **ret)
{
	return ID3D11Device1_CreateInputLayout(
		s->device, elements, n, s->vs.bytes, s->vs.size, ret);
}

static const D3D11_INPUT_ELEMENT_DESC position = { "POSITION", 0, DXGI_FORMAT_R32G32B32_FLOAT, 0,
	APPEND, D3D11_INPUT_PER_VERTEX_DATA, 0 };
static const D3D11_INPUT_ELEMENT_DESC colour = { "COLOR", 0, DXGI_FORMAT_R8G8B8A8_UNORM, 0, APPEND,
	D3D11_INPUT_PER_VERTEX_DATA, 0 };

static void every_input_has_its_element(void **state)
{
	struct setup s = make_setup();
	D3D11_INPUT_ELEMENT_DESC elements[3] = { position, colour,
		{ "UNUSED", 3, DXGI_FORMAT_R16G16_FLOAT, 1, APPEND, D3D11_INPUT_PER_INSTANCE_DATA,
			2 } };
	ID3D11InputLayout *layout = (void *)1;
	assert_hr(make(&s, elements, 1, &layout), E_INVALIDARG);
	assert_null(layout);
	assert_hr(make(&s, NULL, 0, &layout), E_INVALIDARG);
	assert_hr(make(&s, NULL, 2, &layout), E_INVALIDARG);
	assert_hr(make(&s, elements, 2, NULL), S_FALSE);
	assert_hr(make(&s, elements, 3, &layout), S_OK); /* more than is read is fine */
	assert_int_equal(ID3D11InputLayout_Release(layout), 0);
	elements[0].SemanticName = "Position"; /* in whatever case */
	assert_hr(make(&s, elements, 2, &layout), S_OK);
	assert_int_equal(ID3D11InputLayout_Release(layout), 0);
	elements[0].SemanticIndex = 1;
	assert_hr(make(&s, elements, 2, &layout), E_INVALIDARG);
	/* Damaged, or nothing. */
	s.vs.bytes[10] ^= 1;
	elements[0].SemanticIndex = 0;
	assert_hr(make(&s, elements, 2, &layout), E_INVALIDARG);
	assert_hr(ID3D11Device1_CreateInputLayout(s.device, elements, 2, NULL, 0, &layout),
		E_INVALIDARG);
	end_setup(&s);
}

/* Each row spoils the second element of a layout that is allowed. */
static void what_is_not_allowed_is_refused(void **state)
{
	static const char *const too_long =
		"A23456789012345678901234567890123456789012345678901234567890123456789";
	static const struct {
		D3D11_INPUT_ELEMENT_DESC element;
		HRESULT expected;
	} rows[] = {
#define ROW(hr, name, index, format, slot, offset, class, step)                                    \
	{ { name, index, DXGI_FORMAT_##format, slot, offset, D3D11_INPUT_PER_##class##_DATA,       \
		  step },                                                                          \
		hr }
		ROW(S_OK, "X", 0, R32_FLOAT, 0, APPEND, VERTEX, 0),
		ROW(S_OK, "X", 0, R32_FLOAT, 31, APPEND, VERTEX, 0),
		ROW(E_INVALIDARG, "X", 0, R32_FLOAT, 32, APPEND, VERTEX, 0),
		ROW(E_INVALIDARG, NULL, 0, R32_FLOAT, 0, APPEND, VERTEX, 0),
		ROW(E_INVALIDARG, "position", 0, R32_FLOAT, 0, APPEND, VERTEX, 0), /* again */
		ROW(S_OK, "POSITION", 1, R32_FLOAT, 0, APPEND, VERTEX, 0),
		/* formats */
		ROW(E_INVALIDARG, "X", 0, UNKNOWN, 0, APPEND, VERTEX, 0),
		ROW(E_INVALIDARG, "X", 0, R8G8B8A8_TYPELESS, 0, APPEND, VERTEX, 0),
		ROW(E_INVALIDARG, "X", 0, R8G8B8A8_UNORM_SRGB, 0, APPEND, VERTEX, 0),
		ROW(E_INVALIDARG, "X", 0, BC1_UNORM, 0, APPEND, VERTEX, 0),
		ROW(E_INVALIDARG, "X", 0, D32_FLOAT, 0, APPEND, VERTEX, 0),
		ROW(E_INVALIDARG, "X", 0, NV12, 0, APPEND, VERTEX, 0),
		ROW(S_OK, "X", 0, R10G10B10A2_UNORM, 0, APPEND, VERTEX, 0),
		/* places */
		ROW(E_INVALIDARG, "X", 0, R32_FLOAT, 0, 2, VERTEX, 0),
		ROW(S_OK, "X", 0, R16_FLOAT, 0, 2, VERTEX, 0),
		ROW(E_INVALIDARG, "X", 0, R16_FLOAT, 0, 3, VERTEX, 0),
		ROW(S_OK, "X", 0, R8_UNORM, 0, 3, VERTEX, 0),
		ROW(S_OK, "X", 0, R32G32B32A32_FLOAT, 3, 2032, VERTEX, 0),
		ROW(E_INVALIDARG, "X", 0, R32G32B32A32_FLOAT, 3, 2036, VERTEX, 0),
		ROW(E_INVALIDARG, "X", 0, R8_UNORM, 0, 0xfffffffe, VERTEX, 0),
		/* steps */
		ROW(E_INVALIDARG, "X", 0, R32_FLOAT, 1, APPEND, VERTEX, 1),
		ROW(E_INVALIDARG, "X", 0, R32_FLOAT, 0, APPEND, INSTANCE, 1),
		ROW(S_OK, "X", 0, R32_FLOAT, 1, APPEND, INSTANCE, 0),
		ROW(E_INVALIDARG, "X", 0, R32_FLOAT, 2, APPEND, INSTANCE, 7),
		ROW(S_OK, "X", 0, R32_FLOAT, 2, APPEND, INSTANCE, 3),
	};
	struct setup s = make_setup();
	D3D11_INPUT_ELEMENT_DESC elements[4] = { position, { 0 }, colour,
		{ "Y", 0, DXGI_FORMAT_R32_UINT, 2, 0, D3D11_INPUT_PER_INSTANCE_DATA, 3 } };
	for (size_t i = 0; i < COUNT(rows); i++) {
		ID3D11InputLayout *layout;
		HRESULT hr;
		elements[1] = rows[i].element;
		hr = make(&s, elements, 4, &layout);
		if (hr != rows[i].expected || !layout != FAILED(hr))
			fail_msg("row %zu: %#x", i, (unsigned)hr);
		if (layout)
			assert_int_equal(ID3D11InputLayout_Release(layout), 0);
	}
	elements[1] = position;
	elements[1].SemanticName = too_long;
	assert_hr(make(&s, elements, 4, NULL), S_FALSE);
	elements[1].InputSlotClass = 2;
	assert_hr(make(&s, elements, 4, NULL), E_INVALIDARG);
	end_setup(&s);
}

static void thirty_two_elements_and_no_more(void **state)
{
	struct setup s = make_setup();
	D3D11_INPUT_ELEMENT_DESC elements[33];
	D3D10_INPUT_ELEMENT_DESC elements10[33];
	ID3D10InputLayout *layout10;
	ID3D10Device *device10;
	for (UINT i = 0; i < COUNT(elements); i++) {
		elements[i] = i < 2 ? (i ? position : colour) : position;
		elements[i].SemanticIndex = i < 2 ? 0 : i;
	}
	assert_hr(make(&s, elements, 32, NULL), S_FALSE);
	assert_hr(make(&s, elements, 33, NULL), E_INVALIDARG);
	/* D3D10.0 has sixteen. */
	memcpy(elements10, elements, sizeof(elements));
	assert_hr(D3D10CreateDevice(
			  NULL, D3D10_DRIVER_TYPE_HARDWARE, NULL, 0, D3D10_SDK_VERSION, &device10),
		S_OK);
	assert_hr(ID3D10Device_CreateInputLayout(
			  device10, elements10, 17, s.vs.bytes, s.vs.size, &layout10),
		E_INVALIDARG);
	assert_null(layout10);
	assert_hr(ID3D10Device_CreateInputLayout(
			  device10, elements10, 16, s.vs.bytes, s.vs.size, &layout10),
		S_OK);
	ID3D10Device_IASetInputLayout(device10, layout10);
	assert_int_equal(ID3D10InputLayout_Release(layout10), 0);
	ID3D10Device_IAGetInputLayout(device10, &layout10);
	assert_non_null(layout10);
	assert_int_equal(ID3D10InputLayout_Release(layout10), 0);
	assert_int_equal(ID3D10Device_Release(device10), 0);
	end_setup(&s);
}

static HRESULT make10(D3D10_FEATURE_LEVEL1 level, UINT n, const struct dxbc *vs)
{
	D3D10_INPUT_ELEMENT_DESC elements[33];
	ID3D10Device1 *device;
	ID3D10InputLayout *layout = NULL;
	for (UINT i = 0; i < COUNT(elements); i++) {
		memcpy(&elements[i], i ? &position : &colour, sizeof(elements[i]));
		elements[i].SemanticIndex = i < 2 ? 0 : i;
	}
	assert_hr(D3D10CreateDevice1(NULL, D3D10_DRIVER_TYPE_HARDWARE, NULL, 0, level,
			  D3D10_1_SDK_VERSION, &device),
		S_OK);
	HRESULT hr =
		ID3D10Device1_CreateInputLayout(device, elements, n, vs->bytes, vs->size, &layout);
	assert_true(SUCCEEDED(hr) == !!layout);
	if (layout)
		assert_int_equal(ID3D10InputLayout_Release(layout), 0);
	assert_int_equal(ID3D10Device1_Release(device), 0);
	return hr;
}

/* The level of a D3D10 device says how many; D3D11 has as many at each. */
static void the_level_says_how_many_elements(void **state)
{
	struct dxbc vs = dxbc_vs_pass();
	assert_hr(make10(D3D10_FEATURE_LEVEL_10_0, 16, &vs), S_OK);
	assert_hr(make10(D3D10_FEATURE_LEVEL_10_0, 17, &vs), E_INVALIDARG);
	assert_hr(make10(D3D10_FEATURE_LEVEL_10_1, 17, &vs), S_OK);
	assert_hr(make10(D3D10_FEATURE_LEVEL_10_1, 32, &vs), S_OK);
	assert_hr(make10(D3D10_FEATURE_LEVEL_10_1, 33, &vs), E_INVALIDARG);
	dxbc_free(&vs);
}

static void a_layout_is_bound_and_fetched(void **state)
{
	struct setup s = make_setup();
	const D3D11_INPUT_ELEMENT_DESC elements[2] = { position, colour };
	ID3D11InputLayout *layout, *got;
	ID3D11DeviceContext *context;
	IUnknown *face, *same;
	ID3D11Device1_GetImmediateContext(s.device, &context);
	assert_hr(make(&s, elements, 2, &layout), S_OK);
	assert_hr(ID3D11InputLayout_QueryInterface(layout, &IID_ID3D10InputLayout, (void **)&face),
		S_OK);
	assert_hr(IUnknown_QueryInterface(face, &IID_ID3D11InputLayout, (void **)&same), S_OK);
	assert_ptr_equal(same, layout);
	IUnknown_Release(face);
	IUnknown_Release(same);
	assert_hr(ID3D11InputLayout_QueryInterface(layout, &IID_ID3D11Buffer, (void **)&face),
		E_NOINTERFACE);
	for (int round = 0; round < 2; round++) {
		ID3D11DeviceContext_IASetInputLayout(context, layout);
		ID3D11DeviceContext_IAGetInputLayout(context, &got);
		assert_ptr_equal(got, layout);
		assert_int_equal(ID3D11InputLayout_Release(got), 1);
		if (round)
			ID3D11DeviceContext_ClearState(context);
		else
			ID3D11DeviceContext_IASetInputLayout(context, NULL);
		ID3D11DeviceContext_IAGetInputLayout(context, &got);
		assert_null(got);
	}
	assert_int_equal(ID3D11InputLayout_Release(layout), 0);
	ID3D11DeviceContext_Release(context);
	end_setup(&s);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { NULL, NULL } };
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_input_has_its_element),
		cmocka_unit_test(what_is_not_allowed_is_refused),
		cmocka_unit_test(thirty_two_elements_and_no_more),
		cmocka_unit_test(the_level_says_how_many_elements),
		cmocka_unit_test(a_layout_is_bound_and_fetched),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
