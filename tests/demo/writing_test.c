/* SPDX-License-Identifier: MIT */
/* Captions: does every letter show, and does each line keep to its room? */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "writing.h"

#define WIDTH  600
#define HEIGHT 40
#define LEFT   20

static const struct ink ink = { 19, { 255, 255, 255 } };
static struct writing *writing;

static struct image draw(const char *text, uint32_t room_px)
{
	struct image paper;
	assert_int_equal(image_init(&paper, WIDTH, HEIGHT), 0);
	image_fill(&paper, 0, 0, 0);
	writing_draw(writing, &paper, &ink, LEFT, 28, room_px, text);
	return paper;
}

static bool same(const char *a, const char *b)
{
	struct image left = draw(a, WIDTH), right = draw(b, WIDTH);
	bool equal = memcmp(left.rgba, right.rgba, (size_t)WIDTH * HEIGHT * 4) == 0;
	image_finish(&left);
	image_finish(&right);
	return equal;
}

/* The first and the last column with something on it. */
static void extent(const struct image *paper, uint32_t *ret_first, uint32_t *ret_last)
{
	*ret_first = WIDTH;
	*ret_last = 0;
	for (uint32_t y = 0; y < HEIGHT; y++) {
		for (uint32_t x = 0; x < WIDTH; x++) {
			if (!image_row(paper, y)[x * 4])
				continue;
			*ret_first = x < *ret_first ? x : *ret_first;
			*ret_last = x > *ret_last ? x : *ret_last;
		}
	}
}

static void letters_beyond_ascii_have_shapes_of_their_own(void **state)
{
	assert_true(same("\u017c", "\u017c"));
	assert_false(same("\u017c", "?"));
	assert_false(same("\u017c", "z"));
	assert_false(same("\u0416", "\u0417"));
	assert_false(same("\u0416", ""));
}

static void a_line_keeps_to_its_room_and_keeps_its_end(void **state)
{
	char text[256];
	uint32_t first, last;
	memset(text, 'm', sizeof(text) - 1);
	memcpy(text + sizeof(text) - 5, ".jpg", 5);
	for (uint32_t room = 0; room < 300; room += 7) {
		struct image paper = draw(text, room);
		extent(&paper, &first, &last);
		assert_true(first >= LEFT);
		assert_true(last <= LEFT + room);
		if (room > 2 * ink.size_px)
			assert_true(last > LEFT + room - 2 * ink.size_px);
		image_finish(&paper);
	}
	uint32_t whole = writing_width(writing, &ink, "a.jpg");
	assert_true(same("a.jpg", "a.jpg") && whole > 0 && whole < 100);
}

static void bytes_that_are_no_letters_do_no_harm(void **state)
{
	assert_false(same("\xff", ""));
	assert_true(same("\xff", "\xfe"));
	assert_false(same("a\xe2\x82", "a")); /* cut off in a letter */
}

static void a_system_without_fonts_writes_nothing(void **state)
{
	struct writing *kept = writing;
	writing = NULL;
	assert_true(same("text", ""));
	assert_int_equal(writing_width(writing, &ink, "text"), 0);
	writing = kept;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(letters_beyond_ascii_have_shapes_of_their_own),
		cmocka_unit_test(a_line_keeps_to_its_room_and_keeps_its_end),
		cmocka_unit_test(bytes_that_are_no_letters_do_no_harm),
		cmocka_unit_test(a_system_without_fonts_writes_nothing),
	};
	if (writing_open(&writing)) {
		puts("no font is installed");
		return 77;
	}
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	writing_close(writing);
	return failed;
}
