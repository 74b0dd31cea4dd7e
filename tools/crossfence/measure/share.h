/* SPDX-License-Identifier: MIT */
/* What two processes of a pair hand to each other while they begin. */
#ifndef CROSSFENCE_MEASURE_SHARE_H
#define CROSSFENCE_MEASURE_SHARE_H

#include <stddef.h>

#include <crossfence/domain.h>

#include "pair.h"

/* For open(): both sides in one domain, made by side 0. `params` may be NULL. */
int bench_share_domain(struct bench_side *side, const struct xf_domain_params *params,
	struct xf_domain **ret_domain);

/* Side 0's bytes become side 1's. */
int bench_share_bytes(struct bench_side *side, void *data, size_t size);
int bench_share_fd(struct bench_side *side, int *fd);

/* Reads exactly `size` bytes; -ETIMEDOUT after `timeout_ms`, -EPIPE when the other end is gone. */
int bench_read(int fd, void *data, size_t size, int timeout_ms);
int bench_write(int fd, const void *data, size_t size);

/* A memfd of `bytes`, mapped shared by both sides. */
int bench_share_memory(struct bench_side *side, size_t bytes, void **ret_memory);

#endif
