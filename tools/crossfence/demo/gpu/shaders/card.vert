#version 450
/* SPDX-License-Identifier: MIT */
/* One triangle that covers everything. */
void main()
{
	vec2 corner = vec2(gl_VertexIndex & 1, gl_VertexIndex >> 1);
	gl_Position = vec4(corner * 4 - 1, 0, 1);
}
