/* SPDX-License-Identifier: MIT */
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "text.h"
#include "top_screen.h"
#include "top_view.h"

#define FIRST_ROW 5 /* above: title, members, totals, notice, heading */
#define KEPT	  2 /* columns that stay: what an object is, and what it is called */
enum { RED = 1, GREEN = 2 };

struct top_screen {
	SCREEN *terminal;
	size_t first; /* the object in the first row, among those shown */
	size_t n_shown;
	size_t skipped; /* columns between KEPT and the next one that is shown */
	bool more_right; /* columns */
	bool active_only;
	size_t width[TABLE_COLUMNS_MAX]; /* widest so far, so that columns stay where they are */
};

struct top_screen *top_screen_open(void)
{
	struct top_screen *s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->terminal = newterm(NULL, stdout, stdin);
	if (!s->terminal) {
		free(s);
		return NULL;
	}
	cbreak();
	noecho();
	curs_set(0);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(25);
	if (has_colors()) {
		start_color();
		use_default_colors();
		init_pair(RED, COLOR_RED, -1);
		init_pair(GREEN, COLOR_GREEN, -1);
	}
	return s;
}

void top_screen_close(struct top_screen *s)
{
	if (!s)
		return;
	endwin();
	delscreen(s->terminal);
	free(s);
}

static size_t rows(void)
{
	return LINES > FIRST_ROW ? (size_t)(LINES - FIRST_ROW) : 0;
}

static void scroll_to(struct top_screen *s, size_t first)
{
	size_t last = s->n_shown > rows() ? s->n_shown - rows() : 0;
	s->first = first < last ? first : last;
}

static void scroll_by(struct top_screen *s, size_t down, size_t up)
{
	scroll_to(s, s->first + down > up ? s->first + down - up : 0);
}

bool top_screen_keys(struct top_screen *s)
{
	int key;
	while ((key = getch()) != ERR) {
		switch (key) {
		case 'q':
		case 'Q':
			return true;
		case 'a':
			s->active_only = !s->active_only;
			s->first = 0;
			memset(s->width, 0, sizeof(s->width));
			break;
		case KEY_DOWN:
		case 'j':
			scroll_by(s, 1, 0);
			break;
		case KEY_UP:
		case 'k':
			scroll_by(s, 0, 1);
			break;
		case KEY_RIGHT:
		case 'l':
			s->skipped += s->more_right;
			break;
		case KEY_LEFT:
		case 'h':
			s->skipped -= s->skipped > 0;
			break;
		case KEY_NPAGE:
		case ' ':
			scroll_by(s, rows(), 0);
			break;
		case KEY_PPAGE:
			scroll_by(s, 0, rows());
			break;
		case KEY_HOME:
			scroll_to(s, 0);
			break;
		case KEY_END:
			scroll_to(s, s->n_shown);
			break;
		case 'L' & 0x1f: /* something else wrote on the terminal */
			clearok(stdscr, TRUE);
			break;
		default: /* a resize among them: all is drawn anew anyway */
			break;
		}
	}
	return false;
}

/* Writes `line` into row `y`, cut to the screen between words. */
static void put(int y, attr_t attributes, const char *line)
{
	char cut[TOP_LINE];
	if (y >= LINES)
		return;
	snprintf(cut, sizeof(cut), "%s", line);
	text_for_terminal(cut);
	text_cut_words(cut, (size_t)COLS);
	attrset(attributes);
	mvaddstr(y, 0, cut);
	attrset(A_NORMAL);
}

/* `n` objects are shown. The help stands at the right end, if the title leaves room. */
static void put_title(const struct top_screen *s, const char *name, size_t n)
{
	char line[TOP_LINE];
	const char *help = s->active_only ? "a all objects  arrows scroll  q quit"
					  : "a active objects  arrows scroll  q quit";
	int used = snprintf(line, sizeof(line), "crossfence top %s", name);
	if (s->n_shown > n)
		used += snprintf(line + used, sizeof(line) - (size_t)used, "  %zu-%zu of %zu",
			s->first + 1, s->first + n, s->n_shown);
	put(0, A_BOLD, line);
	int at = COLS - (int)strlen(help);
	if (at > used + 1)
		mvaddstr(0, at, help);
}

