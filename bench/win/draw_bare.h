/* SPDX-License-Identifier: MIT */
/* The draws in bare Vulkan: one device, one queue, a command buffer for each frame. */
#ifndef BENCH_DRAW_BARE_H
#define BENCH_DRAW_BARE_H

#include <stddef.h>
#include <stdint.h>

/* SPIR-V, for both sides. */
struct bare_shader {
	const uint32_t *code;
	size_t bytes;
};
extern const struct bare_shader bare_vs, bare_ps;

/* Room for so many frames at once. Ends the program where something fails. */
void bare_open(uint32_t n_frames);
const char *bare_device(void);

/* Records and submits that many frames, and waits until all are done. */
void bare_draw(uint32_t n_frames);

#endif
