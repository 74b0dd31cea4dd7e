/* SPDX-License-Identifier: MIT */
/*
 * Any container or module as a shader. What comes in is sealed first, since whoever writes a
 * container also writes its checksum. It is taken or refused by everything that reads it, and what
 * is taken keeps to the numbers of bindings, as the device's tables are made for these.
 */
#include "win/shader/checksum.h"
#include "win/shader/shader.h"
#include "win/shader/writer.h"

#include <d3d11shader.h>

static void require(bool good)
{
	if (!good)
		__builtin_trap();
}

static void seal(uint8_t *bytes, size_t size)
{
	uint32_t tag, length = (uint32_t)size;
	if (size < XFI_CONTAINER_HEAD)
		return;
	memcpy(&tag, bytes, sizeof(tag));
	if (tag != XFI_TAG_DXBC)
		return;
	memcpy(bytes + 24, &length, sizeof(length));
	xfi_dxbc_checksum(bytes + 20, length - 20, (uint32_t *)(bytes + 4));
}

static void check(const struct xfi_shader *shader)
{
	static const UINT most[] = { 14, 128, 16, 64 };
	require(shader->n_words >= 5 && shader->entry);
	for (UINT i = 0; i < shader->n_bindings; i++) {
		const struct xfi_shader_binding *binding = &shader->bindings[i];
		require(binding->kind <= XFI_BINDING_UAV && binding->count > 0);
		require(binding->reg + binding->count <= most[binding->kind]);
	}
	for (UINT i = 0; i < shader->n_inputs; i++)
		require(memchr(shader->inputs[i].name, 0, sizeof(shader->inputs[i].name)));
}

static void create(const uint8_t *bytes, size_t size)
{
	for (enum xfi_shader_stage stage = XFI_SHADER_VS; stage <= XFI_SHADER_CS; stage++) {
		struct xfi_shader *shader = NULL;
		if (SUCCEEDED(xfi_shader_create(stage, bytes, size, &shader)))
			check(shader);
		xfi_shader_destroy(shader);
	}
}

static void look_at_type(ID3D11ShaderReflectionType *type, unsigned depth)
{
	D3D11_SHADER_TYPE_DESC desc;
	if (FAILED(type->lpVtbl->GetDesc(type, &desc)) || depth == 3)
		return;
	require(desc.Name);
	for (UINT i = 0; i < desc.Members && i < 4; i++)
		look_at_type(type->lpVtbl->GetMemberTypeByIndex(type, i), depth + 1);
}

static void look_at_buffer(ID3D11ShaderReflectionConstantBuffer *buffer)
{
	D3D11_SHADER_BUFFER_DESC desc;
	D3D11_SHADER_VARIABLE_DESC variable_desc;
	require(SUCCEEDED(buffer->lpVtbl->GetDesc(buffer, &desc)));
	for (UINT i = 0; i < desc.Variables; i++) {
		ID3D11ShaderReflectionVariable *variable =
			buffer->lpVtbl->GetVariableByIndex(buffer, i);
		require(SUCCEEDED(variable->lpVtbl->GetDesc(variable, &variable_desc)));
		for (UINT k = 0; variable_desc.DefaultValue && k < variable_desc.Size; k++)
			(void)((volatile uint8_t *)variable_desc.DefaultValue)[k];
		look_at_type(variable->lpVtbl->GetType(variable), 0);
	}
}

static void reflect(const uint8_t *bytes, size_t size)
{
	ID3D11ShaderReflection *reflection;
	D3D11_SHADER_DESC desc;
	if (FAILED(D3DReflect(bytes, size, &IID_ID3D11ShaderReflection, (void **)&reflection)))
		return;
	require(SUCCEEDED(reflection->lpVtbl->GetDesc(reflection, &desc)));
	for (UINT i = 0; i < desc.ConstantBuffers; i++)
		look_at_buffer(reflection->lpVtbl->GetConstantBufferByIndex(reflection, i));
	require(reflection->lpVtbl->Release(reflection) == 0);
}

/* What is cut out of a container is one. */
static void cut(const uint8_t *bytes, size_t size)
{
	ID3DBlob *blob, *again;
	if (FAILED(D3DStripShader(bytes, size, D3DCOMPILER_STRIP_REFLECTION_DATA, &blob)))
		return;
	require(SUCCEEDED(D3DStripShader(
		ID3D10Blob_GetBufferPointer(blob), ID3D10Blob_GetBufferSize(blob), 0, &again)));
	ID3D10Blob_Release(again);
	ID3D10Blob_Release(blob);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct xfi_shader_element *inputs = NULL;
	UINT n;
	uint8_t *bytes = malloc(size + 1);
	require(bytes);
	memcpy(bytes, data, size);
	size &= ~(size_t)3;
	seal(bytes, size);
	create(bytes, size);
	if (SUCCEEDED(xfi_shader_inputs(bytes, size, &inputs, &n)))
		free(inputs);
	reflect(bytes, size);
	cut(bytes, size);
	free(bytes);
	return 0;
}
