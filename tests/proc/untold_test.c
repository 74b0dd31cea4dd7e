/* SPDX-License-Identifier: MIT */
/*
 * Wake-ups by those who were not meant to wake anybody: who has taken what was not his and gives it
 * back, who finds that a frame is gone, and who sweeps behind one that died before it had told.
 * What leads there needs a number that wraps or a death between two steps, so members are stopped
 * there, or the words are written as they would stand.
 */
#include "proc.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/keyed_word.h"
#include "shm/domain.h"
#include "stream/memory.h"
#include "stream/stream.h"
#include "sync/keyed_mutex.h"

/* A wake-up that is lost shows as a wait until the deadline. */
#define DEADLINE_NS (30000 * MS)
#define SOON_MS	    15000

enum { READY, MORE };

struct sleeper {
	void *object;
	struct xf_domain *domain;
	struct xf_event *idle; /* among several, the one that nobody sets */
	int (*wait)(struct sleeper *sleeper);
	pthread_t thread;
	_Atomic pid_t tid;
	int result;
};

static void *sleep_in(void *arg)
{
	struct sleeper *s = arg;
	atomic_store(&s->tid, (pid_t)syscall(SYS_gettid));
	s->result = s->wait(s);
	return NULL;
}

/* On a word in the domain's memory, not on a lock. */
static bool is_asleep(const struct sleeper *s)
{
	char path[64];
	long number = -1;
	unsigned long word = 0;
	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", (int)atomic_load(&s->tid));
	FILE *file = fopen(path, "re");
	int fields = file ? fscanf(file, "%ld %lx", &number, &word) : 0;
	if (file)
		fclose(file);
	return fields == 2 && number == SYS_futex &&
	       word - (uintptr_t)s->domain->base < s->domain->layout.payload;
}

static void put_to_sleep(struct sleeper *s)
{
	atomic_store(&s->tid, 0);
	EXPECT(0, pthread_create(&s->thread, NULL, sleep_in, s));
	EVENTUALLY(SOON_MS, is_asleep(s));
}

static void is_woken(struct sleeper *s)
{
	int64_t began = xf_now();
	EXPECT(0, pthread_join(s->thread, NULL));
	EXPECT(0, s->result);
	CHECK(xf_now() - began < SOON_MS * MS);
}

/* ---- A sequence that comes round to the same number: a mutex is taken with another's key. */

enum { FIRST = 4, WRONG = 5, RIGHT = 7 };

static void takes_wrong_key(void *arg)
{
	struct xf_domain *d;
	struct xf_keyed_mutex *mutex;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	EXPECT(0, xf_keyed_mutex_open(d, atomic_load(&proc_board->value[0]), &mutex));
	proc_tell(READY);
	EXPECT(0, xf_keyed_mutex_acquire(mutex, WRONG, xf_deadline(2 * DEADLINE_NS), NULL));
	EXPECT(0, xf_keyed_mutex_release(mutex, FIRST, 0));
	xf_keyed_mutex_close(mutex);
	xf_domain_leave(d);
}

static int acquire_right(struct sleeper *s)
{
	return xf_keyed_mutex_acquire(s->object, RIGHT, xf_deadline(DEADLINE_NS), NULL);
}

static int any_right(struct sleeper *s)
{
	struct xf_wait_item items[] = { { .type = XF_EVENT, .object = s->idle },
		{ .type = XF_KEYED_MUTEX, .object = s->object, .value = RIGHT } };
	uint32_t index;
	return xf_wait_any(items, 2, xf_deadline(DEADLINE_NS), &index);
}

static void given_back(int (*wait)(struct sleeper *sleeper), const char *stops)
{
	struct sleeper s = { .wait = wait };
	struct xf_keyed_mutex *mutex, *ours;
	int fd;
	memset(proc_board, 0, sizeof(*proc_board));
	EXPECT(0, xf_domain_create(NULL, &s.domain));
	EXPECT(0, xf_domain_export(s.domain, 0, &fd));
	EXPECT(0, xf_event_create(s.domain, 0, NULL, &s.idle));
	EXPECT(0, xf_keyed_mutex_create(s.domain, WRONG, NULL, &mutex));
	EXPECT(0, xf_keyed_mutex_open(s.domain, xf_keyed_mutex_id(mutex), &ours));
	xfi_u64 *word = &mutex->base.slot->hot.keyed.word;
	s.object = ours;
	atomic_store(&proc_board->value[0], xf_keyed_mutex_id(mutex));
	pid_t taker = proc_spawn_at(stops, -1, takes_wrong_key, &fd);
	proc_await(READY, 1, SOON_MS);
	proc_wait_stopped(taker, SOON_MS); /* it has seen the word and its key */
	uint64_t seen = atomic_load(word);
	EXPECT(0, xf_keyed_mutex_acquire(mutex, WRONG, 0, NULL));
	EXPECT(0, xf_keyed_mutex_release(mutex, RIGHT, 0));
	atomic_store(word, seen); /* after as many changes as there are numbers */
	kill(taker, SIGCONT);
	proc_wait_stopped(taker, SOON_MS); /* and has taken it */
	put_to_sleep(&s);
	kill(taker, SIGCONT);
	is_woken(&s);
	EXPECT(0, xf_keyed_mutex_release(ours, WRONG, 0));
	EXPECT(0, proc_wait(taker, SOON_MS));
	xf_keyed_mutex_close(ours);
	xf_keyed_mutex_close(mutex);
	xf_event_close(s.idle);
	close(fd);
	xf_domain_leave(s.domain);
}

