/* SPDX-License-Identifier: MIT */
/*
 * A small assembler of shader model 4 and 5. Containers with signatures, code and the checksum are
 * made word by word. It knows nothing of the library.
 *
 *	struct dxbc s = dxbc_begin(DXBC_PS, 4);
 *	dxbc_input(&s, "SV_Position", 0, 1, DXBC_FLOAT, 0, 0xf);
 *	dxbc_output(&s, "SV_Target", 0, 0, DXBC_FLOAT, 0, 0xf);
 *	dxbc_op(&s, DXBC_DCL_OUTPUT, 1, DXBC_DST_O(0));
 *	dxbc_op(&s, DXBC_MOV, 2, DXBC_DST_O(0), dxbc_floats(1, 0, 0, 1));
 *	dxbc_op(&s, DXBC_RET, 0);
 *	dxbc_end(&s);                   s.bytes, s.size
 *	dxbc_free(&s);
 */
#ifndef XFT_DXBC_H
#define XFT_DXBC_H

#include <stddef.h>
#include <stdint.h>

enum dxbc_stage { DXBC_PS = 0, DXBC_VS = 1, DXBC_GS = 2, DXBC_CS = 5 };
enum dxbc_component { DXBC_UINT = 1, DXBC_INT = 2, DXBC_FLOAT = 3 };

enum dxbc_opcode {
	DXBC_ADD = 0,
	DXBC_DP4 = 0x11,
	DXBC_ENDIF = 0x15,
	DXBC_ENDLOOP = 0x16,
	DXBC_FTOU = 0x1c,
	DXBC_IADD = 0x1e,
	DXBC_IF_NZ = 0x1f | 1u << 18,
	DXBC_LD = 0x2d,
	DXBC_LOOP = 0x30,
	DXBC_BREAK = 0x02,
	DXBC_MAD = 0x32,
	DXBC_MOV = 0x36,
	DXBC_MUL = 0x38,
	DXBC_RET = 0x3e,
	DXBC_SAMPLE = 0x45,
	DXBC_SAMPLE_L = 0x48,
	DXBC_UTOF = 0x56,
	DXBC_ULT = 0x4f,
	DXBC_DCL_RESOURCE_2D = 0x58 | 3u << 11,
	DXBC_DCL_RESOURCE_BUFFER = 0x58 | 1u << 11,
	DXBC_DCL_CB = 0x59,
	DXBC_DCL_SAMPLER = 0x5a,
	DXBC_DCL_INPUT = 0x5f,
	DXBC_DCL_INPUT_SGV = 0x60, /* a vertex's or an instance's number */
	DXBC_DCL_INPUT_PS = 0x62 | 2u << 11, /* interpolated linearly */
	DXBC_DCL_INPUT_PS_SIV = 0x64 | 4u << 11,
	DXBC_DCL_OUTPUT = 0x65,
	DXBC_DCL_OUTPUT_SIV = 0x67,
	DXBC_DCL_TEMPS = 0x68,
	DXBC_DCL_THREAD_GROUP = 0x9b,
	DXBC_DCL_UAV_2D = 0x9c | 3u << 11,
	DXBC_DCL_UAV_RAW = 0x9d,
	DXBC_DCL_UAV_STRUCTURED = 0x9e,
	DXBC_DCL_RESOURCE_RAW = 0xa1,
	DXBC_DCL_RESOURCE_STRUCTURED = 0xa2,
	DXBC_LD_UAV = 0xa3,
	DXBC_STORE_UAV = 0xa4,
	DXBC_LD_RAW = 0xa5,
	DXBC_STORE_RAW = 0xa6,
	DXBC_LD_STRUCTURED = 0xa7,
	DXBC_STORE_STRUCTURED = 0xa8,
};

/* An operand: its words, ready to be copied. */
struct dxbc_operand {
	uint32_t words[5];
	unsigned n;
};

struct dxbc_word_list {
	uint32_t *words;
	size_t n, room;
};

