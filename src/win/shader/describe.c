/* SPDX-License-Identifier: MIT */
/* What a SPIR-V module says of itself as a shader. */
#include "win/shader/describe.h"

#include <ctype.h>
#include <strings.h>

enum { MODE_LOCAL_SIZE = 17, BINDINGS = 288 };

uint32_t xfi_describe_entry(const struct xfi_module *module, enum xfi_shader_stage stage)
{
	static const uint32_t models[] = { 0, 4, 5 };
	for (uint32_t at = 0; xfi_module_next(module, XFI_OP_ENTRY_POINT, &at);)
		if (xfi_module_word(module, at, 1) == models[stage])
			return at;
	return 0;
}

void xfi_describe_threads(const struct xfi_module *module, uint32_t entry, UINT ret[3])
{
	for (uint32_t at = 0; xfi_module_next(module, XFI_OP_EXECUTION_MODE, &at);)
		if (xfi_module_word(module, at, 1) == xfi_module_word(module, entry, 2) &&
			xfi_module_word(module, at, 2) == MODE_LOCAL_SIZE)
			for (uint32_t i = 0; i < 3; i++)
				ret[i] = xfi_module_word(module, at, 3 + i);
}

enum xfi_binding_kind xfi_describe_kind(uint32_t binding, UINT *ret_reg)
{
	enum xfi_binding_kind kind = XFI_BINDING_UAV;
	while (kind > XFI_BINDING_CB && binding < xfi_binding_base(kind))
		kind--;
	*ret_reg = binding - xfi_binding_base(kind);
	return kind;
}

static D3D_REGISTER_COMPONENT_TYPE scalar_type(const struct xfi_module *module, uint32_t at)
{
	switch (xfi_module_op(module, at)) {
	case XFI_OP_TYPE_FLOAT:
		return D3D_REGISTER_COMPONENT_FLOAT32;
	case XFI_OP_TYPE_INT:
		return xfi_module_word(module, at, 3) ? D3D_REGISTER_COMPONENT_SINT32
						      : D3D_REGISTER_COMPONENT_UINT32;
	case XFI_OP_TYPE_BOOL:
		return D3D_REGISTER_COMPONENT_UINT32;
	default:
		return D3D_REGISTER_COMPONENT_UNKNOWN;
	}
}

static D3D_SRV_DIMENSION image_dimension(const struct xfi_module *module, uint32_t at)
{
	static const D3D_SRV_DIMENSION flat[] = { D3D_SRV_DIMENSION_TEXTURE1D,
		D3D_SRV_DIMENSION_TEXTURE2D, D3D_SRV_DIMENSION_TEXTURE3D,
		D3D_SRV_DIMENSION_TEXTURECUBE };
	static const D3D_SRV_DIMENSION layered[] = { D3D_SRV_DIMENSION_TEXTURE1DARRAY,
		D3D_SRV_DIMENSION_TEXTURE2DARRAY, D3D_SRV_DIMENSION_UNKNOWN,
		D3D_SRV_DIMENSION_TEXTURECUBEARRAY };
	uint32_t dim = xfi_module_word(module, at, 3);
	bool is_array = xfi_module_word(module, at, 5);
	if (dim >= ARRAYSIZE(flat))
		return D3D_SRV_DIMENSION_UNKNOWN;
	if (dim == 1 && xfi_module_word(module, at, 6))
		return is_array ? D3D_SRV_DIMENSION_TEXTURE2DMSARRAY
				: D3D_SRV_DIMENSION_TEXTURE2DMS;
	return is_array ? layered[dim] : flat[dim];
}

