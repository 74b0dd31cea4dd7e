/* SPDX-License-Identifier: MIT */
/* Parts of a container as containers of their own: D3DGetBlobPart, D3DStripShader. */
#include "win/shader/writer.h"

static bool is_input(uint32_t tag)
{
	return tag == XFI_TAG_ISGN || tag == XFI_TAG_ISG1;
}

static bool is_output(uint32_t tag)
{
	return tag == XFI_TAG_OSGN || tag == XFI_TAG_OSG5 || tag == XFI_TAG_OSG1;
}

static bool is_debug(uint32_t tag)
{
	return tag == XFI_TAG('S', 'D', 'B', 'G') || tag == XFI_TAG('S', 'P', 'D', 'B') ||
	       tag == XFI_TAG('I', 'L', 'D', 'B');
}

static bool is_part(uint32_t tag, D3D_BLOB_PART part)
{
	switch (part) {
	case D3D_BLOB_INPUT_SIGNATURE_BLOB:
		return is_input(tag);
	case D3D_BLOB_OUTPUT_SIGNATURE_BLOB:
		return is_output(tag);
	case D3D_BLOB_INPUT_AND_OUTPUT_SIGNATURE_BLOB:
		return is_input(tag) || is_output(tag);
	case D3D_BLOB_PATCH_CONSTANT_SIGNATURE_BLOB:
		return tag == XFI_TAG_PCSG;
	case D3D_BLOB_ALL_SIGNATURE_BLOB:
		return is_input(tag) || is_output(tag) || tag == XFI_TAG_PCSG;
	case D3D_BLOB_DEBUG_INFO:
		return is_debug(tag);
	case D3D_BLOB_LEGACY_SHADER:
		return tag == XFI_TAG('A', 'o', 'n', '9');
	case D3D_BLOB_PRIVATE_DATA:
		return tag == XFI_TAG('P', 'R', 'I', 'V');
	case D3D_BLOB_ROOT_SIGNATURE:
		return tag == XFI_TAG('R', 'T', 'S', '0');
	case D3D_BLOB_DEBUG_NAME:
		return tag == XFI_TAG('I', 'L', 'D', 'N');
	default:
		return false;
	}
}

/* Those that are the part, or for `strip` those that are not stripped. */
static uint32_t choose(const struct xfi_container *container, struct xfi_chunk *chosen,
	bool (*wants)(uint32_t tag, UINT arg), UINT arg)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < container->n_chunks; i++) {
		struct xfi_chunk chunk = xfi_container_chunk(container, i);
		if (wants(chunk.tag, arg))
			chosen[n++] = chunk;
	}
	return n;
}

static HRESULT build(const void *data, SIZE_T size, bool (*wants)(uint32_t tag, UINT arg), UINT arg,
	uint32_t at_least, ID3DBlob **ret)
{
	struct xfi_container container;
	HRESULT hr = E_FAIL;
	if (!data || !size || !ret)
		return XFI_D3DERR_INVALIDCALL;
	if (!xfi_container_open(data, size, &container))
		return XFI_D3DERR_INVALIDCALL;
	struct xfi_chunk *chosen = calloc(container.n_chunks + 1, sizeof(*chosen));
	if (!chosen)
		return E_OUTOFMEMORY;
	uint32_t n = choose(&container, chosen, wants, arg);
	if (n >= at_least)
		hr = xfi_container_build(chosen, n, ret);
	free(chosen);
	return hr;
}

static bool wants_part(uint32_t tag, UINT part)
{
	return is_part(tag, (D3D_BLOB_PART)part);
}

/* These give what the chunk holds, not a container. */
static HRESULT bare(const void *data, SIZE_T size, D3D_BLOB_PART part, ID3DBlob **ret)
{
	struct xfi_container container;
	if (!xfi_container_open(data, size, &container))
		return XFI_D3DERR_INVALIDCALL;
	for (uint32_t i = 0; i < container.n_chunks; i++) {
		struct xfi_chunk chunk = xfi_container_chunk(&container, i);
		if (is_part(chunk.tag, part))
			return xfi_blob_create(chunk.bytes, chunk.size, ret);
	}
	return E_FAIL;
}

HRESULT WINAPI D3DGetBlobPart(
	const void *data, SIZE_T data_size, D3D_BLOB_PART part, UINT flags, ID3DBlob **blob)
{
	if (!data || !data_size || !blob || flags ||
		(part > D3D_BLOB_DEBUG_NAME && part < D3D_BLOB_TEST_ALTERNATE_SHADER) ||
		part > D3D_BLOB_TEST_COMPILE_REPORT)
		return XFI_D3DERR_INVALIDCALL;
	if (part == D3D_BLOB_DEBUG_INFO || part == D3D_BLOB_LEGACY_SHADER ||
		part == D3D_BLOB_PRIVATE_DATA)
		return bare(data, data_size, part, blob);
	/* Both signatures or neither. */
	return build(data, data_size, wants_part, part,
		part == D3D_BLOB_INPUT_AND_OUTPUT_SIGNATURE_BLOB ? 2 : 1, blob);
}

HRESULT WINAPI D3DGetInputSignatureBlob(const void *data, SIZE_T data_size, ID3DBlob **blob)
{
	return D3DGetBlobPart(data, data_size, D3D_BLOB_INPUT_SIGNATURE_BLOB, 0, blob);
}

HRESULT WINAPI D3DGetOutputSignatureBlob(const void *data, SIZE_T data_size, ID3DBlob **blob)
{
	return D3DGetBlobPart(data, data_size, D3D_BLOB_OUTPUT_SIGNATURE_BLOB, 0, blob);
}

HRESULT WINAPI D3DGetInputAndOutputSignatureBlob(
	const void *data, SIZE_T data_size, ID3DBlob **blob)
{
	return D3DGetBlobPart(data, data_size, D3D_BLOB_INPUT_AND_OUTPUT_SIGNATURE_BLOB, 0, blob);
}

HRESULT WINAPI D3DGetDebugInfo(const void *data, SIZE_T data_size, ID3DBlob **blob)
{
	return D3DGetBlobPart(data, data_size, D3D_BLOB_DEBUG_INFO, 0, blob);
}

static bool survives(uint32_t tag, UINT flags)
{
	bool reflection = tag == XFI_TAG_RDEF || tag == XFI_TAG('S', 'T', 'A', 'T');
	return !(reflection && flags & D3DCOMPILER_STRIP_REFLECTION_DATA) &&
	       !(is_debug(tag) && flags & D3DCOMPILER_STRIP_DEBUG_INFO) &&
	       !(is_part(tag, D3D_BLOB_PRIVATE_DATA) && flags & D3DCOMPILER_STRIP_PRIVATE_DATA) &&
	       !(is_part(tag, D3D_BLOB_ROOT_SIGNATURE) && flags & D3DCOMPILER_STRIP_ROOT_SIGNATURE);
}

HRESULT WINAPI D3DStripShader(const void *data, SIZE_T data_size, UINT flags, ID3DBlob **blob)
{
	return build(data, data_size, survives, flags, 0, blob);
}
