/* SPDX-License-Identifier: MIT */
/* A small assembler of shader model 4 and 5. */
#include "dxbc.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void put(struct dxbc_word_list *list, uint32_t word)
{
	if (list->n == list->room) {
		list->room = list->room ? list->room * 2 : 64;
		list->words = realloc(list->words, list->room * sizeof(*list->words));
		if (!list->words)
			abort();
	}
	list->words[list->n++] = word;
}

static void put_bytes(struct dxbc_word_list *list, const void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i += 4) {
		uint32_t word = 0;
		memcpy(&word, (const char *)bytes + i, size - i < 4 ? size - i : 4);
		put(list, word);
	}
}

struct dxbc dxbc_begin(enum dxbc_stage stage, unsigned model)
{
	struct dxbc dxbc = { .stage = stage, .model = model };
	put(&dxbc.code, (uint32_t)stage << 16 | model << 4);
	put(&dxbc.code, 0); /* its length, known at the end */
	return dxbc;
}

static void add(struct dxbc_signature *signature, const char *name, uint32_t index, uint32_t value,
	enum dxbc_component type, uint32_t reg, uint32_t mask)
{
	unsigned i = signature->n++;
	signature->elements[i].name = name;
	signature->elements[i].index = index;
	signature->elements[i].value = value;
	signature->elements[i].type = type;
	signature->elements[i].reg = reg;
	signature->elements[i].mask = mask;
}

void dxbc_input(struct dxbc *dxbc, const char *name, uint32_t index, uint32_t value,
	enum dxbc_component type, uint32_t reg, uint32_t mask)
{
	add(&dxbc->inputs, name, index, value, type, reg, mask | mask << 8);
}

/* What is written is said the other way round. */
void dxbc_output(struct dxbc *dxbc, const char *name, uint32_t index, uint32_t value,
	enum dxbc_component type, uint32_t reg, uint32_t mask)
{
	add(&dxbc->outputs, name, index, value, type, reg, mask | (0xf & ~mask) << 8);
}

void dxbc_chunk(struct dxbc *dxbc, const char tag[4], const void *bytes, uint32_t size)
{
	memcpy(&dxbc->more[dxbc->n_more].tag, tag, 4);
	dxbc->more[dxbc->n_more].bytes = bytes;
	dxbc->more[dxbc->n_more++].size = size;
}

void dxbc_word(struct dxbc *dxbc, uint32_t word)
{
	put(&dxbc->code, word);
}

void dxbc_op(struct dxbc *dxbc, uint32_t opcode, unsigned n, ...)
{
	size_t first = dxbc->code.n;
	va_list operands;
	put(&dxbc->code, opcode);
	va_start(operands, n);
	while (n--) {
		struct dxbc_operand operand = va_arg(operands, struct dxbc_operand);
		for (unsigned i = 0; i < operand.n; i++)
			put(&dxbc->code, operand.words[i]);
	}
	va_end(operands);
	dxbc->code.words[first] |= (uint32_t)(dxbc->code.n - first) << 24;
}

/* A chunk's head; the length is filled in by end_chunk(). */
static size_t begin_chunk(struct dxbc_word_list *list, uint32_t *ret_offset, uint32_t tag)
{
	*ret_offset = (uint32_t)list->n * 4;
	put(list, tag);
	put(list, 0);
	return list->n;
}

static void end_chunk(struct dxbc_word_list *list, size_t first)
{
	list->words[first - 1] = (uint32_t)(list->n - first) * 4;
}

static void put_signature(struct dxbc_word_list *list, const struct dxbc_signature *signature)
{
	uint32_t at = 8 + signature->n * 24;
	put(list, signature->n);
	put(list, 8);
	for (unsigned i = 0; i < signature->n; i++) {
		put(list, at);
		put(list, signature->elements[i].index);
		put(list, signature->elements[i].value);
		put(list, signature->elements[i].type);
		put(list, signature->elements[i].reg);
		put(list, signature->elements[i].mask);
		at += ((uint32_t)strlen(signature->elements[i].name) + 4) / 4 * 4;
	}
	for (unsigned i = 0; i < signature->n; i++)
		put_bytes(
			list, signature->elements[i].name, strlen(signature->elements[i].name) + 1);
}

static uint32_t tag(const char *text)
{
	uint32_t word;
	memcpy(&word, text, 4);
	return word;
}

void dxbc_end(struct dxbc *dxbc)
{
	struct dxbc_word_list list = { 0 };
	uint32_t offsets[8];
	unsigned n = 0, n_chunks = 3 + dxbc->n_more;
	size_t first;
	for (unsigned i = 0; i < 8 + n_chunks; i++)
		put(&list, i == 0 ? tag("DXBC") : i == 5 ? 1 : i == 7 ? n_chunks : 0);
	first = begin_chunk(&list, &offsets[n++], tag("ISGN"));
	put_signature(&list, &dxbc->inputs);
	end_chunk(&list, first);
	first = begin_chunk(&list, &offsets[n++], tag("OSGN"));
	put_signature(&list, &dxbc->outputs);
	end_chunk(&list, first);
	for (unsigned i = 0; i < dxbc->n_more; i++) {
		first = begin_chunk(&list, &offsets[n++], dxbc->more[i].tag);
		put_bytes(&list, dxbc->more[i].bytes, dxbc->more[i].size);
		end_chunk(&list, first);
	}
	dxbc->code.words[1] = (uint32_t)dxbc->code.n;
	first = begin_chunk(&list, &offsets[n++], tag(dxbc->model < 5 ? "SHDR" : "SHEX"));
	put_bytes(&list, dxbc->code.words, dxbc->code.n * 4);
	end_chunk(&list, first);
	list.words[6] = (uint32_t)list.n * 4;
	memcpy(&list.words[8], offsets, n * sizeof(offsets[0]));
	dxbc->bytes = (uint8_t *)list.words;
	dxbc->size = list.n * 4;
	dxbc_seal(dxbc->bytes, dxbc->size);
}

