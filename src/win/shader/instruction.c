/* SPDX-License-Identifier: MIT */
/* Which operands an instruction takes. */
#include "win/shader/instruction.h"

enum { /* dimensions of resources, as bits but the first */
	DIM_BUFFER = 1,
	SAMPLED = 1u << 2 | 1u << 3 | 1u << 5 | 1u << 6 | 1u << 7 | 1u << 8 | 1u << 10,
	LOADED = 1u << DIM_BUFFER | 1u << 2 | 1u << 3 | 1u << 5 | 1u << 7 | 1u << 8,
	MULTISAMPLED = 1u << 4 | 1u << 9,
};

/*
 * Operands, in their order: d any target, s any source, i a number, R a texture that can be
 * sampled, L a texture or buffer to load from, M a texture of several samples, P any texture, Q any
 * buffer, B raw and T structured memory to be read, V a typed view to be read, W, X and Y the three
 * to be written, A whatever atomics change, K a view with a counter, S a sampler, C one that
 * compares.
 */
static const struct {
	uint16_t op;
	char operands[8];
} table[] = {
	{ 0x00, "dss" },
	{ 0x01, "dss" },
	{ 0x02, "" },
	{ 0x03, "s" },
	{ 0x06, "i" },
	{ 0x07, "" },
	{ 0x08, "s" },
	{ 0x0a, "" },
	{ 0x0b, "ds" },
	{ 0x0c, "ds" },
	{ 0x0d, "s" },
	{ 0x0e, "dss" },
	{ 0x0f, "dss" },
	{ 0x10, "dss" },
	{ 0x11, "dss" },
	{ 0x12, "" },
	{ 0x15, "" },
	{ 0x16, "" },
	{ 0x17, "" },
	{ 0x18, "dss" },
	{ 0x19, "ds" },
	{ 0x1a, "ds" },
	{ 0x1b, "ds" },
	{ 0x1c, "ds" },
	{ 0x1d, "dss" },
	{ 0x1e, "dss" },
	{ 0x1f, "s" },
	{ 0x20, "dss" },
	{ 0x21, "dss" },
	{ 0x22, "dss" },
	{ 0x23, "dsss" },
	{ 0x24, "dss" },
	{ 0x25, "dss" },
	{ 0x26, "ddss" },
	{ 0x27, "dss" },
	{ 0x28, "ds" },
	{ 0x29, "dss" },
	{ 0x2a, "dss" },
	{ 0x2b, "ds" },
	{ 0x2d, "dsL" },
	{ 0x2e, "dsMs" },
	{ 0x2f, "ds" },
	{ 0x30, "" },
	{ 0x31, "dss" },
	{ 0x32, "dsss" },
	{ 0x33, "dss" },
	{ 0x34, "dss" },
	{ 0x36, "ds" },
	{ 0x37, "dsss" },
	{ 0x38, "dss" },
	{ 0x39, "dss" },
	{ 0x3a, "" },
	{ 0x3b, "ds" },
	{ 0x3c, "dss" },
	{ 0x3d, "dsP" },
	{ 0x3e, "" },
	{ 0x3f, "s" },
	{ 0x40, "ds" },
	{ 0x41, "ds" },
	{ 0x42, "ds" },
	{ 0x43, "ds" },
	{ 0x44, "ds" },
	{ 0x45, "dsRS" },
	{ 0x46, "dsRCs" },
	{ 0x47, "dsRCs" },
	{ 0x48, "dsRSs" },
	{ 0x49, "dsRSss" },
	{ 0x4a, "dsRSs" },
	{ 0x4b, "ds" },
	{ 0x4c, "s" },
	{ 0x4d, "dds" },
	{ 0x4e, "ddss" },
	{ 0x4f, "dss" },
	{ 0x50, "dss" },
	{ 0x51, "ddss" },
	{ 0x53, "dss" },
	{ 0x54, "dss" },
	{ 0x55, "dss" },
	{ 0x56, "ds" },
	{ 0x57, "dss" },
	{ 0x6c, "dsRS" },
	{ 0x6d, "dsRS" },
	{ 0x79, "dQ" },
	{ 0x7a, "ds" },
	{ 0x7b, "ds" },
	{ 0x7c, "ds" },
	{ 0x7d, "ds" },
	{ 0x7e, "dsRCs" },
	{ 0x7f, "dssRS" },
	{ 0x80, "dssRCs" },
	{ 0x81, "ds" },
	{ 0x82, "ds" },
	{ 0x83, "ds" },
	{ 0x86, "ds" },
	{ 0x87, "ds" },
	{ 0x88, "ds" },
	{ 0x89, "ds" },
	{ 0x8a, "dsss" },
	{ 0x8b, "dsss" },
	{ 0x8c, "dssss" },
	{ 0x8d, "ds" },
	{ 0x8e, "ddsss" },
	{ 0xa3, "dsV" },
	{ 0xa4, "Yss" },
	{ 0xa5, "dsB" },
	{ 0xa6, "Wss" },
	{ 0xa7, "dssT" },
	{ 0xa8, "Xsss" },
	{ 0xa9, "Ass" },
	{ 0xaa, "Ass" },
	{ 0xab, "Ass" },
	{ 0xac, "Asss" },
	{ 0xad, "Ass" },
	{ 0xae, "Ass" },
	{ 0xaf, "Ass" },
	{ 0xb0, "Ass" },
	{ 0xb1, "Ass" },
	{ 0xb2, "dK" },
	{ 0xb3, "dK" },
	{ 0xb4, "dAss" },
	{ 0xb5, "dAss" },
	{ 0xb6, "dAss" },
	{ 0xb7, "dAss" },
	{ 0xb8, "dAss" },
	{ 0xb9, "dAsss" },
	{ 0xba, "dAss" },
	{ 0xbb, "dAss" },
	{ 0xbc, "dAss" },
	{ 0xbd, "dAss" },
	{ 0xbe, "" },
};

