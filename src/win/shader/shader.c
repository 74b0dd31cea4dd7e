/* SPDX-License-Identifier: MIT */
/* A shader as the devices need it: SPIR-V, what it reads and writes, and what has to be bound. */
#include "win/shader/shader.h"

#include <crossfence/result.h>
#include <strings.h>

#include "win/shader/describe.h"
#include "win/shader/draw_base.h"
#include "win/shader/finish.h"
#include "win/shader/point_size.h"
#include "win/shader/signature.h"
#include "win/shader/translate.h"
#include "win/shader/verify.h"

static HRESULT refuse(const char *why)
{
	xf_fail(-EINVAL, "%s", why);
	return E_INVALIDARG;
}

static bool is_spirv(const void *code, SIZE_T size)
{
	return code && size >= 4 && xfi_word(code, 0) == XFI_SPIRV_MAGIC;
}

static bool has_draw_parameters(const struct xfi_module *module)
{
	for (uint32_t at = 0; xfi_module_next(module, XFI_OP_CAPABILITY, &at);)
		if (xfi_module_word(module, at, 1) == XFI_CAPABILITY_DRAW_PARAMETERS)
			return true;
	return false;
}

/* The words are the shader's from here on. */
static HRESULT read_words(struct xfi_shader *shader, bool with_elements)
{
	struct xfi_module module;
	HRESULT hr = xfi_module_read(shader->spirv, shader->n_words * 4, &module);
	if (FAILED(hr))
		return hr == E_INVALIDARG ? refuse("the SPIR-V module is damaged") : hr;
	uint32_t entry = xfi_describe_entry(&module, shader->stage);
	if (!entry)
		hr = refuse("the SPIR-V module has no entry point of this stage");
	if (SUCCEEDED(hr)) {
		shader->entry = strdup(xfi_module_text(&module, entry, 3));
		hr = shader->entry ? S_OK : E_OUTOFMEMORY;
	}
	if (SUCCEEDED(hr)) {
		xfi_describe_threads(&module, entry, shader->threads);
		hr = xfi_describe_bindings(&module, shader);
		if (hr == E_INVALIDARG)
			refuse("a descriptor of the SPIR-V module is of no kind, set and number "
			       "that "
			       "D3D's registers have: see crossfence-win(7)");
	}
	if (SUCCEEDED(hr) && with_elements)
		hr = xfi_describe_elements(
			&module, entry, XFI_STORAGE_INPUT, &shader->inputs, &shader->n_inputs);
	if (SUCCEEDED(hr) && with_elements)
		hr = xfi_describe_elements(
			&module, entry, XFI_STORAGE_OUTPUT, &shader->outputs, &shader->n_outputs);
	shader->needs_draw_parameters = has_draw_parameters(&module);
	xfi_module_free(&module);
	if (SUCCEEDED(hr))
		shader->n_words = xfi_finish_strip_semantics(shader->spirv, shader->n_words);
	return hr;
}

static HRESULT take_spirv(struct xfi_shader *shader, const void *code, SIZE_T size)
{
	if (size % 4 || size > XFI_CONTAINER_MAX)
		return refuse("the SPIR-V module's size is no number of words");
	shader->spirv = malloc(size + 1);
	if (!shader->spirv)
		return E_OUTOFMEMORY;
	memcpy(shader->spirv, code, size);
	shader->n_words = size / 4;
	return read_words(shader, true);
}

/* What D3DCompile made: its numbers are Direct3D's. */
static HRESULT take_compiled(struct xfi_shader *shader, const struct xfi_chunk *chunk)
{
	HRESULT hr = take_spirv(shader, chunk->bytes, chunk->size);
	bool changed = false;
	if (FAILED(hr) || shader->stage != XFI_SHADER_VS)
		return hr;
	hr = xfi_draw_base_subtract(&shader->spirv, &shader->n_words, &changed);
	shader->needs_draw_parameters |= changed;
	return hr == E_INVALIDARG ? refuse("the SPIR-V module is damaged") : hr;
}

/* Looks at the code with the signatures, and takes these. */
static HRESULT take_signatures(struct xfi_shader *shader, const struct xfi_container *container,
	const struct xfi_chunk *code)
{
	D3D11_SIGNATURE_PARAMETER_DESC *inputs = NULL, *outputs = NULL;
	HRESULT hr = xfi_signature_inputs(container, &inputs, &shader->n_inputs);
	if (SUCCEEDED(hr))
		hr = xfi_signature_outputs(container, &outputs, &shader->n_outputs);
	if (FAILED(hr)) {
		free(inputs);
		return hr == E_INVALIDARG ? refuse("a signature of the DXBC container is damaged")
					  : hr;
	}
	const char *fault = xfi_verify(shader->stage, code,
		&(struct xfi_verify_signature){ inputs, shader->n_inputs },
		&(struct xfi_verify_signature){ outputs, shader->n_outputs });
	hr = xfi_signature_elements(inputs, shader->n_inputs, &shader->inputs);
	if (FAILED(hr))
		free(outputs);
	else
		hr = xfi_signature_elements(outputs, shader->n_outputs, &shader->outputs);
	return FAILED(hr) ? hr : fault ? refuse(fault) : S_OK;
}

