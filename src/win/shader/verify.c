/* SPDX-License-Identifier: MIT */
/* Whether the code of a container is what a compiler would have written. */
#include "win/shader/verify.h"

#include "win/shader/declared.h"
#include "win/shader/instruction.h"

enum {
	BREAK = 0x02,
	BREAKC = 0x03,
	CASE = 0x06,
	CONTINUE = 0x07,
	CONTINUEC = 0x08,
	DEFAULT = 0x0a,
	ELSE = 0x12,
	ENDIF = 0x15,
	ENDLOOP = 0x16,
	ENDSWITCH = 0x17,
	IF = 0x1f,
	LOOP = 0x30,
	CUSTOM_DATA = 0x35,
	RET = 0x3e,
	SWITCH = 0x4c,
	SYNC = 0xbe,
	MAX_DEPTH = 64,
};

struct block {
	uint8_t op; /* that has opened it; ELSE after that */
	bool is_over; /* nothing more is reached in it */
	bool has_case, has_default; /* of a switch */
	bool is_fresh; /* a case was begun, and nothing in it yet */
};

struct verifier {
	struct xfi_declared declared;
	struct block blocks[MAX_DEPTH + 1];
	unsigned depth;
	bool has_begun; /* instructions, after which nothing is declared */
};

/* The innermost loop, or switch if `or_switch`, that the instruction stands in. */
static bool is_in(const struct verifier *v, bool or_switch)
{
	for (unsigned i = v->depth; i > 0; i--)
		if (v->blocks[i].op == LOOP || (or_switch && v->blocks[i].op == SWITCH))
			return true;
	return false;
}

static bool open(struct verifier *v, uint32_t op)
{
	if (v->depth == MAX_DEPTH)
		return false;
	v->blocks[++v->depth] = (struct block){ .op = (uint8_t)op };
	return true;
}

/* An end of a block that was opened so; a switch has to end with a way out of its last case. */
static bool shut(struct verifier *v, uint32_t op)
{
	const struct block *block = &v->blocks[v->depth];
	if (v->depth == 0 || block->op != op || (op == SWITCH && !block->is_over))
		return false;
	v->depth--;
	return true;
}

/* A case begins a switch, or stands beside another one, or after a way out of the last. */
static bool label(struct verifier *v, bool is_default)
{
	struct block *block = &v->blocks[v->depth];
	if (v->depth == 0 || block->op != SWITCH || (is_default && block->has_default) ||
		!(!block->has_case || block->is_fresh || block->is_over))
		return false;
	block->has_default |= is_default;
	block->has_case = block->is_fresh = true;
	block->is_over = false;
	return true;
}

static bool flow(struct verifier *v, uint32_t op)
{
	switch (op) {
	case IF:
	case LOOP:
	case SWITCH:
		return open(v, op);
	case ELSE:
		return shut(v, IF) && open(v, ELSE);
	case ENDIF:
		return shut(v, IF) || shut(v, ELSE);
	case ENDLOOP:
		return shut(v, LOOP);
	case ENDSWITCH:
		return shut(v, SWITCH);
	case CASE:
	case DEFAULT:
		return label(v, op == DEFAULT);
	case BREAK:
	case BREAKC:
		return is_in(v, true);
	case CONTINUE:
	case CONTINUEC:
		return is_in(v, false);
	default:
		return true;
	}
}

static bool ends_block(uint32_t op)
{
	return op == ELSE || op == ENDIF || op == ENDLOOP || op == ENDSWITCH || op == CASE ||
	       op == DEFAULT;
}

/* Nothing stands between a way out and the end of its block, nor before a switch's first case. */
static bool follows(struct verifier *v, uint32_t op)
{
	struct block *block = &v->blocks[v->depth];
	if (ends_block(op))
		return true;
	if (block->is_over || (v->depth && block->op == SWITCH && !block->has_case))
		return false;
	block->is_fresh = false;
	block->is_over = op == BREAK || op == CONTINUE || op == RET;
	return true;
}

static const char *instruction(struct verifier *v, uint32_t op, struct xfi_cursor *cursor)
{
	const char *letters = xfi_instruction_operands(op);
	v->has_begun = true;
	if (!letters)
		return "the DXBC code has an instruction that is not taken";
	if (!follows(v, op) || !flow(v, op))
		return "the DXBC code's blocks do not nest";
	return xfi_instruction_fits(&v->declared, letters, cursor)
		       ? NULL
		       : "the DXBC code has an operand that its instruction does not take";
}

/* Offsets, and what a resource is once more; none is followed by itself for ever. */
static bool skip_extensions(uint32_t token, struct xfi_cursor *cursor)
{
	for (unsigned n = 0; token >> 31; n++)
		if (n == 3 || !xfi_cursor_word(cursor, &token) || (token & 0x3f) < 1 ||
			(token & 0x3f) > 3)
			return false;
	return true;
}