static void a_wrong_key_is_given_back(void)
{
	given_back(acquire_right, "acquire:fast/1/stop,acquire:fast-taken/1/stop");
	given_back(any_right, "acquire:fast/1/stop,acquire:fast-taken/1/stop");
}

/* ---- A stream that is made by one who dies before it has told those who wait for its label. */

#define LABEL "untold"

static const struct xf_surface_desc desc = {
	.size = sizeof(desc), .width_px = 16, .height_px = 16, .fourcc = XF_FORMAT_ARGB8888
};
static const struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
static const struct xf_stream_params stream_params = {
	.size = sizeof(stream_params), .format = &format, .frames = 3
};

static void makes_stream(void *arg)
{
	struct xf_domain *d;
	struct xf_stream *stream;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	EXPECT(0, xf_stream_create(d, &stream_params, LABEL, &stream));
	CHECK(!"killed in the middle");
}

static int opens_stream(struct sleeper *s)
{
	struct xf_stream *stream;
	int r = xf_stream_open(s->domain, LABEL, xf_deadline(DEADLINE_NS), &stream);
	if (!r)
		xf_stream_close(stream);
	return r;
}

/* Of several objects, until the label can be found. */
#define STOP(n) "timeline:signalled/" #n "/stop"
#define STOPS	STOP(1) "," STOP(2) "," STOP(3) "," STOP(4) "," STOP(5) "," STOP(6) "," STOP(7)

static void await_label(struct xf_domain *d, pid_t maker, struct xf_stream **ret_stream)
{
	for (;;) {
		proc_wait_stopped(maker, SOON_MS);
		if (xf_stream_open(d, LABEL, 0, ret_stream) == 0)
			return;
		kill(maker, SIGCONT);
	}
}

/* It lives on, since another one has found it meanwhile. */
static void a_label_is_told_of(void)
{
	struct sleeper s = { .wait = opens_stream };
	struct xf_timeline *changes;
	struct xf_stream *found;
	int fd;
	EXPECT(0, xf_domain_create(NULL, &s.domain));
	EXPECT(0, xf_domain_export(s.domain, 0, &fd));
	EXPECT(0, xf_domain_changes(s.domain, XF_CHANGE_OBJECTS, &changes));
	put_to_sleep(&s);
	pid_t maker = proc_spawn_at(STOPS, -1, makes_stream, &fd);
	await_label(s.domain, maker, &found); /* nobody is told of it yet */
	CHECK(is_asleep(&s));
	proc_kill(maker);
	is_woken(&s);
	xf_stream_close(found);
	xf_timeline_close(changes);
	close(fd);
	xf_domain_leave(s.domain);
}

/* ---- Who comes has noted that, and is stopped before it tells: whoever asks is up to date. */

static void comes(void *arg)
{
	struct xf_domain *d;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	xf_domain_leave(d);
}

static void who_asks_for_changes_tells_of_the_last(void)
{
	struct xf_domain *domain;
	struct xf_timeline *changes, *asked;
	uint64_t before, now;
	int fd;
	EXPECT(0, xf_domain_create(NULL, &domain));
	EXPECT(0, xf_domain_export(domain, 0, &fd));
	EXPECT(0, xf_domain_changes(domain, XF_CHANGE_MEMBERS, &changes));
	EXPECT(0, xf_timeline_value(changes, &before));
	pid_t newcomer = proc_spawn_at("change:noted/1/stop", -1, comes, &fd);
	proc_wait_stopped(newcomer, SOON_MS);
	EXPECT(0, xf_timeline_value(changes, &now));
	CHECK(now == before);
	EXPECT(0, xf_domain_changes(domain, XF_CHANGE_MEMBERS, &asked));
	EXPECT(0, xf_timeline_value(changes, &now)); /* also for those who had asked before */
	CHECK(now == before + 1);
	kill(newcomer, SIGCONT);
	EXPECT(0, proc_wait(newcomer, SOON_MS));
	xf_timeline_close(asked);
	xf_timeline_close(changes);
	close(fd);
	xf_domain_leave(domain);
}

/* ---- Who has counted an object is killed before it finds out whom to tell. */

