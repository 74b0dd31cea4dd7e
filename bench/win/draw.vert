#version 450
/* A small triangle somewhere: the binding is where the D3D devices have constant buffer 0. */
layout(set = 0, binding = 0) uniform C { vec4 place; vec4 colour; } c;
void main()
{
	vec2 corner = vec2(gl_VertexIndex & 1, gl_VertexIndex >> 1);
	gl_Position = vec4(c.place.xy + corner * c.place.zw, 0.0, 1.0);
}
