/* SPDX-License-Identifier: MIT */
/* Whole shaders that several tests draw with. dxbc_free() them. */
#ifndef XFT_DXBC_SHADERS_H
#define XFT_DXBC_SHADERS_H

#include "dxbc.h"

/* POSITION and COLOR (float4 each) in registers 0 and 1, to SV_Position and COLOR. */
struct dxbc dxbc_vs_pass(void);
/* COLOR in register 1, to SV_Target. */
struct dxbc dxbc_ps_color(void);
/* TEXCOORD in register 1 (x, y), texture 0 and sampler 0, to SV_Target. */
struct dxbc dxbc_ps_texture(void);
/* cb0[0] to SV_Target. */
struct dxbc dxbc_ps_constant(void);
/* 8 x 8 threads: u0[thread] = cb0[0]. */
struct dxbc dxbc_cs_fill(void);

#endif
