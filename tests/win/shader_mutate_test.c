/* SPDX-License-Identifier: MIT */
/*
 * Whoever can write a container can also write its checksum. Shaders that use most of what there is
 * are damaged word by word, and sealed again: each is taken or refused, and nothing else happens.
 * XF_SHADER_MUTATIONS=N does N random ones of several words on top.
 */
#include "harness.h"

#include <crossfence/result.h>
#include <errno.h>

#include "dxbc_shaders.h"
#include "win/shader/shader.h"

#define assert_hr(hr, expected) assert_int_equal((uint32_t)(hr), (uint32_t)(expected))

enum {
	BREAKC_NZ = 0x03 | 1u << 18,
	ELSE = 0x12,
	SWITCH = 0x4c,
	CASE = 0x06,
	DEFAULT = 0x0a,
	ENDSWITCH = 0x17,
	DCL_INDEXABLE = 0x69,
	DCL_SHARED_STRUCTURED = 0xa0,
	DCL_SHARED_RAW = 0x9f,
	SYNC = 0xbe | 3u << 11,
	UGE = 0x50,
	UDIV = 0x4e,
	ATOMIC_IADD = 0xad,
	IMM_ALLOC = 0xb2,
	IMM_IADD = 0xb4,
	SINCOS = 0x4d,
	DISCARD_NZ = 0x0d | 1u << 18,
	RESINFO = 0x3d,
	BUFINFO = 0x79,

	OUT_DEPTH = 0xc,
	CONSTANTS = 9
};

static struct dxbc_operand nothing(void)
{
	return dxbc_raw(0xd << 12);
}

/* x0[r0.x + 1], as a source or a target. */
static struct dxbc_operand element(uint32_t kind)
{
	return (struct dxbc_operand){
		{ 2 | kind | 3 << 12 | 2 << 20 | 3u << 25, 0, 1, 0x10000a, 0 }, 5
	};
}

/* icb[r0.x + 0] */
static struct dxbc_operand constant(void)
{
	return (struct dxbc_operand){ { 0xe46 | CONSTANTS << 12 | 1 << 20 | 2u << 22, 0x10000a, 0 },
		3 };
}

static struct dxbc_operand atomic_target(enum dxbc_file file, uint32_t reg)
{
	return dxbc_bare(file, reg);
}

static void loop(struct dxbc *s)
{
	dxbc_op(s, DXBC_MOV, 2, dxbc_dst(DXBC_TEMP, 0, 1), dxbc_uint(0));
	dxbc_op(s, DXBC_LOOP, 0);
	dxbc_op(s, UGE, 3, dxbc_dst(DXBC_TEMP, 1, 1), dxbc_src(DXBC_TEMP, 0, DXBC_XXXX),
		dxbc_uint(2));
	dxbc_op(s, BREAKC_NZ, 1, dxbc_src(DXBC_TEMP, 1, DXBC_XXXX));
	dxbc_op(s, DXBC_MOV, 2, element(0xf0), dxbc_cb(0, 0, DXBC_XYZW));
	dxbc_op(s, DXBC_IADD, 3, dxbc_dst(DXBC_TEMP, 0, 1), dxbc_src(DXBC_TEMP, 0, DXBC_XXXX),
		dxbc_uint(1));
	dxbc_op(s, DXBC_ENDLOOP, 0);
	dxbc_op(s, DXBC_MOV, 2, dxbc_dst(DXBC_TEMP, 0, 1), dxbc_uint(1));
}

static void choice(struct dxbc *s)
{
	dxbc_op(s, SWITCH, 1, dxbc_src(DXBC_TEMP, 0, DXBC_XXXX));
	dxbc_op(s, CASE, 1, dxbc_uint(0));
	dxbc_op(s, CASE, 1, dxbc_uint(1));
	dxbc_op(s, DXBC_MOV, 2, DXBC_DST_R(2), constant());
	dxbc_op(s, DXBC_BREAK, 0);
	dxbc_op(s, DEFAULT, 0);
	dxbc_op(s, DXBC_MOV, 2, DXBC_DST_R(2), element(0xe44));
	dxbc_op(s, DXBC_BREAK, 0);
	dxbc_op(s, ENDSWITCH, 0);
}

