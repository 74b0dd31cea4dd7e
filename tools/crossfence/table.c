/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"
#include "exit_status.h"
#include "table.h"
#include "text.h"

/* A tool that has no memory for a few words cannot go on in any useful way. */
static void *need(void *memory)
{
	if (!memory)
		exit(complain(EXIT_FAILED, "out of memory"));
	return memory;
}

static void append(struct table *t, char *text)
{
	size_t column = t->n_cells % t->n_columns, width;
	if (t->n_cells == t->room) {
		t->room = t->room ? 2 * t->room : 64;
		t->cells = need(realloc(t->cells, t->room * sizeof(*t->cells)));
	}
	text_clean(text);
	text_for_terminal(text);
	width = text_width(text);
	if (width > t->width[column])
		t->width[column] = width;
	t->cells[t->n_cells++] = text;
}

void table_init(struct table *t, ...)
{
	const char *heading;
	va_list args;
	memset(t, 0, sizeof(*t));
	va_start(args, t);
	while (t->n_columns < TABLE_COLUMNS_MAX && (heading = va_arg(args, const char *)))
		t->right[t->n_columns++] = heading[0] == '>';
	va_end(args);
	va_start(args, t);
	for (size_t i = 0; i < t->n_columns; i++) {
		heading = va_arg(args, const char *);
		append(t, need(strdup(heading + t->right[i])));
	}
	va_end(args);
}

void table_finish(struct table *t)
{
	for (size_t i = 0; i < t->n_cells; i++)
		free(t->cells[i]);
	free(t->cells);
	memset(t, 0, sizeof(*t));
}

void table_cell(struct table *t, const char *format, ...)
{
	char *text = NULL;
	va_list args;
	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	append(t, need(text));
}

size_t table_rows(const struct table *t)
{
	return t->n_cells / t->n_columns;
}

static void put(char **to, char *end, const char *text, size_t blanks_before)
{
	for (; blanks_before && *to < end; blanks_before--)
		*(*to)++ = ' ';
	while (*text && *to < end)
		*(*to)++ = *text++;
	**to = 0;
}

#define CUT_LEAST 12 /* columns of a terminal, or a text that is cut is left out */

size_t table_fit(struct table *t, size_t kept, size_t first, size_t width)
{
	size_t used = 0; /* where the next column begins */
	for (size_t i = 0; i < t->n_columns; i++)
		t->hidden[i] = i >= kept;
	for (size_t i = 0; i < kept; i++)
		used += t->width[i] + 2;
	for (size_t i = first; i < t->n_columns; i++) {
		bool whole = used + t->width[i] <= width;
		bool cut = !t->right[i] && used + CUT_LEAST <= width;
		if (!whole && !cut)
			return i;
		t->hidden[i] = false;
		used += t->width[i] + 2;
		if (!whole)
			return i == first ? i + 1 : i;
	}
	return t->n_columns;
}

void table_line(const struct table *t, size_t row, char *line, size_t size)
{
	char *const end = line + size - 1;
	size_t blanks = 0; /* owed from the cells before; never written at the end of a line */
	*line = 0;
	for (size_t i = 0; i < t->n_columns; i++) {
		if (t->hidden[i])
			continue;
		const char *cell = t->cells[row * t->n_columns + i];
		size_t width = text_width(cell),
		       space = t->width[i] > width ? t->width[i] - width : 0;
		if (*cell)
			put(&line, end, cell, blanks + (t->right[i] ? space : 0));
		if (!*cell)
			blanks += t->width[i] + 2;
		else
			blanks = 2 + (t->right[i] ? 0 : space);
	}
}

void table_print(const struct table *t, FILE *to)
{
	char line[1024];
	for (size_t row = 0; row < table_rows(t); row++) {
		table_line(t, row, line, sizeof(line));
		fprintf(to, "%s\n", line);
	}
}
