/* SPDX-License-Identifier: MIT */
#include "win/dxgi/say.h"

#include <stdarg.h>
#include <stdio.h>

#include "win/dxgi/info_queue.h"

void xfi_device_say(struct xfi_device *device, D3D11_MESSAGE_CATEGORY category,
	D3D11_MESSAGE_SEVERITY severity, D3D11_MESSAGE_ID id, const char *format, ...)
{
	char text[512];
	va_list args;
	if (!device->info_queue)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* Without memory there is one message less. */
	(void)xfi_info_queue_add(device->info_queue, category, severity, id, text);
}

void xfi_device_say_fault(struct xfi_device *device, const struct xfi_fault *fault)
{
	xfi_device_say(device, D3D11_MESSAGE_CATEGORY_STATE_CREATION, D3D11_MESSAGE_SEVERITY_ERROR,
		fault->id, "refused: %s", fault->name);
}
