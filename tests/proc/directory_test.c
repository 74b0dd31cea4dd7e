/* SPDX-License-Identifier: MIT */
/*
 * Labels in numbers: more objects of one label than the directory has room for beside each other,
 * members that die while they enter theirs, and a directory full of nonsense.
 */
#include "fixture.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shm/layout.h"

#define SAME 40 /* more than two buckets hold */

enum { READY, STOP };

static struct xf_domain *join(int *ret_fd)
{
	struct xf_domain *d;
	struct xf_domain_params params = { .size = sizeof(params), .max_objects = 4096 };
	EXPECT(0, xf_domain_create(&params, &d));
	EXPECT(0, xf_domain_export(d, 0, ret_fd));
	return d;
}

static xf_id find(struct xf_domain *d, enum xf_type type, const char *label)
{
	xf_id id = 0;
	int r = xf_domain_find(d, type, label, &id);
	if (r && r != -ENOENT)
		proc_fail(__FILE__, __LINE__, "find %s: %d", label, r);
	return id;
}

/* Closes the newest of `events` one after the other: the next one must be found each time. */
static void peel(struct xf_domain *d, struct xf_event **events, const char *label)
{
	for (int i = SAME - 1; i >= 0; i--) {
		if (find(d, XF_EVENT, label) != xf_event_id(events[i]))
			proc_fail(__FILE__, __LINE__, "%s: number %d is not found", label, i);
		xf_event_close(events[i]);
	}
	EXPECT(0, find(d, XF_EVENT, label));
}

static void make(struct xf_domain *d, struct xf_event **events, const char *label)
{
	for (int i = 0; i < SAME; i++)
		EXPECT(0, xf_event_create(d, 0, label, &events[i]));
}

static void many_of_one_label(void)
{
	struct xf_event *events[SAME], *others[SAME];
	struct xf_timeline *timeline;
	int fd, read_only;
	struct xf_domain *look, *d = join(&fd);
	EXPECT(0, xf_domain_export(d, XF_OPEN_LOOK_ONLY, &read_only));
	EXPECT(0, xf_domain_join(read_only, &look));
	EXPECT(0, xf_timeline_create(d, 0, 0, "same", &timeline));
	make(d, events, "same");
	make(d, others, "other");
	/* Older than all, and of another type: pushed out, and found nevertheless. */
	EXPECT(xf_timeline_id(timeline), find(d, XF_TIMELINE, "same"));
	EXPECT(xf_timeline_id(timeline), find(look, XF_TIMELINE, "same"));
	EXPECT(0, find(d, XF_POOL, "same"));
	EXPECT(0, find(look, XF_POOL, "same"));
	EXPECT(xf_event_id(others[SAME - 1]), find(look, XF_ANY, "other"));
	peel(d, events, "same");
	EXPECT(xf_timeline_id(timeline), find(d, XF_ANY, "same"));
	EXPECT(xf_timeline_id(timeline), find(look, XF_ANY, "same"));
	xf_timeline_close(timeline);
	EXPECT(0, find(d, XF_ANY, "same"));
	peel(d, others, "other");
	xf_domain_leave(look);
	xf_domain_leave(d);
	close(read_only);
	close(fd);
}

/* It has to be looked for everywhere, and that has to be known as long as it is so. */
static void the_first_to_be_pushed_out(void)
{
	struct xf_event *events[SAME];
	struct xf_timeline *timeline;
	int fd;
	struct xf_domain *d = join(&fd);
	EXPECT(0, xf_timeline_create(d, 0, 0, "one", &timeline));
	for (int i = 0; i < SAME; i++) {
		EXPECT(0, xf_event_create(d, 0, "one", &events[i]));
		for (int n = 0; n < 3; n++)
			EXPECT(xf_timeline_id(timeline), find(d, XF_TIMELINE, "one"));
	}
	peel(d, events, "one");
	xf_timeline_close(timeline);
	xf_domain_leave(d);
	close(fd);
}

static void many_labels(void)
{
	static struct xf_event *events[4096];
	char label[XF_LABEL_MAX + 1];
	int fd;
	struct xf_domain *d = join(&fd);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 4096; i++) {
			snprintf(label, sizeof(label), "%d of round %d", i, round);
			EXPECT(0, xf_event_create(d, 0, label, &events[i]));
		}
		for (int i = 0; i < 4096; i++) {
			snprintf(label, sizeof(label), "%d of round %d", i, round);
			EXPECT(xf_event_id(events[i]), find(d, XF_ANY, label));
			xf_event_close(events[i]);
			EXPECT(0, find(d, XF_ANY, label));
		}
	}
	xf_domain_leave(d);
	close(fd);
}

