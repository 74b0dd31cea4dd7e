/* SPDX-License-Identifier: MIT */
/* Values as people read them, and text of others made harmless for a terminal. */
#ifndef CROSSFENCE_TOOL_TEXT_H
#define CROSSFENCE_TOOL_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include <crossfence/domain.h>

/*
 * Replaces, in place, every byte that is not part of well-formed printable UTF-8 by '?': control
 * characters, C1 controls in their two-byte spelling, and broken sequences.
 */
void text_clean(char *text);

/* Columns that cleaned `text` takes on a terminal. */
size_t text_width(const char *text);

/* Cuts cleaned `text` so that it takes at most `columns`. */
void text_cut(char *text, size_t columns);

/* The same, but between words, so that no number is cut, and with " >" where something is missing.
 */
void text_cut_words(char *text, size_t columns);

/* Leaves cleaned text as it is in a UTF-8 locale, else replaces what is not ASCII by '?'. */
void text_for_terminal(char *text);

/* 512 B, 7.9 MiB, 1.0 GiB: powers of 1024. All return `buffer`. */
#define TEXT_SIZE 32
char *text_bytes(char buffer[TEXT_SIZE], uint64_t bytes);
/* 850 us, 16.7 ms, 3.2 s, 2 min 5 s, 3 h 12 min, 4 d 2 h. */
char *text_duration(char buffer[TEXT_SIZE], int64_t ns);
/* AB24; RAW for 0; bytes that are not printable as '?'. */
char *text_fourcc(char buffer[TEXT_SIZE], uint32_t fourcc);
/* 0x0300000000000001: 16 digits, so that it is always an id and never a label. */
char *text_id(char buffer[TEXT_SIZE], xf_id id);

/* "keyed mutex" for people, "keyed_mutex" for machines. Static. */
const char *text_type(enum xf_type type);
const char *text_type_key(enum xf_type type);

/* 0, or -EINVAL when `text` is not entirely a number (decimal or 0x). */
int text_to_u64(const char *text, uint64_t *ret_value);
/* Seconds with a fraction, 0 to ten years, as nanoseconds. 0 or -EINVAL. */
int text_to_ns(const char *text, int64_t *ret_ns);

#endif
