/* SPDX-License-Identifier: MIT */
/* What a shader's code has declared: the registers that its instructions may name. */
#ifndef XFI_WIN_SHADER_DECLARED_H
#define XFI_WIN_SHADER_DECLARED_H

#include "win/shader/operand.h"
#include "win/shader/verify.h"

enum { XFI_MAX_REGISTERS = 32, XFI_MAX_INDEXABLE = 64 };

enum xfi_declared_kind { /* of a resource or an unordered access view */
	XFI_DECLARED_NONE,
	XFI_DECLARED_TYPED,
	XFI_DECLARED_RAW,
	XFI_DECLARED_STRUCTURED,
};

struct xfi_declared {
	enum xfi_shader_stage stage;
	const struct xfi_verify_signature *inputs_of, *outputs_of;
	uint32_t temps;
	uint8_t inputs[XFI_MAX_REGISTERS], outputs[XFI_MAX_REGISTERS]; /* masks */
	uint32_t cbs[14]; /* sizes */
	uint8_t resources[128], uavs[64]; /* enum xfi_declared_kind */
	uint8_t resource_dims[128], uav_dims[64];
	uint8_t samplers[16]; /* 1, or 2: it compares */
	uint32_t indexables[XFI_MAX_INDEXABLE]; /* how many */
	uint8_t shared[XFI_MAX_REGISTERS]; /* enum xfi_declared_kind; memory of the group */
	uint32_t shared_bytes;
	uint64_t others; /* bits of enum xfi_file that have no index */
	uint32_t icb; /* vectors of the constants in the code */
	bool has_group;
};

/* Declarations; false: it is none that is taken. `op` and `token` of the instruction. */
bool xfi_declare(
	struct xfi_declared *declared, uint32_t op, uint32_t token, struct xfi_cursor *cursor);
bool xfi_is_declaration(uint32_t op);

/* Whether an operand may be read or written where any value can. */
bool xfi_declared_source(const struct xfi_declared *declared, const struct xfi_operand *operand);
bool xfi_declared_target(const struct xfi_declared *declared, const struct xfi_operand *operand);
/* One register, by a number and nothing else. */
static inline bool xfi_declared_plain(const struct xfi_operand *operand, uint32_t file)
{
	return operand->file == file && operand->n_indices == 1 && !operand->is_relative;
}

#endif
