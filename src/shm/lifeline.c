/* SPDX-License-Identifier: MIT */
/*
 * How the kernel tells the others that a member died.
 *
 * Each member's helper thread owns a row of futex words, one for each possible watcher, and its
 * robust list names them all. When the thread ends for whatever reason, the kernel walks that list,
 * marks each word that carries the thread's id with FUTEX_OWNER_DIED and wakes one sleeper on it.
 * It does so before it takes the address space down, so the news is as fast for a victim of two
 * gigabytes as for a small one; but a core dump is written before. A row instead of one word,
 * because the kernel wakes only one sleeper a word: were that one stopped, the others would never
 * hear.
 *
 * The kernel finds a word at a fixed distance from its list node. Nodes lie in private memory at
 * the same distances from each other as the words do in the row, so no pointer is in shared memory:
 *
 *	private  nodes:  [node 0][node 1][node 2]...      each 8 bytes, linked in this order
 *	shared   row:    [word 0][word 1][word 2]...      each 8 bytes; futex_offset = row - nodes
 *
 * The first node is the member's own column, the word by which everybody judges whether it lives.
 * Whoever joins fills the other columns first, for all who are here or will be, and tells those who
 * are here to sleep on theirs; only then its own word says that it lives. So there is no moment in
 * which it could die unheard, and who finds its column marked finds that word marked, too. A row is
 * nobody else's until its last word is marked. How a slot is taken and given back, and why a list
 * never reaches another one's row, is in door.c; tests/model/membership.pml checks it.
 */
#include <errno.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/call.h"
#include "base/futex.h"
#include "base/kill_point.h"
#include "shm/bell.h"
#include "shm/door.h"
#include "shm/lifeline.h"
#include "shm/park.h"
#include "shm/process.h"

/* What the kernel walks when the helper thread ends. */
struct xfi_row {
	struct xfi_pending pending; /* first: how door.c reaches us */
	struct robust_list_head heads[2];
	struct robust_list_head *head; /* the one the kernel knows */
	struct robust_list nodes[XFI_ROWS];
};

/* The kernel's arithmetic the other way round: node = word - futex_offset. */
static struct robust_list *node_of(const struct robust_list_head *head, xfi_u32 *word)
{
	return word ? (struct robust_list *)((char *)word - head->futex_offset) : NULL;
}

static void set_pending(struct xf_domain *d, xfi_u32 *word)
{
	struct robust_list_head *head = d->row->head;
	/* The kernel reads this when the thread dies; the compiler must not move it. */
	*(struct robust_list *volatile *)&head->list_op_pending = node_of(head, word);
	atomic_signal_fence(memory_order_seq_cst);
}

/* Links the nodes for `member`'s row, which is first, or none at all. */
static void link_nodes(struct xfi_row *own, struct robust_list_head *head, uint32_t member)
{
	struct robust_list *last = &head->list;
	for (uint32_t i = 0; member < XFI_ROWS && i < XFI_ROWS; i++)
		last = last->next = &own->nodes[(member + i) % XFI_ROWS];
	last->next = &head->list;
}

/* Lets the list reach that row, or none, and keeps `pending`, in one step. */
static int walk(struct xf_domain *d, uint32_t member, xfi_u32 *pending)
{
	struct xfi_row *own = d->row;
	struct robust_list_head *known = NULL, *head = &own->heads[own->head == &own->heads[0]];
	size_t size;
	head->futex_offset =
		member < XFI_ROWS ? (char *)d->lifelines[member] - (char *)own->nodes : 0;
	link_nodes(own, head, member);
	head->list_op_pending = node_of(head, pending);
	if (syscall(SYS_set_robust_list, head, sizeof(*head)))
		return xfi_call_failed("set_robust_list");
	/* Where the call is only said to have worked, nobody would ever hear of our death. */
	if (syscall(SYS_get_robust_list, 0, &known, &size))
		return xfi_call_failed("get_robust_list");
	if (known != head)
		return xf_fail(-ENOSYS,
			"set_robust_list or get_robust_list does nothing here, as under qemu-user");
	own->head = head;
	return 0;
}

