/* SPDX-License-Identifier: MIT */
/*
 * A pool gives a surface whose mutex was abandoned another one. Who has held it since may die, or
 * go, before anybody else has opened that one.
 */
#include "fixture.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

static const struct xf_surface_desc desc = {
	.size = sizeof(desc), .width_px = 64, .height_px = 64, .fourcc = XF_FORMAT_ABGR8888
};

struct scene {
	int fd;
	xf_id id;
	struct xf_domain *domain;
	struct xf_pool *pool;
};

static struct xf_keyed_mutex *mutex_of(struct xf_pool *pool)
{
	struct xf_keyed_mutex *mutex;
	EXPECT(0, xf_surface_mutex(xf_pool_surface(pool, 0), &mutex));
	return mutex;
}

static struct xf_pool *join_and_hold(const struct scene *s)
{
	struct xf_domain *domain;
	struct xf_pool *pool;
	uint32_t index;
	EXPECT(0, xf_domain_join(s->fd, &domain));
	EXPECT(0, xf_pool_open(domain, s->id, &pool));
	EXPECT(0, xf_pool_hold(pool, proc_patience(5000), &index));
	return pool;
}

static void hold_and_die(void *arg)
{
	EXPECT(0, xf_keyed_mutex_acquire(mutex_of(join_and_hold(arg)), 0, 0, NULL));
	raise(SIGKILL);
}

static void hand_on_and_die(void *arg)
{
	struct xf_pool *pool = join_and_hold(arg);
	EXPECT(0, xf_keyed_mutex_acquire(mutex_of(pool), 0, 0, NULL));
	EXPECT(0, xf_keyed_mutex_release(mutex_of(pool), 1, 0));
	raise(SIGKILL);
}

static void hold_and_leave(void *arg)
{
	struct xf_pool *pool = join_and_hold(arg);
	struct xf_domain *domain = xf_surface_domain(xf_pool_surface(pool, 0));
	xf_pool_close(pool);
	xf_domain_leave(domain);
}

static void dies(struct scene *s, void (*how)(void *arg))
{
	EXPECT(-SIGKILL, proc_wait(proc_spawn(how, s), 10000));
	EVENTUALLY(10000, proc_members(s->domain) == 1);
}

static struct scene set_scene(void)
{
	struct scene s = { .fd = fixture_empty() };
	EXPECT(0, xf_domain_join(s.fd, &s.domain));
	EXPECT(0, xf_pool_create(s.domain, &desc, 1, XF_SURFACE_KEYED, NULL, &s.pool));
	s.id = xf_pool_id(s.pool);
	(void)mutex_of(s.pool);
	dies(&s, hold_and_die); /* so that whoever is next gets a mutex of its own */
	return s;
}

/* It is abandoned, and the surface is there: whoever holds it goes on. */
static void end_scene(struct scene *s)
{
	struct xf_surface *surface = xf_pool_surface(s->pool, 0);
	struct xf_keyed_mutex *mutex;
	uint32_t index;
	size_t size;
	EXPECT(XF_ABANDONED, xf_surface_mutex(surface, &mutex));
	EXPECT(XF_ABANDONED, xf_surface_mutex(surface, &mutex));
	EXPECT(-EPERM, xf_surface_set_data(surface, "", 1));
	EXPECT(-EPERM, xf_surface_get_data(surface, NULL, 0, &size));
	EXPECT(0, xf_pool_hold(s->pool, proc_patience(5000), &index));
	EXPECT(0, xf_keyed_mutex_acquire(mutex_of(s->pool), 0, 0, NULL));
	EXPECT(0, xf_keyed_mutex_release(mutex_of(s->pool), 0, 0));
	xf_pool_close(s->pool);
	CHECK(proc_objects(s->domain) == 0);
	xf_domain_leave(s->domain);
	close(s->fd);
}

static void an_owner_dies(void)
{
	struct scene s = set_scene();
	dies(&s, hold_and_die);
	end_scene(&s);
}

static void one_that_handed_on_dies(void)
{
	struct scene s = set_scene();
	dies(&s, hand_on_and_die);
	end_scene(&s);
}

static void a_holder_leaves(void)
{
	struct scene s = set_scene();
	EXPECT(0, proc_wait(proc_spawn(hold_and_leave, &s), 10000));
	end_scene(&s);
}

static const struct proc_test tests[] = {
	{ "an_owner_dies", an_owner_dies, 60 },
	{ "one_that_handed_on_dies", one_that_handed_on_dies, 60 },
	{ "a_holder_leaves", a_holder_leaves, 60 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
