/* SPDX-License-Identifier: MIT */
/* Shaders as objects of a device: made, bound, fetched, and what is none. */
#include "d3d.h"
#include "dxbc_shaders.h"

struct setup {
	ID3D11Device1 *device;
	ID3D11DeviceContext *context;
	struct dxbc vs, ps, cs;
};

static struct setup make_setup(void)
{
	struct setup s = { .device = make_device(),
		.vs = dxbc_vs_pass(),
		.ps = dxbc_ps_color(),
		.cs = dxbc_cs_fill() };
	ID3D11Device1_GetImmediateContext(s.device, &s.context);
	return s;
}

static void end_setup(struct setup *s)
{
	dxbc_free(&s->vs);
	dxbc_free(&s->ps);
	dxbc_free(&s->cs);
	ID3D11DeviceContext_Release(s->context);
	assert_int_equal(ID3D11Device1_Release(s->device), 0);
}

static void a_shader_is_of_its_stage(void **state)
{
	struct setup s = make_setup();
	ID3D11VertexShader *vs = (void *)1;
	ID3D11PixelShader *ps = (void *)1;
	ID3D11ComputeShader *cs = (void *)1;
	ID3D11ClassLinkage *foreign = (void *)&s;
#define REFUSED(Kind, shader, code, size, linkage)                                                 \
	assert_hr(ID3D11Device1_Create##Kind##Shader(s.device, code, size, linkage, &(shader)),    \
		E_INVALIDARG);                                                                     \
	assert_null(shader);                                                                       \
	(shader) = (void *)1
	REFUSED(Vertex, vs, s.ps.bytes, s.ps.size, NULL);
	REFUSED(Vertex, vs, NULL, 0, NULL);
	REFUSED(Vertex, vs, s.vs.bytes, 0, NULL);
	REFUSED(Vertex, vs, s.vs.bytes, s.vs.size - 4, NULL);
	REFUSED(Vertex, vs, s.vs.bytes, s.vs.size, foreign);
	REFUSED(Pixel, ps, s.cs.bytes, s.cs.size, NULL);
	REFUSED(Pixel, ps, s.ps.bytes, s.ps.size, foreign);
	REFUSED(Compute, cs, s.vs.bytes, s.vs.size, NULL);
	assert_hr(ID3D11Device1_CreateVertexShader(s.device, s.vs.bytes, s.vs.size, NULL, NULL),
		S_FALSE);
	assert_hr(ID3D11Device1_CreatePixelShader(s.device, s.vs.bytes, s.vs.size, NULL, NULL),
		E_INVALIDARG);
	end_setup(&s);
}

static void shaders_are_bound_and_fetched(void **state)
{
	struct setup s = make_setup();
	ID3D11VertexShader *vs, *got_vs;
	ID3D11PixelShader *ps, *got_ps;
	ID3D11ComputeShader *cs, *got_cs;
	ID3D11ClassInstance *instances[2];
	assert_hr(
		ID3D11Device1_CreateVertexShader(s.device, s.vs.bytes, s.vs.size, NULL, &vs), S_OK);
	assert_hr(
		ID3D11Device1_CreatePixelShader(s.device, s.ps.bytes, s.ps.size, NULL, &ps), S_OK);
	assert_hr(ID3D11Device1_CreateComputeShader(s.device, s.cs.bytes, s.cs.size, NULL, &cs),
		S_OK);
	ID3D11DeviceContext_VSSetShader(s.context, vs, NULL, 0);
	ID3D11DeviceContext_PSSetShader(s.context, ps, NULL, 0);
	ID3D11DeviceContext_CSSetShader(s.context, cs, NULL, 0);
	/* One of another stage changes nothing; of some stages there are none. */
	ID3D11DeviceContext_VSSetShader(s.context, (ID3D11VertexShader *)ps, NULL, 0);
	ID3D11DeviceContext_GSSetShader(s.context, (ID3D11GeometryShader *)vs, NULL, 0);
	ID3D11DeviceContext_GSSetShader(s.context, NULL, NULL, 0);
	/* What is bound lives on without the program, and comes back to it. */
	assert_int_equal(ID3D11VertexShader_Release(vs), 0);
	for (int round = 0; round < 2; round++) {
		ID3D11GeometryShader *gs = (void *)1;
		UINT n = 2;
		ID3D11DeviceContext_VSGetShader(s.context, &got_vs, instances, &n);
		ID3D11DeviceContext_PSGetShader(s.context, &got_ps, NULL, NULL);
		ID3D11DeviceContext_CSGetShader(s.context, &got_cs, NULL, NULL);
		ID3D11DeviceContext_GSGetShader(s.context, &gs, NULL, NULL);
		assert_int_equal(n, 0);
		assert_null(gs);
		assert_ptr_equal(got_vs, round ? NULL : vs);
		assert_ptr_equal(got_ps, round ? NULL : ps);
		assert_ptr_equal(got_cs, round ? NULL : cs);
		if (round)
			break;
		assert_int_equal(ID3D11VertexShader_Release(got_vs), 0);
		assert_int_equal(ID3D11PixelShader_Release(got_ps), 1);
		assert_int_equal(ID3D11ComputeShader_Release(got_cs), 1);
		ID3D11DeviceContext_ClearState(s.context);
	}
	assert_int_equal(ID3D11PixelShader_Release(ps), 0);
	assert_int_equal(ID3D11ComputeShader_Release(cs), 0);
	end_setup(&s);
}

