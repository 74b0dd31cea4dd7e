/* SPDX-License-Identifier: MIT */
/* Handles closed before a CPU queue has come to what it was told of them. */
#include "closed.h"

static struct xf_queue *make(struct xf_domain *domain)
{
	struct xf_queue *queue;
	(void)domain;
	EXPECT(0, xf_queue_create_cpu(&queue));
	return queue;
}

int main(int argc, char **argv)
{
	return closed_main(
		argc, argv, &(const struct closed_kind){ .make = make, .end = xf_queue_destroy });
}
