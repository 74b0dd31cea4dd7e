/* SPDX-License-Identifier: MIT */
/* Is every mixture of two frames noticed? */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stamp.h"

#define BYTES ((size_t)FRAME_STRIDE * FRAME_HEIGHT_PX)

struct fixture {
	struct slide one, other;
	uint8_t *data;
};

static uint8_t *make_pixels(unsigned seed)
{
	size_t n = (size_t)FRAME_WIDTH_PX * FRAME_HEIGHT_PX * 4;
	uint8_t *pixels = malloc(n);
	for (size_t i = 0; i < n; i++)
		pixels[i] = (uint8_t)(i * 31 + (i >> 9) * seed);
	return pixels;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	slide_init(&f->one, 1, make_pixels(7));
	slide_init(&f->other, 2, make_pixels(11));
	f->data = calloc(1, BYTES);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	slide_finish(&f->one);
	slide_finish(&f->other);
	free(f->data);
	free(f);
	return 0;
}

static uint32_t bad_rows(const struct fixture *f)
{
	struct stamp_result result;
	stamp_check(f->data, &result);
	return result.bad_rows;
}

static void a_whole_frame_is_good(void **state)
{
	struct fixture *f = *state;
	struct stamp_result result;
	stamp_paint(f->data, &f->one, 41, 0, FRAME_HEIGHT_PX);
	stamp_check(f->data, &result);
	assert_int_equal(result.bad_rows, 0);
	assert_int_equal(result.frame, 41);
	assert_int_equal(result.picture, 1);
	assert_true(result.checksum == f->one.checksum);
	assert_int_equal(stamp_peek(f->data), 41);
}

static void nothing_yet_is_no_frame(void **state)
{
	struct fixture *f = *state;
	struct stamp_result result;
	memset(f->data, 0, BYTES);
	stamp_check(f->data, &result);
	assert_int_equal(result.frame, 0);
	assert_int_equal(result.bad_rows, FRAME_HEIGHT_PX);
}

/* Also when both frames show the same picture: only the stamps can tell. */
static void half_a_frame_over_another_is_torn(void **state)
{
	struct fixture *f = *state;
	for (uint32_t rows = 1; rows < FRAME_HEIGHT_PX; rows += 359) {
		stamp_paint(f->data, &f->one, 41, 0, FRAME_HEIGHT_PX);
		stamp_paint(f->data, &f->one, 42, 0, rows);
		assert_int_equal(bad_rows(f), FRAME_HEIGHT_PX - rows);
	}
}

static void one_row_of_another_frame_is_torn(void **state)
{
	struct fixture *f = *state;
	stamp_paint(f->data, &f->one, 41, 0, FRAME_HEIGHT_PX);
	stamp_paint(f->data, &f->other, 42, 1079, 1080);
	assert_int_equal(bad_rows(f), 1);
}

/* A row copied half way: pixels and stamp do not belong together. */
static void part_of_a_row_is_torn(void **state)
{
	struct fixture *f = *state;
	struct stamp_result result;
	uint8_t *row = stamp_pixels(f->data) + (size_t)500 * FRAME_STRIDE;
	stamp_paint(f->data, &f->one, 41, 0, FRAME_HEIGHT_PX);
	memcpy(row, f->other.rgba + (size_t)500 * FRAME_WIDTH_PX * 4, 64);
	stamp_check(f->data, &result);
	assert_int_equal(result.bad_rows, 1);
	assert_true(result.checksum != f->one.checksum);
}

static void every_changed_bit_is_noticed(void **state)
{
	struct fixture *f = *state;
	stamp_paint(f->data, &f->one, 41, 0, FRAME_HEIGHT_PX);
	for (size_t bit = 0; bit < 40 * 8; bit += 13) { /* in the stamp of row 1 */
		uint8_t *byte = f->data + FRAME_STRIDE + bit / 8;
		*byte ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(bad_rows(f), 1);
		*byte ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t at = STAMP_BYTES; at < FRAME_STRIDE; at += 509) { /* in its pixels */
		f->data[FRAME_STRIDE + at] ^= 1;
		assert_int_equal(bad_rows(f), 1);
		f->data[FRAME_STRIDE + at] ^= 1;
	}
	assert_int_equal(bad_rows(f), 0);
}

static void rows_in_the_wrong_place_are_noticed(void **state)
{
	struct fixture *f = *state;
	uint8_t *row = malloc(FRAME_STRIDE);
	stamp_paint(f->data, &f->one, 41, 0, FRAME_HEIGHT_PX);
	memcpy(row, f->data + (size_t)10 * FRAME_STRIDE, FRAME_STRIDE);
	memcpy(f->data + (size_t)20 * FRAME_STRIDE, row, FRAME_STRIDE);
	assert_int_equal(bad_rows(f), 1);
	free(row);
}

static void stamps_lie_inside_the_surface(void **state)
{
	struct xf_surface_desc desc;
	uint64_t size;
	stamp_surface_desc(&desc);
	assert_int_equal(xf_surface_layout(&desc, &size), 0);
	assert_int_equal(size, BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_frame_is_good),
		cmocka_unit_test(nothing_yet_is_no_frame),
		cmocka_unit_test(half_a_frame_over_another_is_torn),
		cmocka_unit_test(one_row_of_another_frame_is_torn),
		cmocka_unit_test(part_of_a_row_is_torn),
		cmocka_unit_test(every_changed_bit_is_noticed),
		cmocka_unit_test(rows_in_the_wrong_place_are_noticed),
		cmocka_unit_test(stamps_lie_inside_the_surface),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
