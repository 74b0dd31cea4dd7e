/* SPDX-License-Identifier: MIT */
/* What top shows, in three shapes: lines of text, JSON, and a screen of a terminal. */
#ifndef CROSSFENCE_TOOL_TOP_VIEW_H
#define CROSSFENCE_TOOL_TOP_VIEW_H

#include "table.h"
#include "top_model.h"

#define TOP_LINE 512

/* "2 members: 12 producer (serves the name), 14 viewer". Both return `line`. */
char *top_view_members(char line[TOP_LINE], const struct top_model *model);
/* "18 of 16384 objects: 1 held, 2 abandoned, 1 waiting; 1 member died so far" */
char *top_view_totals(char line[TOP_LINE], const struct top_model *model);

/* Starts a table with its heading; then one row for each object. */
void top_view_begin(struct table *table);
void top_view_row(struct table *table, const struct top_model *model, size_t i);

/* One refresh on stdout. Return an exit status. */
int top_view_print(const char *name, const struct top_model *model);
int top_view_print_json(const char *name, const struct top_model *model);
/* The name is not served at the moment. */
int top_view_print_json_gone(const char *name);

#endif
