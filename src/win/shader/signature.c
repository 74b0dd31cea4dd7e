/* SPDX-License-Identifier: MIT */
/* What a stage reads and writes. */
#include "win/shader/signature.h"

#include <strings.h>

/* In words: where an element's name stands, and how long the element is. */
struct form {
	uint32_t tag;
	uint8_t name, n_words;
};

static const struct form forms[] = {
	{ XFI_TAG_ISGN, 0, 6 },
	{ XFI_TAG_OSGN, 0, 6 },
	{ XFI_TAG_PCSG, 0, 6 },
	{ XFI_TAG_OSG5, 1, 7 },
	{ XFI_TAG_ISG1, 1, 8 },
	{ XFI_TAG_OSG1, 1, 8 },
};

static const struct form *form_of(uint32_t tag)
{
	for (unsigned i = 0; i < ARRAYSIZE(forms); i++)
		if (forms[i].tag == tag)
			return &forms[i];
	return NULL;
}

/* Values that the chunk leaves to the name. */
static D3D_NAME name_value(const char *name, D3D_NAME value)
{
	static const struct {
		const char *name;
		D3D_NAME value;
	} known[] = {
		{ "SV_Target", D3D_NAME_TARGET },
		{ "SV_Depth", D3D_NAME_DEPTH },
		{ "SV_Coverage", D3D_NAME_COVERAGE },
		{ "SV_DepthGreaterEqual", D3D_NAME_DEPTH_GREATER_EQUAL },
		{ "SV_DepthLessEqual", D3D_NAME_DEPTH_LESS_EQUAL },
	};
	for (unsigned i = 0; value == D3D_NAME_UNDEFINED && i < ARRAYSIZE(known); i++)
		if (!strcasecmp(name, known[i].name))
			return known[i].value;
	return value;
}

static bool read_one(const struct xfi_chunk *chunk, const struct form *form, uint32_t at,
	D3D11_SIGNATURE_PARAMETER_DESC *ret)
{
	uint32_t rest = at + form->name * 4u;
	const char *name = xfi_chunk_text(chunk, xfi_word(chunk->bytes, rest));
	if (!name || strlen(name) >= sizeof(((struct xfi_shader_element *)0)->name))
		return false;
	*ret = (D3D11_SIGNATURE_PARAMETER_DESC){
		.SemanticName = name,
		.SemanticIndex = xfi_word(chunk->bytes, rest + 4),
		.SystemValueType = name_value(name, xfi_word(chunk->bytes, rest + 8)),
		.ComponentType = xfi_word(chunk->bytes, rest + 12),
		.Register = xfi_word(chunk->bytes, rest + 16),
		.Mask = chunk->bytes[rest + 20] & 0xf,
		.ReadWriteMask = chunk->bytes[rest + 21] & 0xf,
		.Stream = form->name ? xfi_word(chunk->bytes, at) : 0,
		.MinPrecision = form->n_words == 8 ? xfi_word(chunk->bytes, at + 28) : 0,
	};
	return true;
}

HRESULT xfi_signature_read(
	const struct xfi_chunk *chunk, D3D11_SIGNATURE_PARAMETER_DESC **ret, UINT *ret_n)
{
	const struct form *form = form_of(chunk->tag);
	if (!form || chunk->size < 8)
		return E_INVALIDARG;
	uint32_t n = xfi_word(chunk->bytes, 0), at = xfi_word(chunk->bytes, 4);
	if (at < 8 || at > chunk->size || n > (chunk->size - at) / (form->n_words * 4u))
		return E_INVALIDARG;
	D3D11_SIGNATURE_PARAMETER_DESC *parameters = calloc(n ? n : 1, sizeof(*parameters));
	if (!parameters)
		return E_OUTOFMEMORY;
	for (uint32_t i = 0; i < n; i++) {
		if (!read_one(chunk, form, at + i * form->n_words * 4u, &parameters[i])) {
			free(parameters);
			return E_INVALIDARG;
		}
	}
	*ret = parameters;
	*ret_n = n;
	return S_OK;
}

static HRESULT read_first(const struct xfi_container *container, const uint32_t *tags,
	D3D11_SIGNATURE_PARAMETER_DESC **ret, UINT *ret_n)
{
	struct xfi_chunk chunk;
	for (; *tags; tags++)
		if (xfi_container_find(container, *tags, &chunk))
			return xfi_signature_read(&chunk, ret, ret_n);
	*ret = NULL;
	*ret_n = 0;
	return S_OK;
}

HRESULT xfi_signature_inputs(
	const struct xfi_container *container, D3D11_SIGNATURE_PARAMETER_DESC **ret, UINT *ret_n)
{
	static const uint32_t tags[] = { XFI_TAG_ISG1, XFI_TAG_ISGN, 0 };
	return read_first(container, tags, ret, ret_n);
}

HRESULT xfi_signature_outputs(
	const struct xfi_container *container, D3D11_SIGNATURE_PARAMETER_DESC **ret, UINT *ret_n)
{
	static const uint32_t tags[] = { XFI_TAG_OSG1, XFI_TAG_OSG5, XFI_TAG_OSGN, 0 };
	return read_first(container, tags, ret, ret_n);
}

HRESULT xfi_signature_elements(
	D3D11_SIGNATURE_PARAMETER_DESC *parameters, UINT n, struct xfi_shader_element **ret)
{
	struct xfi_shader_element *elements = calloc(n ? n : 1, sizeof(*elements));
	for (UINT i = 0; elements && i < n; i++) {
		const D3D11_SIGNATURE_PARAMETER_DESC *from = &parameters[i];
		bool placed = from->SystemValueType == D3D_NAME_UNDEFINED ||
			      from->SystemValueType == D3D_NAME_TARGET;
		elements[i] = (struct xfi_shader_element){
			.index = from->SemanticIndex,
			.location = placed ? from->Register : UINT_MAX,
			.mask = from->Mask,
			.type = from->ComponentType,
			.system_value = from->SystemValueType,
		};
		strcpy(elements[i].name, from->SemanticName); /* checked when it was read */
	}
	free(parameters);
	if (!elements)
		return E_OUTOFMEMORY;
	*ret = elements;
	return S_OK;
}
