/* SPDX-License-Identifier: MIT */
/* Shaders from HLSL, and quads over the whole of a stage. */
#ifndef XFT_QUAD_H
#define XFT_QUAD_H

#include "draw.h"

#include <d3dcompiler.h>

ID3DBlob *compile(const char *source, const char *entry, const char *target);
ID3D11VertexShader *compile_vs(ID3D11Device *device, const char *source, const char *entry);
ID3D11PixelShader *compile_ps(ID3D11Device *device, const char *source, const char *entry);

/* Sets shaders: "solid" in the colour of draw_quad(), "textured" by t0 and s0, or "two" targets. */
void use_quad(struct stage *stage, const char *ps_entry);

/* A quad over the whole target, in this colour and depth. */
void draw_quad(struct stage *stage, float r, float g, float b, float a, float depth);

/* All of the target's pixels are near this one. */
void expect_all(struct stage *stage, uint32_t expected);

#endif
