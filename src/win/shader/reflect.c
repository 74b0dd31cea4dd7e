/* SPDX-License-Identifier: MIT */
/* D3DReflect: what a container tells of its shader. */
#include "win/shader/blob.h"
#include "win/shader/describe.h"
#include "win/shader/reflected_faces.h"
#include "win/shader/signature.h"

enum { OP_DCL_THREAD_GROUP = 0x9b, OP_CUSTOM_DATA = 0x35 };

struct reflection {
	ID3D11ShaderReflection iface;
	_Atomic ULONG refs;
	uint8_t *bytes; /* a copy of the container, in which all names lie */
	struct xfi_container container;
	struct xfi_reflected parts;
	D3D11_SIGNATURE_PARAMETER_DESC *inputs, *outputs, *patches;
	UINT n_inputs, n_outputs, n_patches;
	UINT threads[3];
};

static struct reflection *from_iface(ID3D11ShaderReflection *iface)
{
	return CONTAINING_RECORD(iface, struct reflection, iface);
}

static ULONG WINAPI reflection_AddRef(ID3D11ShaderReflection *iface)
{
	return atomic_fetch_add(&from_iface(iface)->refs, 1) + 1;
}

static void destroy(struct reflection *reflection)
{
	xfi_reflected_finish(&reflection->parts);
	free(reflection->inputs);
	free(reflection->outputs);
	free(reflection->patches);
	free(reflection->bytes);
	free(reflection);
}

static ULONG WINAPI reflection_Release(ID3D11ShaderReflection *iface)
{
	ULONG left = atomic_fetch_sub(&from_iface(iface)->refs, 1) - 1;
	if (!left)
		destroy(from_iface(iface));
	return left;
}

static HRESULT WINAPI reflection_QueryInterface(
	ID3D11ShaderReflection *iface, REFIID iid, void **ret)
{
	if (!ret)
		return E_POINTER;
	if (!IsEqualGUID(iid, &IID_IUnknown) && !IsEqualGUID(iid, &IID_ID3D11ShaderReflection)) {
		*ret = NULL;
		return E_NOINTERFACE;
	}
	reflection_AddRef(iface);
	*ret = iface;
	return S_OK;
}

static HRESULT WINAPI reflection_GetDesc(ID3D11ShaderReflection *iface, D3D11_SHADER_DESC *desc)
{
	struct reflection *reflection = from_iface(iface);
	struct xfi_chunk counts;
	if (!desc)
		return E_FAIL;
	*desc = (D3D11_SHADER_DESC){
		.Version = reflection->parts.version,
		.Creator = reflection->parts.creator,
		.Flags = reflection->parts.flags,
		.ConstantBuffers = reflection->parts.n_buffers,
		.BoundResources = reflection->parts.n_bindings,
		.InputParameters = reflection->n_inputs,
		.OutputParameters = reflection->n_outputs,
		.PatchConstantParameters = reflection->n_patches,
	};
	if (xfi_container_find(&reflection->container, XFI_TAG('S', 'T', 'A', 'T'), &counts) &&
		counts.size >= 8) {
		desc->InstructionCount = xfi_word(counts.bytes, 0);
		desc->TempRegisterCount = xfi_word(counts.bytes, 4);
	}
	return S_OK;
}

static ID3D11ShaderReflectionConstantBuffer *WINAPI reflection_GetConstantBufferByIndex(
	ID3D11ShaderReflection *iface, UINT index)
{
	struct xfi_reflected *parts = &from_iface(iface)->parts;
	return index < parts->n_buffers ? &parts->buffers[index].iface : &xfi_reflected_no_buffer;
}

static ID3D11ShaderReflectionConstantBuffer *WINAPI reflection_GetConstantBufferByName(
	ID3D11ShaderReflection *iface, const char *name)
{
	struct xfi_reflected *parts = &from_iface(iface)->parts;
	for (UINT i = 0; name && i < parts->n_buffers; i++)
		if (!strcmp(parts->buffers[i].desc.Name, name))
			return &parts->buffers[i].iface;
	return &xfi_reflected_no_buffer;
}

static HRESULT WINAPI reflection_GetResourceBindingDesc(
	ID3D11ShaderReflection *iface, UINT index, D3D11_SHADER_INPUT_BIND_DESC *desc)
{
	struct xfi_reflected *parts = &from_iface(iface)->parts;
	if (!desc || index >= parts->n_bindings)
		return E_INVALIDARG;
	*desc = parts->bindings[index];
	return S_OK;
}

