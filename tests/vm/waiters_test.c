/* SPDX-License-Identifier: MIT */
/*
 * What tests/proc/waiters.h does for members, across a VM's border: who waits for a keyed mutex
 * that is lent to a guest, on which side and how, and what becomes of that when the other side
 * releases, closes, goes or dies, or the surface is taken back. Whoever waits is seen asleep, and
 * known to those who are to wake it, before anything is done. The VM is as in region_test.c.
 */
#include "vmtest.h"
#include "device.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <crossfence/surface.h>
#include <crossfence/wait.h>

#include "sync/keyed_mutex.h"

#define KEY	1 /* that is waited for; the one who acts owns it with 0 */
#define SOON_NS (15 * SECOND)
#define LATE_NS (45 * SECOND)

/* On the host: in the call; for any of several; by descriptor; in another process. In the guest. */
#define WAYS(X)	   X(BLOCKED) X(ANY) X(POLL) X(MEMBER) X(GUEST)
#define ACTORS(X)  X(BY_GUEST) X(BY_MEMBER) X(BY_HOST)
#define ACTS(X)	   X(RELEASE) X(CLOSE) X(LEAVE) X(DIE) X(TAKE_BACK)
#define NAME(name) name,
enum way { WAYS(NAME) WAY_COUNT };
enum actor { ACTORS(NAME) ACTOR_COUNT };
enum act { ACTS(NAME) ACT_COUNT };
#undef NAME
#define NAME(name) #name,
static const char *const way_names[] = { WAYS(NAME) };
static const char *const actor_names[] = { ACTORS(NAME) };
static const char *const act_names[] = { ACTS(NAME) };

enum { NONE = 1000, LOST = 1001 /* abandoned, or the channel is gone: it has to say either */ };

/* Of an act by an actor; each has a row. NONE: there is no such thing. */
static int end_of(enum act act, enum actor actor, enum way way)
{
	bool same = (actor == BY_GUEST && way == GUEST) || (actor == BY_MEMBER && way == MEMBER);
	if (same)
		return NONE; /* tests/proc/waiters_test.c; two of one guest are two channels */
	switch (act) {
	case RELEASE:
		return 0;
	case CLOSE:
		return XF_ABANDONED;
	case LEAVE: /* a guest disconnects */
	case DIE:
		return actor == BY_HOST ? NONE : XF_ABANDONED;
	case TAKE_BACK: /* of the guest; the mutex is owned by the actor all the same */
		return actor != BY_HOST ? NONE : way == GUEST ? LOST : XF_ABANDONED;
	case ACT_COUNT:
		break;
	}
	return NONE;
}

/* What the processes of one case tell each other. */
static struct board {
	_Atomic int made, acts, ends, done, tid, result;
	_Atomic int fd; /* of the domain, in the host */
	_Atomic uint64_t mutex;
	pid_t host;
	enum way way;
	enum actor actor;
	enum act act;
} * board;

static struct test_host t;
static struct xf_host_guest *guest_of_host;
static struct xf_domain *domain;
static struct xf_surface *surface;
static struct xf_keyed_mutex *mutex; /* the waiter's, and the host's when it acts */

static void until_set(_Atomic int *flag)
{
	while (!atomic_load(flag))
		usleep(500);
}

static void note_result(int r)
{
	atomic_store(&board->result, r);
	atomic_store(&board->done, 1);
}

static void note_thread(void)
{
	atomic_store(&board->tid, (int)syscall(SYS_gettid));
}

/* ---- the guest ---- */

static void guest_acts(struct xf_guest *guest, struct xf_guest_surface *s)
{
	need(xf_guest_surface_acquire(s, 0, xf_deadline(SOON_NS), NULL) == 0);
	atomic_store(&board->made, 1);
	until_set(&board->acts);
	switch (board->act) {
	case RELEASE:
		need(xf_guest_surface_release(s, KEY, 0) == 0);
		break;
	case CLOSE:
		xf_guest_surface_close(s);
		break;
	case LEAVE:
		xf_guest_disconnect(guest);
		break;
	case DIE:
		kill(getpid(), SIGKILL);
		break;
	case TAKE_BACK:
	case ACT_COUNT:
		need(!"an act of a guest's");
	}
}