int xfi_lifeline_init(struct xf_domain *d)
{
	d->row = calloc(1, sizeof(*d->row));
	if (!d->row)
		return -ENOMEM;
	d->self = XFI_ROWS; /* nobody */
	long tid = syscall(SYS_gettid);
	if (tid <= 0)
		return xfi_call_failed("gettid");
	d->row->pending = (struct xfi_pending){ (uint32_t)tid, set_pending };
	d->pid_ns = xfi_pid_namespace(d);
	/* The C library's robust mutexes are not used on this thread. */
	return walk(d, XFI_ROWS, NULL);
}

static xfi_u32 *life_of(const struct xf_domain *d, uint32_t member)
{
	return &d->lifelines[member][member].word;
}

static uint32_t life_to_be(const struct xf_domain *d)
{
	return d->row->pending.tid | FUTEX_WAITERS;
}

static void write_record(struct xfi_member *m, const struct xfi_member *record)
{
	char name[XFI_MEMBER_NAME];
	xfi_get_bytes(name, record->name, sizeof(name));
	xfi_put(&m->bell, 0);
	xfi_put(&m->sleepers, 0);
	xfi_put(&m->reaper, 0);
	xfi_put(&m->post, 0);
	xfi_put(&m->present, 0);
	xfi_put(&m->heard, 0);
	xfi_put(&m->pid, xfi_get(&record->pid));
	xfi_put(&m->pid_ns, xfi_get(&record->pid_ns));
	xfi_put(&m->born, xfi_get(&record->born));
	xfi_put(&m->time_ns, xfi_get(&record->time_ns));
	xfi_put(&m->process, xfi_get(&record->process));
	xfi_put_bytes(m->name, name, sizeof(name));
	atomic_fetch_add(&m->incarnation, 1);
}

/* All but its first word, while our list reaches it. Nobody else writes there. */
static void fill_row(struct xf_domain *d, uint32_t member, uint32_t life)
{
	for (uint32_t i = 0; i < XFI_ROWS; i++)
		if (i != member)
			atomic_store(&d->lifelines[member][i].word, life);
}

static void prepare(struct xf_domain *d, uint32_t member, const struct xfi_member *record)
{
	if (!record)
		return;
	write_record(&d->members[member], record);
	for (uint32_t i = 0; i < d->touched_words; i++)
		atomic_store(&d->touched[member * d->touched_words + i], 0);
	xfi_park_forget(d, member);
}

/*
 * Whoever hears of a death by an early word may sweep while the kernel has still to mark later
 * ones, and would take our id for the dead one's there, if the two are equal. No word of a row
 * carries an id that no list reaches.
 */
static bool is_past_walk(const struct xf_domain *d, uint32_t member)
{
	uint32_t last = (member + XFI_ROWS - 1) % XFI_ROWS;
	return !xfi_life_alive(atomic_load(&d->lifelines[member][last].word));
}

/* Will one be free in a moment? */
static bool any_walked(const struct xf_domain *d, uint32_t first, uint32_t end)
{
	for (uint32_t m = first; m < end; m++)
		if (!atomic_load(life_of(d, m)) && !is_past_walk(d, m))
			return true;
	return false;
}

/*
 * One who died in passage is taken out first. A visitor has nothing that must be swept. The
 * kernel's walk is looked for last: in a row that is reserved nobody begins one.
 */
static bool reserve(struct xf_domain *d, uint32_t member, uint32_t mark)
{
	uint32_t seen = atomic_load(life_of(d, member));
	bool free = seen == 0 || xfi_door_left_behind(d, seen, mark) ||
		    (member == XF_MEMBERS_MAX && xfi_member_dead(d, member));
	if (!free || !atomic_compare_exchange_strong(life_of(d, member), &seen, mark))
		return false;
	if (is_past_walk(d, member))
		return true;
	seen = mark;
	atomic_compare_exchange_strong(life_of(d, member), &seen, 0);
	return false;
}

