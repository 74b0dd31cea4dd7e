#version 450
layout(set = 1, binding = 0) uniform C { vec4 place; vec4 colour; } c;
layout(location = 0) out vec4 colour;
void main()
{
	colour = c.colour;
}