static HRESULT WINAPI reflection_GetResourceBindingDescByName(
	ID3D11ShaderReflection *iface, const char *name, D3D11_SHADER_INPUT_BIND_DESC *desc)
{
	struct xfi_reflected *parts = &from_iface(iface)->parts;
	for (UINT i = 0; name && desc && i < parts->n_bindings; i++)
		if (!strcmp(parts->bindings[i].Name, name)) {
			*desc = parts->bindings[i];
			return S_OK;
		}
	return E_INVALIDARG;
}

static HRESULT take_parameter(const D3D11_SIGNATURE_PARAMETER_DESC *parameters, UINT n, UINT index,
	D3D11_SIGNATURE_PARAMETER_DESC *desc)
{
	if (!desc || index >= n)
		return E_INVALIDARG;
	*desc = parameters[index];
	return S_OK;
}

static HRESULT WINAPI reflection_GetInputParameterDesc(
	ID3D11ShaderReflection *iface, UINT index, D3D11_SIGNATURE_PARAMETER_DESC *desc)
{
	struct reflection *reflection = from_iface(iface);
	return take_parameter(reflection->inputs, reflection->n_inputs, index, desc);
}

static HRESULT WINAPI reflection_GetOutputParameterDesc(
	ID3D11ShaderReflection *iface, UINT index, D3D11_SIGNATURE_PARAMETER_DESC *desc)
{
	struct reflection *reflection = from_iface(iface);
	return take_parameter(reflection->outputs, reflection->n_outputs, index, desc);
}

static HRESULT WINAPI reflection_GetPatchConstantParameterDesc(
	ID3D11ShaderReflection *iface, UINT index, D3D11_SIGNATURE_PARAMETER_DESC *desc)
{
	struct reflection *reflection = from_iface(iface);
	return take_parameter(reflection->patches, reflection->n_patches, index, desc);
}

static ID3D11ShaderReflectionVariable *WINAPI reflection_GetVariableByName(
	ID3D11ShaderReflection *iface, const char *name)
{
	struct xfi_reflected *parts = &from_iface(iface)->parts;
	for (UINT i = 0; name && i < parts->n_buffers; i++) {
		ID3D11ShaderReflectionVariable *found =
			xfi_reflected_find(&parts->buffers[i], name);
		if (found)
			return found;
	}
	return &xfi_reflected_no_variable;
}

/* Nobody has counted the instructions of a kind. */
static UINT WINAPI reflection_count(ID3D11ShaderReflection *iface)
{
	return 0;
}

static D3D_PRIMITIVE WINAPI reflection_GetGSInputPrimitive(ID3D11ShaderReflection *iface)
{
	return D3D_PRIMITIVE_UNDEFINED;
}

static BOOL WINAPI reflection_IsSampleFrequencyShader(ID3D11ShaderReflection *iface)
{
	return FALSE;
}

static HRESULT WINAPI reflection_GetMinFeatureLevel(
	ID3D11ShaderReflection *iface, D3D_FEATURE_LEVEL *level)
{
	UINT model = from_iface(iface)->parts.version & 0xff;
	if (!level)
		return E_INVALIDARG;
	*level = model >= 0x50	 ? D3D_FEATURE_LEVEL_11_0
		 : model == 0x41 ? D3D_FEATURE_LEVEL_10_1
				 : D3D_FEATURE_LEVEL_10_0;
	return S_OK;
}

static UINT WINAPI reflection_GetThreadGroupSize(
	ID3D11ShaderReflection *iface, UINT *x, UINT *y, UINT *z)
{
	const UINT *threads = from_iface(iface)->threads;
	if (x)
		*x = threads[0];
	if (y)
		*y = threads[1];
	if (z)
		*z = threads[2];
	return threads[0] * threads[1] * threads[2];
}

static UINT64 WINAPI reflection_GetRequiresFlags(ID3D11ShaderReflection *iface)
{
	return 0;
}

