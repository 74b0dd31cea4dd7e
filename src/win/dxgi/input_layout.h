/* SPDX-License-Identifier: MIT */
/*
 * Input layout: where vertex shaders find their inputs in vertex buffers, for D3D10 and D3D11
 * alike. It is checked against the inputs of one shader, and used with any whose inputs are the
 * same: by name and index.
 */
#ifndef XFI_WIN_INPUT_LAYOUT_H
#define XFI_WIN_INPUT_LAYOUT_H

#include "win/dxgi/device.h"
#include "win/shader/shader.h"

struct xfi_input_element {
	char name[sizeof(((struct xfi_shader_element *)0)->name)]; /* regardless of case */
	UINT index;
	DXGI_FORMAT format;
	UINT slot; /* of the vertex buffer */
	UINT offset_bytes; /* in a vertex; D3D11_APPEND_ALIGNED_ELEMENT is resolved */
	bool per_instance;
	UINT step; /* instances of one value; 0: one value for all. 0 if not per instance */
};

struct xfi_input_layout {
	struct xfi_child child;
	UINT n_elements;
	struct xfi_input_element elements[]; /* what shaders can ask for, in the program's order */
};

static inline struct xfi_input_layout *xfi_input_layout_of(struct xfi_child *child)
{
	return XFI_CONTAINER(child, struct xfi_input_layout, child);
}

/*
 * `code`: the shader, or its signature alone. With `ret_layout` NULL only checks, and returns
 * S_FALSE. E_INVALIDARG: elements that are not allowed, or an input that none of them is for.
 */
HRESULT xfi_input_layout_create(struct xfi_device *device, const D3D11_INPUT_ELEMENT_DESC *elements,
	UINT count, const void *code, SIZE_T size, struct xfi_input_layout **ret_layout);

#endif
