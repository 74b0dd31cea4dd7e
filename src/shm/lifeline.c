/* SPDX-License-Identifier: MIT */
/*
 * How the kernel tells the others that a member died.
 *
 * Each member's helper thread owns a row of futex words, one for each possible watcher, and its
 * robust list names them all. When the thread ends for whatever reason, the kernel walks that list,
 * marks each word that carries the thread's id with FUTEX_OWNER_DIED and wakes one sleeper on it.
 * It does so before it takes the address space down, so the news is as fast for a victim of two
 * gigabytes as for a small one. A row instead of one word, because the kernel wakes only one
 * sleeper a word: were that one stopped, the others would never hear.
 *
 * The kernel finds a word at a fixed distance from its list node. Nodes lie in private memory at
 * the same distances from each other as the words do in the row, so no pointer is in shared memory:
 *
 *	private  nodes:  [node 0][node 1][node 2]...      each 8 bytes, linked in this order
 *	shared   row:    [word 0][word 1][word 2]...      each 8 bytes; futex_offset = row - nodes
 *
 * The first node is the member's own column, the word by which everybody judges whether it lives;
 * a joining watcher writes its column first and looks at that word afterwards: if it still says
 * alive, the walk had not begun, and will find the column.
 *
 * The cold lock is taken with the list's "pending" entry, which the kernel treats likewise.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "base/futex.h"
#include "base/kill_point.h"
#include "shm/helper.h"
#include "shm/member.h"

/* The kernel's arithmetic the other way round: node = word - futex_offset. */
static struct robust_list *pending_node(struct xf_domain *d, struct robust_list_head *head)
{
	return (struct robust_list *)((char *)&d->header->lock - head->futex_offset);
}

/* Links the nodes for `member`'s row and lets the kernel know, in one step. */
static int use_row(struct xf_domain *d, uint32_t member, bool holds_lock)
{
	struct xfi_helper *h = d->helper;
	struct robust_list_head *head = h->head == &h->heads[0] ? &h->heads[1] : &h->heads[0];
	char *row = (char *)d->lifelines[member];
	head->futex_offset = row - (char *)h->nodes;
	head->list.next = &h->nodes[member];
	struct robust_list *last = &h->nodes[member];
	for (uint32_t i = 0; i < XF_MEMBERS_MAX; i++)
		if (i != member)
			last = last->next = &h->nodes[i];
	last->next = &head->list;
	head->list_op_pending = holds_lock ? pending_node(d, head) : NULL;
	if (syscall(SYS_set_robust_list, head, sizeof(*head)))
		return -errno;
	h->head = head;
	return 0;
}

int xfi_lifeline_init(struct xf_domain *d)
{
	struct xfi_helper *h = d->helper;
	h->tid = (uint32_t)syscall(SYS_gettid);
	h->nodes = calloc(XF_MEMBERS_MAX, sizeof(*h->nodes));
	if (!h->nodes)
		return -ENOMEM;
	return use_row(d, 0, false); /* any row: none carries our id yet */
}

/* The C library's robust mutexes are not used on this thread; nothing to put back. */
void xfi_lifeline_finish(struct xf_domain *d)
{
	struct robust_list_head *head = d->helper->head;
	if (!head)
		return;
	head->list.next = &head->list;
	head->list_op_pending = NULL;
	syscall(SYS_set_robust_list, head, sizeof(*head));
}

static void set_pending(struct xf_domain *d, bool pending)
{
	struct robust_list_head *head = d->helper->head;
	/* The kernel reads this when the thread dies; the compiler must not move it. */
	*(struct robust_list *volatile *)&head->list_op_pending =
		pending ? pending_node(d, head) : NULL;
	atomic_signal_fence(memory_order_seq_cst);
}

int xfi_cold_lock(struct xf_domain *d)
{
	xfi_u32 *lock = &d->header->lock;
	uint32_t waiters = 0;
	int64_t deadline = 0;
	set_pending(d, true);
	for (;;) {
		uint32_t seen = atomic_load(lock);
		if (!(seen & FUTEX_TID_MASK)) {
			/* Keep the waiters bit: others may sleep that we do not know of. */
			uint32_t mine = d->helper->tid | waiters | (seen & FUTEX_WAITERS);
			if (!atomic_compare_exchange_strong(lock, &seen, mine))
				continue;
			d->helper->stuck = 0;
			return 0;
		}
		if (!deadline) /* one that has kept us waiting before gets no second chance */
			deadline = xf_deadline(seen == d->helper->stuck ? XFI_LOCK_WAIT_NS / 100
									: XFI_LOCK_WAIT_NS);
		if (xfi_past(deadline)) {
			d->helper->stuck = seen | FUTEX_WAITERS;
			set_pending(d, false);
			return -ETIMEDOUT;
		}
		waiters = FUTEX_WAITERS;
		if (atomic_compare_exchange_strong(lock, &seen, seen | FUTEX_WAITERS))
			xfi_futex_wait(
				lock, seen | FUTEX_WAITERS, deadline, FUTEX_BITSET_MATCH_ANY);
	}
}

void xfi_cold_unlock(struct xf_domain *d)
{
	xfi_u32 *lock = &d->header->lock;
	if (atomic_exchange(lock, 0) & FUTEX_WAITERS)
		xfi_futex_wake(lock, 1, FUTEX_BITSET_MATCH_ANY);
	set_pending(d, false); /* dead before this line: the kernel repeats the wake-up */
}

/* Lets watcher `d->self` hear of the death of every living member, and they of ours. */
static void fill_column(struct xf_domain *d)
{
	for (uint32_t m = 0; m < XF_MEMBERS_MAX; m++) {
		uint32_t life = atomic_load(&d->lifelines[m][m].word);
		if (m == d->self || !(life & FUTEX_TID_MASK))
			continue;
		atomic_store(&d->lifelines[m][d->self].word, life);
		if (atomic_load(&d->lifelines[m][m].word) != life)
			atomic_store(&d->lifelines[m][d->self].word, FUTEX_OWNER_DIED);
		atomic_store(&d->lifelines[d->self][m].word, d->helper->tid | FUTEX_WAITERS);
	}
}

int xfi_lifeline_claim(struct xf_domain *d)
{
	uint32_t m = 0;
	while (m < XF_MEMBERS_MAX && atomic_load(&d->lifelines[m][m].word))
		m++;
	if (m == XF_MEMBERS_MAX)
		return -EUSERS;
	for (uint32_t i = 0; i < XF_MEMBERS_MAX; i++) {
		atomic_store(&d->lifelines[m][i].word, 0);
		atomic_store(&d->links[m][i], 0);
	}
	for (uint32_t i = 0; i < d->touched_words; i++)
		atomic_store(&d->touched[m * d->touched_words + i], 0);
	d->self = m;
	int r = use_row(d, m, true);
	if (r)
		return r;
	XFI_KILL_POINT("join:before-lifeline");
	atomic_store(&d->lifelines[m][m].word, d->helper->tid | FUTEX_WAITERS);
	XFI_KILL_POINT("join:lifeline");
	fill_column(d);
	return 0;
}
