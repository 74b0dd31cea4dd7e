/* SPDX-License-Identifier: MIT */
/* The interfaces of state objects, of D3D11 and of D3D10. */
#ifndef XFI_WIN_STATE_FACES_H
#define XFI_WIN_STATE_FACES_H

#include "win/dxgi/state.h"

void xfi_state_init_faces(struct xfi_state *state);

#endif
