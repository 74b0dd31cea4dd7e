/* SPDX-License-Identifier: MIT */
/*
 * A gate in a device's queue: what is recorded behind it waits until another device's context opens
 * it. Whoever waits for the GPU before that waits for ever.
 */
#ifndef XFT_GATE_H
#define XFT_GATE_H

#include "d3d.h"

struct gate {
	ID3D11DeviceContext4 *context; /* of the device; NULL: it was left */
	ID3D11Device5 *opener;
	ID3D11DeviceContext4 *opener_context;
	ID3D11Fence *fence, *fence_there;
	UINT64 value;
};

void gate_make(struct gate *gate, ID3D11Device *device);
void gate_free(struct gate *gate);
/* Gives up what it has of the device, which may end before the gate is opened. */
void gate_leave(struct gate *gate);

/* From here on. The test ends by SIGALRM if it is not opened within a minute. */
void gate_shut(struct gate *gate);
void gate_open(struct gate *gate);

#endif
