#version 450
#extension GL_GOOGLE_include_directive : require
/* SPDX-License-Identifier: MIT */
/* A picture of the contact sheet: the surface, made smaller by the filter that scale.h speaks of. */
#include "frame.glsl"

layout(set = 0, binding = 0, rgba8) uniform readonly image2D surface;
layout(push_constant) uniform Card { uvec2 size; };
layout(location = 0) out vec4 colour;

void main()
{
	vec2 ratio = vec2(WIDTH, HEIGHT) / vec2(size), radius = max(ratio, vec2(1));
	vec2 centre = gl_FragCoord.xy * ratio - 0.5;
	ivec2 first = max(ivec2(ceil(centre - radius)), ivec2(0));
	ivec2 last = min(ivec2(floor(centre + radius)), ivec2(WIDTH - 1, HEIGHT - 1));
	vec4 sum = vec4(0);
	float weights = 0;
	for (int y = first.y; y <= last.y; y++) {
		for (int x = first.x; x <= last.x; x++) {
			vec2 near = 1 - abs(vec2(x, y) - centre) / radius;
			sum += imageLoad(surface, ivec2(STAMP + x, y)) * near.x * near.y;
			weights += near.x * near.y;
		}
	}
	colour = sum / weights;
}
