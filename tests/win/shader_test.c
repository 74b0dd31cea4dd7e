/* SPDX-License-Identifier: MIT */
/* Shaders as the devices take them: DXBC from the tests' own assembler. */
#include "harness.h"

#include <crossfence/result.h>
#include <errno.h>

#include "dxbc_shaders.h"
#include "win/shader/container.h"
#include "win/shader/shader.h"

#define assert_hr(hr, expected) assert_int_equal((uint32_t)(hr), (uint32_t)(expected))

static struct xfi_shader *make(enum xfi_shader_stage stage, struct dxbc dxbc)
{
	struct xfi_shader *shader = NULL;
	HRESULT hr = xfi_shader_create(stage, dxbc.bytes, dxbc.size, &shader);
	if (FAILED(hr))
		print_message("%s\n", xf_last_message(-EINVAL));
	dxbc_free(&dxbc);
	assert_hr(hr, S_OK);
	assert_int_equal(shader->spirv[0], 0x07230203);
	assert_string_equal(shader->entry, "main");
	return shader;
}

static void assert_element(const struct xfi_shader_element *element, const char *name,
	UINT location, BYTE mask, D3D_NAME value)
{
	assert_non_null(element);
	assert_string_equal(element->name, name);
	assert_int_equal(element->location, location);
	assert_int_equal(element->mask, mask);
	assert_int_equal(element->type, D3D_REGISTER_COMPONENT_FLOAT32);
	assert_int_equal(element->system_value, value);
}

static void a_vertex_shader_tells_what_it_reads(void **state)
{
	struct xfi_shader *vs = make(XFI_SHADER_VS, dxbc_vs_pass());
	assert_int_equal(vs->n_inputs, 2);
	assert_element(xfi_shader_find(vs->inputs, 2, "position", 0), "POSITION", 0, 0xf, 0);
	assert_element(xfi_shader_find(vs->inputs, 2, "Color", 0), "COLOR", 1, 0xf, 0);
	assert_null(xfi_shader_find(vs->inputs, 2, "COLOR", 1));
	assert_int_equal(vs->n_outputs, 2);
	assert_element(&vs->outputs[0], "SV_Position", UINT_MAX, 0xf, D3D_NAME_POSITION);
	assert_int_equal(vs->n_bindings, 0);
	xfi_shader_destroy(vs);
}

static void bindings_keep_to_their_numbers(void **state)
{
	struct xfi_shader *ps = make(XFI_SHADER_PS, dxbc_ps_texture());
	assert_int_equal(ps->n_bindings, 2);
	for (UINT i = 0; i < ps->n_bindings; i++) {
		const struct xfi_shader_binding *binding = &ps->bindings[i];
		assert_int_equal(binding->reg, 0);
		assert_int_equal(binding->count, 1);
		if (binding->kind == XFI_BINDING_SRV) {
			assert_int_equal(binding->dimension, D3D_SRV_DIMENSION_TEXTURE2D);
			assert_int_equal(binding->type, D3D_REGISTER_COMPONENT_FLOAT32);
			assert_false(binding->is_buffer);
		} else {
			assert_int_equal(binding->kind, XFI_BINDING_SAMPLER);
		}
	}
	assert_element(&ps->outputs[0], "SV_Target", 0, 0xf, D3D_NAME_TARGET);
	xfi_shader_destroy(ps);
}

static void a_compute_shader_tells_its_group(void **state)
{
	struct xfi_shader *cs = make(XFI_SHADER_CS, dxbc_cs_fill());
	assert_int_equal(cs->threads[0], 8);
	assert_int_equal(cs->threads[1], 8);
	assert_int_equal(cs->threads[2], 1);
	assert_int_equal(cs->n_bindings, 2);
	for (UINT i = 0; i < 2; i++)
		assert_true(cs->bindings[i].kind == XFI_BINDING_CB ||
			    cs->bindings[i].kind == XFI_BINDING_UAV);
	xfi_shader_destroy(cs);
}

/* What vkd3d-shader made of one is taken as it is, and says the same of its bindings. */
static void spirv_is_taken_as_it_is(void **state)
{
	struct xfi_shader *ps = make(XFI_SHADER_PS, dxbc_ps_texture()), *again = NULL, *none = NULL;
	assert_hr(xfi_shader_create(XFI_SHADER_PS, ps->spirv, ps->n_words * 4, &again), S_OK);
	assert_int_equal(again->n_bindings, ps->n_bindings);
	assert_memory_equal(again->bindings, ps->bindings, ps->n_bindings * sizeof(*ps->bindings));
	assert_int_equal(again->n_outputs, 1);
	assert_int_equal(again->outputs[0].location, 0);
	assert_hr(
		xfi_shader_create(XFI_SHADER_VS, ps->spirv, ps->n_words * 4, &none), E_INVALIDARG);
	assert_null(none);
	xfi_shader_destroy(again);
	xfi_shader_destroy(ps);
}

