/* SPDX-License-Identifier: MIT */
/* The faces of a reflection's parts. None counts references: they live as long as the whole. */
#include "win/shader/reflected_faces.h"

ID3D11ShaderReflectionType xfi_reflected_no_type = { &xfi_reflected_type_vtbl };
ID3D11ShaderReflectionVariable xfi_reflected_no_variable = { &xfi_reflected_variable_vtbl };
ID3D11ShaderReflectionConstantBuffer xfi_reflected_no_buffer = { &xfi_reflected_buffer_vtbl };

/* NULL of the one that stands for none. */
static struct xfi_reflected_type *type_of(ID3D11ShaderReflectionType *iface)
{
	return iface == &xfi_reflected_no_type
		       ? NULL
		       : CONTAINING_RECORD(iface, struct xfi_reflected_type, iface);
}

static struct xfi_reflected_variable *variable_of(ID3D11ShaderReflectionVariable *iface)
{
	return iface == &xfi_reflected_no_variable
		       ? NULL
		       : CONTAINING_RECORD(iface, struct xfi_reflected_variable, iface);
}

static struct xfi_reflected_buffer *buffer_of(ID3D11ShaderReflectionConstantBuffer *iface)
{
	return iface == &xfi_reflected_no_buffer
		       ? NULL
		       : CONTAINING_RECORD(iface, struct xfi_reflected_buffer, iface);
}

static HRESULT WINAPI type_GetDesc(ID3D11ShaderReflectionType *iface, D3D11_SHADER_TYPE_DESC *desc)
{
	struct xfi_reflected_type *type = type_of(iface);
	if (!type || !desc)
		return E_FAIL;
	*desc = type->desc;
	return S_OK;
}

static ID3D11ShaderReflectionType *WINAPI type_GetMemberTypeByIndex(
	ID3D11ShaderReflectionType *iface, UINT index)
{
	struct xfi_reflected_type *type = type_of(iface);
	return type && index < type->desc.Members ? &type->members[index].type->iface
						  : &xfi_reflected_no_type;
}

static ID3D11ShaderReflectionType *WINAPI type_GetMemberTypeByName(
	ID3D11ShaderReflectionType *iface, const char *name)
{
	struct xfi_reflected_type *type = type_of(iface);
	for (UINT i = 0; type && name && i < type->desc.Members; i++)
		if (!strcmp(type->members[i].name, name))
			return &type->members[i].type->iface;
	return &xfi_reflected_no_type;
}

static const char *WINAPI type_GetMemberTypeName(ID3D11ShaderReflectionType *iface, UINT index)
{
	struct xfi_reflected_type *type = type_of(iface);
	if (!type)
		return "$Invalid";
	return index < type->desc.Members ? type->members[index].name : NULL;
}

static HRESULT WINAPI type_IsEqual(
	ID3D11ShaderReflectionType *iface, ID3D11ShaderReflectionType *other)
{
	if (!type_of(iface))
		return E_FAIL;
	return iface == other ? S_OK : S_FALSE;
}

/* Classes and interfaces of HLSL are not there. */
static ID3D11ShaderReflectionType *WINAPI type_GetSubType(ID3D11ShaderReflectionType *iface)
{
	return &xfi_reflected_no_type;
}

static UINT WINAPI type_GetNumInterfaces(ID3D11ShaderReflectionType *iface)
{
	return 0;
}

static ID3D11ShaderReflectionType *WINAPI type_GetInterfaceByIndex(
	ID3D11ShaderReflectionType *iface, UINT index)
{
	return &xfi_reflected_no_type;
}

static HRESULT WINAPI type_ImplementsInterface(
	ID3D11ShaderReflectionType *iface, ID3D11ShaderReflectionType *base)
{
	return type_of(iface) ? S_FALSE : E_FAIL;
}

const ID3D11ShaderReflectionTypeVtbl xfi_reflected_type_vtbl = {
	.GetDesc = type_GetDesc,
	.GetMemberTypeByIndex = type_GetMemberTypeByIndex,
	.GetMemberTypeByName = type_GetMemberTypeByName,
	.GetMemberTypeName = type_GetMemberTypeName,
	.IsEqual = type_IsEqual,
	.GetSubType = type_GetSubType,
	.GetBaseClass = type_GetSubType,
	.GetNumInterfaces = type_GetNumInterfaces,
	.GetInterfaceByIndex = type_GetInterfaceByIndex,
	.IsOfType = type_IsEqual,
	.ImplementsInterface = type_ImplementsInterface,
};

static HRESULT WINAPI variable_GetDesc(
	ID3D11ShaderReflectionVariable *iface, D3D11_SHADER_VARIABLE_DESC *desc)
{
	struct xfi_reflected_variable *variable = variable_of(iface);
	if (!variable || !desc)
		return E_FAIL;
	*desc = variable->desc;
	return S_OK;
}

static ID3D11ShaderReflectionType *WINAPI variable_GetType(ID3D11ShaderReflectionVariable *iface)
{
	struct xfi_reflected_variable *variable = variable_of(iface);
	return variable ? &variable->type->iface : &xfi_reflected_no_type;
}

static ID3D11ShaderReflectionConstantBuffer *WINAPI variable_GetBuffer(
	ID3D11ShaderReflectionVariable *iface)
{
	struct xfi_reflected_variable *variable = variable_of(iface);
	return variable ? &variable->buffer->iface : &xfi_reflected_no_buffer;
}

static UINT WINAPI variable_GetInterfaceSlot(ID3D11ShaderReflectionVariable *iface, UINT index)
{
	return 0;
}

const ID3D11ShaderReflectionVariableVtbl xfi_reflected_variable_vtbl = {
	.GetDesc = variable_GetDesc,
	.GetType = variable_GetType,
	.GetBuffer = variable_GetBuffer,
	.GetInterfaceSlot = variable_GetInterfaceSlot,
};

static HRESULT WINAPI buffer_GetDesc(
	ID3D11ShaderReflectionConstantBuffer *iface, D3D11_SHADER_BUFFER_DESC *desc)
{
	struct xfi_reflected_buffer *buffer = buffer_of(iface);
	if (!buffer || !desc)
		return E_FAIL;
	*desc = buffer->desc;
	return S_OK;
}

static ID3D11ShaderReflectionVariable *WINAPI buffer_GetVariableByIndex(
	ID3D11ShaderReflectionConstantBuffer *iface, UINT index)
{
	struct xfi_reflected_buffer *buffer = buffer_of(iface);
	return buffer && index < buffer->desc.Variables ? &buffer->variables[index].iface
							: &xfi_reflected_no_variable;
}

ID3D11ShaderReflectionVariable *xfi_reflected_find(
	const struct xfi_reflected_buffer *buffer, const char *name)
{
	for (UINT i = 0; i < buffer->desc.Variables; i++)
		if (!strcmp(buffer->variables[i].desc.Name, name))
			return &buffer->variables[i].iface;
	return NULL;
}

static ID3D11ShaderReflectionVariable *WINAPI buffer_GetVariableByName(
	ID3D11ShaderReflectionConstantBuffer *iface, const char *name)
{
	struct xfi_reflected_buffer *buffer = buffer_of(iface);
	ID3D11ShaderReflectionVariable *found =
		buffer && name ? xfi_reflected_find(buffer, name) : NULL;
	return found ? found : &xfi_reflected_no_variable;
}

const ID3D11ShaderReflectionConstantBufferVtbl xfi_reflected_buffer_vtbl = {
	.GetDesc = buffer_GetDesc,
	.GetVariableByIndex = buffer_GetVariableByIndex,
	.GetVariableByName = buffer_GetVariableByName,
};
