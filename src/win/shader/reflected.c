/* SPDX-License-Identifier: MIT */
/* What the RDEF chunk says. */
#include "win/shader/reflected.h"

#include <stdio.h>

#include "win/shader/rdef.h"
#include "win/shader/reflected_faces.h"

/* A type has no more types below it, and all have no more; a chunk could go in circles. */
enum { MAX_DEPTH = 16, MAX_TYPES = 65536 };

struct reader {
	const struct xfi_chunk *chunk;
	struct xfi_rdef_sizes sizes;
	bool is_5;
	struct xfi_reflected *to;
};

static bool has(const struct reader *reader, uint32_t at, uint32_t n, uint32_t size)
{
	return (uint64_t)at + (uint64_t)n * size <= reader->chunk->size;
}

static uint32_t word(const struct reader *reader, uint32_t at)
{
	return xfi_word(reader->chunk->bytes, at);
}

static const char *text(const struct reader *reader, uint32_t at)
{
	return xfi_chunk_text(reader->chunk, word(reader, at));
}

static const char *const bases[] = { [D3D_SVT_BOOL] = "bool",
	[D3D_SVT_INT] = "int",
	[D3D_SVT_FLOAT] = "float",
	[D3D_SVT_UINT] = "uint",
	[D3D_SVT_DOUBLE] = "double" };

/* Before shader model 5 the chunk does not name types. */
static void name_type(struct xfi_reflected_type *type)
{
	const D3D11_SHADER_TYPE_DESC *desc = &type->desc;
	const char *base = (UINT)desc->Type < ARRAYSIZE(bases) ? bases[desc->Type] : NULL;
	if (!base)
		type->own_name[0] = '\0';
	else if (desc->Class == D3D_SVC_MATRIX_ROWS || desc->Class == D3D_SVC_MATRIX_COLUMNS)
		snprintf(type->own_name, sizeof(type->own_name), "%s%ux%u", base, desc->Rows,
			desc->Columns);
	else if (desc->Class == D3D_SVC_VECTOR)
		snprintf(type->own_name, sizeof(type->own_name), "%s%u", base, desc->Columns);
	else
		snprintf(type->own_name, sizeof(type->own_name), "%s", base);
	type->desc.Name = type->own_name;
}

static HRESULT read_type(struct reader *reader, uint32_t at, uint32_t offset, unsigned depth,
	struct xfi_reflected_type **ret);

static HRESULT read_members(
	struct reader *reader, uint32_t at, unsigned depth, struct xfi_reflected_type *type)
{
	UINT n = type->desc.Members;
	HRESULT hr = S_OK;
	if (!has(reader, at, n, reader->sizes.member))
		return E_INVALIDARG;
	type->members = calloc(n, sizeof(*type->members));
	if (!type->members)
		return E_OUTOFMEMORY;
	for (UINT i = 0; SUCCEEDED(hr) && i < n; i++, at += reader->sizes.member) {
		type->members[i].name = text(reader, at);
		hr = type->members[i].name
			     ? read_type(reader, word(reader, at + 4), word(reader, at + 8),
				       depth + 1, &type->members[i].type)
			     : E_INVALIDARG;
	}
	return hr;
}

static HRESULT read_type(struct reader *reader, uint32_t at, uint32_t offset, unsigned depth,
	struct xfi_reflected_type **ret)
{
	if (!has(reader, at, 1, reader->sizes.type) || depth > MAX_DEPTH ||
		reader->to->n_types++ == MAX_TYPES)
		return E_INVALIDARG;
	struct xfi_reflected_type *type = calloc(1, sizeof(*type));
	if (!type)
		return E_OUTOFMEMORY;
	type->iface.lpVtbl = &xfi_reflected_type_vtbl;
	type->next = reader->to->types;
	reader->to->types = type;
	type->desc = (D3D11_SHADER_TYPE_DESC){
		.Class = word(reader, at) & 0xffff,
		.Type = word(reader, at) >> 16,
		.Rows = word(reader, at + 4) & 0xffff,
		.Columns = word(reader, at + 4) >> 16,
		.Elements = word(reader, at + 8) & 0xffff,
		.Members = word(reader, at + 8) >> 16,
		.Offset = offset,
	};
	type->desc.Name = reader->is_5 ? text(reader, at + 32) : NULL;
	if (!type->desc.Name)
		name_type(type);
	*ret = type;
	return type->desc.Members ? read_members(reader, word(reader, at + 12), depth, type) : S_OK;
}

static HRESULT read_variable(
	struct reader *reader, uint32_t at, struct xfi_reflected_variable *variable)
{
	uint32_t value = word(reader, at + 20);
	variable->iface.lpVtbl = &xfi_reflected_variable_vtbl;
	variable->desc = (D3D11_SHADER_VARIABLE_DESC){
		.Name = text(reader, at),
		.StartOffset = word(reader, at + 4),
		.Size = word(reader, at + 8),
		.uFlags = word(reader, at + 12),
		.StartTexture = reader->is_5 ? word(reader, at + 24) : UINT_MAX,
		.TextureSize = reader->is_5 ? word(reader, at + 28) : 0,
		.StartSampler = reader->is_5 ? word(reader, at + 32) : UINT_MAX,
		.SamplerSize = reader->is_5 ? word(reader, at + 36) : 0,
	};
	if (!variable->desc.Name || (value && !has(reader, value, 1, variable->desc.Size)))
		return E_INVALIDARG;
	if (value)
		variable->desc.DefaultValue = (void *)(reader->chunk->bytes + value);
	return read_type(reader, word(reader, at + 16), 0, 0, &variable->type);
}