/* Changes the decoration's value where it is `from`, tries the module, and changes it back. */
static HRESULT with_decoration(
	struct xfi_shader *cs, uint32_t decoration, uint32_t from, uint32_t to)
{
	struct xfi_shader *none = NULL;
	HRESULT hr = E_UNEXPECTED;
	for (size_t i = 5; i < cs->n_words; i += cs->spirv[i] >> 16) {
		uint32_t *words = &cs->spirv[i];
		if (words[0] != (4u << 16 | 71) || words[2] != decoration || words[3] != from)
			continue;
		words[3] = to;
		hr = xfi_shader_create(XFI_SHADER_CS, cs->spirv, cs->n_words * 4, &none);
		words[3] = from;
		xfi_shader_destroy(none);
		break;
	}
	return hr;
}

/* A number says what a descriptor is, and the module has to agree. */
static void descriptors_of_another_kind_are_refused(void **state)
{
	enum { BINDING = 33, SET = 34 };
	struct xfi_shader *cs = make(XFI_SHADER_CS, dxbc_cs_fill());
	assert_hr(with_decoration(cs, BINDING, 160, 163), S_OK);
	assert_hr(with_decoration(cs, BINDING, 160, 16), E_INVALIDARG);
	assert_hr(with_decoration(cs, BINDING, 160, 144), E_INVALIDARG);
	assert_hr(with_decoration(cs, BINDING, 160, 3), E_INVALIDARG);
	assert_hr(with_decoration(cs, BINDING, 160, 288), E_INVALIDARG);
	assert_hr(with_decoration(cs, BINDING, 0, 13), S_OK);
	assert_hr(with_decoration(cs, BINDING, 0, 14), E_INVALIDARG);
	assert_hr(with_decoration(cs, BINDING, 0, 20), E_INVALIDARG);
	assert_hr(with_decoration(cs, SET, 0, 1), E_INVALIDARG);
	xfi_shader_destroy(cs);
}

static void another_stage_is_refused(void **state)
{
	struct dxbc vs = dxbc_vs_pass();
	struct xfi_shader *none = NULL;
	assert_hr(xfi_shader_create(XFI_SHADER_PS, vs.bytes, vs.size, &none), E_INVALIDARG);
	assert_hr(xfi_shader_create(XFI_SHADER_CS, vs.bytes, vs.size, &none), E_INVALIDARG);
	assert_hr(xfi_shader_create(XFI_SHADER_VS, NULL, 0, &none), E_INVALIDARG);
	assert_hr(xfi_shader_create(XFI_SHADER_VS, vs.bytes, vs.size - 4, &none), E_INVALIDARG);
	assert_null(none);
	dxbc_free(&vs);
}

/* The checksum tells any single byte; what a liar seals again is another test's. */
static void every_damaged_byte_is_noticed(void **state)
{
	struct dxbc vs = dxbc_vs_pass();
	struct xfi_shader *none = NULL;
	for (size_t i = 0; i < vs.size; i++) {
		vs.bytes[i] ^= 0x41;
		assert_hr(xfi_shader_create(XFI_SHADER_VS, vs.bytes, vs.size, &none), E_INVALIDARG);
		vs.bytes[i] ^= 0x41;
	}
	assert_null(none);
	dxbc_free(&vs);
}

static void a_signature_alone_serves_a_layout(void **state)
{
	struct dxbc vs = dxbc_vs_pass();
	struct xfi_shader_element *inputs = NULL;
	UINT n = 0;
	assert_hr(xfi_shader_inputs(vs.bytes, vs.size, &inputs, &n), S_OK);
	assert_int_equal(n, 2);
	assert_string_equal(inputs[1].name, "COLOR");
	free(inputs);
	dxbc_free(&vs);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vertex_shader_tells_what_it_reads),
		cmocka_unit_test(bindings_keep_to_their_numbers),
		cmocka_unit_test(a_compute_shader_tells_its_group),
		cmocka_unit_test(spirv_is_taken_as_it_is),
		cmocka_unit_test(descriptors_of_another_kind_are_refused),
		cmocka_unit_test(another_stage_is_refused),
		cmocka_unit_test(every_damaged_byte_is_noticed),
		cmocka_unit_test(a_signature_alone_serves_a_layout),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
