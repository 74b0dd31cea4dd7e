/* SPDX-License-Identifier: MIT */
/* Calls a function with a sentinel in every register that it has to keep, and tells which it lost.
 */
#ifndef TESTS_WIN_REGISTERS_CALL_H
#define TESTS_WIN_REGISTERS_CALL_H

#include <stdbool.h>
#include <stdint.h>

#define CALL_ARGS 12

/*
 * The function takes its arguments by the Microsoft convention, or by the system's if `system`.
 * Returns one bit for each lost register, see registers_name().
 */
uint32_t registers_call(const void *function, const uint64_t args[CALL_ARGS], bool system);

/* Of the register that bit `i` stands for. */
const char *registers_name(unsigned i);

#endif
