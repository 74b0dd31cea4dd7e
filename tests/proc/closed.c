/* SPDX-License-Identifier: MIT */
#include "closed.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE xf_deadline(30000 * MS)
#define ROUNDS	 200
#define USES	 12 /* more than a member keeps timelines of */

static const struct closed_kind *kind;
static _Atomic int calls;

static void note(void *arg)
{
	(void)arg;
	calls++;
}

/* Two memberships of this process, and what each has of one sync object. */
struct both {
	struct xf_domain *domain, *other;
	struct xf_sync *producer, *reader;
	struct xf_queue *queue; /* of the kind; what is closed is of `other` */
};

static void meet(struct both *b)
{
	int fd;
	EXPECT(0, xf_domain_create(NULL, &b->domain));
	EXPECT(0, xf_domain_export(b->domain, 0, &fd));
	EXPECT(0, xf_domain_join(fd, &b->other));
	close(fd);
	EXPECT(0, xf_sync_create(b->domain, NULL, &b->producer));
	EXPECT(0, xf_sync_begin(b->producer));
	EXPECT(0, xf_sync_open(b->other, xf_sync_id(b->producer), &b->reader));
	b->queue = kind->make(b->other);
	calls = 0;
}

static void part(struct both *b)
{
	kind->end(b->queue);
	if (kind->leave)
		kind->leave();
	xf_sync_close(b->producer);
	xf_domain_leave(b->other);
	xf_domain_leave(b->domain);
}

/* Whoever reads what was freed before finds something else there. */
static void churn(void)
{
	for (int round = 0; round < 20; round++) {
		void *blocks[64];
		for (size_t i = 0; i < 64; i++)
			if ((blocks[i] = malloc(8 + i * 8)))
				memset(blocks[i], 0x41, 8 + i * 8);
		for (size_t i = 0; i < 64; i++)
			free(blocks[i]);
	}
}

static void close_reader(struct both *b)
{
	xf_sync_close(b->reader);
	churn();
}

static void wait_for_ready(struct both *b)
{
	EXPECT(0, xf_sync_ready_wait(b->reader, b->queue, 0));
	EXPECT(0, xf_queue_call(b->queue, note, NULL));
	EXPECT(XF_TIMEOUT, xf_queue_finish(b->queue, xf_deadline(5 * MS)));
}

/* The queue was told to wait, and waits on. */
static void it_becomes_ready(void)
{
	struct both b;
	meet(&b);
	wait_for_ready(&b);
	close_reader(&b);
	EXPECT(XF_TIMEOUT, xf_queue_finish(b.queue, xf_deadline(5 * MS)));
	CHECK(calls == 0);
	EXPECT(0, xf_sync_ready(b.producer, NULL));
	EXPECT(0, xf_queue_finish(b.queue, PATIENCE));
	CHECK(calls == 1);
	part(&b);
}

static void the_queue_is_destroyed(void)
{
	struct both b;
	meet(&b);
	wait_for_ready(&b);
	close_reader(&b);
	part(&b);
	CHECK(calls == 0);
}

static void the_use_is_abandoned(void)
{
	struct both b;
	meet(&b);
	wait_for_ready(&b);
	close_reader(&b);
	xf_sync_close(b.producer);
	b.producer = NULL;
	EXPECT(XF_ABANDONED, xf_queue_finish(b.queue, PATIENCE));
	part(&b);
	CHECK(calls == 0);
}

/* Holds the queue back; 1 lets it go. */
static struct xf_timeline *make_gate(struct both *b)
{
	struct xf_timeline *gate;
	EXPECT(0, xf_timeline_create(b->other, 0, 0, NULL, &gate));
	EXPECT(0, xf_queue_wait(b->queue, gate, 1));
	return gate;
}

static struct xf_sync_info info_of(struct both *b)
{
	struct xf_sync_info info = { .size = sizeof(info) };
	EXPECT(0, xf_sync_info(b->producer, &info));
	return info;
}