static HRESULT describe_image(
	const struct xfi_module *module, uint32_t at, struct xfi_shader_binding *binding)
{
	enum { BUFFER = 5, SAMPLED = 1, STORAGE = 2 };
	uint32_t use = xfi_module_word(module, at, 7);
	binding->is_buffer = xfi_module_word(module, at, 3) == BUFFER;
	binding->type = scalar_type(module, xfi_module_at(module, xfi_module_word(module, at, 2)));
	binding->dimension =
		binding->is_buffer ? D3D_SRV_DIMENSION_BUFFER : image_dimension(module, at);
	if (binding->dimension == D3D_SRV_DIMENSION_UNKNOWN)
		return E_INVALIDARG;
	return (use == SAMPLED && binding->kind == XFI_BINDING_SRV) ||
			       (use == STORAGE && binding->kind == XFI_BINDING_UAV)
		       ? S_OK
		       : E_INVALIDARG;
}

/* Of the runtime array that such a buffer is. */
static UINT stride_of(const struct xfi_module *module, uint32_t at)
{
	uint32_t first = xfi_module_word(module, at, 2);
	uint32_t stride = xfi_module_id(module, first)->array_stride;
	return xfi_module_op(module, xfi_module_at(module, first)) == XFI_OP_TYPE_RUNTIME_ARRAY &&
			       stride != XFI_SPIRV_NONE
		       ? stride
		       : 0;
}

static HRESULT describe_buffer(const struct xfi_module *module, uint32_t storage, uint32_t type,
	struct xfi_shader_binding *binding)
{
	const struct xfi_module_id *id = xfi_module_id(module, type);
	binding->is_buffer = true;
	binding->dimension = D3D_SRV_DIMENSION_BUFFER;
	binding->is_structured = storage == XFI_STORAGE_BUFFER || id->is_buffer_block;
	if (binding->is_structured)
		binding->stride = stride_of(module, id->at);
	return binding->is_structured == (binding->kind != XFI_BINDING_CB) &&
			       binding->kind != XFI_BINDING_SAMPLER
		       ? S_OK
		       : E_INVALIDARG;
}

/* D3D11_COMMONSHADER_..._SLOT_COUNT; of UAVs those of feature level 11_1. */
static bool has_registers(const struct xfi_shader_binding *binding)
{
	static const UINT most[] = { 14, 128, 16, 64 };
	UINT there_are = most[binding->kind];
	return binding->count > 0 && binding->count <= there_are &&
	       binding->reg <= there_are - binding->count;
}

static HRESULT describe_type(const struct xfi_module *module, uint32_t storage, uint32_t type,
	struct xfi_shader_binding *binding)
{
	uint32_t at = xfi_module_at(module, type);
	if (xfi_module_op(module, at) == XFI_OP_TYPE_ARRAY) {
		binding->count = xfi_module_constant(module, xfi_module_word(module, at, 3));
		type = xfi_module_word(module, at, 2);
		at = xfi_module_at(module, type);
	}
	if (!has_registers(binding))
		return E_INVALIDARG;
	switch (xfi_module_op(module, at)) {
	case XFI_OP_TYPE_IMAGE:
		return describe_image(module, at, binding);
	case XFI_OP_TYPE_SAMPLER:
		return binding->kind == XFI_BINDING_SAMPLER ? S_OK : E_INVALIDARG;
	case XFI_OP_TYPE_STRUCT:
		return describe_buffer(module, storage, type, binding);
	default:
		return E_INVALIDARG;
	}
}

static HRESULT describe_variable(const struct xfi_module *module, uint32_t at,
	enum xfi_shader_stage stage, struct xfi_shader_binding *ret)
{
	const struct xfi_module_id *id = xfi_module_id(module, xfi_module_word(module, at, 2));
	uint32_t pointer = xfi_module_at(module, xfi_module_word(module, at, 1));
	if (id->set != xfi_binding_set(stage) || id->binding >= BINDINGS ||
		xfi_module_op(module, pointer) != XFI_OP_TYPE_POINTER)
		return E_INVALIDARG;
	*ret = (struct xfi_shader_binding){ .count = 1 };
	ret->is_counter = id->binding >= XFI_BINDING_COUNTER;
	ret->kind = xfi_describe_kind(ret->is_counter ? id->binding - 64 : id->binding,
		&ret->reg); /* 224 is 64 past 160 */
	return describe_type(
		module, xfi_module_word(module, at, 3), xfi_module_word(module, pointer, 3), ret);
}