static void put_totals(const struct top_model *m)
{
	char line[TOP_LINE];
	struct top_totals totals = top_model_totals(m);
	put(2, totals.abandoned ? COLOR_PAIR(RED) : A_NORMAL, top_view_totals(line, m));
}

static attr_t attributes_of(const struct top_model *m, size_t i)
{
	const struct xf_object_info *o = &m->snapshot.objects[i];
	if (o->abandoned) /* bold too, for terminals and eyes without red */
		return COLOR_PAIR(RED) | A_BOLD;
	return o->owner_pid ? COLOR_PAIR(GREEN) : A_NORMAL;
}

/* Fills `shown`, which has room for all, with the numbers of the objects to be shown. */
static void choose(struct top_screen *s, const struct top_model *m, size_t *shown)
{
	s->n_shown = 0;
	for (size_t i = 0; i < m->snapshot.n_rows; i++)
		if (!s->active_only || top_model_is_active(m, m->snapshot.rows[i]))
			shown[s->n_shown++] = m->snapshot.rows[i];
	scroll_to(s, s->first); /* they may have become fewer */
}

static void keep_columns(struct top_screen *s, struct table *table)
{
	for (size_t i = 0; i < table->n_columns; i++) {
		if (s->width[i] < table->width[i])
			s->width[i] = table->width[i];
		table->width[i] = s->width[i];
	}
}

/* No further to the right than there is something to see. */
static void choose_columns(struct top_screen *s, struct table *table)
{
	size_t last = table->n_columns - 1 - KEPT, room = COLS > 2 ? (size_t)COLS - 2 : 0;
	s->skipped = s->skipped < last ? s->skipped : last;
	while (s->skipped &&
		table_fit(table, KEPT, KEPT + s->skipped - 1, (size_t)COLS) == table->n_columns)
		s->skipped--;
	size_t end = table_fit(table, KEPT, KEPT + s->skipped, (size_t)COLS);
	if (end < table->n_columns) /* room for the mark */
		end = table_fit(table, KEPT, KEPT + s->skipped, room);
	s->more_right = end < table->n_columns;
}

/* Says on which side there are more columns. */
static void put_heading(struct top_screen *s, struct table *table)
{
	char line[TOP_LINE];
	choose_columns(s, table);
	table_line(table, 0, line, sizeof(line));
	put(FIRST_ROW - 1, A_UNDERLINE, line);
	attrset(A_BOLD);
	if (s->more_right)
		mvaddch(FIRST_ROW - 1, COLS - 1, '>');
	size_t left = table->width[0] + 2 + table->width[1];
	if (s->skipped && left < (size_t)COLS)
		mvaddch(FIRST_ROW - 1, (int)left, '<');
	attrset(A_NORMAL);
}

/* Returns how many found room. */
static size_t put_objects(struct top_screen *s, const struct top_model *m)
{
	size_t *shown = calloc(m->snapshot.n_objects + 1, sizeof(*shown));
	char line[TOP_LINE];
	struct table table;
	if (!shown)
		return 0;
	choose(s, m, shown);
	size_t n = s->n_shown - s->first < rows() ? s->n_shown - s->first : rows();
	top_view_begin(&table);
	for (size_t i = 0; i < n; i++)
		top_view_row(&table, m, shown[s->first + i]);
	keep_columns(s, &table);
	put_heading(s, &table);
	for (size_t i = 0; i < n; i++) {
		table_line(&table, i + 1, line, sizeof(line));
		put(FIRST_ROW + (int)i, attributes_of(m, shown[s->first + i]), line);
	}
	table_finish(&table);
	free(shown);
	return n;
}

void top_screen_draw(
	struct top_screen *s, const char *name, const struct top_model *m, const char *notice)
{
	char line[TOP_LINE];
	erase();
	put(3, A_BOLD, notice);
	if (m->taken_ns) {
		put(1, A_NORMAL, top_view_members(line, m));
		put_totals(m);
	}
	put_title(s, name, m->taken_ns ? put_objects(s, m) : s->n_shown);
	refresh();
}