static void table(struct dxbc *s)
{
	dxbc_word(s, 0x35 | 3 << 11);
	dxbc_word(s, 10);
	for (uint32_t i = 0; i < 8; i++)
		dxbc_word(s, 0x3f800000);
}

static struct dxbc big_ps(void)
{
	struct dxbc s = dxbc_begin(DXBC_PS, 5);
	dxbc_input(&s, "SV_Position", 0, 1, DXBC_FLOAT, 0, 0xf);
	dxbc_input(&s, "TEXCOORD", 0, 0, DXBC_FLOAT, 1, 0x3);
	dxbc_input(&s, "TEXCOORD", 1, 0, DXBC_FLOAT, 1, 0xc);
	dxbc_output(&s, "SV_Target", 0, 0, DXBC_FLOAT, 0, 0xf);
	dxbc_output(&s, "SV_Depth", 0, 0, DXBC_FLOAT, UINT32_MAX, 0x1);
	dxbc_op(&s, 0x6a | 1 << 11, 0);
	table(&s);
	dxbc_op(&s, DXBC_DCL_CB, 1, dxbc_cb(0, 2, DXBC_XYZW));
	dxbc_op(&s, DXBC_DCL_SAMPLER, 1, dxbc_bare(DXBC_SAMPLER, 0));
	dxbc_op(&s, DXBC_DCL_RESOURCE_2D, 2, dxbc_bare(DXBC_RESOURCE, 0), dxbc_raw(0x5555));
	dxbc_op(&s, DXBC_DCL_RESOURCE_BUFFER, 2, dxbc_bare(DXBC_RESOURCE, 1), dxbc_raw(0x4444));
	dxbc_op(&s, DXBC_DCL_INPUT_PS_SIV, 2, dxbc_dst(DXBC_IN, 0, 0x3), dxbc_raw(1));
	dxbc_op(&s, DXBC_DCL_INPUT_PS, 1, dxbc_dst(DXBC_IN, 1, 0x3));
	dxbc_op(&s, DXBC_DCL_INPUT_PS, 1, dxbc_dst(DXBC_IN, 1, 0xc));
	dxbc_op(&s, DXBC_DCL_OUTPUT, 1, DXBC_DST_O(0));
	dxbc_op(&s, DXBC_DCL_OUTPUT, 1, dxbc_raw(1 | OUT_DEPTH << 12));
	dxbc_op(&s, DXBC_DCL_TEMPS, 1, dxbc_raw(3));
	dxbc_op(&s, DCL_INDEXABLE, 3, dxbc_raw(0), dxbc_raw(4), dxbc_raw(4));
	loop(&s);
	choice(&s);
	dxbc_op(&s, RESINFO, 3, DXBC_DST_R(1), dxbc_uint(0), dxbc_src(DXBC_RESOURCE, 0, DXBC_XYZW));
	dxbc_op(&s, DXBC_SAMPLE_L, 5, DXBC_DST_R(1), DXBC_SRC_V(1),
		dxbc_src(DXBC_RESOURCE, 0, DXBC_XYZW), dxbc_bare(DXBC_SAMPLER, 0), dxbc_uint(0));
	dxbc_op(&s, DXBC_MAD, 4, DXBC_DST_R(2), DXBC_SRC_R(1), dxbc_floats(1, 2, 3, 4),
		DXBC_SRC_R(2));
	dxbc_op(&s, DXBC_LD, 3, DXBC_DST_R(1), dxbc_uints(0, 0, 0, 0),
		dxbc_src(DXBC_RESOURCE, 1, DXBC_XYZW));
	dxbc_op(&s, SINCOS, 3, dxbc_dst(DXBC_TEMP, 1, 2), nothing(), DXBC_SRC_V(0));
	dxbc_op(&s, DXBC_IF_NZ, 1, dxbc_src(DXBC_TEMP, 1, DXBC_XXXX));
	dxbc_op(&s, DISCARD_NZ, 1, dxbc_src(DXBC_TEMP, 1, DXBC_YYYY));
	dxbc_op(&s, ELSE, 0);
	dxbc_op(&s, DXBC_ADD, 3, DXBC_DST_R(2), DXBC_SRC_R(2), DXBC_SRC_R(1));
	dxbc_op(&s, DXBC_ENDIF, 0);
	dxbc_op(&s, DXBC_MOV, 2, dxbc_raw(1 | OUT_DEPTH << 12), dxbc_src(DXBC_TEMP, 2, DXBC_XXXX));
	dxbc_op(&s, DXBC_MOV, 2, DXBC_DST_O(0), DXBC_SRC_R(2));
	dxbc_op(&s, DXBC_RET, 0);
	dxbc_end(&s);
	return s;
}

