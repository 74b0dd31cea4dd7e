/* SPDX-License-Identifier: MIT */
#include "win/dxgi/input_layout.h"
#include "win/dxgi/render.h"

#include <strings.h>

#include "win/dxgi/format.h"
#include "win/dxgi/say.h"

static void layout_destroy(struct xfi_child *child)
{
	free(xfi_input_layout_of(child));
}

static void *layout_query(struct xfi_child *child, REFIID riid)
{
	if (xfi_iid_is(riid, &IID_IUnknown))
		return child->device->is_d3d10 ? (void *)&child->d3d10 : &child->d3d11;
	if (xfi_iid_is(riid, &IID_ID3D11DeviceChild) || xfi_iid_is(riid, &IID_ID3D11InputLayout))
		return &child->d3d11;
	if (xfi_iid_is(riid, &IID_ID3D10DeviceChild) || xfi_iid_is(riid, &IID_ID3D10InputLayout))
		return &child->d3d10;
	return NULL;
}

static const struct xfi_child_type layout_type = { .destroy = layout_destroy,
	.query = layout_query };
static const ID3D11InputLayoutVtbl layout11_vtbl = { XFI_CHILD_METHODS(ID3D11InputLayout, 11) };
static const ID3D10InputLayoutVtbl layout10_vtbl = { XFI_CHILD_METHODS(ID3D10InputLayout, 10) };

/* What is known of a vertex buffer's slot after some of the elements. */
struct slot {
	bool used;
	D3D11_INPUT_CLASSIFICATION class;
	UINT step, end_bytes;
};

/* As many elements as slots. D3D10.0 has half of what came later. */
#define MAX_ELEMENTS D3D11_IA_VERTEX_INPUT_RESOURCE_SLOT_COUNT

static UINT limit(const struct xfi_device *device)
{
	return device->is_d3d10 && device->level < D3D_FEATURE_LEVEL_10_1
		       ? D3D10_IA_VERTEX_INPUT_RESOURCE_SLOT_COUNT
		       : MAX_ELEMENTS;
}

/* All elements of a slot step alike; those of each vertex do not step. */
static const struct xfi_fault *steps(const D3D11_INPUT_ELEMENT_DESC *element, struct slot *slot)
{
	UINT step = element->InstanceDataStepRate;
	XFI_UNLESS(element->InputSlotClass == D3D11_INPUT_PER_VERTEX_DATA ||
			   element->InputSlotClass == D3D11_INPUT_PER_INSTANCE_DATA,
		CREATEINPUTLAYOUT_INVALIDINPUTSLOTCLASS);
	XFI_UNLESS(!step || element->InputSlotClass == D3D11_INPUT_PER_INSTANCE_DATA,
		CREATEINPUTLAYOUT_STEPRATESLOTCLASSMISMATCH);
	XFI_UNLESS(!slot->used || slot->class == element->InputSlotClass,
		CREATEINPUTLAYOUT_INVALIDSLOTCLASSCHANGE);
	XFI_UNLESS(!slot->used || slot->step == step, CREATEINPUTLAYOUT_INVALIDSTEPRATECHANGE);
	slot->used = true;
	slot->class = element->InputSlotClass;
	slot->step = step;
	return NULL;
}

/* Elements lie at multiples of their size, of four bytes at most, within what a vertex may have. */
static const struct xfi_fault *place(
	const D3D11_INPUT_ELEMENT_DESC *element, struct slot *slot, UINT *ret_offset)
{
	UINT bytes = xfi_format(element->Format)->bytes, align = bytes < 4 ? bytes : 4;
	UINT offset = element->AlignedByteOffset;
	if (offset == D3D11_APPEND_ALIGNED_ELEMENT)
		offset = (slot->end_bytes + align - 1) / align * align;
	XFI_UNLESS(offset % align == 0 &&
			   offset <= D3D11_REQ_MULTI_ELEMENT_STRUCTURE_SIZE_IN_BYTES - bytes,
		CREATEINPUTLAYOUT_INVALIDALIGNMENT);
	slot->end_bytes = offset + bytes;
	*ret_offset = offset;
	return NULL;
}

static bool is_taken(const D3D11_INPUT_ELEMENT_DESC *elements, UINT i)
{
	for (UINT j = 0; j < i; j++)
		if (elements[j].SemanticIndex == elements[i].SemanticIndex &&
			!strcasecmp(elements[j].SemanticName, elements[i].SemanticName))
			return true;
	return false;
}

static const struct xfi_fault *check(
	const struct xfi_device *device, const D3D11_INPUT_ELEMENT_DESC *elements, UINT i)
{
	XFI_UNLESS(elements[i].SemanticName, CREATEINPUTLAYOUT_NULLSEMANTIC);
	XFI_UNLESS(elements[i].InputSlot < limit(device), CREATEINPUTLAYOUT_INVALIDSLOT);
	XFI_UNLESS(xfi_format_support(elements[i].Format) & D3D11_FORMAT_SUPPORT_IA_VERTEX_BUFFER,
		CREATEINPUTLAYOUT_INVALIDFORMAT);
	XFI_UNLESS(!is_taken(elements, i), CREATEINPUTLAYOUT_DUPLICATESEMANTIC);
	return NULL;
}