static HRESULT read_buffer(struct reader *reader, uint32_t at, struct xfi_reflected_buffer *buffer)
{
	UINT n = word(reader, at + 4);
	uint32_t first = word(reader, at + 8);
	HRESULT hr = S_OK;
	buffer->iface.lpVtbl = &xfi_reflected_buffer_vtbl;
	buffer->desc = (D3D11_SHADER_BUFFER_DESC){ .Name = text(reader, at),
		.Size = word(reader, at + 12),
		.uFlags = word(reader, at + 16),
		.Type = word(reader, at + 20) };
	if (!buffer->desc.Name || !has(reader, first, n, reader->sizes.variable))
		return E_INVALIDARG;
	buffer->variables = calloc(n ? n : 1, sizeof(*buffer->variables));
	if (!buffer->variables)
		return E_OUTOFMEMORY;
	buffer->desc.Variables = n;
	for (UINT i = 0; SUCCEEDED(hr) && i < n; i++) {
		buffer->variables[i].buffer = buffer;
		hr = read_variable(
			reader, first + i * reader->sizes.variable, &buffer->variables[i]);
	}
	return hr;
}

static HRESULT read_buffers(struct reader *reader)
{
	UINT n = word(reader, 0);
	uint32_t first = word(reader, 4);
	HRESULT hr = S_OK;
	if (!has(reader, first, n, reader->sizes.buffer))
		return E_INVALIDARG;
	reader->to->buffers = calloc(n ? n : 1, sizeof(*reader->to->buffers));
	if (!reader->to->buffers)
		return E_OUTOFMEMORY;
	reader->to->n_buffers = n;
	for (UINT i = 0; SUCCEEDED(hr) && i < n; i++)
		hr = read_buffer(reader, first + i * reader->sizes.buffer, &reader->to->buffers[i]);
	return hr;
}

static HRESULT read_bindings(struct reader *reader)
{
	UINT n = word(reader, 8);
	uint32_t at = word(reader, 12);
	if (!has(reader, at, n, reader->sizes.binding))
		return E_INVALIDARG;
	D3D11_SHADER_INPUT_BIND_DESC *bindings = calloc(n ? n : 1, sizeof(*bindings));
	if (!bindings)
		return E_OUTOFMEMORY;
	reader->to->bindings = bindings;
	reader->to->n_bindings = n;
	for (UINT i = 0; i < n; i++, at += reader->sizes.binding) {
		bindings[i] = (D3D11_SHADER_INPUT_BIND_DESC){
			.Name = text(reader, at),
			.Type = word(reader, at + 4),
			.ReturnType = word(reader, at + 8),
			.Dimension = word(reader, at + 12),
			.NumSamples = word(reader, at + 16),
			.BindPoint = word(reader, at + 20),
			.BindCount = word(reader, at + 24),
			.uFlags = word(reader, at + 28),
		};
		if (!bindings[i].Name)
			return E_INVALIDARG;
	}
	return S_OK;
}

static UINT version_of(uint32_t word)
{
	UINT program = word >> 16;
	UINT kind = program == XFI_RDEF_PS ? 0 : program == XFI_RDEF_VS ? 1 : 5;
	return kind << 16 | (word >> 8 & 0xff) << 4 | (word & 0xff);
}

/* Shader model 5 says how long its parts are, and 5.1's bindings are longer. */
static bool read_head(struct reader *reader)
{
	static const struct xfi_rdef_sizes old = XFI_RDEF_SIZES_4, new = XFI_RDEF_SIZES_5;
	if (!has(reader, 0, 1, old.head))
		return false;
	reader->is_5 = (word(reader, 16) >> 8 & 0xff) >= 5;
	reader->sizes = reader->is_5 ? new : old;
	if (!reader->is_5)
		return true;
	if (!has(reader, 0, 1, new.head) || word(reader, 28) != XFI_RDEF_TAG_5)
		return false;
	reader->sizes.binding = word(reader, 40);
	return (reader->sizes.binding == 32 || reader->sizes.binding == 40) &&
	       word(reader, 36) == new.buffer &&word(reader, 44) ==
		       new.variable &&word(reader, 48) == new.type &&word(reader, 52) == new.member;
}

HRESULT xfi_reflected_read(const struct xfi_chunk *chunk, struct xfi_reflected *ret)
{
	struct reader reader = { .chunk = chunk, .to = ret };
	*ret = (struct xfi_reflected){ 0 };
	if (!read_head(&reader))
		return E_INVALIDARG;
	ret->version = version_of(word(&reader, 16));
	ret->flags = word(&reader, 20);
	ret->creator = text(&reader, 24);
	if (!ret->creator)
		return E_INVALIDARG;
	HRESULT hr = read_buffers(&reader);
	return SUCCEEDED(hr) ? read_bindings(&reader) : hr;
}

void xfi_reflected_finish(struct xfi_reflected *reflected)
{
	for (UINT i = 0; i < reflected->n_buffers; i++)
		free(reflected->buffers[i].variables);
	while (reflected->types) {
		struct xfi_reflected_type *type = reflected->types;
		reflected->types = type->next;
		free(type->members);
		free(type);
	}
	free(reflected->buffers);
	free(reflected->bindings);
}