const char *xfi_instruction_operands(uint32_t op)
{
	for (unsigned i = 0; i < ARRAYSIZE(table); i++)
		if (table[i].op == op)
			return table[i].operands;
	return NULL;
}

static bool in_order(const struct xfi_operand *operand, uint32_t file, const uint8_t *kinds,
	uint32_t n, unsigned wanted)
{
	return xfi_declared_plain(operand, file) && operand->indices[0] < n &&
	       wanted >> kinds[operand->indices[0]] & 1;
}

enum {
	TYPED = 1 << XFI_DECLARED_TYPED,
	RAW = 1 << XFI_DECLARED_RAW,
	STRUCTURED = 1 << XFI_DECLARED_STRUCTURED
};

static bool is_view(
	const struct xfi_declared *d, const struct xfi_operand *operand, unsigned wanted)
{
	return in_order(operand, XFI_FILE_UAV, d->uavs, 64, wanted);
}

static bool is_memory(
	const struct xfi_declared *d, const struct xfi_operand *operand, unsigned wanted)
{
	return is_view(d, operand, wanted) ||
	       in_order(operand, XFI_FILE_GROUP_SHARED, d->shared, XFI_MAX_REGISTERS, wanted);
}

static bool is_resource(
	const struct xfi_declared *d, const struct xfi_operand *operand, unsigned wanted)
{
	return in_order(operand, XFI_FILE_RESOURCE, d->resources, 128, wanted);
}

/* A typed resource or view of one of these dimensions, as bits. */
static bool has_dims(const struct xfi_declared *d, const struct xfi_operand *operand, uint32_t dims)
{
	if (is_resource(d, operand, TYPED))
		return dims >> d->resource_dims[operand->indices[0]] & 1;
	return is_view(d, operand, TYPED) && dims >> d->uav_dims[operand->indices[0]] & 1;
}

static bool reads(const struct xfi_operand *operand)
{
	return operand->components == 4 && !operand->by_mask;
}

static bool writes(const struct xfi_operand *operand)
{
	uint32_t mask = operand->mask & 0xf;
	return operand->components == 4 && operand->by_mask && mask && !(mask & (mask + 1));
}

static bool is_sampler(
	const struct xfi_declared *d, const struct xfi_operand *operand, uint8_t kind)
{
	return xfi_declared_plain(operand, XFI_FILE_SAMPLER) && operand->indices[0] < 16 &&
	       d->samplers[operand->indices[0]] == kind;
}

static bool operand_fits(
	const struct xfi_declared *d, const struct xfi_operand *operand, char letter)
{
	switch (letter) {
	case 'd':
		return xfi_declared_target(d, operand);
	case 's':
		return xfi_declared_source(d, operand);
	case 'i':
		return operand->file == XFI_FILE_IMMEDIATE && operand->components == 1;
	case 'R':
		return reads(operand) && is_resource(d, operand, TYPED) &&
		       has_dims(d, operand, SAMPLED);
	case 'L':
		return reads(operand) && is_resource(d, operand, TYPED) &&
		       has_dims(d, operand, LOADED);
	case 'M':
		return reads(operand) && has_dims(d, operand, MULTISAMPLED);
	case 'P':
		return reads(operand) && has_dims(d, operand, SAMPLED | MULTISAMPLED);
	case 'B':
		return reads(operand) &&
		       (is_resource(d, operand, RAW) || is_memory(d, operand, RAW));
	case 'T':
		return reads(operand) &&
		       (is_resource(d, operand, STRUCTURED) || is_memory(d, operand, STRUCTURED));
	case 'Q':
		return reads(operand) && (is_resource(d, operand, RAW | STRUCTURED) ||
						 is_view(d, operand, RAW | STRUCTURED) ||
						 has_dims(d, operand, 1u << DIM_BUFFER));
	case 'S':
		return is_sampler(d, operand, 1);
	case 'C':
		return is_sampler(d, operand, 2);
	case 'V':
		return reads(operand) && is_view(d, operand, TYPED);
	case 'Y':
		return operand->components == 4 && operand->by_mask &&
		       (operand->mask & 0xf) == 0xf && is_view(d, operand, TYPED);
	case 'W':
		return writes(operand) && is_memory(d, operand, RAW);
	case 'X':
		return writes(operand) && is_memory(d, operand, STRUCTURED);
	case 'A':
		return operand->components == 0 && is_memory(d, operand, TYPED | RAW | STRUCTURED);
	case 'K':
		return operand->components == 0 && is_view(d, operand, STRUCTURED);
	default:
		return false;
	}
}

bool xfi_instruction_fits(
	const struct xfi_declared *d, const char *letters, struct xfi_cursor *cursor)
{
	struct xfi_operand operand;
	for (; *letters; letters++)
		if (!xfi_cursor_operand(cursor, &operand) || !operand_fits(d, &operand, *letters))
			return false;
	return cursor->at == cursor->end;
}