/* Each Set with nothing unsets. */
static void nothing_can_be_set(void **state)
{
	struct setup s = make_setup();
	ID3D11PixelShader *ps, *got;
	assert_hr(
		ID3D11Device1_CreatePixelShader(s.device, s.ps.bytes, s.ps.size, NULL, &ps), S_OK);
	ID3D11DeviceContext_PSSetShader(s.context, ps, NULL, 0);
	ID3D11DeviceContext_PSSetShader(s.context, NULL, NULL, 0);
	ID3D11DeviceContext_PSGetShader(s.context, &got, NULL, NULL);
	assert_null(got);
	/* With the device, all that is bound ends. */
	ID3D11DeviceContext_PSSetShader(s.context, ps, NULL, 0);
	assert_int_equal(ID3D11PixelShader_Release(ps), 0);
	end_setup(&s);
}

static void d3d10_has_shaders_too(void **state)
{
	struct setup s = make_setup();
	ID3D10Device *device;
	ID3D10VertexShader *vs, *got_vs;
	ID3D10PixelShader *ps, *got_ps;
	ID3D10GeometryShader *gs = (void *)1;
	IUnknown *face;
	assert_hr(D3D10CreateDevice(
			  NULL, D3D10_DRIVER_TYPE_HARDWARE, NULL, 0, D3D10_SDK_VERSION, &device),
		S_OK);
	assert_hr(
		ID3D10Device_CreateVertexShader(device, s.ps.bytes, s.ps.size, &vs), E_INVALIDARG);
	assert_null(vs);
	assert_hr(ID3D10Device_CreateVertexShader(device, s.vs.bytes, s.vs.size, &vs), S_OK);
	assert_hr(ID3D10Device_CreatePixelShader(device, s.ps.bytes, s.ps.size, &ps), S_OK);
	assert_hr(ID3D10VertexShader_QueryInterface(vs, &IID_ID3D11VertexShader, (void **)&face),
		S_OK);
	IUnknown_Release(face);
	assert_hr(ID3D10VertexShader_QueryInterface(vs, &IID_ID3D10PixelShader, (void **)&face),
		E_NOINTERFACE);
	ID3D10Device_VSSetShader(device, vs);
	ID3D10Device_PSSetShader(device, ps);
	ID3D10Device_GSSetShader(device, NULL);
	ID3D10Device_VSGetShader(device, &got_vs);
	ID3D10Device_PSGetShader(device, &got_ps);
	ID3D10Device_GSGetShader(device, &gs);
	assert_ptr_equal(got_vs, vs);
	assert_ptr_equal(got_ps, ps);
	assert_null(gs);
	for (int i = 1; i >= 0; i--) {
		assert_int_equal(ID3D10VertexShader_Release(vs), i);
		assert_int_equal(ID3D10PixelShader_Release(ps), i);
	}
	assert_int_equal(ID3D10Device_Release(device), 0);
	end_setup(&s);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { NULL, NULL } };
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shader_is_of_its_stage),
		cmocka_unit_test(shaders_are_bound_and_fetched),
		cmocka_unit_test(nothing_can_be_set),
		cmocka_unit_test(d3d10_has_shaders_too),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