static const ID3D11ShaderReflectionVtbl reflection_vtbl = {
	.QueryInterface = reflection_QueryInterface,
	.AddRef = reflection_AddRef,
	.Release = reflection_Release,
	.GetDesc = reflection_GetDesc,
	.GetConstantBufferByIndex = reflection_GetConstantBufferByIndex,
	.GetConstantBufferByName = reflection_GetConstantBufferByName,
	.GetResourceBindingDesc = reflection_GetResourceBindingDesc,
	.GetInputParameterDesc = reflection_GetInputParameterDesc,
	.GetOutputParameterDesc = reflection_GetOutputParameterDesc,
	.GetPatchConstantParameterDesc = reflection_GetPatchConstantParameterDesc,
	.GetVariableByName = reflection_GetVariableByName,
	.GetResourceBindingDescByName = reflection_GetResourceBindingDescByName,
	.GetMovInstructionCount = reflection_count,
	.GetMovcInstructionCount = reflection_count,
	.GetConversionInstructionCount = reflection_count,
	.GetBitwiseInstructionCount = reflection_count,
	.GetGSInputPrimitive = reflection_GetGSInputPrimitive,
	.IsSampleFrequencyShader = reflection_IsSampleFrequencyShader,
	.GetNumInterfaceSlots = reflection_count,
	.GetMinFeatureLevel = reflection_GetMinFeatureLevel,
	.GetThreadGroupSize = reflection_GetThreadGroupSize,
	.GetRequiresFlags = reflection_GetRequiresFlags,
};

/* Instructions are as long as they say, and some data says it in its second word. */
static void find_group_of_tokens(const struct xfi_chunk *code, UINT threads[3])
{
	for (uint32_t at = 8, n; at + 16 <= code->size; at += n) {
		uint32_t token = xfi_word(code->bytes, at), op = token & 0x7ff;
		uint64_t length =
			op == OP_CUSTOM_DATA ? xfi_word(code->bytes, at + 4) : token >> 24 & 0x7f;
		if (op == OP_DCL_THREAD_GROUP && length == 4)
			for (uint32_t i = 0; i < 3; i++)
				threads[i] = xfi_word(code->bytes, at + 4 + 4 * i);
		if (length == 0 || length * 4 > code->size - at)
			return;
		n = (uint32_t)length * 4;
	}
}

static void find_group(struct reflection *reflection)
{
	struct xfi_module module;
	struct xfi_chunk code;
	if (xfi_container_find(&reflection->container, XFI_TAG_SPIRV, &code)) {
		if (FAILED(xfi_module_read(code.bytes, code.size, &module)))
			return;
		uint32_t entry = xfi_describe_entry(&module, XFI_SHADER_CS);
		if (entry)
			xfi_describe_threads(&module, entry, reflection->threads);
		xfi_module_free(&module);
	} else if (xfi_container_code(&reflection->container, &code)) {
		find_group_of_tokens(&code, reflection->threads);
		if (!reflection->parts.version && code.size >= 4)
			reflection->parts.version = xfi_word(code.bytes, 0);
	}
}

static HRESULT read_all(struct reflection *reflection)
{
	struct xfi_chunk chunk;
	HRESULT hr = S_OK;
	if (xfi_container_find(&reflection->container, XFI_TAG_RDEF, &chunk))
		hr = xfi_reflected_read(&chunk, &reflection->parts);
	if (SUCCEEDED(hr))
		hr = xfi_signature_inputs(
			&reflection->container, &reflection->inputs, &reflection->n_inputs);
	if (SUCCEEDED(hr))
		hr = xfi_signature_outputs(
			&reflection->container, &reflection->outputs, &reflection->n_outputs);
	if (SUCCEEDED(hr) && xfi_container_find(&reflection->container, XFI_TAG_PCSG, &chunk))
		hr = xfi_signature_read(&chunk, &reflection->patches, &reflection->n_patches);
	if (SUCCEEDED(hr))
		find_group(reflection);
	return hr;
}

HRESULT WINAPI D3DReflect(const void *data, SIZE_T data_size, REFIID riid, void **reflector)
{
	struct xfi_container container;
	if (!data || !reflector || !xfi_container_open(data, data_size, &container))
		return XFI_D3DERR_INVALIDCALL;
	if (!riid || !IsEqualGUID(riid, &IID_ID3D11ShaderReflection))
		return E_INVALIDARG;
	struct reflection *reflection = calloc(1, sizeof(*reflection));
	if (!reflection)
		return E_OUTOFMEMORY;
	reflection->bytes = malloc(container.size);
	if (!reflection->bytes) {
		free(reflection);
		return E_OUTOFMEMORY;
	}
	memcpy(reflection->bytes, data, container.size);
	container.bytes = reflection->bytes;
	reflection->container = container;
	reflection->iface.lpVtbl = &reflection_vtbl;
	reflection->refs = 1;
	HRESULT hr = read_all(reflection);
	if (FAILED(hr)) {
		destroy(reflection);
		return hr;
	}
	*reflector = &reflection->iface;
	return S_OK;
}