static void victim(void *arg)
{
	struct xf_domain *d;
	struct xf_event *event;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	EXPECT(0, xf_event_create(d, 0, "same", &event));
	xf_event_close(event);
	xf_domain_leave(d);
}

static const char *const points[] = { "create:taken", "directory:announced", "directory:entered",
	"create:publish", "close:ending", "directory:removed", "close:cleared" };

static void killed_while_entering(void)
{
	struct xf_event *events[SAME];
	int fd;
	struct xf_domain *d = join(&fd);
	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		make(d, events, "same");
		EXPECT(-SIGKILL, proc_wait(proc_spawn_at(points[i], -1, victim, &fd), 10000));
		EVENTUALLY(10000, proc_members(d) == 1);
		EXPECT(SAME, proc_objects(d));
		peel(d, events, "same");
	}
	xf_domain_leave(d);
	close(fd);
}

static void hasty(void *arg)
{
	struct xf_domain *d;
	struct xf_event *event;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	proc_tell(READY);
	while (!atomic_load(&proc_board->step[STOP])) {
		EXPECT(0, xf_event_create(d, 0, "same", &event));
		CHECK(find(d, XF_ANY, "same"));
		xf_event_close(event);
	}
	xf_domain_leave(d);
}

/* One is always there; whatever others do, and however they end, it or a newer one is found. */
static void never_lost(void)
{
	struct xf_event *events[SAME];
	int fd;
	struct xf_domain *d = join(&fd);
	make(d, events, "same");
	for (int round = 0; round < 20; round++) {
		pid_t pids[2] = { proc_spawn(hasty, &fd), proc_spawn(hasty, &fd) };
		proc_await(READY, 2 * (uint32_t)round + 2, 10000);
		for (int i = 0; i < 200; i++)
			CHECK(find(d, XF_EVENT, "same"));
		proc_kill(pids[0]);
		proc_kill(pids[1]);
	}
	EVENTUALLY(10000, proc_members(d) == 1 && proc_objects(d) == SAME);
	peel(d, events, "same");
	xf_domain_leave(d);
	close(fd);
}

/* Whatever stands there, what is found has the label, and new ones are found. */
static void nonsense(void)
{
	struct xf_event *events[SAME], *event;
	struct xfi_geometry geometry;
	struct xfi_layout layout;
	uint64_t random = 88172645463325252;
	int fd;
	struct xf_domain *d = join(&fd);
	make(d, events, "same");
	CHECK(pread(fd, &geometry, sizeof(geometry), 0) == sizeof(geometry));
	EXPECT(0, xfi_layout(&geometry, &layout));
	uint64_t size = layout.slots - layout.directory;
	xfi_u64 *words =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)layout.directory);
	CHECK(words != MAP_FAILED);
	for (int round = 0; round < 64; round++) {
		for (uint64_t i = 0; i < size / sizeof(*words); i++) {
			uint64_t r = proc_random(&random);
			atomic_store(&words[i], round % 2 ? r : r & 0xfff000ff000000ff);
		}
		struct xf_object_info info = { .size = sizeof(info) };
		xf_id id = find(d, XF_ANY, "same");
		if (id) {
			EXPECT(0, xf_inspect_object(d, id, &info));
			CHECK(strcmp(info.label, "same") == 0);
		}
		EXPECT(0, xf_event_create(d, 0, "new", &event));
		EXPECT(xf_event_id(event), find(d, XF_ANY, "new"));
		xf_event_close(event);
		EXPECT(0, find(d, XF_ANY, "new"));
	}
	for (int i = 0; i < SAME; i++)
		xf_event_close(events[i]);
	munmap(words, size);
	xf_domain_leave(d);
	close(fd);
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "many objects of one label", many_of_one_label, 60 },
		{ "the first to be pushed out", the_first_to_be_pushed_out, 20 },
		{ "many labels", many_labels, 60 },
		{ "killed while entering", killed_while_entering, 60 },
		{ "never lost", never_lost, 100 },
		{ "nonsense in the directory", nonsense, 60 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
