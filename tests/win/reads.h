/* SPDX-License-Identifier: MIT */
/*
 * What a compute shader reads of buffers. Every number of a buffer is its own place in it, counted
 * in numbers of four bytes, so what the shader reads says where it has read.
 */
#ifndef XFT_READS_H
#define XFT_READS_H

#include "quad.h"

enum { NUMBERS = 16384, MOST_TEXT = 1 << 16, MOST_LEAVES = 1500 };

/* What is expected of a source: the text of a shader that reads, and what each read gives. */
struct expectation {
	char text[MOST_TEXT];
	size_t length;
	float values[MOST_LEAVES];
	UINT n;
};

struct reads_gpu {
	struct stage stage;
	float numbers[NUMBERS];
};

void reads_open(struct reads_gpu *gpu);
/* Of so many numbers, structured; without a stride, as large as what is read. */
ID3D11Buffer *reads_buffer(struct reads_gpu *gpu, UINT bind, UINT stride, UINT misc);
ID3DBlob *reads_compile(const char *text, UINT flags);

__attribute__((format(printf, 2, 3))) void expect_text(
	struct expectation *expect, const char *format, ...);
/* Begins what reads. */
void expect_reads(struct expectation *expect);
/* The expression is this number. */
void expect_read(struct expectation *expect, const char *expression, UINT value);
/* With and without the optimizer; constants are at b0, b1 and what is bound for $Globals. */
void assert_reads(struct reads_gpu *gpu, struct expectation *expect);

#endif
