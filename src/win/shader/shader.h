/* SPDX-License-Identifier: MIT */
/*
 * A shader as the devices need it: SPIR-V, what it reads and writes, and what has to be bound.
 *
 * Whoever made it, the bindings are numbered alike: descriptor set 0 for vertex and compute
 * shaders, 1 for pixel shaders; binding = register + the base of its kind, xfi_binding_base().
 */
#ifndef XFI_WIN_SHADER_SHADER_H
#define XFI_WIN_SHADER_SHADER_H

#include "win/prelude.h"

#include <d3dcommon.h>

enum xfi_shader_stage { XFI_SHADER_VS, XFI_SHADER_PS, XFI_SHADER_CS };

enum xfi_binding_kind { XFI_BINDING_CB, XFI_BINDING_SRV, XFI_BINDING_SAMPLER, XFI_BINDING_UAV };

/* Of a signature. A value that has a place in memory has a location, in SPIR-V and in layouts. */
struct xfi_shader_element {
	char name[64]; /* without the index; as it is written, compared without regard to case */
	UINT index;
	UINT location; /* UINT_MAX: none, the stage before or the rasterizer makes or takes it */
	BYTE mask; /* of the four components */
	D3D_REGISTER_COMPONENT_TYPE type;
	D3D_NAME system_value;
};

/*
 * A register that the shader has. Buffers: constant buffers are uniform buffers. Others are storage
 * buffers if `is_structured`, else texel buffers: of the view's format, or of R32_UINT if the view
 * is raw or structured, whose format says nothing.
 */
struct xfi_shader_binding {
	enum xfi_binding_kind kind;
	UINT reg, count; /* the first register, and how many: an array of descriptors */
	bool is_buffer;
	bool is_structured; /* or raw: a storage buffer */
	bool is_counter; /* a UAV's hidden counter, at binding XFI_BINDING_COUNTER + reg */
	D3D_SRV_DIMENSION dimension; /* of an image */
	D3D_REGISTER_COMPONENT_TYPE type; /* of an image's texels */
	UINT stride; /* of a structured buffer, 0 if the shader does not say */
};

#define XFI_BINDING_COUNTER 224u

struct xfi_shader {
	enum xfi_shader_stage stage;
	uint32_t *spirv;
	size_t n_words;
	char *entry; /* the entry point's name */
	struct xfi_shader_element *inputs, *outputs;
	UINT n_inputs, n_outputs;
	struct xfi_shader_binding *bindings;
	UINT n_bindings;
	UINT threads[3]; /* of a compute shader's group */
	bool needs_draw_parameters; /* the driver's feature: it asks where a draw begins */
};

static inline UINT xfi_binding_base(enum xfi_binding_kind kind)
{
	static const UINT base[] = { 0, 16, 144, 160 };
	return base[kind];
}

static inline UINT xfi_binding_set(enum xfi_shader_stage stage)
{
	return stage == XFI_SHADER_PS;
}

/*
 * From a DXBC container (with the checksum right) or from SPIR-V, which is taken as it is, less its
 * semantics: whether it is valid beyond what is read here is between it and the driver. Numbers of
 * vertices and instances begin with the draw in containers, and as Vulkan's do in SPIR-V.
 * E_INVALIDARG for what is damaged or of another stage, E_NOTIMPL for DXBC if the library was built
 * without vkd3d-shader, E_OUTOFMEMORY; xf_last_message() says more. `*ret` changes on success only.
 */
HRESULT xfi_shader_create(
	enum xfi_shader_stage stage, const void *code, SIZE_T size, struct xfi_shader **ret);
void xfi_shader_destroy(struct xfi_shader *shader); /* NULL is fine */

/*
 * What a vertex shader reads, for an input layout: of whole shaders as above, and of what
 * D3DGetInputSignatureBlob() gives. The array is the caller's to free(). E_INVALIDARG as above.
 */
HRESULT xfi_shader_inputs(
	const void *code, SIZE_T size, struct xfi_shader_element **ret, UINT *ret_n);

/* The element of that name and index, NULL: none. */
const struct xfi_shader_element *xfi_shader_find(
	const struct xfi_shader_element *elements, UINT n, const char *name, UINT index);

#endif
