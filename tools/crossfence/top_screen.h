/* SPDX-License-Identifier: MIT */
/* The live view on a terminal: ncurses, scrolling, abandoned objects in red. */
#ifndef CROSSFENCE_TOOL_TOP_SCREEN_H
#define CROSSFENCE_TOOL_TOP_SCREEN_H

#include "top_model.h"

struct top_screen;

/* NULL when the terminal is of an unknown kind; text does then. */
struct top_screen *top_screen_open(void);
/* Gives the terminal back as it was. NULL is allowed. */
void top_screen_close(struct top_screen *screen);

/* Draws everything; `notice` is the last thing that happened, or "". */
void top_screen_draw(struct top_screen *screen, const char *name, const struct top_model *model,
	const char *notice);

/* Takes all keys (and a resize) that came; true: quit. Draw afterwards. */
bool top_screen_keys(struct top_screen *screen);

#endif