static void declare_memory(struct dxbc *s)
{
	dxbc_op(s, DXBC_DCL_CB, 1, dxbc_cb(0, 2, DXBC_XYZW));
	dxbc_op(s, DXBC_DCL_RESOURCE_RAW, 1, dxbc_bare(DXBC_RESOURCE, 0));
	dxbc_op(s, DXBC_DCL_RESOURCE_STRUCTURED, 2, dxbc_bare(DXBC_RESOURCE, 1), dxbc_raw(16));
	dxbc_op(s, DXBC_DCL_UAV_RAW, 1, dxbc_bare(DXBC_UAV, 0));
	dxbc_op(s, DXBC_DCL_UAV_STRUCTURED, 2, dxbc_bare(DXBC_UAV, 1), dxbc_raw(16));
	dxbc_op(s, DXBC_DCL_UAV_STRUCTURED | 1u << 23, 2, dxbc_bare(DXBC_UAV, 3), dxbc_raw(4));
	dxbc_op(s, DXBC_DCL_UAV_2D, 2, dxbc_bare(DXBC_UAV, 2), dxbc_raw(0x4444));
	dxbc_op(s, DXBC_DCL_INPUT, 1, dxbc_dcl_thread_id(0x7));
	dxbc_op(s, DXBC_DCL_TEMPS, 1, dxbc_raw(3));
	dxbc_op(s, DCL_INDEXABLE, 3, dxbc_raw(0), dxbc_raw(4), dxbc_raw(4));
	dxbc_op(s, DCL_SHARED_RAW, 2, dxbc_bare(DXBC_SHARED, 0), dxbc_raw(64));
	dxbc_op(s, DCL_SHARED_STRUCTURED, 3, dxbc_bare(DXBC_SHARED, 1), dxbc_raw(16), dxbc_raw(8));
	dxbc_op(s, DXBC_DCL_THREAD_GROUP, 3, dxbc_raw(8), dxbc_raw(1), dxbc_raw(1));
}

