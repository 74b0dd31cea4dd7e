/* SPDX-License-Identifier: MIT */
/* Shader object: a vertex, pixel or compute shader of a device, for D3D10 and D3D11 alike. */
#ifndef XFI_WIN_SHADER_OBJECT_H
#define XFI_WIN_SHADER_OBJECT_H

#include "win/dxgi/pipeline.h"
#include "win/shader/shader.h"

struct xfi_shader_object {
	struct xfi_child child;
	struct xfi_shader *shader;
	struct xfi_gpu_program *program; /* draw.c's; NULL: not drawn with yet */
	int refused; /* draw.c's: why the GPU will not have it, which was said; or 0 */
};

static inline struct xfi_shader_object *xfi_shader_object_of(struct xfi_child *child)
{
	return XFI_CONTAINER(child, struct xfi_shader_object, child);
}

/*
 * Makes one of what D3DCompile gives, or of SPIR-V. With `ret_shader` NULL only checks, and returns
 * S_FALSE. E_INVALIDARG: nothing, damaged, or of another stage.
 */
HRESULT xfi_shader_object_create(struct xfi_device *device, enum xfi_shader_stage stage,
	const void *code, SIZE_T size, struct xfi_shader_object **ret_shader);

/*
 * Sets a stage's shader; NULL: none. The stages of which there are no shaders (HS, DS, GS) keep
 * none.
 */
void xfi_bind_shader(struct xfi_device *device, enum xfi_stage stage, struct xfi_child *child);

/* What is set, with a reference for the program; NULL: nothing. */
struct xfi_child *xfi_fetch_shader(struct xfi_device *device, enum xfi_stage stage);

#endif
