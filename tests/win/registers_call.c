/* SPDX-License-Identifier: MIT */
#include "registers_call.h"

#include <string.h>

static const char *const names[] = { "rbx", "rbp", "rdi", "rsi", "r12", "r13", "r14", "r15", "xmm6",
	"xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15" };

#define SYSTEM_KEEPS 0xf3u /* rbx, rbp, r12 to r15 */

/* The registers in the order of the names. */
struct registers {
	uint64_t integer[8];
	uint64_t vector[10][2];
};

/*
 * raw_call(function, args, registers, system): loads the registers, calls, and stores what they
 * are then. On its stack: 32 bytes that the called function owns, 8 arguments, `registers`.
 */
__asm__(".text\n"
	".type raw_call, @function\n"
	"raw_call:\n"
	"	push %rbp\n	push %rbx\n	push %r12\n	push %r13\n	push %r14\n	"
	"push %r15\n"
	"	sub $104, %rsp\n"
	"	mov %rdx, 96(%rsp)\n"
	"	mov %rdi, %r11\n"
	"	mov %rsi, %r10\n"
	".set i, 0\n"
	".rept 8\n"
	"	mov 32 + 8 * i(%r10), %rax\n"
	"	mov %rax, 32 + 8 * i(%rsp)\n"
	"	.set i, i + 1\n"
	".endr\n"
	"	mov %ecx, %eax\n"
	"	mov (%rdx), %rbx\n	mov 8(%rdx), %rbp\n	mov 16(%rdx), %rdi\n"
	"	mov 24(%rdx), %rsi\n	mov 32(%rdx), %r12\n	mov 40(%rdx), %r13\n"
	"	mov 48(%rdx), %r14\n	mov 56(%rdx), %r15\n"
	"	movups 64(%rdx), %xmm6\n	movups 80(%rdx), %xmm7\n	movups 96(%rdx), "
	"%xmm8\n"
	"	movups 112(%rdx), %xmm9\n	movups 128(%rdx), %xmm10\n"
	"	movups 144(%rdx), %xmm11\n	movups 160(%rdx), %xmm12\n"
	"	movups 176(%rdx), %xmm13\n	movups 192(%rdx), %xmm14\n"
	"	movups 208(%rdx), %xmm15\n"
	"	xorps %xmm0, %xmm0\n	xorps %xmm1, %xmm1\n	xorps %xmm2, %xmm2\n"
	"	xorps %xmm3, %xmm3\n"
	"	test %eax, %eax\n"
	"	jnz 1f\n"
	"	mov (%r10), %rcx\n	mov 8(%r10), %rdx\n	mov 16(%r10), %r8\n"
	"	mov 24(%r10), %r9\n"
	"	call *%r11\n"
	"	jmp 2f\n"
	"1:	mov (%r10), %rdi\n	mov 8(%r10), %rsi\n	mov 16(%r10), %rdx\n"
	"	mov 24(%r10), %rcx\n	mov 32(%r10), %r8\n	mov 40(%r10), %r9\n"
	"	call *%r11\n"
	"2:	mov 96(%rsp), %rdx\n"
	"	mov %rbx, (%rdx)\n	mov %rbp, 8(%rdx)\n	mov %rdi, 16(%rdx)\n"
	"	mov %rsi, 24(%rdx)\n	mov %r12, 32(%rdx)\n	mov %r13, 40(%rdx)\n"
	"	mov %r14, 48(%rdx)\n	mov %r15, 56(%rdx)\n"
	"	movups %xmm6, 64(%rdx)\n	movups %xmm7, 80(%rdx)\n	movups %xmm8, "
	"96(%rdx)\n"
	"	movups %xmm9, 112(%rdx)\n	movups %xmm10, 128(%rdx)\n"
	"	movups %xmm11, 144(%rdx)\n	movups %xmm12, 160(%rdx)\n"
	"	movups %xmm13, 176(%rdx)\n	movups %xmm14, 192(%rdx)\n"
	"	movups %xmm15, 208(%rdx)\n"
	"	add $104, %rsp\n"
	"	pop %r15\n	pop %r14\n	pop %r13\n	pop %r12\n	pop %rbx\n	"
	"pop %rbp\n"
	"	ret\n"
	".size raw_call, . - raw_call\n");

void raw_call(
	const void *function, const uint64_t *args, struct registers *registers, uint32_t system);

uint32_t registers_call(const void *function, const uint64_t args[CALL_ARGS], bool system)
{
	struct registers before, after;
	uint32_t lost = 0;
	for (unsigned i = 0; i < 8; i++)
		before.integer[i] = 0x5e00000000000000u + 0x0101010101u * (i + 1);
	for (unsigned i = 0; i < 10; i++)
		for (unsigned j = 0; j < 2; j++)
			before.vector[i][j] = 0x3ff1000000000000u + 0x0202020202u * (2 * i + j + 1);
	after = before;
	raw_call(function, args, &after, system);
	for (unsigned i = 0; i < 8; i++)
		lost |= (before.integer[i] != after.integer[i]) << i;
	for (unsigned i = 0; i < 10; i++)
		lost |= (uint32_t) !!memcmp(before.vector[i], after.vector[i], 16) << (8 + i);
	return system ? lost & SYSTEM_KEEPS : lost;
}

const char *registers_name(unsigned i)
{
	return names[i];
}
