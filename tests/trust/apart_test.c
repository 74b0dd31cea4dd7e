/* SPDX-License-Identifier: MIT */
/*
 * Whatever lies at /proc: members of different PID namespaces, all of the same ids, are told apart,
 * and nobody is taken for gone by what another namespace's /proc says of its number. Each kind of
 * /proc, with the kernel telling the namespace by a pidfd (Linux 6.11) and without.
 */
#include "alone.h"
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "shm/layout.h"

enum { JOINED, HELD, WATCHED };

/* ---- kinds of /proc ---- */

static void mount_at_proc(const char *type, const char *options)
{
	EXPECT(0, mount("none", "/proc", type, 0, options));
}

static void own_proc(void)
{
	mount_at_proc("proc", NULL);
}

static void outer_proc(void)
{
} /* as it was: that of whoever made the namespace */

static void empty_proc(void)
{
	mount_at_proc("tmpfs", NULL);
}

/* Files of the same names, and the same numbers everywhere. */
static void made_up_proc(void)
{
	static const char *const folders[] = { "/proc/self", "/proc/self/ns", "/proc/self/fd" };
	static const char *const files[] = { "/proc/self/ns/pid", "/proc/self/ns/time",
		"/proc/self/status", "/proc/self/comm" };
	mount_at_proc("tmpfs", NULL);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		EXPECT(0, mkdir(folders[i], 0755));
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		int fd = open(files[i], O_CREAT | O_RDWR | O_CLOEXEC, 0644);
		CHECK(fd >= 0);
		close(fd);
	}
}

static void hidden_proc(void)
{
	mount_at_proc("proc", "hidepid=2");
	EXPECT(0, setresgid(12345, 12345, 12345));
	EXPECT(0, setresuid(12345, 12345, 12345));
	EXPECT(0, prctl(PR_SET_PDEATHSIG, SIGKILL)); /* the kernel forgot it */
}

static void mount_and_stay(void *arg)
{
	mount_at_proc("proc", NULL);
	(void)!write(*(int *)arg, "", 1);
	close(*(int *)arg);
	pause();
}

/* Its first two processes live as long as we do, so that small numbers are somebody's there. */
static void make_namespace_below(void *arg)
{
	EXPECT(0, unshare(CLONE_NEWPID));
	(void)proc_spawn(mount_and_stay, arg);
	close(*(int *)arg);
	pause();
}

/* Of a namespace in which we do not exist, and our numbers are others'. */
static void strange_proc(void)
{
	int ends[2];
	char byte;
	EXPECT(0, pipe2(ends, O_CLOEXEC));
	(void)proc_spawn(make_namespace_below, &ends[1]);
	close(ends[1]);
	EXPECT(1, read(ends[0], &byte, 1));
	close(ends[0]);
}

