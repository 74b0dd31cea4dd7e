/* SPDX-License-Identifier: MIT */
/* By way of a buffer that both sides can reach: so all is copied to that can be copied to. */
#include "win/dxgi/counter_copy.h"

#include "win/dxgi/command.h"
#include "win/dxgi/counter.h"
#include "win/dxgi/render.h"

static struct xfi_resource *make_between(struct xfi_device *device, UINT count)
{
	const struct xfi_desc desc = { .dimension = D3D11_RESOURCE_DIMENSION_BUFFER,
		.width = sizeof(count),
		.height = 1,
		.depth = 1,
		.mips = 1,
		.array = 1,
		.samples = { 1, 0 } };
	const D3D11_SUBRESOURCE_DATA data = { .pSysMem = &count };
	struct xfi_resource *between;
	return SUCCEEDED(xfi_resource_create(device, &desc, &data, &between)) ? between : NULL;
}

void xfi_counter_copy(struct xfi_resource *to, UINT at, struct xfi_view *view)
{
	if (!to || !view || to->desc.dimension != D3D11_RESOURCE_DIMENSION_BUFFER || at % 4 ||
		!xfi_counter_is_there(view))
		return;
	struct xfi_device *device = view->child.device;
	xfi_device_lock(device);
	struct xfi_resource *between = make_between(device, view->counted);
	int r = between ? xfi_counter_fetch(view, between) : -ENOMEM;
	(void)xfi_render_note(device, r);
	xfi_device_unlock(device);
	if (!r)
		xfi_command_copy_region(to, 0, at, 0, 0, between, 0, NULL);
	if (between)
		xfi_child_release(&between->child);
}
