/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "consume.h"
#include "produce.h"
#include "roles.h"

int gpu_role_main(const struct demo_options *options, enum role role)
{
	return role == PRODUCER ? gpu_produce(options) : gpu_consume(options, role);
}

const char *gpu_missing(void)
{
	return NULL;
}