static const struct kind {
	const char *name;
	void (*set_up)(void);
} kinds[] = {
	{ "its own /proc", own_proc },
	{ "the outer namespace's", outer_proc },
	{ "nothing at /proc", empty_proc },
	{ "something made up", made_up_proc },
	{ "hidepid, another user", hidden_proc },
	{ "another namespace's", strange_proc },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* A member's surroundings. */
struct place {
	int fd;
	const struct kind *kind;
	int denied; /* a system call that this kernel does not know; -1: none */
};

static void deny(int call)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };
	EXPECT(0, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	EXPECT(0, prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

static void move_in(const struct place *place)
{
	EXPECT(0, unshare(CLONE_NEWNS));
	/* Nothing of it is seen outside. In a chroot "/" is no mount point. */
	EXPECT(0, mount(NULL, "/proc", NULL, MS_REC | MS_PRIVATE, NULL));
	place->kind->set_up();
	if (place->denied >= 0)
		deny(place->denied);
}

/* ---- one is not taken for another ---- */

static void join_there(void *arg)
{
	const struct place *place = arg;
	struct xf_domain *d;
	move_in(place);
	EXPECT(0, xf_domain_join(place->fd, &d));
	proc_tell(JOINED);
	pause();
}

static void own_there(void *arg)
{
	const struct place *place = arg;
	struct fixture f;
	move_in(place);
	fixture_join(&f, place->fd);
	EXPECT(0, xf_keyed_mutex_acquire(f.mutex, 0, 0, NULL));
	proc_tell(HELD);
	pause();
}

static bool somebody_at_a_door(const struct xfi_header *header)
{
	for (int i = 0; i < XFI_DOORS; i++)
		if (atomic_load(&header->doors[i].word) & FUTEX_WAITERS)
			return true;
	return false;
}

/*
 * One is stopped in passage, his list reaching a row; another comes meanwhile and is killed; a
 * third gets a slot. The first one's death marks nobody's row but his own.
 */
static void all_at_one_door(struct fixture *f, struct place *place)
{
	struct xfi_header *header = mmap(NULL, XFI_PAGE, PROT_READ, MAP_SHARED, f->fd, 0);
	CHECK(header != MAP_FAILED);
	memset(proc_board, 0, sizeof(*proc_board));
	struct alone stopped = spawn_alone("join:before-lifeline/1/stop", join_there, place);
	proc_wait_stopped(stopped.member, 20000);
	struct alone comes = spawn_alone(NULL, join_there, place);
	EVENTUALLY(20000, atomic_load(&proc_board->step[JOINED]) || somebody_at_a_door(header));
	kill_alone(comes);
	struct alone owner = spawn_alone(NULL, own_there, place);
	proc_await(HELD, 1, 20000);
	kill_alone(stopped);
	EXPECT(XF_TIMEOUT, xf_keyed_mutex_acquire(f->mutex, 0, xf_deadline(100 * MS), NULL));
	EVENTUALLY(10000, proc_members(f->domain) == 2);
	kill_alone(owner);
	EXPECT(XF_ABANDONED, xf_keyed_mutex_acquire(f->mutex, 0, proc_patience(10000), NULL));
	EVENTUALLY(10000, proc_members(f->domain) == 1);
	munmap(header, XFI_PAGE);
}

static void each_kind(int denied)
{
	for (size_t i = 0; i < KINDS; i++) {
		struct place place = { -1, &kinds[i], denied };
		struct fixture f;
		printf("# %s\n", kinds[i].name);
		fixture_make(&f);
		place.fd = f.fd;
		all_at_one_door(&f, &place);
		close(f.fd);
		fixture_close(&f);
	}
}

static void told_apart(void)
{
	each_kind(-1);
}

static void told_apart_by_proc(void)
{
	each_kind(SYS_ioctl);
}

/* ---- more namespaces than doors ---- */

/* Of all doors but the one that is `theirs` somebody is inside. 0: it is nobody's. */
static struct xfi_door *only_door(struct xfi_header *header, uint64_t theirs)
{
	struct xfi_door *door = NULL;
	for (int i = 0; i < XFI_DOORS; i++)
		if (atomic_load(&header->doors[i].pid_ns) == theirs && !door)
			door = &header->doors[i];
		else
			atomic_store(&header->doors[i].word, 1);
	for (int i = 0; i < XFI_DOORS; i++) {
		uint64_t none = 0;
		(void)atomic_compare_exchange_strong(&header->doors[i].pid_ns, &none, 1000 + i);
	}
	return door;
}

static void end_doors(struct xfi_header *header, struct xf_domain *d, int fd)
{
	for (int i = 0; i < XFI_DOORS; i++)
		atomic_store(&header->doors[i].word, 0);
	munmap(header, XFI_PAGE);
	xf_domain_leave(d);
	close(fd);
}

static void join_or_not(void *arg)
{
	const struct place *place = arg;
	struct xf_domain *d;
	move_in(place);
	int r = xf_domain_join(place->fd, &d);
	proc_board->value[0] = (uint64_t)(int64_t)r;
	proc_tell(JOINED);
	pause();
}

static void *map_header(int fd)
{
	void *header = mmap(NULL, XFI_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(header != MAP_FAILED);
	return header;
}

/*
 * One finds that a door's namespace has no members, and rests; one of that namespace, who had found
 * the door, goes in. It is not given away then: threads of two namespaces, whose ids may be equal,
 * would have it.
 */
static void a_door_is_not_given_away_under_somebody(void)
{
	struct place place = { fixture_empty(), &kinds[0], -1 };
	struct xfi_header *header = map_header(place.fd);
	struct xfi_door *door;
	struct xf_domain *d;
	memset(proc_board, 0, sizeof(*proc_board));
	EXPECT(0, xf_domain_join(place.fd, &d));
	struct alone inside = spawn_alone("door:entered/1/stop", join_there, &place);
	proc_wait_stopped(inside.member, 20000);
	uint64_t theirs = 0;
	for (int i = 0; i < XFI_DOORS; i++)
		if (atomic_load(&header->doors[i].word) & FUTEX_TID_MASK)
			theirs = atomic_load(&header->doors[i].pid_ns);
	CHECK(theirs);
	door = only_door(header, theirs);
	/* As if it were not in yet. */
	uint32_t word = atomic_exchange(&door->word, 0);
	struct alone thief = spawn_alone("door:looked/1/stop", join_or_not, &place);
	proc_wait_stopped(thief.member, 20000);
	atomic_store(&door->word, word);
	EXPECT(0, kill(thief.member, SIGCONT));
	proc_await(JOINED, 1, 20000);
	EXPECT(-EUSERS, (int)(int64_t)proc_board->value[0]);
	EXPECT(theirs, atomic_load(&door->pid_ns));
	EXPECT(word, atomic_load(&door->word) & FUTEX_TID_MASK);
	kill_alone(thief);
	EXPECT(0, kill(inside.member, SIGCONT));
	proc_await(JOINED, 2, 20000);
	EVENTUALLY(10000, proc_members(d) == 2);
	kill_alone(inside);
	EVENTUALLY(10000, proc_members(d) == 1);
	end_doors(header, d, place.fd);
}

/*
 * Somebody comes in while one gives the door away, and is a member, out of the door again, before a
 * second one of the giver's namespace looks: he does not know whose door it was, and leaves it.
 */
static void nor_by_a_second_one_under_a_member(void)
{
	struct place place = { fixture_empty(), &kinds[0], -1 };
	struct xfi_header *header = map_header(place.fd);
	struct xf_domain *d;
	memset(proc_board, 0, sizeof(*proc_board));
	EXPECT(0, xf_domain_join(place.fd, &d));
	struct alone member = spawn_alone(NULL, join_there, &place);
	proc_await(JOINED, 1, 20000);
	struct xfi_door *door = &header->doors[1];
	uint64_t theirs = atomic_load(&door->pid_ns);
	CHECK(theirs);
	CHECK(only_door(header, theirs) == door);
	/* As one who gives it away has it for a moment. */
	atomic_store(&door->pid_ns, (theirs + 1) | UINT64_C(1) << 62);
	struct alone another = spawn_alone(NULL, join_or_not, &place);
	proc_await(JOINED, 2, 20000);
	EXPECT(-EUSERS, (int)(int64_t)proc_board->value[0]);
	kill_alone(another);
	atomic_store(&door->pid_ns, theirs);
	kill_alone(member);
	EVENTUALLY(10000, proc_members(d) == 1);
	end_doors(header, d, place.fd);
}

/* Nobody is inside, and none of its members lives: it is. Also one that somebody was about to give
 * away when he died. */
static void a_door_is_given_away(void)
{
	struct place place = { fixture_empty(), &kinds[0], -1 };
	struct xfi_header *header = map_header(place.fd);
	struct xf_domain *d;
	memset(proc_board, 0, sizeof(*proc_board));
	EXPECT(0, xf_domain_join(place.fd, &d));
	struct xfi_door *door = only_door(header, 0);
	struct alone dies = spawn_alone("door:going/1/kill", join_or_not, &place);
	(void)proc_wait(dies.member, 20000);
	CHECK(atomic_load(&door->pid_ns) > 2000);
	EXPECT(0, atomic_load(&proc_board->step[JOINED]));
	struct alone comes = spawn_alone(NULL, join_or_not, &place);
	proc_await(JOINED, 1, 20000);
	EXPECT(0, (int)(int64_t)proc_board->value[0]);
	EVENTUALLY(10000, proc_members(d) == 2);
	kill_alone(comes);
	proc_kill(dies.init);
	EVENTUALLY(10000, proc_members(d) == 1);
	end_doors(header, d, place.fd);
}

/* ---- gone only when the kernel says so ---- */

static const struct kind own_kind = { "its own /proc", own_proc };
static const struct kind outer_kind = { "the outer namespace's", outer_proc };

/* Another user cannot open the file once more, and so nothing but its process tells. */
static void hold_and_become_another(void *arg)
{
	const struct place *place = arg;
	struct fixture f;
	move_in(&(struct place){ place->fd, &own_kind, -1 });
	EXPECT(0, setresuid(12345, 12345, 12345));
	EXPECT(0, prctl(PR_SET_PDEATHSIG, SIGKILL));
	fixture_fill(&f, place->fd);
	EXPECT(0, xf_keyed_mutex_acquire(f.doomed, 0, 0, NULL));
	for (uint32_t i = 0, index; i < xf_pool_count(f.pool); i++)
		EXPECT(0, xf_pool_hold(f.pool, 0, &index));
	proc_tell(HELD);
	proc_await(JOINED, 1, 20000);
	execlp("sleep", "sleep", "60", (char *)NULL);
	_exit(1);
}

static void watch_the_other(void *arg)
{
	const struct place *place = arg;
	struct fixture f;
	uint32_t index;
	proc_await(HELD, 1, 20000);
	move_in(place);
	fixture_join(&f, place->fd);
	proc_tell(JOINED);
	EXPECT(XF_ABANDONED, xf_keyed_mutex_acquire(f.doomed, 0, proc_patience(10000), NULL));
	EXPECT(XF_TIMEOUT, xf_pool_hold(f.pool, xf_deadline(1500 * MS), &index));
	proc_tell(WATCHED);
	EXPECT(0, xf_pool_hold(f.pool, proc_patience(10000), &index));
	EXPECT(0, xf_pool_give(f.pool, index));
	fixture_close(&f);
}

/* The number that the one has in the namespace below is here this process' own. */
static void be_the_outer_namespace(void *arg)
{
	struct timespec later = { 0, 50 * MS }; /* start times differ, in clock ticks */
	pid_t watches;
	move_in(&(struct place){ -1, &own_kind, -1 });
	EXPECT(2, getpid());
	nanosleep(&later, NULL);
	struct alone holds = spawn_pair(hold_and_become_another, watch_the_other, arg, &watches);
	proc_await(WATCHED, 1, 60000);
	proc_kill(holds.member);
	EXPECT(0, proc_wait(watches, 20000));
	proc_kill(holds.init); /* the last, since it takes all others along */
}

static void number_in_another_proc(int denied)
{
	struct place place = { fixture_empty(), &outer_kind, denied };
	struct alone outer = spawn_alone(NULL, be_the_outer_namespace, &place);
	EXPECT(0, proc_wait(outer.member, 100000));
	proc_kill(outer.init);
	close(place.fd);
}

static void a_number_in_another_proc(void)
{
	number_in_another_proc(-1);
}

static void nor_by_its_start(void)
{
	number_in_another_proc(SYS_pidfd_open);
}

static const struct proc_test tests[] = {
	{ "members with each kind of /proc are told apart", told_apart, 120 },
	{ "also where the kernel does not tell by a descriptor", told_apart_by_proc, 120 },
	{ "a door is not given away under somebody", a_door_is_not_given_away_under_somebody, 60 },
	{ "nor by a second one under a member", nor_by_a_second_one_under_a_member, 60 },
	{ "a door is given away", a_door_is_given_away, 60 },
	{ "a number in another namespace's /proc is not believed", a_number_in_another_proc, 120 },
	{ "nor is its start", nor_by_its_start, 120 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