/* Takes it back, while our list still reaches the row. */
static void disown(struct xf_domain *d, uint32_t member, uint32_t mark, xfi_u32 *door)
{
	fill_row(d, member, 0);
	if (!walk(d, XFI_ROWS, door))
		atomic_compare_exchange_strong(life_of(d, member), &mark, 0);
}

static int own(struct xf_domain *d, uint32_t member, uint32_t mark, xfi_u32 *door)
{
	uint32_t seen = mark;
	XFI_KILL_POINT("join:reserved");
	int r = walk(d, member, door);
	if (!r)
		fill_row(d, member, life_to_be(d));
	xfi_ring_helpers(d); /* who is here sleeps on what the list reaches */
	XFI_KILL_POINT("join:before-lifeline");
	if (!r && !atomic_compare_exchange_strong(life_of(d, member), &seen, life_to_be(d)))
		r = -EAGAIN; /* somebody scribbled over it */
	if (r) {
		disown(d, member, mark, door);
		return r;
	}
	XFI_KILL_POINT("join:lifeline");
	d->self = member;
	return 0;
}

static int claim(struct xf_domain *d, uint32_t first, uint32_t end, const struct xfi_member *record)
{
	uint32_t mark, m = first;
	xfi_u32 *door;
	int r = xfi_door_enter(d, d->pid_ns, &d->row->pending, &mark, &door);
	if (r)
		return r;
	while (m < end && !reserve(d, m, mark))
		m++;
	r = m < end ? 0 : any_walked(d, first, end) ? -EBUSY : -EUSERS;
	if (!r) {
		prepare(d, m, record);
		r = own(d, m, mark, door);
	}
	xfi_door_leave(d, &d->row->pending, door);
	return r;
}

int xfi_lifeline_claim(struct xf_domain *d, const struct xfi_member *record)
{
	return claim(d, 0, XF_MEMBERS_MAX, record);
}

int xfi_lifeline_visit(struct xf_domain *d)
{
	int r = claim(d, XF_MEMBERS_MAX, XFI_ROWS, NULL);
	return r == -EUSERS ? -EBUSY : r;
}

int xfi_lifeline_release(struct xf_domain *d)
{
	uint32_t mark, seen = atomic_load(life_of(d, d->self));
	xfi_u32 *door;
	int r = xfi_door_enter(d, d->pid_ns, &d->row->pending, &mark, &door);
	if (r)
		return r;
	if (xfi_life_alive(seen))
		atomic_compare_exchange_strong(life_of(d, d->self), &seen, mark);
	XFI_KILL_POINT("leave:marked");
	disown(d, d->self, mark, door);
	XFI_KILL_POINT("leave:freed");
	xfi_door_leave(d, &d->row->pending, door);
	d->self = XFI_ROWS;
	return 0;
}

bool xfi_life_alive(uint32_t life)
{
	uint32_t tid = life & FUTEX_TID_MASK;
	return tid && tid < XFI_PASSAGE;
}

bool xfi_member_alive(const struct xf_domain *d, uint32_t member)
{
	return xfi_life_alive(atomic_load(life_of(d, member)));
}

bool xfi_member_dead(const struct xf_domain *d, uint32_t member)
{
	uint32_t life = atomic_load(life_of(d, member));
	return (life & FUTEX_OWNER_DIED) && !(life & FUTEX_TID_MASK);
}

uint64_t xfi_members_alive(const struct xf_domain *d)
{
	uint64_t alive = 0;
	for (uint32_t m = 0; m < XF_MEMBERS_MAX; m++)
		if (xfi_member_alive(d, m))
			alive |= xfi_bit(m);
	return alive;
}

uint64_t xfi_members_in_use(const struct xf_domain *d)
{
	uint64_t in_use = 0;
	for (uint32_t m = 0; m < XF_MEMBERS_MAX; m++)
		if (xfi_member_alive(d, m) || xfi_member_dead(d, m))
			in_use |= xfi_bit(m);
	return in_use;
}