static void guest_waits(struct xf_guest_surface *s)
{
	note_thread();
	int r = xf_guest_surface_acquire(s, KEY, xf_deadline(LATE_NS), NULL);
	note_result(r);
}

static void vm(const char *path, void *arg)
{
	char address[64];
	struct xf_guest *guest;
	struct xf_guest_surface *s;
	uint64_t id;
	device_plug_in(path);
	device_ring();
	snprintf(address, sizeof(address), "ivshmem:/proc/self/fd/%d", device_memory);
	guest = guest_connect_to(address, "waits", 0);
	while (!(id = ask_surface(guest)))
		usleep(1000); /* the host is still making it */
	need(xf_guest_surface_open(guest, id, &s) == 0);
	if (board->actor == BY_GUEST)
		guest_acts(guest, s);
	else if (board->way == GUEST) {
		until_set(&board->made);
		guest_waits(s);
	} else /* has it on loan, which is what makes the difference */
		(void)ask(guest, 0, ASK_REPORT, 1, 0);
	for (;;)
		pause(); /* the VM goes on */
}

/* ---- another member ---- */

static struct xf_keyed_mutex *member_opens(void)
{
	char path[64];
	struct xf_domain *d;
	struct xf_keyed_mutex *m;
	until_set(&board->fd);
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)board->host, atomic_load(&board->fd));
	int fd = open(path, O_RDWR | O_CLOEXEC);
	need(fd >= 0 && xf_domain_join(fd, &d) == 0);
	need(xf_keyed_mutex_open(d, atomic_load(&board->mutex), &m) == 0);
	return m;
}

static void act_with(struct xf_keyed_mutex *m)
{
	switch (board->act) {
	case RELEASE:
		need(xf_keyed_mutex_release(m, KEY, 0) == 0);
		return;
	case CLOSE:
		xf_keyed_mutex_close(m);
		return;
	case LEAVE:
		xf_domain_leave(m->base.domain);
		return;
	case DIE:
		kill(getpid(), SIGKILL);
		return;
	case TAKE_BACK:
		need(xf_host_guest_share_domain(guest_of_host, NULL) == 0);
		return;
	case ACT_COUNT:
		break;
	}
	need(!"an act");
}

static void member(const char *path, void *arg)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	struct xf_keyed_mutex *m = member_opens();
	if (board->actor == BY_MEMBER) {
		need(xf_keyed_mutex_acquire(m, 0, xf_deadline(SOON_NS), NULL) == 0);
		atomic_store(&board->made, 1);
		until_set(&board->acts);
		act_with(m);
	} else {
		until_set(&board->made);
		note_thread();
		note_result(xf_keyed_mutex_acquire(m, KEY, xf_deadline(LATE_NS), NULL));
	}
	until_set(&board->ends); /* to go might wake, too */
}

/* ---- the host ---- */

static void start_host(void)
{
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = "vm0",
		.transport = XF_HOST_IVSHMEM,
		.address = test_path("waiters.sock"),
		.region_bytes = 1 << 20 };
	struct xf_domain_params space = { .size = sizeof(space), .max_objects = 64 };
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 16, .height_px = 16, .fourcc = XF_FORMAT_ABGR8888
	};
	uint64_t offset, size;
	int fd;
	test_host_start(&t, XF_HOST_OWN_THREAD);
	ok(xf_host_guest_add(t.host, &params, &guest_of_host));
	ok(xf_host_guest_region(guest_of_host, &fd, &offset, &size));
	ok(xf_domain_create_in(fd, size, &space, &domain));
	close(fd);
	ok(xf_surface_create(domain, &desc, XF_SURFACE_KEYED, &surface));
	ok(xf_surface_mutex(surface, &mutex));
	ok(xf_keyed_mutex_open(domain, xf_keyed_mutex_id(mutex), &mutex));
	atomic_store(&board->mutex, xf_keyed_mutex_id(mutex));
	ok(xf_domain_export(domain, 0, &fd));
	atomic_store(&board->fd, fd);
	if (board->actor == BY_HOST)
		ok(xf_keyed_mutex_acquire(mutex, 0, 0, NULL));
	if (board->actor == BY_HOST)
		atomic_store(&board->made, 1);
	ok(xf_host_guest_share_domain(guest_of_host, domain));
	t.surface = xf_surface_id(surface);
}

