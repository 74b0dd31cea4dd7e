/* SPDX-License-Identifier: MIT */
/* From a module that shaderc made to the container that D3DCompile gives. */
#include "win/shader/compile.h"

#include <strings.h>

#include "win/shader/describe.h"
#include "win/shader/finish.h"
#include "win/shader/layout.h"
#include "win/shader/rdef.h"
#include "win/shader/stride.h"

/* Semantics came in capitals. */
static const char *spelling(const char *name)
{
	static const char *const names[] = { "SV_Position", "SV_Target", "SV_Depth", "SV_VertexID",
		"SV_InstanceID", "SV_PrimitiveID", "SV_IsFrontFace", "SV_SampleIndex",
		"SV_Coverage", "SV_ClipDistance", "SV_CullDistance", "SV_RenderTargetArrayIndex",
		"SV_ViewportArrayIndex" };
	for (unsigned i = 0; i < ARRAYSIZE(names); i++)
		if (!strcasecmp(name, names[i]))
			return names[i];
	return name;
}

/* In the chunk: what the stage before or after makes has its number, a target none. */
static uint32_t stored_value(const struct xfi_shader_element *element)
{
	return element->system_value < D3D_NAME_TARGET ? element->system_value : 0;
}

/* A location is the register; system values get those behind, but what has none in D3D. */
static uint32_t register_of(const struct xfi_shader_element *element, uint32_t *next)
{
	if (element->location != UINT_MAX)
		return element->location;
	return element->system_value > D3D_NAME_TARGET ? UINT32_MAX : (*next)++;
}

static uint32_t registers_of(const struct xfi_shader_element *elements, UINT n)
{
	uint32_t next = 0;
	for (UINT i = 0; i < n; i++)
		if (elements[i].location != UINT_MAX && elements[i].location >= next)
			next = elements[i].location + 1;
	return next;
}

static void write_signature(const struct xfi_shader_element *elements, UINT n, bool is_output,
	struct xfi_writer *writer)
{
	uint32_t next = registers_of(elements, n);
	xfi_writer_word(writer, n);
	xfi_writer_word(writer, 8);
	for (UINT i = 0; i < n; i++) {
		const uint32_t words[] = { 0, elements[i].index, stored_value(&elements[i]),
			elements[i].type, register_of(&elements[i], &next),
			elements[i].mask | (is_output ? 0u : (uint32_t)elements[i].mask << 8) };
		xfi_writer_bytes(writer, words, sizeof(words));
	}
	for (UINT i = 0; i < n; i++)
		xfi_writer_set(
			writer, 8 + i * 24, xfi_writer_text(writer, spelling(elements[i].name)));
}

/* Fills the shader from the module, which must keep to the bindings by now. */
static HRESULT describe(const struct xfi_module *module, struct xfi_shader *shader)
{
	uint32_t entry = xfi_describe_entry(module, shader->stage);
	HRESULT hr = entry ? xfi_describe_bindings(module, shader) : E_FAIL;
	if (SUCCEEDED(hr))
		hr = xfi_describe_elements(
			module, entry, XFI_STORAGE_INPUT, &shader->inputs, &shader->n_inputs);
	if (SUCCEEDED(hr))
		hr = xfi_describe_elements(
			module, entry, XFI_STORAGE_OUTPUT, &shader->outputs, &shader->n_outputs);
	return hr;
}

enum { RDEF, INPUTS, OUTPUTS, CHUNKS };

static HRESULT build(
	const struct xfi_writer *writers, const uint32_t *words, size_t n, ID3DBlob **ret)
{
	static const uint32_t tags[] = { XFI_TAG_RDEF, XFI_TAG_ISGN, XFI_TAG_OSGN };
	struct xfi_chunk chunks[CHUNKS + 1];
	for (unsigned i = 0; i < CHUNKS; i++) {
		if (writers[i].has_failed)
			return E_OUTOFMEMORY;
		chunks[i] = xfi_writer_chunk(&writers[i], tags[i]);
	}
	chunks[CHUNKS] =
		(struct xfi_chunk){ XFI_TAG_SPIRV, (uint32_t)(n * 4), (const uint8_t *)words };
	return xfi_container_build(chunks, CHUNKS + 1, ret);
}

/* The module still has its names here. */
static HRESULT write_chunks(const struct xfi_target *target, const struct xfi_module *module,
	UINT flags, const struct xfi_names *names, struct xfi_writer writers[CHUNKS])
{
	struct xfi_shader *shader = calloc(1, sizeof(*shader));
	if (!shader)
		return E_OUTOFMEMORY;
	shader->stage = target->stage;
	HRESULT hr = describe(module, shader);
	if (SUCCEEDED(hr)) {
		xfi_rdef_write(
			module, shader, target->major, target->minor, flags, names, &writers[RDEF]);
		write_signature(shader->inputs, shader->n_inputs, false, &writers[INPUTS]);
		write_signature(shader->outputs, shader->n_outputs, true, &writers[OUTPUTS]);
	}
	xfi_shader_destroy(shader);
	return hr;
}

static HRESULT place(
	const struct xfi_target *target, const struct xfi_names *placed, uint32_t *words, size_t n)
{
	struct xfi_module module;
	HRESULT hr = xfi_module_read(words, n * 4, &module);
	if (FAILED(hr))
		return hr;
	hr = xfi_finish_bindings(&module, target->stage, words);
	if (SUCCEEDED(hr))
		hr = xfi_layout_write(&module, placed, words);
	xfi_module_free(&module);
	return hr;
}

static HRESULT put_together(const struct xfi_target *target, uint32_t *words, size_t n, UINT flags,
	const struct xfi_names *names, ID3DBlob **ret)
{
	struct xfi_writer writers[CHUNKS] = { 0 };
	struct xfi_module module;
	HRESULT hr = xfi_module_read(words, n * 4, &module);
	if (FAILED(hr))
		return hr;
	hr = write_chunks(target, &module, flags, names, writers);
	xfi_module_free(&module);
	if (SUCCEEDED(hr) && !(flags & D3DCOMPILE_DEBUG))
		n = xfi_finish_strip_debug(words, n);
	if (SUCCEEDED(hr))
		hr = build(writers, words, n, ret);
	for (unsigned i = 0; i < CHUNKS; i++)
		xfi_writer_free(&writers[i]);
	return hr;
}

HRESULT xfi_compile_container(const struct xfi_target *target, const struct xfi_names *placed,
	struct xfi_hlsl_result *result, UINT flags, ID3DBlob **ret)
{
	HRESULT hr = place(target, placed, result->words, result->n_words);
	if (SUCCEEDED(hr))
		hr = xfi_stride_write(&result->words, &result->n_words);
	return SUCCEEDED(hr)
		       ? put_together(target, result->words, result->n_words, flags, placed, ret)
		       : hr;
}
