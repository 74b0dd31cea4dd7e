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
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "base/futex.h"
#include "base/kill_point.h"
#include "shm/lifeline.h"
#include "shm/lock.h"

/* Links the nodes for `member`'s row and lets the kernel know, in one step. */
static int use_row(struct xf_domain *d, uint32_t member, bool holds_lock)
{
	struct xfi_row *own = d->row;
	struct robust_list_head *head =
		own->head == &own->heads[0] ? &own->heads[1] : &own->heads[0];
	char *row = (char *)d->lifelines[member];
	head->futex_offset = row - (char *)own->nodes;
	head->list.next = &own->nodes[member];
	struct robust_list *last = &own->nodes[member];
	for (uint32_t i = 0; i < XF_MEMBERS_MAX; i++)
		if (i != member)
			last = last->next = &own->nodes[i];
	last->next = &head->list;
	head->list_op_pending = holds_lock ? xfi_lock_node(d, head) : NULL;
	if (syscall(SYS_set_robust_list, head, sizeof(*head)))
		return -errno;
	own->head = head;
	return 0;
}

int xfi_lifeline_init(struct xf_domain *d)
{
	struct xfi_row *own = d->row = calloc(1, sizeof(*own));
	if (!own)
		return -ENOMEM;
	own->tid = (uint32_t)syscall(SYS_gettid);
	return use_row(d, 0, false); /* any row: none carries our id yet */
}

/* The C library's robust mutexes are not used on this thread; nothing to put back. */
void xfi_lifeline_finish(struct xf_domain *d)
{
	struct robust_list_head *head = d->row->head;
	if (!head)
		return;
	head->list.next = &head->list;
	head->list_op_pending = NULL;
	syscall(SYS_set_robust_list, head, sizeof(*head));
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
		atomic_store(&d->lifelines[d->self][m].word, d->row->tid | FUTEX_WAITERS);
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
	atomic_store(&d->lifelines[m][m].word, d->row->tid | FUTEX_WAITERS);
	XFI_KILL_POINT("join:lifeline");
	fill_column(d);
	return 0;
}

bool xfi_member_alive(const struct xf_domain *d, uint32_t member)
{
	return atomic_load(&d->lifelines[member][member].word) & FUTEX_TID_MASK;
}

bool xfi_member_dead(const struct xf_domain *d, uint32_t member)
{
	uint32_t life = atomic_load(&d->lifelines[member][member].word);
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
		if (atomic_load(&d->lifelines[m][m].word))
			in_use |= xfi_bit(m);
	return in_use;
}