static void stop_host(struct xf_keyed_mutex *own)
{
	close(atomic_load(&board->fd));
	xf_host_destroy(t.host);
	t.host = NULL;
	xf_keyed_mutex_close(own);
	xf_surface_close(surface);
	xf_domain_leave(domain);
}

static int wait_any(struct xf_keyed_mutex *m)
{
	struct xf_event *idle;
	uint32_t index;
	ok(xf_event_create(domain, 0, NULL, &idle));
	struct xf_wait_item items[] = { { .type = XF_EVENT, .object = idle },
		{ .type = XF_KEYED_MUTEX, .object = m, .value = KEY } };
	int r = xf_wait_any(items, 2, xf_deadline(LATE_NS), &index);
	xf_event_close(idle);
	return r;
}

static int wait_poll(struct xf_keyed_mutex *m)
{
	struct pollfd p = { .events = POLLIN };
	int r = xf_keyed_mutex_fd(m, KEY, &p.fd);
	if (!r)
		r = XF_TIMEOUT;
	for (int64_t end = xf_deadline(LATE_NS); r == XF_TIMEOUT && xf_now() < end;)
		if (poll(&p, 1, (int)(LATE_NS / MS)) == 1)
			r = xf_keyed_mutex_acquire(m, KEY, 0, NULL);
	return r;
}

static void *host_waits(void *arg)
{
	struct xf_keyed_mutex *m;
	ok(xf_keyed_mutex_open(domain, xf_keyed_mutex_id(mutex), &m));
	until_set(&board->made);
	note_thread();
	note_result(board->way == ANY ? wait_any(m)
		    : board->way == POLL
			    ? wait_poll(m)
			    : xf_keyed_mutex_acquire(m, KEY, xf_deadline(LATE_NS), NULL));
	return m;
}

/* In a system call that sleeps; and whoever acts can know of it. */
static bool asleep(pid_t pid)
{
	char path[64];
	long number = -1;
	snprintf(
		path, sizeof(path), "/proc/%d/task/%d/syscall", (int)pid, atomic_load(&board->tid));
	FILE *file = fopen(path, "re");
	bool in_call = file && fscanf(file, "%ld", &number) == 1;
	if (file)
		fclose(file);
	bool known = atomic_load(&mutex->base.slot->watchers) ||
		     xfi_park_waiters(domain->buckets, xfi_park_hash(mutex->base.index, KEY));
	return in_call && number != SYS_sched_yield && known;
}

static void await_asleep(pid_t pid)
{
	until_set(&board->tid);
	for (int64_t end = xf_deadline(SOON_NS); !asleep(pid); usleep(500)) {
		assert_false(atomic_load(&board->done));
		assert_true(xf_now() < end);
	}
}

static void check_result(int expected)
{
	for (int64_t end = xf_deadline(SOON_NS); !atomic_load(&board->done) && xf_now() < end;)
		usleep(500);
	int r = atomic_load(&board->done) ? atomic_load(&board->result) : NONE;
	bool well = expected == LOST ? r == XF_ABANDONED || r == -ECONNRESET : r == expected;
	if (!well)
		fail_msg("%s %s %s: %d, expected %d", way_names[board->way], act_names[board->act],
			actor_names[board->actor], r, expected);
}

