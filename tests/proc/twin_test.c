/* SPDX-License-Identifier: MIT */
/*
 * Twins of timelines: who gets them, and when their owner has nothing more to do with them. A
 * sealed memory file stands for a driver's counter.
 */
#include "meet.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint8_t kind[XF_TIMELINE_TWIN_KIND] = "a driver and a device";
static const uint8_t other_kind[XF_TIMELINE_TWIN_KIND] = "a driver and another";

static int make_counter(void)
{
	int fd = memfd_create("counter", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	CHECK(fd >= 0 && ftruncate(fd, 4096) == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) == 0);
	return fd;
}

static ino_t number_of(int fd)
{
	struct stat st;
	CHECK(fstat(fd, &st) == 0);
	return st.st_ino;
}

/* By a name alone; and not by those who have another driver. */
static void get(void *arg)
{
	struct xf_domain *domain = join();
	struct xf_timeline *timeline = open_timeline(domain);
	int fd = -1, before = proc_descriptors();
	(void)arg;
	EXPECT(0, xf_timeline_twin(timeline, kind, &fd));
	EXPECT(shared(SECOND), number_of(fd));
	CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	fd = -1;
	EXPECT(-ENOENT, xf_timeline_twin(timeline, other_kind, &fd));
	EXPECT(-EPERM, xf_timeline_offer_twin(timeline, kind, 0));
	CHECK(fd == -1 && proc_descriptors() == before);
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

static void handed_on(void)
{
	struct xf_domain *domain = publish();
	struct xf_timeline *timeline = make_timeline(domain, XF_TIMELINE_OWNED), *again;
	int counter = make_counter(), fd = -1;
	EXPECT(-ENOENT, xf_timeline_twin(timeline, kind, &fd));
	EXPECT(0, xf_timeline_offer_twin(timeline, kind, counter));
	EXPECT(-EINVAL, xf_timeline_offer_twin(timeline, kind, counter));
	share(SECOND, number_of(counter));
	close(counter);
	EXPECT(0, proc_wait(proc_spawn(get, NULL), 20000));
	/* Another handle of this process is as good as one of another. */
	xf_id id = xf_timeline_id(timeline);
	EXPECT(0, xf_timeline_open(domain, id, &again));
	EXPECT(0, xf_timeline_twin(again, kind, &fd));
	close(fd);
	/* Closed by its owner, who may still have something to do: nobody gets it any more. */
	xf_timeline_close(timeline);
	EXPECT(-ENOENT, xf_timeline_twin(again, kind, &fd));
	xf_timeline_close(again);
	EXPECT(0, proc_objects(domain));
	xf_domain_leave(domain);
}

static void what_is_refused(void)
{
	struct xf_domain *domain = publish();
	struct xf_timeline *anybodys = make_timeline(domain, 0);
	struct xf_timeline *timeline = make_timeline(domain, XF_TIMELINE_OWNED);
	int fd = -1, ends[2];
	EXPECT(-EPERM, xf_timeline_offer_twin(anybodys, kind, 0));
	EXPECT(-EINVAL, xf_timeline_offer_twin(NULL, kind, 0));
	EXPECT(-EINVAL, xf_timeline_offer_twin(timeline, NULL, 0));
	EXPECT(-EINVAL, xf_timeline_offer_twin(timeline, kind, -1));
	EXPECT(-EINVAL, xf_timeline_twin(timeline, NULL, &fd));
	EXPECT(-EINVAL, xf_timeline_twin(timeline, kind, NULL));
	EXPECT(-EINVAL, xf_timeline_settle(NULL, 0));
	/* A pipe is no driver's counter, and is not let in. */
	CHECK(pipe(ends) == 0);
	EXPECT(0, xf_timeline_offer_twin(timeline, kind, ends[0]));
	close(ends[0]);
	close(ends[1]);
	int before = proc_descriptors();
	EXPECT(-EPROTO, xf_timeline_twin(timeline, kind, &fd));
	EXPECT(-1, fd);
	EVENTUALLY(10000, proc_descriptors() <= before); /* who answered is in this process */
	xf_timeline_close(timeline);
	xf_timeline_close(anybodys);
	xf_domain_leave(domain);
}

/* Who gives up says that nothing is under way. */
static void given_up(void)
{
	struct xf_domain *domain = publish(), *same;
	struct xf_timeline *timeline = make_timeline(domain, XF_TIMELINE_OWNED);
	uint64_t *word;
	EXPECT(0, xf_timeline_word(timeline, XF_TIMELINE_DEVICE_WAITS, &word, &same));
	EXPECT(XF_TIMEOUT, xf_timeline_settle(timeline, 0));
	EXPECT(XF_TIMEOUT, xf_timeline_settle(timeline, xf_deadline(20 * MS)));
	EXPECT(0, xf_timeline_abandon(timeline));
	EXPECT(0, xf_timeline_settle(timeline, 0));
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

/* Has a device that may do something for the timeline, and does not come back. */
static void own(void *arg)
{
	struct xf_domain *domain = join(), *same;
	struct xf_timeline *timeline = make_timeline(domain, XF_TIMELINE_OWNED);
	uint64_t *word;
	EXPECT(0, xf_timeline_word(timeline, XF_TIMELINE_DEVICE_WAITS, &word, &same));
	proc_tell(READY);
	proc_await(GO, 1, 20000);
	if (arg)
		execlp("sleep", "sleep", "60", NULL);
	for (;;)
		pause();
}

static void killed(void)
{
	struct xf_domain *domain = publish();
	pid_t owner = proc_spawn(own, NULL);
	proc_await(READY, 1, 20000);
	struct xf_timeline *timeline = open_timeline(domain);
	EXPECT(XF_TIMEOUT, xf_timeline_settle(timeline, xf_deadline(20 * MS)));
	proc_kill(owner);
	EXPECT(0, xf_timeline_settle(timeline, PATIENCE));
	EXPECT(XF_ABANDONED, xf_timeline_wait(timeline, 1, 0));
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

/* Its helper is dead, and it goes on as another program, with a device that nobody knows about. */
static void abandoned_and_not_gone(void)
{
	struct xf_domain *domain = publish();
	pid_t owner = proc_spawn(own, "exec");
	proc_await(READY, 1, 20000);
	struct xf_timeline *timeline = open_timeline(domain);
	int64_t begin = xf_now();
	proc_tell(GO);
	EXPECT(XF_ABANDONED, xf_timeline_wait(timeline, 1, PATIENCE));
	EXPECT(0, xf_timeline_settle(timeline, PATIENCE));
	CHECK(xf_now() - begin >= 1000 * MS);
	proc_kill(owner);
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

enum way { WAIT, WAIT_ALL, DESCRIPTOR, QUEUE, WAYS };

static void wait_by(struct xf_timeline *timeline, uint64_t value, enum way way)
{
	struct xf_wait_item item = { .type = XF_TIMELINE, .object = timeline, .value = value };
	struct pollfd poller = { .events = POLLIN };
	struct xf_queue *queue;
	switch (way) {
	case WAIT:
		EXPECT(0, xf_timeline_wait(timeline, value, PATIENCE));
		break;
	case WAIT_ALL:
		EXPECT(0, xf_wait_all(&item, 1, PATIENCE));
		break;
	case DESCRIPTOR:
		EXPECT(0, xf_timeline_fd(timeline, value, &poller.fd));
		CHECK(poll(&poller, 1, 20000) == 1);
		break;
	default:
		EXPECT(0, xf_queue_create_cpu(&queue));
		EXPECT(0, xf_queue_wait(queue, timeline, value));
		EXPECT(0, xf_queue_finish(queue, PATIENCE));
		xf_queue_destroy(queue);
	}
}

static void wait_by_all(void *arg)
{
	struct xf_domain *domain = join();
	struct xf_timeline *timeline = open_timeline(domain);
	(void)arg;
	for (int way = 0; way < WAYS; way++) {
		proc_await(GO, (uint32_t)way + 1, 20000);
		wait_by(timeline, 10 + (uint64_t)way, way);
	}
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

/* Whoever begins to wait asks, in whatever way, and wakes an owner who raises the counter then. */
static void asked_by_who_waits(void)
{
	struct xf_domain *domain = publish();
	struct xf_timeline *timeline = make_timeline(domain, XF_TIMELINE_OWNED);
	int counter = make_counter();
	EXPECT(0, xf_timeline_offer_twin(timeline, kind, counter));
	close(counter);
	pid_t child = proc_spawn(wait_by_all, NULL);
	for (uint64_t i = 0; i < WAYS; i++) {
		EXPECT(XF_TIMEOUT, xf_timeline_asked(timeline, 10 + i, 0));
		EXPECT(XF_TIMEOUT, xf_timeline_asked(timeline, 10 + i, xf_deadline(10 * MS)));
		proc_tell(GO);
		EXPECT(0, xf_timeline_asked(timeline, 10 + i, PATIENCE));
		EXPECT(0, xf_timeline_signal(timeline, 10 + i));
	}
	EXPECT(0, proc_wait(child, 20000));
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

/* One descriptor of a timeline is set to another value while it waits for the one before. */
static void a_descriptor_asks_for_each_value(void)
{
	struct xf_domain *domain = publish(), *waiting = join();
	struct xf_timeline *timeline = make_timeline(domain, XF_TIMELINE_OWNED);
	struct xf_timeline *awaited = open_timeline(waiting);
	int counter = make_counter(), fd;
	EXPECT(0, xf_timeline_offer_twin(timeline, kind, counter));
	close(counter);
	for (uint64_t value = 5; value < 9; value++) {
		EXPECT(XF_TIMEOUT, xf_timeline_asked(timeline, value, 0));
		EXPECT(0, xf_timeline_fd(awaited, value, &fd));
		EXPECT(0, xf_timeline_asked(timeline, value, 0));
	}
	EXPECT(0, xf_timeline_signal(timeline, 100));
	EXPECT(0, xf_timeline_fd(awaited, 10, &fd)); /* and not what is there */
	EXPECT(XF_TIMEOUT, xf_timeline_asked(timeline, 10, 0));
	xf_timeline_close(awaited);
	xf_domain_leave(waiting);
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

/* Not by those who wait for the end, nor by those who only look; -EACCES says so to the latter. */
static void not_asked(void)
{
	struct xf_domain *domain = publish(), *viewer;
	struct xf_timeline *timeline = make_timeline(domain, XF_TIMELINE_OWNED), *seen;
	struct xf_timeline *plain = make_timeline(domain, XF_TIMELINE_OWNED);
	int counter = make_counter(), fd;
	EXPECT(0, xf_timeline_offer_twin(timeline, kind, counter));
	close(counter);
	EXPECT(XF_TIMEOUT,
		xf_timeline_wait(timeline, XF_TIMELINE_RELEASED - 1, xf_deadline(10 * MS)));
	EXPECT(0, xf_domain_export(domain, XF_OPEN_READ_ONLY, &fd));
	EXPECT(0, xf_domain_join(fd, &viewer));
	close(fd);
	EXPECT(0, xf_timeline_open(viewer, xf_timeline_id(timeline), &seen));
	EXPECT(XF_TIMEOUT, xf_timeline_wait(seen, 1, xf_deadline(10 * MS)));
	EXPECT(-EACCES, xf_timeline_ask(seen, 1));
	EXPECT(XF_TIMEOUT, xf_timeline_asked(timeline, 1, 0));
	EXPECT(0, xf_timeline_ask(timeline, 2));
	EXPECT(0, xf_timeline_asked(timeline, 2, 0));
	EXPECT(XF_TIMEOUT, xf_timeline_asked(timeline, 3, 0));
	EXPECT(-EINVAL, xf_timeline_ask(NULL, 1));
	EXPECT(-EINVAL, xf_timeline_asked(NULL, 1, 0));
	/* Where there is no twin counters are raised at once, and nobody asks. */
	EXPECT(XF_TIMEOUT, xf_timeline_wait(plain, 1, xf_deadline(10 * MS)));
	EXPECT(XF_TIMEOUT, xf_timeline_asked(plain, 1, 0));
	xf_timeline_close(seen);
	xf_domain_leave(viewer);
	xf_timeline_close(plain);
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

static void ask_and_die(void *arg)
{
	struct xf_domain *domain = join();
	struct xf_timeline *timeline = open_timeline(domain);
	(void)arg;
	(void)xf_timeline_wait(timeline, 7, PATIENCE);
	_exit(1); /* not reached */
}

/* Between asking and waking: it has asked, and the owner sees it when it looks. */
static void asked_by_one_who_died(void)
{
	struct xf_domain *domain = publish();
	struct xf_timeline *timeline = make_timeline(domain, XF_TIMELINE_OWNED);
	int counter = make_counter();
	EXPECT(0, xf_timeline_offer_twin(timeline, kind, counter));
	close(counter);
	EXPECT(-SIGKILL, proc_wait(proc_spawn_at("timeline:asked", -1, ask_and_die, NULL), 20000));
	EXPECT(0, xf_timeline_asked(timeline, 7, 0));
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

static const struct proc_test tests[] = {
	{ "handed_on", handed_on, 60 },
	{ "what_is_refused", what_is_refused, 60 },
	{ "given_up", given_up, 60 },
	{ "asked_by_who_waits", asked_by_who_waits, 60 },
	{ "a_descriptor_asks_for_each_value", a_descriptor_asks_for_each_value, 60 },
	{ "not_asked", not_asked, 60 },
	{ "asked_by_one_who_died", asked_by_one_who_died, 60 },
	{ "killed", killed, 60 },
	{ "abandoned_and_not_gone", abandoned_and_not_gone, 60 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
