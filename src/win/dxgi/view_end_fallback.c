/* SPDX-License-Identifier: MIT */
/* There is nothing. */
#include "win/dxgi/view_end.h"

void xfi_view_end(struct xfi_view *view)
{
}