/* The first is whom it tells that it has come. */
static void makes_event(void *arg)
{
	struct xf_domain *d;
	struct xf_event *event;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	EXPECT(0, xf_event_create(d, 0, "made", &event));
	CHECK(!"killed in the middle");
}

static void what_the_dead_made_is_told(void)
{
	struct xf_domain *domain;
	struct xf_timeline *changes;
	uint64_t before;
	int fd;
	EXPECT(0, xf_domain_create(NULL, &domain));
	EXPECT(0, xf_domain_export(domain, 0, &fd));
	EXPECT(0, xf_domain_changes(domain, XF_CHANGE_OBJECTS, &changes));
	EXPECT(0, xf_timeline_value(changes, &before));
	pid_t maker = proc_spawn_at("open:checked/2", -1, makes_event, &fd);
	EXPECT(-SIGKILL, proc_wait(maker, SOON_MS));
	EXPECT(0, xf_timeline_wait(changes, before + 1, xf_deadline(SOON_MS * MS)));
	xf_timeline_close(changes);
	close(fd);
	xf_domain_leave(domain);
}

/* ---- Somebody goes to sleep on the lock between the last look of who has it and giving it away.
 */

static void gives_a_name(void *arg)
{
	struct xf_domain *d;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	EXPECT(0, xf_domain_publish(d, "untold"));
	for (;;)
		pause();
}

static void *comes_too(void *arg)
{
	comes(arg);
	return NULL;
}

static bool somebody_waits(struct xf_domain *d)
{
	return atomic_load(&d->header->lock) >> 31; /* see shm/lock.c */
}

static void the_lock_is_given_away(void)
{
	struct xf_member_info info = { .size = sizeof(info) };
	struct xf_domain *domain;
	pthread_t thread;
	int fd;
	EXPECT(0, xf_domain_create(NULL, &domain));
	EXPECT(0, xf_domain_export(domain, 0, &fd));
	pid_t holder = proc_spawn_at("lock:giving/1/stop", -1, gives_a_name, &fd);
	proc_wait_stopped(holder, SOON_MS);
	EXPECT(0, pthread_create(&thread, NULL, comes_too, &fd));
	EVENTUALLY(SOON_MS, somebody_waits(domain));
	kill(holder, SIGCONT);
	EXPECT(0, pthread_join(thread, NULL));
	/* Without the lock it would be as one that has died, and nobody could say so. */
	EXPECT(0, xf_inspect_change(domain, 4, &info)); /* after three that have come */
	EXPECT(XF_MEMBER_LEFT, info.change);
	proc_kill(holder);
	close(fd);
	xf_domain_leave(domain);
}

/* ---- A reader that finds its last frames gone has taken all that is left, too. */

static int drains(struct sleeper *s)
{
	return xf_stream_drain(s->object, xf_deadline(DEADLINE_NS));
}

static void publish_one(struct xf_stream *stream)
{
	struct xf_frame frame = { .size = sizeof(frame) };
	EXPECT(0, xf_stream_hold(stream, xf_deadline(DEADLINE_NS), &frame));
	EXPECT(0, xf_stream_publish(stream, &frame, NULL));
}

static void what_is_gone_is_drained(void)
{
	struct sleeper s = { .wait = drains };
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_stream *producer, *reader;
	struct xf_domain *other;
	int fd;
	EXPECT(0, xf_domain_create(NULL, &s.domain));
	EXPECT(0, xf_domain_export(s.domain, 0, &fd));
	EXPECT(0, xf_domain_join(fd, &other));
	EXPECT(0, xf_stream_create(s.domain, &stream_params, LABEL, &producer));
	EXPECT(0, xf_stream_open(other, LABEL, 0, &reader));
	EXPECT(0, xf_stream_subscribe(reader, XF_STREAM_EVERY, 1));
	publish_one(producer);
	s.object = producer;
	put_to_sleep(&s);
	for (int i = 0; i < XFI_STREAM_FRAMES;
		i++) /* as of a producer whose pool nobody has open */
		atomic_store(&producer->memory->frames_of[i].sequence, 0);
	EXPECT(XF_TIMEOUT, xf_stream_next(reader, 0, &frame));
	is_woken(&s);
	xf_stream_close(reader);
	xf_stream_close(producer);
	close(fd);
	xf_domain_leave(other);
	xf_domain_leave(s.domain);
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "a wrong key is given back", a_wrong_key_is_given_back, 90 },
		{ "a label is told of", a_label_is_told_of, 90 },
		{ "who asks for changes tells of the last", who_asks_for_changes_tells_of_the_last,
			90 },
		{ "what the dead made is told", what_the_dead_made_is_told, 90 },
		{ "the lock is given away", the_lock_is_given_away, 90 },
		{ "what is gone is drained", what_is_gone_is_drained, 90 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