/* Closing counts as done, and the queue finds nothing to do when it comes there. */
static void a_release_is_closed(void)
{
	struct both b;
	meet(&b);
	struct xf_timeline *gate = make_gate(&b);
	EXPECT(0, xf_sync_ready(b.producer, NULL));
	EXPECT(0, xf_sync_release(b.reader, b.queue));
	CHECK(info_of(&b).pending_release == 1);
	close_reader(&b);
	CHECK(info_of(&b).pending_release == 0);
	EXPECT(0, xf_timeline_signal(gate, 1));
	EXPECT(0, xf_queue_finish(b.queue, PATIENCE));
	xf_timeline_close(gate);
	part(&b);
}

/* What is not ready by then never will be. */
static void a_ready_is_closed(void)
{
	struct both b;
	meet(&b);
	struct xf_timeline *gate = make_gate(&b);
	struct xf_sync *reader = b.reader;
	EXPECT(0, xf_sync_open(b.other, xf_sync_id(b.producer), &b.reader));
	EXPECT(0, xf_sync_ready(b.reader, b.queue));
	xf_sync_close(reader);
	EXPECT(0, xf_sync_ready(b.producer, b.queue));
	xf_sync_close(b.producer);
	churn();
	EXPECT(0, xf_sync_open(b.domain, xf_sync_id(b.reader), &b.producer));
	CHECK(!info_of(&b).ready && !info_of(&b).abandoned);
	close_reader(&b);
	CHECK(!info_of(&b).ready && info_of(&b).abandoned);
	EXPECT(0, xf_timeline_signal(gate, 1));
	EXPECT(0, xf_queue_finish(b.queue, PATIENCE));
	CHECK(!info_of(&b).ready && info_of(&b).pending_ready == 0);
	xf_timeline_close(gate);
	part(&b);
}

/* Between the queue's coming there and closing nobody waits for the other. */
static void closed_while_it_comes(void)
{
	struct both b;
	meet(&b);
	for (int i = 0; i < ROUNDS; i++) {
		struct xf_sync *sync;
		EXPECT(0, xf_sync_open(b.other, xf_sync_id(b.producer), &sync));
		EXPECT(0, xf_sync_release(sync, b.queue));
		EXPECT(0, xf_sync_release(sync, b.queue));
		if (i % 3 == 1)
			EXPECT(0, xf_queue_finish(b.queue, PATIENCE));
		if (i % 3 == 2)
			for (volatile int pause = 0; pause < 50 * i;)
				pause++;
		xf_sync_close(sync);
	}
	CHECK(info_of(&b).pending_release == 0);
	EXPECT(0, xf_queue_finish(b.queue, PATIENCE));
	close_reader(&b);
	part(&b);
}

static void a_timeline_is_closed(void)
{
	struct both b;
	struct xf_timeline *timeline, *closed;
	meet(&b);
	EXPECT(0, xf_timeline_create(b.domain, 0, 0, NULL, &timeline));
	EXPECT(0, xf_timeline_open(b.other, xf_timeline_id(timeline), &closed));
	EXPECT(0, xf_queue_wait(b.queue, closed, 1));
	EXPECT(0, xf_queue_wait(b.queue, closed, 2));
	EXPECT(0, xf_queue_call(b.queue, note, NULL));
	xf_timeline_close(closed);
	close_reader(&b);
	EXPECT(0, xf_timeline_signal(timeline, 1));
	EXPECT(XF_TIMEOUT, xf_queue_finish(b.queue, xf_deadline(5 * MS)));
	EXPECT(0, xf_timeline_signal(timeline, 2));
	EXPECT(0, xf_queue_finish(b.queue, PATIENCE));
	CHECK(calls == 1);
	xf_timeline_close(timeline);
	part(&b);
}

static int open_and_close(struct xf_domain *domain, xf_id id)
{
	struct xf_timeline *timeline;
	int r = xf_timeline_open(domain, id, &timeline);
	if (!r)
		xf_timeline_close(timeline);
	return r;
}

