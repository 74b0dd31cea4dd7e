/* SPDX-License-Identifier: MIT */
/* The two things a command is told to work on: a domain by name, an object by label or id. */
#ifndef CROSSFENCE_TOOL_TARGET_H
#define CROSSFENCE_TOOL_TARGET_H

#include <crossfence/inspect.h>

/* They complain themselves and return an exit status; EXIT_DONE when *ret_... is set. */

/* Flags as xf_domain_open(). Never waits for the name to appear. */
int target_open(const char *name, uint32_t flags, struct xf_domain **ret_domain);

/* Complains about a `result` of xf_domain_open(); returns an exit status. */
int target_complain(const char *name, int result);

/*
 * Finds the object called `text` (a label, 0x and an id, or frames[3]: a surface of a pool) among
 * the types in `types` (a set of 1u << XF_...; 0: all). A label that several of them carry is
 * refused: the user has to choose.
 */
int target_find(struct xf_domain *domain, const char *name, const char *text, uint32_t types,
	struct xf_object_info *ret_info);

#endif