/* One whose name is longer than any shader's is for none, and is left out. */
static const struct xfi_fault *resolve(const struct xfi_device *device,
	const D3D11_INPUT_ELEMENT_DESC *elements, UINT count,
	struct xfi_input_element *ret_elements, UINT *ret_n)
{
	struct slot slots[MAX_ELEMENTS] = { 0 };
	XFI_UNLESS(!count || elements, CREATEINPUTLAYOUT_NULLDESC);
	XFI_UNLESS(count <= limit(device), CREATEINPUTLAYOUT_TOOMANYELEMENTS);
	for (UINT i = 0; i < count; i++) {
		const D3D11_INPUT_ELEMENT_DESC *from = &elements[i];
		struct xfi_input_element *to = &ret_elements[*ret_n];
		const struct xfi_fault *fault = check(device, elements, i);
		UINT offset;
		if (!fault)
			fault = steps(from, &slots[from->InputSlot]);
		if (!fault)
			fault = place(from, &slots[from->InputSlot], &offset);
		if (fault)
			return fault;
		if (strlen(from->SemanticName) >= sizeof(to->name))
			continue;
		*to = (struct xfi_input_element){ .index = from->SemanticIndex,
			.format = from->Format,
			.slot = from->InputSlot,
			.offset_bytes = offset,
			.per_instance = from->InputSlotClass == D3D11_INPUT_PER_INSTANCE_DATA,
			.step = from->InstanceDataStepRate };
		memcpy(to->name, from->SemanticName, strlen(from->SemanticName));
		(*ret_n)++;
	}
	return NULL;
}

static bool has(
	const struct xfi_input_element *elements, UINT n, const struct xfi_shader_element *input)
{
	for (UINT i = 0; i < n; i++)
		if (elements[i].index == input->index && !strcasecmp(elements[i].name, input->name))
			return true;
	return false;
}

/* What the shader reads and nobody makes for it has to come from a buffer. */
static HRESULT check_inputs(struct xfi_device *device, const struct xfi_input_element *elements,
	UINT n, const void *code, SIZE_T size)
{
	struct xfi_shader_element *inputs;
	UINT n_inputs;
	HRESULT hr = code ? xfi_shader_inputs(code, size, &inputs, &n_inputs) : E_INVALIDARG;
	if (FAILED(hr)) {
		xfi_device_say(device, D3D11_MESSAGE_CATEGORY_STATE_CREATION,
			D3D11_MESSAGE_SEVERITY_ERROR,
			D3D11_MESSAGE_ID_CREATEINPUTLAYOUT_UNPARSEABLEINPUTSIGNATURE,
			"CreateInputLayout: no shader with a signature");
		return hr;
	}
	for (UINT i = 0; i < n_inputs && SUCCEEDED(hr); i++)
		if (inputs[i].location != UINT_MAX && !has(elements, n, &inputs[i])) {
			xfi_device_say(device, D3D11_MESSAGE_CATEGORY_STATE_CREATION,
				D3D11_MESSAGE_SEVERITY_ERROR,
				D3D11_MESSAGE_ID_CREATEINPUTLAYOUT_MISSINGELEMENT,
				"CreateInputLayout: the shader reads %s%u, which no element is",
				inputs[i].name, inputs[i].index);
			hr = E_INVALIDARG;
		}
	free(inputs);
	return hr;
}

static struct xfi_input_layout *make(
	struct xfi_device *device, const struct xfi_input_element *elements, UINT n)
{
	struct xfi_input_layout *layout = calloc(1, sizeof(*layout) + n * sizeof(*elements));
	if (!layout)
		return NULL;
	layout->n_elements = n;
	memcpy(layout->elements, elements, n * sizeof(*elements));
	xfi_child_init(&layout->child, device, &layout_type);
	layout->child.d3d11.lpVtbl = (const void *)&layout11_vtbl;
	layout->child.d3d10.lpVtbl = (const void *)&layout10_vtbl;
	return layout;
}

HRESULT xfi_input_layout_create(struct xfi_device *device, const D3D11_INPUT_ELEMENT_DESC *elements,
	UINT count, const void *code, SIZE_T size, struct xfi_input_layout **ret_layout)
{
	struct xfi_input_element resolved[MAX_ELEMENTS];
	const struct xfi_fault *fault;
	UINT n = 0;
	HRESULT hr;
	fault = resolve(device, elements, count, resolved, &n);
	if (FAILED(xfi_render_removed(device)))
		return DXGI_ERROR_DEVICE_REMOVED;
	if (fault) {
		xfi_device_say_fault(device, fault);
		return E_INVALIDARG;
	}
	hr = check_inputs(device, resolved, n, code, size);
	if (FAILED(hr) || !ret_layout)
		return FAILED(hr) ? hr : S_FALSE;
	*ret_layout = make(device, resolved, n);
	return *ret_layout ? S_OK : E_OUTOFMEMORY;
}