/* Nobody but the queue has it by then. */
static void the_last_handle_is_closed(void)
{
	struct both b;
	meet(&b);
	struct xf_timeline *gate = make_gate(&b);
	xf_id id = xf_timeline_id(gate);
	xf_timeline_close(gate);
	close_reader(&b);
	EXPECT(0, open_and_close(b.domain, id));
	EXPECT(XF_TIMEOUT, xf_queue_finish(b.queue, xf_deadline(5 * MS)));
	kind->end(b.queue);
	EXPECT(-ESTALE, open_and_close(b.domain, id));
	b.queue = kind->make(b.other);
	part(&b);
}

/* One use after the other is abandoned, and each has a timeline of its own. */
static void abandon(struct both *b)
{
	struct xf_queue *other;
	xf_sync_close(b->producer);
	EXPECT(0, xf_sync_open(b->domain, xf_sync_id(b->reader), &b->producer));
	EXPECT(0, xf_sync_reset(b->producer));
	EXPECT(0, xf_sync_begin(b->producer));
	EXPECT(0, xf_queue_create_cpu(&other));
	EXPECT(0, xf_sync_ready_wait(b->reader, other, 0));
	xf_queue_destroy(other);
}

static void the_queue_comes_uses_later(void)
{
	struct both b;
	meet(&b);
	struct xf_timeline *gate = make_gate(&b);
	EXPECT(0, xf_sync_ready_wait(b.reader, b.queue, 0));
	EXPECT(0, xf_queue_call(b.queue, note, NULL));
	for (int i = 0; i < USES; i++)
		abandon(&b);
	churn();
	EXPECT(0, xf_timeline_signal(gate, 1));
	EXPECT(XF_ABANDONED, xf_queue_finish(b.queue, PATIENCE));
	CHECK(calls == 0);
	close_reader(&b);
	xf_timeline_close(gate);
	part(&b);
}

static void a_surface_is_closed(void)
{
	const struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 16, .height_px = 16, .fourcc = XF_FORMAT_ABGR8888
	};
	struct xf_surface *surface, *same;
	struct both b;
	meet(&b);
	xf_sync_close(b.reader);
	xf_sync_close(b.producer);
	EXPECT(0, xf_surface_create(b.domain, &desc, XF_SURFACE_SYNC, &surface));
	EXPECT(0, xf_surface_open(b.other, xf_surface_id(surface), &same));
	EXPECT(0, xf_surface_sync(surface, &b.producer));
	EXPECT(0, xf_surface_sync(same, &b.reader));
	wait_for_ready(&b);
	EXPECT(0, xf_sync_release(b.reader, b.queue));
	xf_surface_close(same);
	churn();
	EXPECT(0, xf_sync_ready(b.producer, NULL));
	EXPECT(0, xf_queue_finish(b.queue, PATIENCE));
	CHECK(calls == 1 && info_of(&b).pending_release == 0);
	xf_surface_close(surface);
	b.producer = NULL;
	part(&b);
}

static const struct proc_test tests[] = {
	{ "it becomes ready", it_becomes_ready, 60 },
	{ "the queue is destroyed", the_queue_is_destroyed, 60 },
	{ "the use is abandoned", the_use_is_abandoned, 60 },
	{ "a release is closed", a_release_is_closed, 60 },
	{ "a ready is closed", a_ready_is_closed, 60 },
	{ "closed while it comes", closed_while_it_comes, 60 },
	{ "a timeline is closed", a_timeline_is_closed, 60 },
	{ "the last handle is closed", the_last_handle_is_closed, 60 },
	{ "the queue comes uses later", the_queue_comes_uses_later, 60 },
	{ "a surface is closed", a_surface_is_closed, 60 },
};

int closed_main(int argc, char **argv, const struct closed_kind *of)
{
	kind = of;
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
