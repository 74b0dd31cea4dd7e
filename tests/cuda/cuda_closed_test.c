/* SPDX-License-Identifier: MIT */
/* Handles closed before a stream has come to what it was told of them. */
#include "closed.h"
#include "cuda_fixture.h"

static CUstream stream;

static struct xf_queue *make(struct xf_domain *domain)
{
	(void)domain;
	stream = make_stream(0);
	return make_queue(stream);
}

static void end(struct xf_queue *queue)
{
	end_queue(queue, stream);
}

int main(int argc, char **argv)
{
	return closed_main(argc, argv, &(const struct closed_kind){ .make = make, .end = end });
}