static bool is_descriptor(const struct xfi_module *module, uint32_t at)
{
	uint32_t storage = xfi_module_word(module, at, 3);
	return storage == XFI_STORAGE_UNIFORM_CONSTANT || storage == XFI_STORAGE_UNIFORM ||
	       storage == XFI_STORAGE_BUFFER;
}

/* Two variables may be one texture, which has one place and not two. */
static bool is_known(const struct xfi_shader *shader, const struct xfi_shader_binding *binding)
{
	for (UINT i = 0; i < shader->n_bindings; i++)
		if (shader->bindings[i].kind == binding->kind &&
			shader->bindings[i].reg == binding->reg &&
			shader->bindings[i].count == binding->count &&
			shader->bindings[i].is_counter == binding->is_counter)
			return true;
	return false;
}

HRESULT xfi_describe_bindings(const struct xfi_module *module, struct xfi_shader *shader)
{
	UINT n = 0;
	for (uint32_t at = 0; xfi_module_next(module, XFI_OP_VARIABLE, &at);)
		n += is_descriptor(module, at);
	shader->bindings = calloc(n ? n : 1, sizeof(*shader->bindings));
	if (!shader->bindings)
		return E_OUTOFMEMORY;
	for (uint32_t at = 0; xfi_module_next(module, XFI_OP_VARIABLE, &at);) {
		HRESULT hr;
		if (!is_descriptor(module, at))
			continue;
		hr = describe_variable(
			module, at, shader->stage, &shader->bindings[shader->n_bindings]);
		if (FAILED(hr))
			return hr;
		shader->n_bindings += !is_known(shader, &shader->bindings[shader->n_bindings]);
	}
	return S_OK;
}

static D3D_NAME builtin_value(uint32_t builtin)
{
	switch (builtin) {
	case 0: /* Position */
	case 15: /* FragCoord */
		return D3D_NAME_POSITION;
	case 3:
		return D3D_NAME_CLIP_DISTANCE;
	case 4:
		return D3D_NAME_CULL_DISTANCE;
	case 5: /* VertexId */
	case 42: /* VertexIndex */
		return D3D_NAME_VERTEX_ID;
	case 6: /* InstanceId */
	case 43: /* InstanceIndex */
		return D3D_NAME_INSTANCE_ID;
	case 7:
		return D3D_NAME_PRIMITIVE_ID;
	case 9:
		return D3D_NAME_RENDER_TARGET_ARRAY_INDEX;
	case 10:
		return D3D_NAME_VIEWPORT_ARRAY_INDEX;
	case 17:
		return D3D_NAME_IS_FRONT_FACE;
	case 18:
		return D3D_NAME_SAMPLE_INDEX;
	case 20:
		return D3D_NAME_COVERAGE;
	case 22:
		return D3D_NAME_DEPTH;
	default:
		return D3D_NAME_UNDEFINED;
	}
}

/* TEXCOORD1 is TEXCOORD and 1. */
static void take_semantic(const char *text, struct xfi_shader_element *element)
{
	size_t length = strlen(text), digits = 0;
	while (digits < length && digits < 4 && isdigit((unsigned char)text[length - digits - 1]))
		digits++;
	element->index = (UINT)strtoul(text + length - digits, NULL, 10);
	length -= digits;
	if (length >= sizeof(element->name))
		length = sizeof(element->name) - 1;
	memcpy(element->name, text, length);
	element->name[length] = '\0';
}