static struct dxbc big_cs(void)
{
	struct dxbc s = dxbc_begin(DXBC_CS, 5);
	const struct dxbc_operand x = dxbc_thread_id(DXBC_XXXX), zero = dxbc_uint(0);
	declare_memory(&s);
	loop(&s);
	dxbc_op(&s, DXBC_LD_RAW, 3, DXBC_DST_R(1), zero, dxbc_src(DXBC_RESOURCE, 0, DXBC_XYZW));
	dxbc_op(&s, DXBC_LD_STRUCTURED, 4, DXBC_DST_R(2), x, zero,
		dxbc_src(DXBC_RESOURCE, 1, DXBC_XYZW));
	dxbc_op(&s, DXBC_LD_UAV, 3, DXBC_DST_R(2), dxbc_thread_id(0x54),
		dxbc_src(DXBC_UAV, 2, DXBC_XYZW));
	dxbc_op(&s, DXBC_STORE_RAW, 3, dxbc_dst(DXBC_UAV, 0, 0x3), zero, DXBC_SRC_R(1));
	dxbc_op(&s, DXBC_STORE_RAW, 3, dxbc_dst(DXBC_SHARED, 0, 0x1), zero, DXBC_SRC_R(1));
	dxbc_op(&s, SYNC, 0);
	dxbc_op(&s, DXBC_LD_RAW, 3, dxbc_dst(DXBC_TEMP, 2, 1), zero,
		dxbc_src(DXBC_SHARED, 0, DXBC_XXXX));
	dxbc_op(&s, DXBC_STORE_STRUCTURED, 4, dxbc_dst(DXBC_UAV, 1, 0xf), x, zero, DXBC_SRC_R(2));
	dxbc_op(&s, DXBC_STORE_STRUCTURED, 4, dxbc_dst(DXBC_SHARED, 1, 0xf), x, zero,
		DXBC_SRC_R(2));
	dxbc_op(&s, DXBC_LD_STRUCTURED, 4, DXBC_DST_R(2), x, zero,
		dxbc_src(DXBC_SHARED, 1, DXBC_XYZW));
	dxbc_op(&s, ATOMIC_IADD, 3, atomic_target(DXBC_UAV, 0), zero, dxbc_uint(1));
	dxbc_op(&s, IMM_IADD, 4, dxbc_dst(DXBC_TEMP, 2, 1), atomic_target(DXBC_SHARED, 0), zero,
		dxbc_uint(1));
	dxbc_op(&s, IMM_ALLOC, 2, dxbc_dst(DXBC_TEMP, 2, 2), atomic_target(DXBC_UAV, 3));
	dxbc_op(&s, UDIV, 4, dxbc_dst(DXBC_TEMP, 2, 4), nothing(), DXBC_SRC_R(1), DXBC_SRC_R(2));
	dxbc_op(&s, BUFINFO, 2, dxbc_dst(DXBC_TEMP, 2, 8), dxbc_src(DXBC_RESOURCE, 0, DXBC_XXXX));
	dxbc_op(&s, DXBC_STORE_UAV, 3, dxbc_dst(DXBC_UAV, 2, 0xf), dxbc_thread_id(0x54),
		DXBC_SRC_R(2));
	dxbc_op(&s, DXBC_RET, 0);
	dxbc_end(&s);
	return s;
}

static const struct {
	enum xfi_shader_stage stage;
	struct dxbc (*make)(void);
} shaders[] = {
	{ XFI_SHADER_VS, dxbc_vs_pass },
	{ XFI_SHADER_PS, dxbc_ps_color },
	{ XFI_SHADER_PS, dxbc_ps_texture },
	{ XFI_SHADER_PS, dxbc_ps_constant },
	{ XFI_SHADER_CS, dxbc_cs_fill },
	{ XFI_SHADER_PS, big_ps },
	{ XFI_SHADER_CS, big_cs },
};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool is_taken(enum xfi_shader_stage stage, const void *code, size_t size)
{
	struct xfi_shader *shader = NULL;
	HRESULT hr = xfi_shader_create(stage, code, size, &shader);
	if (FAILED(hr)) {
		assert_hr(hr, E_INVALIDARG);
		assert_null(shader);
		return false;
	}
	xfi_shader_destroy(shader);
	return true;
}

static void whole_shaders_are_taken(void **state)
{
	for (size_t i = 0; i < COUNT(shaders); i++) {
		struct dxbc dxbc = shaders[i].make();
		struct xfi_shader *shader = NULL;
		HRESULT hr = xfi_shader_create(shaders[i].stage, dxbc.bytes, dxbc.size, &shader);
		if (FAILED(hr))
			print_message("%zu: %s\n", i, xf_last_message(-EINVAL));
		assert_hr(hr, S_OK);
		xfi_shader_destroy(shader);
		dxbc_free(&dxbc);
	}
}

/* What a word becomes: numbers that mean something to somebody, and each bit turned. */
static uint32_t damage(uint32_t word, unsigned i)
{
	static const uint32_t values[] = { 0, 1, 0xff, 0x7ff, 0x7fffffff, 0xffffffff };
	return i < COUNT(values) ? values[i] : word ^ 1u << (i - COUNT(values));
}
#define DAMAGES (6 + 32)

static void every_damaged_word_is_taken_or_refused(void **state)
{
	unsigned taken = 0, refused = 0;
	for (size_t i = 0; i < COUNT(shaders); i++) {
		struct dxbc dxbc = shaders[i].make();
		uint32_t *words = (uint32_t *)dxbc.bytes;
		for (size_t at = 5; at < dxbc.size / 4; at++) {
			uint32_t whole = words[at];
			for (unsigned k = 0; k < DAMAGES; k++) {
				words[at] = damage(whole, k);
				dxbc_seal(dxbc.bytes, dxbc.size);
				if (is_taken(shaders[i].stage, dxbc.bytes, dxbc.size))
					taken++;
				else
					refused++;
			}
			words[at] = whole;
		}
		dxbc_free(&dxbc);
	}
	print_message("%u taken, %u refused\n", taken, refused);
	assert_true(refused > taken);
	assert_true(taken > 1000); /* so most of it got past the head */
}