void dxbc_free(struct dxbc *dxbc)
{
	free(dxbc->code.words);
	free(dxbc->bytes);
	*dxbc = (struct dxbc){ 0 };
}

/* MD5's compression, by the book. */
static void mix(uint32_t state[4], const uint32_t words[16], const uint32_t sines[64])
{
	static const unsigned turns[16] = { 7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15,
		21 };
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	for (unsigned i = 0; i < 64; i++) {
		unsigned round = i / 16, turn = turns[round * 4 + i % 4];
		unsigned from = (round == 0	     ? i
					: round == 1 ? 5 * i + 1
					: round == 2 ? 3 * i + 5
						     : 7 * i) %
				16;
		uint32_t f = round == 0	  ? (b & c) | (~b & d)
			     : round == 1 ? (d & b) | (~d & c)
			     : round == 2 ? b ^ c ^ d
					  : c ^ (b | ~d);
		uint32_t sum = a + f + sines[i] + words[from];
		a = d;
		d = c;
		c = b;
		b += sum << turn | sum >> (32 - turn);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
}

/* |sin(i + 1)| * 2^32, by its series, so that the library's table is not only compared with itself.
 */
static uint32_t sine(unsigned i)
{
	long double x = i + 1.0L, pi = 3.14159265358979323846264338327950288L, term, sum;
	while (x > pi)
		x -= pi; /* the sign is of no interest */
	term = sum = x;
	for (unsigned k = 1; k < 20; k++) {
		term *= -x * x / ((2 * k) * (2 * k + 1));
		sum += term;
	}
	return (uint32_t)((sum < 0 ? -sum : sum) * 4294967296.0L);
}

void dxbc_seal(uint8_t *bytes, size_t size)
{
	uint32_t state[4] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 }, sines[64];
	uint32_t words[16], left = (uint32_t)(size - 20), n_bits = left * 8;
	const uint8_t *at = bytes + 20;
	for (unsigned i = 0; i < 64; i++)
		sines[i] = sine(i);
	for (; left >= 64; left -= 64, at += 64) {
		memcpy(words, at, 64);
		mix(state, words, sines);
	}
	memset(words, 0, sizeof(words));
	memcpy((uint8_t *)words + (left < 56 ? 4 : 0), at, left);
	((uint8_t *)words)[left + (left < 56 ? 4 : 0)] = 0x80;
	if (left >= 56) {
		mix(state, words, sines);
		memset(words, 0, sizeof(words));
	}
	words[0] = n_bits;
	words[15] = n_bits >> 2 | 1;
	mix(state, words, sines);
	memcpy(bytes + 4, state, sizeof(state));
}

enum { FOUR = 2, BY_MASK = 0 << 2, BY_SWIZZLE = 1 << 2 };

static struct dxbc_operand operand(
	uint32_t kind, enum dxbc_file file, unsigned n, uint32_t a, uint32_t b)
{
	return (struct dxbc_operand){ { kind | (uint32_t)file << 12 | n << 20, a, b }, 1 + n };
}

struct dxbc_operand dxbc_dst(enum dxbc_file file, uint32_t reg, uint32_t mask)
{
	return operand(FOUR | BY_MASK | mask << 4, file, 1, reg, 0);
}

struct dxbc_operand dxbc_src(enum dxbc_file file, uint32_t reg, uint32_t swizzle)
{
	return operand(FOUR | BY_SWIZZLE | swizzle << 4, file, 1, reg, 0);
}

struct dxbc_operand dxbc_cb(uint32_t reg, uint32_t at, uint32_t swizzle)
{
	return operand(FOUR | BY_SWIZZLE | swizzle << 4, DXBC_CB, 2, reg, at);
}

struct dxbc_operand dxbc_bare(enum dxbc_file file, uint32_t reg)
{
	return operand(0, file, 1, reg, 0);
}

struct dxbc_operand dxbc_thread_id(uint32_t swizzle)
{
	return operand(FOUR | BY_SWIZZLE | swizzle << 4, DXBC_THREAD_ID, 0, 0, 0);
}

struct dxbc_operand dxbc_dcl_thread_id(uint32_t mask)
{
	return operand(FOUR | BY_MASK | mask << 4, DXBC_THREAD_ID, 0, 0, 0);
}

struct dxbc_operand dxbc_uints(uint32_t x, uint32_t y, uint32_t z, uint32_t w)
{
	return (struct dxbc_operand){ { FOUR | 4 << 12, x, y, z, w }, 5 };
}

struct dxbc_operand dxbc_floats(float x, float y, float z, float w)
{
	const float floats[] = { x, y, z, w };
	uint32_t words[4];
	memcpy(words, floats, sizeof(words));
	return dxbc_uints(words[0], words[1], words[2], words[3]);
}

struct dxbc_operand dxbc_uint(uint32_t x)
{
	return (struct dxbc_operand){ { 1 | 4 << 12, x }, 2 };
}

struct dxbc_operand dxbc_raw(uint32_t word)
{
	return (struct dxbc_operand){ { word }, 1 };
}