static void end_process(pid_t pid)
{
	if (pid)
		kill(pid, SIGKILL);
	if (pid)
		assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static bool on_host(enum way way)
{
	switch (way) {
	case BLOCKED:
	case ANY:
	case POLL:
		return true;
	case MEMBER:
	case GUEST:
	case WAY_COUNT:
		return false;
	}
	return false;
}

static void run_case(enum way way, enum act act, enum actor actor)
{
	pthread_t waiter;
	void *waiters = NULL;
	*board = (struct board){ .way = way, .act = act, .actor = actor, .host = getpid() };
	pid_t machine = spawn(vm, test_path("waiters.sock"), NULL), other = 0;
	if (way == MEMBER || actor == BY_MEMBER)
		other = spawn(member, NULL, NULL);
	start_host();
	if (on_host(way))
		ok(pthread_create(&waiter, NULL, host_waits, NULL));
	if (act == TAKE_BACK) /* it has to be lent for that */
		await(&t, find_process(&t, "waits") &&
				  (way == GUEST || find_process(&t, "waits")->reported));
	await_asleep(way == GUEST ? machine : way == MEMBER ? other : getpid());
	atomic_store(&board->acts, 1);
	if (actor == BY_HOST)
		act_with(mutex);
	check_result(end_of(act, actor, way));
	atomic_store(&board->ends, 1);
	if (on_host(way))
		ok(pthread_join(waiter, &waiters));
	xf_keyed_mutex_close(waiters);
	end_process(other);
	end_process(machine);
	stop_host(actor == BY_HOST && act == CLOSE ? NULL : mutex);
}

static void whoever_waits_is_woken(void **state)
{
	int cases = 0;
	for (enum way way = 0; way < WAY_COUNT; way++)
		for (enum act act = 0; act < ACT_COUNT; act++)
			for (enum actor actor = 0; actor < ACTOR_COUNT; actor++)
				if (end_of(act, actor, way) != NONE) {
					run_case(way, act, actor);
					cases++;
				}
	print_message("%d combinations\n", cases);
	assert_true(cases > 40);
}

/* ---- taken with another key, and given back ---- */

static void vm_tries(const char *path, void *arg)
{
	char address[64];
	struct xf_guest_surface *s;
	uint64_t id;
	device_plug_in(path);
	device_ring();
	snprintf(address, sizeof(address), "ivshmem:/proc/self/fd/%d", device_memory);
	struct xf_guest *guest = guest_connect_to(address, "tries", 0);
	while (!(id = ask_surface(guest)))
		usleep(1000);
	need(xf_guest_surface_open(guest, id, &s) == 0);
	atomic_store(&board->made, 1);
	while (!atomic_load(&board->ends))
		if (xf_guest_surface_acquire(s, 0, 0, NULL) == 0)
			need(xf_guest_surface_release(s, 0, 0) == 0);
	for (;;)
		pause();
}

/*
 * After as many changes as there are numbers the word is what it was, and a guest that read the key
 * before takes the mutex with one that somebody else waits for. Here the key changes and the number
 * does not, which is the same to the guest, and nobody but the guest tells of it.
 */
static void who_waits_for_what_a_guest_gives_back_is_told(void **state)
{
	pthread_t waiter;
	void *waiters;
	*board = (struct board){ .way = BLOCKED, .actor = BY_GUEST, .host = getpid() };
	pid_t machine = spawn(vm_tries, test_path("waiters.sock"), NULL);
	start_host();
	ok(pthread_create(&waiter, NULL, host_waits, NULL));
	await_asleep(getpid());
	xfi_u64 *key = &mutex->base.slot->hot.keyed.key;
	for (int64_t end = xf_deadline(SOON_NS); !atomic_load(&board->done) && xf_now() < end;)
		for (int i = 0; i < 100; i++)
			atomic_store(key, i % 2 ? KEY : 0);
	check_result(0);
	atomic_store(&board->ends, 1);
	ok(pthread_join(waiter, &waiters));
	xf_keyed_mutex_close(waiters);
	end_process(machine);
	stop_host(mutex);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whoever_waits_is_woken),
		cmocka_unit_test(who_waits_for_what_a_guest_gives_back_is_told),
	};
	board = mmap(
		NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (board == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests_name(
		"waiters across a VM's border", tests, NULL, test_remove_folder);
}