/* Instructions that are gone, twice there, or another shader's. */
static void spliced_code_is_taken_or_refused(void **state)
{
	unsigned n = 0;
	for (size_t i = 0; i < COUNT(shaders); i++) {
		struct dxbc whole = shaders[i].make();
		for (size_t at = 2; at < whole.code.n; at++) {
			for (size_t length = 1; length < 8 && at + length < whole.code.n;
				length++) {
				struct dxbc cut = shaders[i].make();
				free(cut.bytes);
				cut.bytes = NULL;
				memmove(cut.code.words + at, cut.code.words + at + length,
					(cut.code.n - at - length) * 4);
				cut.code.n -= length;
				dxbc_end(&cut);
				n += is_taken(shaders[i].stage, cut.bytes, cut.size);
				dxbc_free(&cut);
			}
		}
		dxbc_free(&whole);
	}
	assert_true(n > 0);
}

/* The module that was made, damaged: no checksum guards it. */
static void every_damaged_word_of_a_module_is_taken_or_refused(void **state)
{
	for (size_t i = 0; i < COUNT(shaders); i++) {
		struct dxbc dxbc = shaders[i].make();
		struct xfi_shader *shader = NULL;
		assert_hr(
			xfi_shader_create(shaders[i].stage, dxbc.bytes, dxbc.size, &shader), S_OK);
		for (size_t at = 0; at < shader->n_words; at++) {
			uint32_t whole = shader->spirv[at];
			for (unsigned k = 0; k < DAMAGES; k++) {
				shader->spirv[at] = damage(whole, k);
				(void)is_taken(
					shaders[i].stage, shader->spirv, shader->n_words * 4);
			}
			shader->spirv[at] = whole;
		}
		for (size_t n = 0; n < shader->n_words;
			n++) /* cut short, where it cannot be read */
			(void)is_taken(shaders[i].stage, shader->spirv, n * 4);
		xfi_shader_destroy(shader);
		dxbc_free(&dxbc);
	}
}

static uint64_t seed = 1;

static uint32_t number(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

/* A word of another place, a small number, a turned bit. */
static void damage_at_random(uint32_t *words, uint32_t n)
{
	uint32_t at = 5 + number(n - 5);
	switch (number(4)) {
	case 0:
		words[at] = words[5 + number(n - 5)];
		break;
	case 1:
		words[at] = number(256);
		break;
	case 2:
		words[at] = (words[at] & ~0x7ffu) | number(0xd0);
		break;
	default:
		words[at] ^= 1u << number(32);
	}
}

static void several_damaged_words_are_taken_or_refused(void **state)
{
	const char *wanted = getenv("XF_SHADER_MUTATIONS");
	unsigned long n = wanted ? strtoul(wanted, NULL, 0) : 20000;
	while (n--) {
		size_t i = number(COUNT(shaders));
		struct dxbc dxbc = shaders[i].make();
		for (uint32_t k = 2 + number(3); k > 0; k--)
			damage_at_random((uint32_t *)dxbc.bytes, (uint32_t)dxbc.size / 4);
		dxbc_seal(dxbc.bytes, dxbc.size);
		(void)is_taken(shaders[i].stage, dxbc.bytes, dxbc.size);
		dxbc_free(&dxbc);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_shaders_are_taken),
		cmocka_unit_test(every_damaged_word_is_taken_or_refused),
		cmocka_unit_test(spliced_code_is_taken_or_refused),
		cmocka_unit_test(every_damaged_word_of_a_module_is_taken_or_refused),
		cmocka_unit_test(several_damaged_words_are_taken_or_refused),
	};
	setenv("VKD3D_SHADER_DEBUG", "none", 1); /* it would tell of each */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
