/* SPDX-License-Identifier: MIT */
/*
 * A member makes one surface of a pool smaller than the others, in the domain's memory. Producers
 * of a stream that take the pool up write all of its surfaces by what the first one says.
 */
#include "proc.h"

#include "surface/pool.h"

#include <crossfence/stream.h>

static struct xf_pool *make_pool(struct xf_domain *domain)
{
	const struct xf_surface_desc desc = {
		.size = sizeof(desc), .fourcc = XF_FORMAT_R8, .width_px = 4096, .height_px = 16
	};
	struct xf_pool *pool;
	EXPECT(0, xf_pool_create(domain, &desc, 4, 0, NULL, &pool));
	return pool;
}

static void shrink(const struct xf_surface *surface)
{
	struct xfi_slot *slot = surface->base.slot;
	xfi_put(&slot->hot.surface.height, 1);
	xfi_put(&slot->hot.surface.size_bytes, 4096);
	xfi_put(&slot->cold.surface.rows[0], 1);
}

static void a_pool_of_two_kinds_is_none(void)
{
	for (uint32_t i = 0; i < 4; i++) {
		struct xf_domain *domain;
		struct xf_pool *other;
		EXPECT(0, xf_domain_create(NULL, &domain));
		struct xf_pool *pool = make_pool(domain);
		EXPECT(0, xf_pool_open(domain, xf_pool_id(pool), &other));
		xf_pool_close(other);
		shrink(xf_pool_surface(pool, i));
		EXPECT(-EPROTO, xf_pool_open(domain, xf_pool_id(pool), &other));
		xf_pool_close(pool);
		xf_domain_leave(domain);
	}
}

static const struct proc_test tests[] = {
	{ "a pool of two kinds is none", a_pool_of_two_kinds_is_none, 60 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
