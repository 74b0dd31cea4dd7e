/* SPDX-License-Identifier: MIT */
/*
 * Columns of text, as wide as their widest cell. Cells are filled in reading order. A heading that
 * begins with '>' makes a column of numbers, aligned to the right. The last column is never padded.
 */
#ifndef CROSSFENCE_TOOL_TABLE_H
#define CROSSFENCE_TOOL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define TABLE_COLUMNS_MAX 12

struct table {
	size_t n_columns;
	bool right[TABLE_COLUMNS_MAX];
	size_t width[TABLE_COLUMNS_MAX];
	bool hidden[TABLE_COLUMNS_MAX]; /* from table_line() */
	char **cells; /* owned, row by row; row 0 is the heading */
	size_t n_cells, room;
};

/* Headings end with NULL. */
__attribute__((sentinel)) void table_init(struct table *table, ...);
void table_finish(struct table *table);

__attribute__((format(printf, 2, 3))) void table_cell(struct table *table, const char *format, ...);

/* Number of complete rows, the heading included. */
size_t table_rows(const struct table *table);
/*
 * Hides what does not fit into `width`: the first `kept` columns stay, then those from `first` on;
 * a column of text is cut where there is some room. Returns the first one after these that is not
 * shown as a whole, or would not be if it were alone beside the kept ones.
 */
size_t table_fit(struct table *table, size_t kept, size_t first, size_t width);
/* Row `row` as one line without newline; cut to `size`, where it would not fit. */
void table_line(const struct table *table, size_t row, char *line, size_t size);
void table_print(const struct table *table, FILE *to);

#endif
