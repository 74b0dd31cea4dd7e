/* SPDX-License-Identifier: MIT */
/* Names: how a process finds a domain it was not given. */
#ifndef XFI_SHM_NAME_H
#define XFI_SHM_NAME_H

#include "base/foreign_fd.h"
#include "shm/domain.h"

/* A domain's name: [A-Za-z0-9._-]{1,XF_NAME_MAX}. */
bool xfi_name_valid(const char *name);

/* Serves `name` from this process. Any thread but the helper. */
int xfi_name_publish(struct xf_domain *domain, const char *name, int64_t heirs_until);

/* Gets the domain's descriptor from whoever serves `name`. */
int xfi_name_fetch(
	const char *name, uint32_t flags, int64_t deadline_ns, struct xfi_sent *ret_sent);

/* Calls visit(name, arg) for each name that is served; stops at non-zero and returns that. */
int xfi_name_list(int (*visit)(const char *name, void *arg), void *arg);

/* Does a domain of that name have a member that lives? Then it is served again, if it is not. */
bool xfi_name_has_heirs(const char *name);

/* On the helper: says that this member is an heir, if the domain has a name. */
void xfi_name_inherit(struct xf_domain *domain);

/*
 * On the helper: serves the name if its server is gone; false: that could not be, and is to be
 * tried again. Stops serving.
 */
bool xfi_name_take_over(struct xf_domain *domain);
void xfi_name_leave(struct xf_domain *domain);

#endif
