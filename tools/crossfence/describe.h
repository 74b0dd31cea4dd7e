/* SPDX-License-Identifier: MIT */
/* An object in words for people. All return `buffer`. */
#ifndef CROSSFENCE_TOOL_DESCRIBE_H
#define CROSSFENCE_TOOL_DESCRIBE_H

#include <stdbool.h>

#include "snapshot.h"
#include "text.h"

#define DESCRIBE_SIZE 256

/* The label; "frames[3]" for a surface of a pool with a label; else the id. */
char *describe_name(char buffer[DESCRIBE_SIZE], const struct snapshot *snapshot,
	const struct xf_object_info *object);

/* "1234 producer"; "" when nobody owns it. */
char *describe_owner(char buffer[DESCRIBE_SIZE], const struct xf_object_info *object);

/* A word or two: "signalled", "at 12", "held", "abandoned", "unused", "1 of 3 used". */
char *describe_state(char buffer[DESCRIBE_SIZE], const struct snapshot *snapshot,
	const struct xf_object_info *object);

/* What does not change much: "3 x 1920x1080 AB24 (7.9 MiB)", "of pool frames"; often "". */
char *describe_kind(char buffer[DESCRIBE_SIZE], const struct snapshot *snapshot,
	const struct xf_object_info *object);

/* All in one sentence: "held by 1234 producer, acquired with key 7". */
char *describe_all(char buffer[DESCRIBE_SIZE], const struct snapshot *snapshot,
	const struct xf_object_info *object);

/* True for what has a key, an owner and a sequence: a keyed mutex, or a keyed surface. */
bool describe_has_key(const struct xf_object_info *object);

/* Bytes of one surface with tightly packed rows; 0 when the format is not known. */
uint64_t describe_surface_bytes(const struct xf_object_info *object);

#endif