struct dxbc_signature {
	struct {
		const char *name;
		uint32_t index, value, type, reg, mask;
	} elements[16];
	unsigned n;
};

struct dxbc {
	enum dxbc_stage stage;
	unsigned model; /* 4 or 5 */
	struct dxbc_signature inputs, outputs;
	struct dxbc_word_list code;
	struct {
		uint32_t tag;
		const void *bytes;
		uint32_t size;
	} more[4]; /* chunks of the caller's, which stand before the code */
	unsigned n_more;
	uint8_t *bytes; /* the container, after dxbc_end() */
	size_t size;
};

struct dxbc dxbc_begin(enum dxbc_stage stage, unsigned model);
/* `value`: the system value's number, 1 for a position, 6 and 8 for a vertex's and instance's. */
void dxbc_input(struct dxbc *dxbc, const char *name, uint32_t index, uint32_t value,
	enum dxbc_component type, uint32_t reg, uint32_t mask);
void dxbc_output(struct dxbc *dxbc, const char *name, uint32_t index, uint32_t value,
	enum dxbc_component type, uint32_t reg, uint32_t mask);
/* Bytes that must last until dxbc_end(). */
void dxbc_chunk(struct dxbc *dxbc, const char tag[4], const void *bytes, uint32_t size);
/* An instruction of `n` operands, each a struct dxbc_operand. */
void dxbc_op(struct dxbc *dxbc, uint32_t opcode, unsigned n, ...);
void dxbc_word(struct dxbc *dxbc, uint32_t word); /* as it is */
void dxbc_end(struct dxbc *dxbc);
void dxbc_free(struct dxbc *dxbc);

/* Writes the right checksum over a container that was changed. */
void dxbc_seal(uint8_t *bytes, size_t size);

/* Operands. `mask` and `swizzle` as in the tokens: 0xf, and two bits a component, x in the lowest.
 */
enum { DXBC_XYZW = 0xe4, DXBC_XXXX = 0, DXBC_YYYY = 0x55, DXBC_ZZZZ = 0xaa, DXBC_WWWW = 0xff };
enum dxbc_file {
	DXBC_TEMP = 0,
	DXBC_IN = 1,
	DXBC_OUT = 2,
	DXBC_SAMPLER = 6,
	DXBC_RESOURCE = 7,
	DXBC_CB = 8,
	DXBC_THREAD_ID = 0x20, /* of the whole dispatch */
	DXBC_UAV = 0x1e,
	DXBC_SHARED = 0x1f, /* memory of the group */
};
struct dxbc_operand dxbc_dst(enum dxbc_file file, uint32_t reg, uint32_t mask);
struct dxbc_operand dxbc_src(enum dxbc_file file, uint32_t reg, uint32_t swizzle);
struct dxbc_operand dxbc_cb(uint32_t reg, uint32_t at, uint32_t swizzle); /* cb[reg][at] */
struct dxbc_operand dxbc_bare(enum dxbc_file file, uint32_t reg); /* a sampler, or in dcl_sampler */
struct dxbc_operand dxbc_thread_id(uint32_t swizzle); /* vThreadID as a source */
struct dxbc_operand dxbc_dcl_thread_id(uint32_t mask);
struct dxbc_operand dxbc_floats(float x, float y, float z, float w);
struct dxbc_operand dxbc_uints(uint32_t x, uint32_t y, uint32_t z, uint32_t w);
struct dxbc_operand dxbc_uint(uint32_t x);
struct dxbc_operand dxbc_raw(uint32_t word); /* what some declarations end with */

#define DXBC_DST_R(i) dxbc_dst(DXBC_TEMP, i, 0xf)
#define DXBC_DST_O(i) dxbc_dst(DXBC_OUT, i, 0xf)
#define DXBC_SRC_R(i) dxbc_src(DXBC_TEMP, i, DXBC_XYZW)
#define DXBC_SRC_V(i) dxbc_src(DXBC_IN, i, DXBC_XYZW)

#endif
