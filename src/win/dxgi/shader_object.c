/* SPDX-License-Identifier: MIT */
#include "win/dxgi/shader_object.h"
#include "win/dxgi/render.h"

#include <crossfence/result.h>

#include "win/dxgi/draw.h"
#include "win/dxgi/say.h"

static void shader_destroy(struct xfi_child *child)
{
	struct xfi_shader_object *object = xfi_shader_object_of(child);
	xfi_draw_forget(child->device, object->program);
	xfi_shader_destroy(object->shader);
	free(object);
}

static void *shader_query(struct xfi_child *child, REFIID riid)
{
	static const IID *const iids11[] = { [XFI_SHADER_VS] = &IID_ID3D11VertexShader,
		[XFI_SHADER_PS] = &IID_ID3D11PixelShader,
		[XFI_SHADER_CS] = &IID_ID3D11ComputeShader };
	static const IID *const iids10[] = {
		[XFI_SHADER_VS] = &IID_ID3D10VertexShader, [XFI_SHADER_PS] = &IID_ID3D10PixelShader
	};
	enum xfi_shader_stage stage = xfi_shader_object_of(child)->shader->stage;
	if (xfi_iid_is(riid, &IID_IUnknown))
		return child->device->is_d3d10 ? (void *)&child->d3d10 : &child->d3d11;
	if (xfi_iid_is(riid, &IID_ID3D11DeviceChild) || xfi_iid_is(riid, iids11[stage]))
		return &child->d3d11;
	if (stage == XFI_SHADER_CS)
		return NULL;
	if (xfi_iid_is(riid, &IID_ID3D10DeviceChild) || xfi_iid_is(riid, iids10[stage]))
		return &child->d3d10;
	return NULL;
}

static const struct xfi_child_type shader_type = { .destroy = shader_destroy,
	.query = shader_query };

/* The interfaces of all kinds of shaders have these methods, and no others. */
static const ID3D11DeviceChildVtbl shader11_vtbl = { XFI_CHILD_METHODS(ID3D11DeviceChild, 11) };
static const ID3D10DeviceChildVtbl shader10_vtbl = { XFI_CHILD_METHODS(ID3D10DeviceChild, 10) };

HRESULT xfi_shader_object_create(struct xfi_device *device, enum xfi_shader_stage stage,
	const void *code, SIZE_T size, struct xfi_shader_object **ret_shader)
{
	static const D3D11_MESSAGE_ID invalid[] = {
		[XFI_SHADER_VS] = D3D11_MESSAGE_ID_CREATEVERTEXSHADER_INVALIDSHADERBYTECODE,
		[XFI_SHADER_PS] = D3D11_MESSAGE_ID_CREATEPIXELSHADER_INVALIDSHADERBYTECODE,
		[XFI_SHADER_CS] = D3D11_MESSAGE_ID_CREATECOMPUTESHADER_INVALIDSHADERBYTECODE,
	};
	struct xfi_shader_object *object;
	if (FAILED(xfi_render_removed(device)))
		return DXGI_ERROR_DEVICE_REMOVED;
	struct xfi_shader *shader;
	HRESULT hr;
	if (!code || !size)
		return E_INVALIDARG;
	hr = xfi_shader_create(stage, code, size, &shader);
	if (FAILED(hr)) {
		xfi_device_say(device, D3D11_MESSAGE_CATEGORY_STATE_CREATION,
			D3D11_MESSAGE_SEVERITY_ERROR, invalid[stage], "refused: %s",
			xf_last_message(-EINVAL));
		return hr;
	}
	object = ret_shader ? calloc(1, sizeof(*object)) : NULL;
	if (!object) {
		xfi_shader_destroy(shader);
		return ret_shader ? E_OUTOFMEMORY : S_FALSE;
	}
	object->shader = shader;
	xfi_child_init(&object->child, device, &shader_type);
	object->child.d3d11.lpVtbl = &shader11_vtbl;
	object->child.d3d10.lpVtbl = &shader10_vtbl;
	*ret_shader = object;
	return S_OK;
}

static bool may_be(enum xfi_stage stage, struct xfi_child *child)
{
	static const enum xfi_stage stages[] = {
		[XFI_SHADER_VS] = XFI_VS, [XFI_SHADER_PS] = XFI_PS, [XFI_SHADER_CS] = XFI_CS
	};
	return child->type == &shader_type &&
	       stages[xfi_shader_object_of(child)->shader->stage] == stage;
}

void xfi_bind_shader(struct xfi_device *device, enum xfi_stage stage, struct xfi_child *child)
{
	if (child && !may_be(stage, child))
		return;
	xfi_device_lock(device);
	if (!xfi_pipeline_set(device->pipeline, XFI_SLOT_SHADER + stage, child))
		xfi_device_unchanged(device);
	xfi_device_unlock(device);
}

struct xfi_child *xfi_fetch_shader(struct xfi_device *device, enum xfi_stage stage)
{
	struct xfi_child *child;
	xfi_device_lock(device);
	child = xfi_pipeline_get(device->pipeline, XFI_SLOT_SHADER + stage);
	xfi_device_unlock(device);
	return child;
}
