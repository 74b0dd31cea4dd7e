/* SPDX-License-Identifier: MIT */
/* A stage for tests that draw: a device, a target, and its pixels. */
#ifndef XFT_DRAW_H
#define XFT_DRAW_H

#include "d3d.h"

#include "dxbc_shaders.h"

struct stage {
	ID3D11Device *device;
	ID3D11DeviceContext *context;
	ID3D11Texture2D *texture;
	ID3D11RenderTargetView *target;
	UINT width, height;
	/* quad.c's, made when they are first used */
	ID3D11VertexShader *quad_vs;
	ID3D11PixelShader *quad_ps[3];
};

struct vertex {
	float position[4], colour[4];
};

/* The target is black, bound, and the viewport is all of it. */
void stage_open(struct stage *stage, UINT width, UINT height, DXGI_FORMAT format);
/* The same, of a device made with these flags. */
void stage_open_with(struct stage *stage, UINT flags, UINT width, UINT height, DXGI_FORMAT format);
void stage_close(struct stage *stage);

/* All of a texture's first level, row by row; free() it. */
void *texture_pixels(ID3D11Device *device, ID3D11Texture2D *texture, UINT bytes);

/* All of a buffer; free() it. */
void *buffer_bytes(ID3D11Device *device, ID3D11Buffer *buffer);

ID3D11Buffer *make_buffer(ID3D11Device *device, UINT bind, const void *data, UINT size);

ID3D11VertexShader *make_vs(ID3D11Device *device, struct dxbc code);
ID3D11PixelShader *make_ps(ID3D11Device *device, struct dxbc code);
ID3D11ComputeShader *make_cs(ID3D11Device *device, struct dxbc code);

/* Positions and colours of struct vertex, from slot 0, with shaders that pass them on. */
void stage_set_colours(struct stage *stage);

/* Draws the vertices as a list of triangles. */
void stage_draw(struct stage *stage, const struct vertex *vertices, UINT count);

/* Is each of the four bytes within 1 of what is expected? */
bool is_near(uint32_t pixel, uint32_t expected);

#endif