/* The code's first word: the kind of program and the shader model. */
static bool is_of_stage(const struct xfi_chunk *code, enum xfi_shader_stage stage)
{
	static const uint32_t programs[] = { 1, 0, 5 };
	return code->size >= 8 && xfi_word(code->bytes, 0) >> 16 == programs[stage];
}

/* Of two of a kind, vkd3d-shader might take the one that nobody has looked at. */
static bool has_twins(const struct xfi_container *container)
{
	static const uint32_t kinds[][3] = { { XFI_TAG_SHDR, XFI_TAG_SHEX },
		{ XFI_TAG_ISGN, XFI_TAG_ISG1 }, { XFI_TAG_OSGN, XFI_TAG_OSG5, XFI_TAG_OSG1 } };
	for (unsigned kind = 0; kind < ARRAYSIZE(kinds); kind++) {
		unsigned n = 0;
		for (uint32_t i = 0; i < container->n_chunks; i++) {
			uint32_t tag = xfi_container_chunk(container, i).tag;
			n += tag == kinds[kind][0] || tag == kinds[kind][1] ||
			     (tag == kinds[kind][2] && tag);
		}
		if (n > 1)
			return true;
	}
	return false;
}

static HRESULT translate(struct xfi_shader *shader, const struct xfi_container *container)
{
	static const uint32_t bases[] = { 0, 16, 144, 160, XFI_BINDING_COUNTER };
	struct xfi_chunk code;
	if (!xfi_container_code(container, &code))
		return refuse("the DXBC container has no code");
	if (has_twins(container))
		return refuse("the DXBC container has two chunks of a kind");
	if (!is_of_stage(&code, shader->stage))
		return refuse("the DXBC code is of another stage");
	HRESULT hr = take_signatures(shader, container, &code);
	if (FAILED(hr))
		return hr;
	int r = xfi_translate(container->bytes, container->size, xfi_binding_set(shader->stage),
		bases, &shader->spirv, &shader->n_words);
	if (r)
		return r == -ENOMEM ? E_OUTOFMEMORY : r == -ENOTSUP ? E_NOTIMPL : E_INVALIDARG;
	return read_words(shader, false);
}

static HRESULT take(struct xfi_shader *shader, const void *code, SIZE_T size)
{
	struct xfi_container container;
	struct xfi_chunk chunk;
	if (is_spirv(code, size))
		return take_spirv(shader, code, size);
	if (!xfi_container_open(code, size, &container))
		return refuse("neither SPIR-V nor a whole DXBC container with its checksum");
	if (xfi_container_find(&container, XFI_TAG_SPIRV, &chunk))
		return take_compiled(shader, &chunk);
	return translate(shader, &container);
}

HRESULT xfi_shader_create(
	enum xfi_shader_stage stage, const void *code, SIZE_T size, struct xfi_shader **ret)
{
	struct xfi_shader *shader = calloc(1, sizeof(*shader));
	if (!shader)
		return E_OUTOFMEMORY;
	shader->stage = stage;
	HRESULT hr = take(shader, code, size);
	if (SUCCEEDED(hr) && stage == XFI_SHADER_VS)
		hr = xfi_point_size_write(&shader->spirv, &shader->n_words);
	if (FAILED(hr))
		xfi_shader_destroy(shader);
	else
		*ret = shader;
	return hr;
}

void xfi_shader_destroy(struct xfi_shader *shader)
{
	if (!shader)
		return;
	free(shader->spirv);
	free(shader->entry);
	free(shader->inputs);
	free(shader->outputs);
	free(shader->bindings);
	free(shader);
}

static HRESULT inputs_of_module(
	const void *code, SIZE_T size, struct xfi_shader_element **ret, UINT *ret_n)
{
	struct xfi_shader *shader;
	HRESULT hr = xfi_shader_create(XFI_SHADER_VS, code, size, &shader);
	if (FAILED(hr))
		return hr;
	*ret = shader->inputs;
	*ret_n = shader->n_inputs;
	shader->inputs = NULL;
	xfi_shader_destroy(shader);
	return S_OK;
}

HRESULT xfi_shader_inputs(
	const void *code, SIZE_T size, struct xfi_shader_element **ret, UINT *ret_n)
{
	struct xfi_container container;
	D3D11_SIGNATURE_PARAMETER_DESC *parameters;
	UINT n;
	if (is_spirv(code, size))
		return inputs_of_module(code, size, ret, ret_n);
	if (!xfi_container_open(code, size, &container))
		return refuse("neither SPIR-V nor a whole DXBC container with its checksum");
	HRESULT hr = xfi_signature_inputs(&container, &parameters, &n);
	if (FAILED(hr) || !parameters)
		return FAILED(hr) ? hr : refuse("the DXBC container has no input signature");
	hr = xfi_signature_elements(parameters, n, ret);
	if (SUCCEEDED(hr))
		*ret_n = n;
	return hr;
}

const struct xfi_shader_element *xfi_shader_find(
	const struct xfi_shader_element *elements, UINT n, const char *name, UINT index)
{
	for (UINT i = 0; i < n; i++)
		if (elements[i].index == index && !strcasecmp(elements[i].name, name))
			return &elements[i];
	return NULL;
}