/* Constants in the code, or a comment. */
static bool custom_data(struct verifier *v, uint32_t token, uint32_t n_words)
{
	enum { CONSTANTS = 3 };
	if (token >> 11 != CONSTANTS)
		return token >> 11 < CONSTANTS;
	if (v->declared.icb || n_words < 6 || (n_words - 2) % 4 || (n_words - 2) / 4 > 4096)
		return false;
	v->declared.icb = (n_words - 2) / 4;
	return !v->has_begun;
}

/* The instruction at the cursor, whose end is set. */
static const char *verify_one(struct verifier *v, struct xfi_cursor *cursor)
{
	uint32_t token = 0, op;
	(void)xfi_cursor_word(cursor, &token); /* it has one */
	op = token & 0x7ff;
	if (op == CUSTOM_DATA)
		return custom_data(v, token, (cursor->end - cursor->at) / 4 + 1)
			       ? NULL
			       : "the DXBC code has data of a kind that is not taken";
	if (!skip_extensions(token, cursor))
		return "the DXBC code has an instruction that does not end";
	if (!xfi_is_declaration(op))
		return instruction(v, op, cursor);
	if (v->has_begun || !xfi_declare(&v->declared, op, token, cursor) ||
		cursor->at != cursor->end)
		return "the DXBC code has a declaration that is not taken";
	return NULL;
}

static uint32_t length_at(const struct xfi_chunk *code, uint32_t at)
{
	uint32_t token = xfi_word(code->bytes, at), n = token >> 24 & 0x7f;
	if ((token & 0x7ff) == CUSTOM_DATA)
		n = code->size - at >= 8 ? xfi_word(code->bytes, at + 4) : 0;
	return n && n <= (code->size - at) / 4 ? n * 4 : 0;
}

static const char *verify_all(struct verifier *v, const struct xfi_chunk *code)
{
	for (uint32_t at = 8; at < code->size;) {
		uint32_t length = length_at(code, at);
		struct xfi_cursor cursor = { code, at, at + length };
		const char *fault = length ? verify_one(v, &cursor)
					   : "the DXBC code has an instruction that does not end";
		if (fault)
			return fault;
		at += length;
	}
	if (v->depth || !v->blocks[0].is_over)
		return "the DXBC code does not end with ret";
	if (v->declared.stage == XFI_SHADER_CS && !v->declared.has_group)
		return "the DXBC code of a compute shader has no group";
	return NULL;
}

/* Of what the code does not name, too: it becomes part of the interface. */
static bool signature_is_good(const struct xfi_verify_signature *signature)
{
	for (UINT i = 0; i < signature->n; i++) {
		const D3D11_SIGNATURE_PARAMETER_DESC *parameter = &signature->parameters[i];
		UINT value = parameter->SystemValueType;
		if (parameter->ComponentType < D3D_REGISTER_COMPONENT_UINT32 ||
			parameter->ComponentType > D3D_REGISTER_COMPONENT_FLOAT32 ||
			!parameter->Mask || parameter->Stream || parameter->MinPrecision ||
			(parameter->Register >= XFI_MAX_REGISTERS &&
				parameter->Register != UINT32_MAX) ||
			(value == D3D_NAME_TARGET &&
				parameter->SemanticIndex != parameter->Register) ||
			!(value <= D3D_NAME_SAMPLE_INDEX ||
				(value >= D3D_NAME_TARGET && value <= D3D_NAME_DEPTH_LESS_EQUAL)))
			return false;
	}
	return true;
}

const char *xfi_verify(enum xfi_shader_stage stage, const struct xfi_chunk *code,
	const struct xfi_verify_signature *inputs, const struct xfi_verify_signature *outputs)
{
	if (code->size < 12 || xfi_word(code->bytes, 4) != code->size / 4 || code->size % 4)
		return "the DXBC code is not as long as it says";
	uint32_t model = xfi_word(code->bytes, 0) & 0xffff;
	if (model != 0x40 && model != 0x41 && model != 0x50 && model != 0x51)
		return "the DXBC code is of a shader model that is not taken";
	if (model == 0x51)
		return "the DXBC code is of shader model 5.1, which is for Direct3D 12";
	if (!signature_is_good(inputs) || !signature_is_good(outputs))
		return "a signature of the DXBC container is damaged";
	struct verifier *v = calloc(1, sizeof(*v));
	if (!v)
		return "there is no memory to look at the DXBC code";
	v->declared.stage = stage;
	v->declared.inputs_of = inputs;
	v->declared.outputs_of = outputs;
	const char *fault = verify_all(v, code);
	free(v);
	return fault;
}