/* A matrix's rows in HLSL are SPIR-V's columns. */
static void take_type(
	const struct xfi_module *module, uint32_t at, struct xfi_shader_element *element)
{
	uint32_t n = 1;
	while (xfi_module_op(module, at) == XFI_OP_TYPE_ARRAY ||
		xfi_module_op(module, at) == XFI_OP_TYPE_MATRIX)
		at = xfi_module_at(module, xfi_module_word(module, at, 2));
	if (xfi_module_op(module, at) == XFI_OP_TYPE_VECTOR) {
		n = xfi_module_word(module, at, 3);
		at = xfi_module_at(module, xfi_module_word(module, at, 2));
	}
	element->mask = n < 4 ? (BYTE)((1u << n) - 1) : 0xf;
	element->type = scalar_type(module, at);
}

/* How many locations a value takes: an array's elements and a matrix's rows have one each. */
static uint32_t locations_of(const struct xfi_module *module, uint32_t at)
{
	enum { MOST = 32 };
	uint32_t n = 1, more;
	while (xfi_module_op(module, at) == XFI_OP_TYPE_ARRAY ||
		xfi_module_op(module, at) == XFI_OP_TYPE_MATRIX) {
		more = xfi_module_word(module, at, 3);
		if (xfi_module_op(module, at) == XFI_OP_TYPE_ARRAY)
			more = xfi_module_constant(module, more);
		n *= more < MOST ? more : MOST;
		if (n > MOST)
			return MOST;
		at = xfi_module_at(module, xfi_module_word(module, at, 2));
	}
	return n;
}

/* How many elements it is; 0 for what is no value of the interface: blocks of builtins, other
 * storage. */
static uint32_t describe_element(const struct xfi_module *module, uint32_t variable,
	uint32_t storage, struct xfi_shader_element *element)
{
	const struct xfi_module_id *id = xfi_module_id(module, variable);
	uint32_t pointer = xfi_module_at(module, xfi_module_word(module, id->at, 1));
	if (xfi_module_op(module, id->at) != XFI_OP_VARIABLE ||
		xfi_module_word(module, id->at, 3) != storage ||
		(id->location == XFI_SPIRV_NONE && id->builtin == XFI_SPIRV_NONE))
		return 0;
	*element = (struct xfi_shader_element){ .location = UINT_MAX };
	take_semantic(xfi_module_text(module, id->semantic_at, 3), element);
	pointer = xfi_module_at(module, xfi_module_word(module, pointer, 3));
	take_type(module, pointer, element);
	element->system_value = builtin_value(id->builtin);
	if (id->builtin == XFI_SPIRV_NONE)
		element->location = id->location;
	if (!strcasecmp(element->name, "SV_Target"))
		element->system_value = D3D_NAME_TARGET;
	return id->builtin == XFI_SPIRV_NONE ? locations_of(module, pointer) : 1;
}

/* The first of an array or matrix, and those behind it by number and location. */
static void put_elements(
	const struct xfi_shader_element *first, uint32_t n, struct xfi_shader_element *to)
{
	for (uint32_t i = 0; i < n; i++) {
		to[i] = *first;
		to[i].index += i;
		if (first->location != UINT_MAX)
			to[i].location += i;
	}
}

HRESULT xfi_describe_elements(const struct xfi_module *module, uint32_t entry, uint32_t storage,
	struct xfi_shader_element **ret, UINT *ret_n)
{
	uint32_t length = xfi_module_length(module, entry), total = 0, n;
	uint32_t first = 3 + (uint32_t)strlen(xfi_module_text(module, entry, 3)) / 4 + 1;
	struct xfi_shader_element element;
	for (uint32_t i = first; i < length; i++)
		total += describe_element(
			module, xfi_module_word(module, entry, i), storage, &element);
	struct xfi_shader_element *elements = calloc(total + 1, sizeof(*elements));
	if (!elements)
		return E_OUTOFMEMORY;
	*ret_n = 0;
	for (uint32_t i = first; i < length; i++) {
		n = describe_element(module, xfi_module_word(module, entry, i), storage, &element);
		put_elements(&element, n, &elements[*ret_n]);
		*ret_n += n;
	}
	*ret = elements;
	return S_OK;
}
