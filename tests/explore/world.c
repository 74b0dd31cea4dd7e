/* SPDX-License-Identifier: MIT */
/*
 * The memory of a domain with XP_MEMBERS members, all in this process, laid out by the core's own
 * layout.c; and objects in it, made by the core's own functions.
 */
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "kernel.h"
#include "world.h"
#include "base/message.h"
#include "shm/arena.h"
#include "shm/fork.h"
#include "shm/lifeline.h"
#include "shm/lock.h"
#include "shm/member.h"
#include "shm/name.h"
#include "shm/object.h"
#include "shm/park.h"
#include "shm/presence.h"
#include "shm/process.h"
#include "shm/reaper.h"
#include "shm/sweep.h"
#include "stream/memory.h"
#include "sync/event.h"
#include "sync/keyed_mutex.h"
#include "sync/lookout.h"
#include "sync/timeline.h"

#define SLOTS	    64
#define PAYLOAD	    (48 * XFI_PAGE)
#define SHARED_MAX  (768 * 1024)
#define PRIVATE_MAX (1024 * 1024)
#define PAGES	    (SHARED_MAX / XFI_PAGE)
#define SWEEPER	    (XP_MEMBERS - 1)

static _Alignas(XFI_PAGE) char shared[SHARED_MAX], kept_shared[SHARED_MAX];
static _Alignas(64) char private[PRIVATE_MAX], kept_private[PRIVATE_MAX];
static size_t private_end, kept_end;
static bool dirty[PAGES];
static struct xf_domain domains[XP_MEMBERS], kept_domains[XP_MEMBERS];
static struct xfi_layout layout;
static bool objects, lifelines, learned;
static bool used_bucket[XFI_BUCKETS]; /* by any execution so far */

static const _Atomic uint32_t generation = 1;
const _Atomic uint32_t *xfi_fork_page = &generation;

/* What is said of a failure is not explored. */
struct xfi_message xfi_message_get(void)
{
	return (struct xfi_message){ 0 };
}

void xfi_message_put(struct xfi_message *message)
{
	(void)message;
}

int xfi_message_plain(int result)
{
	return result;
}

int xf_fail(int result, const char *format, ...)
{
	(void)format;
	return result;
}

void *xp_calloc(size_t n, size_t size)
{
	void *p = private + private_end;
	private_end += (n * size + 63) & ~(size_t)63;
	if (private_end > PRIVATE_MAX)
		abort();
	return memset(p, 0, n * size); /* an execution before this one may have used it */
}

static void map(struct xf_domain *d, uint32_t self)
{
	*d = (struct xf_domain){
		.self = self,
		.fork_generation = 1,
		.fd = -1,
		.presence = -1,
		.heir = -1,
		.geometry = { XFI_MAGIC, XFI_VERSION_FORMAT, SLOTS, PAYLOAD, layout.end },
		.layout = layout,
		.base = shared,
		.header = (void *)shared,
		.members = (void *)(shared + layout.members),
		.lifelines = (void *)(shared + layout.lifelines),
		.buckets = (void *)(shared + layout.buckets),
		.touched = (void *)(shared + layout.touched),
		.used = (void *)(shared + layout.used),
		.parked = (void *)(shared + layout.parked),
		.directory = (void *)(shared + layout.directory),
		.slots = (void *)(shared + layout.slots),
		.pages = (void *)(shared + layout.pages),
		.touched_words = 1,
		.local = xp_calloc(SLOTS, sizeof(struct xfi_local)),
	};
}

/* Members without threads are not there. Those that are watch over each other's lives. */
void xp_world_joined(int member)
{
	uint32_t life = ((uint32_t)member + 1) | FUTEX_WAITERS;
	struct xfi_lifeline(*rows)[XFI_ROWS] = domains[0].lifelines;
	domains[0].members[member].pid = member + 1;
	atomic_store(&rows[member][member].word, life);
	for (int m = 0; m < XP_MEMBERS; m++)
		if (atomic_load(&rows[m][m].word)) {
			atomic_store(&rows[m][member].word, atomic_load(&rows[m][m].word));
			atomic_store(&rows[member][m].word, life);
		}
}

static void sweep(int member)
{
	xp_wait_for_deaths(1);
	xfi_sweep(&domains[member], (uint32_t)xp_last_death());
}

void xp_world_make(const struct xp_scenario *scenario)
{
	struct xfi_geometry geometry = { XFI_MAGIC, XFI_VERSION_FORMAT, SLOTS, PAYLOAD, 0 };
	if (xfi_layout(&geometry, &layout) || layout.end > SHARED_MAX)
		abort();
	memset(shared, 0, sizeof(shared));
	memset(private, 0, sizeof(private));
	memset(used_bucket, 0, sizeof(used_bucket));
	private_end = 0;
	objects = scenario->objects;
	lifelines = scenario->lifelines;
	xp_kernel_forget();
	for (uint32_t m = 0; m < XP_MEMBERS; m++)
		map(&domains[m], m);
	xp_forget_threads();
	scenario->setup();
	if (scenario->sweeper)
		xp_thread("sweeper", sweep, SWEEPER)->may_stop = scenario->sweeper_may_stop;
}

void xp_world_keep(void)
{
	memcpy(kept_shared, shared, sizeof(shared));
	memcpy(kept_private, private, sizeof(private));
	memcpy(kept_domains, domains, sizeof(domains));
	kept_end = private_end;
	xp_kernel_keep();
	memset(dirty, 0, sizeof(dirty));
}

static size_t offset_of(const volatile void *address)
{
	uintptr_t a = (uintptr_t)address, b = (uintptr_t)shared;
	return a >= b && a < b + sizeof(shared) ? a - b : SIZE_MAX;
}

void xp_world_changed(const volatile void *address)
{
	size_t offset = offset_of(address);
	if (offset == SIZE_MAX)
		return;
	dirty[offset / XFI_PAGE] = true;
	bool in_bucket = offset >= layout.buckets && offset < layout.touched;
	/* A thorough sweep changes them all; nobody sleeps in more of them for that. */
	if (xp_counts_afresh(in_bucket) || !in_bucket)
		return;
	bool *used = &used_bucket[(offset - layout.buckets) / sizeof(struct xfi_bucket)];
	learned |= !*used;
	*used = true;
}

bool xp_world_learned(void)
{
	bool news = learned;
	learned = false;
	return news;
}

/*
 * The slots are always put back: they have plain fields too. So does a stream's memory, of which
 * the first frames are used.
 */
void xp_world_restore(void)
{
	size_t first_slot = layout.slots / XFI_PAGE, last_slot = (layout.payload - 1) / XFI_PAGE;
	if (private_end > 65536) /* only streams need so much */
		last_slot += 1 + offsetof(struct xfi_stream_memory, frames_of[8]) / XFI_PAGE;
	for (size_t i = 0; i < PAGES; i++)
		if (dirty[i] || (i >= first_slot && i <= last_slot))
			memcpy(shared + i * XFI_PAGE, kept_shared + i * XFI_PAGE, XFI_PAGE);
	memset(dirty, 0, sizeof(dirty));
	memcpy(private, kept_private, kept_end);
	memcpy(domains, kept_domains, sizeof(domains));
	private_end = kept_end;
}

static bool quiet_lifeline(size_t offset)
{
	size_t at = (offset - layout.lifelines) / sizeof(struct xfi_lifeline);
	size_t row = at / XFI_ROWS, column = at % XFI_ROWS;
	return !lifelines || row >= XP_MEMBERS || column >= XP_MEMBERS ||
	       !domains[0].members[row].pid || !domains[0].members[column].pid;
}

bool xp_world_quiet(const volatile void *address)
{
	size_t offset = offset_of(address);
	if (offset == SIZE_MAX)
		return address == (const void *)&generation;
	if (offset >= layout.lifelines && offset < layout.buckets)
		return quiet_lifeline(offset);
	/* A sweep looks at all buckets; the explorer begins anew when one more is used. */
	if (offset >= layout.buckets && offset < layout.touched)
		return !used_bucket[(offset - layout.buckets) / sizeof(struct xfi_bucket)];
	if (offset >= layout.parked && offset < layout.directory)
		return true; /* changed by their member only, right beside steps in the bucket */
	if (objects)
		return false;
	if (offset >= layout.slots && offset < layout.pages)
		return (offset - layout.slots) % sizeof(struct xfi_slot) <
		       offsetof(struct xfi_slot, watchers);
	if (offset >= layout.members && offset < layout.lifelines) {
		size_t member = (offset - layout.members) / sizeof(struct xfi_member);
		size_t field = (offset - layout.members) % sizeof(struct xfi_member);
		if (field == offsetof(struct xfi_member, reaper))
			return !lifelines || !domains[0].members[member].pid;
		return field == offsetof(struct xfi_member, post) && !domains[member].polls;
	}
	return (offset >= layout.touched && offset < layout.slots) ||
	       (offset >= layout.pages && offset < layout.payload);
}

void xp_world_died(int member)
{
	struct xfi_lifeline *row = domains[member].lifelines[member];
	xp_world_changed(row);
	for (int i = 0; i < XP_MEMBERS; i++) {
		uint32_t life = atomic_load(&row[i].word);
		if ((life & FUTEX_TID_MASK) != (uint32_t)member + 1)
			continue;
		atomic_store(&row[i].word, FUTEX_OWNER_DIED);
		xp_wake_futex(&row[i].word);
	}
}

const char *xp_world_name(const volatile void *address)
{
	static const struct {
		const char *name;
		size_t offset;
	} fields[] = {
		{ "head", offsetof(struct xfi_slot, head) },
		{ "openers", offsetof(struct xfi_slot, openers) },
		{ "pollers", offsetof(struct xfi_slot, cold.pollers) },
		{ "watchers", offsetof(struct xfi_slot, watchers) },
		{ "word", offsetof(struct xfi_slot, hot) },
		{ "takers", offsetof(struct xfi_slot, hot.event.takers) },
		{ "key", offsetof(struct xfi_slot, hot.keyed.key) },
		{ "fence", offsetof(struct xfi_slot, hot.keyed.fence) },
	};
	static char name[64];
	size_t offset = offset_of(address);
	if (offset == SIZE_MAX) {
		snprintf(name, sizeof(name), "%s", address ? "private memory" : "");
	} else if (offset >= layout.slots && offset < layout.payload) {
		size_t at = offset - layout.slots, field = at % sizeof(struct xfi_slot);
		int n = snprintf(
			name, sizeof(name), "slot %zu +%zu", at / sizeof(struct xfi_slot), field);
		for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
			if (fields[i].offset == field)
				snprintf(name + n, sizeof(name) - (size_t)n, " (%s)",
					fields[i].name);
	} else if (offset >= layout.buckets && offset < layout.touched) {
		size_t at = offset - layout.buckets;
		snprintf(name, sizeof(name), "bucket %zu +%zu%s", at / sizeof(struct xfi_bucket),
			at % sizeof(struct xfi_bucket),
			at % sizeof(struct xfi_bucket) ? " (waiters)" : " (seq)");
	} else if (offset >= layout.members && offset < layout.lifelines) {
		size_t at = offset - layout.members, field = at % sizeof(struct xfi_member);
		snprintf(name, sizeof(name), "member %zu +%zu%s", at / sizeof(struct xfi_member),
			field,
			field == offsetof(struct xfi_member, bell)	 ? " (bell)"
			: field == offsetof(struct xfi_member, sleepers) ? " (sleepers)"
									 : "");
	} else {
		snprintf(name, sizeof(name), "shared +%zu", offset);
	}
	return name;
}

/* Members without a helper: their processes are gone at once, and they run such calls themselves.
 */
int xp_reap(struct xf_domain *domain, uint32_t member);
int xfi_reap(struct xf_domain *domain, uint32_t member)
{
	return domain->helper ? xp_reap(domain, member) : XFI_REAPED;
}

int xp_member_call(struct xf_domain *domain, int (*fn)(struct xf_domain *d, void *arg), void *arg);
int xfi_member_call(struct xf_domain *d, int (*fn)(struct xf_domain *d, void *arg), void *arg)
{
	if (d->helper)
		return xp_member_call(d, fn, arg);
	int r = xfi_lock(d);
	if (!r) {
		r = fn(d, arg);
		xfi_unlock(d);
	}
	return r;
}

/* What leads out of memory. */
void xfi_name_inherit(struct xf_domain *domain)
{
}
bool xfi_name_take_over(struct xf_domain *domain)
{
	return true;
}
void xfi_name_leave(struct xf_domain *domain)
{
}
int xfi_arena_map_payload(
	struct xf_domain *d, uint64_t offset, uint64_t size, bool writable, void **ret_data)
{
	*ret_data = shared + layout.payload + offset;
	return 0;
}
void xfi_arena_drop_payload(struct xf_domain *d, uint64_t offset, uint64_t size)
{
	xp_world_changed(shared + layout.payload + offset);
}
int xfi_fork_generation(uint32_t *ret_generation)
{
	*ret_generation = 1;
	return 0;
}

/* No device is explored: nobody looks at counters. */
int xfi_lookout_add(struct xf_timeline *timeline)
{
	return 0;
}
void xfi_lookout_remove(struct xf_timeline *timeline)
{
}
int64_t xfi_lookout_pause(int64_t looked_ns)
{
	return 0;
}

/* Nobody joins while it is watched. */
int xfi_lifeline_init(struct xf_domain *d)
{
	return -ENOSYS;
}
int xfi_lifeline_claim(struct xf_domain *d, const struct xfi_member *record)
{
	return -ENOSYS;
}
int xfi_lifeline_visit(struct xf_domain *d)
{
	return -ENOSYS;
}
void xfi_presence_show(struct xf_domain *d)
{
}
void xfi_process_describe_self(struct xf_domain *d, pid_t pid, struct xfi_member *record)
{
}
const char *xf_last_message(int result)
{
	return "";
}

int xfi_lifeline_release(struct xf_domain *d)
{
	xfi_u32 *life = &d->lifelines[d->self][d->self].word;
	xp_step("lets go of", life);
	xp_world_changed(life);
	*life = 0;
	return 0;
}

bool xfi_member_alive(const struct xf_domain *d, uint32_t member)
{
	const xfi_u32 *life = &d->lifelines[member][member].word;
	xp_step("loads", life);
	return xfi_life_alive(*life);
}

bool xfi_life_alive(uint32_t life)
{
	return life & FUTEX_TID_MASK;
}

bool xfi_member_dead(const struct xf_domain *d, uint32_t member)
{
	const xfi_u32 *life = &d->lifelines[member][member].word;
	xp_step("loads", life);
	return *life == FUTEX_OWNER_DIED;
}

bool xp_is_dead(int member)
{
	return *(volatile uint32_t *)&domains[0].lifelines[member][member].word == FUTEX_OWNER_DIED;
}

uint64_t xfi_members_in_use(const struct xf_domain *d)
{
	uint64_t in_use = 0;
	for (uint32_t m = 0; m < XP_MEMBERS; m++)
		if (xfi_member_alive(d, m) || xfi_member_dead(d, m))
			in_use |= UINT64_C(1) << m;
	return in_use;
}

uint64_t xfi_members_alive(const struct xf_domain *d)
{
	uint64_t alive = 0;
	for (uint32_t m = 0; m < XP_MEMBERS; m++)
		if (xfi_member_alive(d, m))
			alive |= UINT64_C(1) << m;
	return alive;
}

/* What scenarios call. */

struct xf_domain *xp_domain(int member)
{
	return &domains[member];
}

static void must(int r)
{
	if (r)
		abort();
}

void xp_event(struct xf_event **ret, int n, uint32_t flags)
{
	must(xf_event_create(&domains[0], flags, NULL, &ret[0]));
	for (int m = 1; m < n; m++)
		must(xf_event_open(&domains[m], xf_event_id(ret[0]), &ret[m]));
}

void xp_timeline(struct xf_timeline **ret, int n, uint64_t value)
{
	must(xf_timeline_create(&domains[0], value, 0, NULL, &ret[0]));
	for (int m = 1; m < n; m++)
		must(xf_timeline_open(&domains[m], xf_timeline_id(ret[0]), &ret[m]));
}

void xp_keyed_mutex(struct xf_keyed_mutex **ret, int n, uint64_t key)
{
	must(xf_keyed_mutex_create(&domains[0], key, NULL, &ret[0]));
	for (int m = 1; m < n; m++)
		must(xf_keyed_mutex_open(&domains[m], xf_keyed_mutex_id(ret[0]), &ret[m]));
}

static uint64_t hash_of(const struct xf_keyed_mutex *mutex, uint64_t key)
{
	return xfi_park_hash(xfi_id_index(xf_keyed_mutex_id(mutex)), key);
}

/* The first key after `key` in the bucket of `hash`, with a wake-up bit that is in `bits`. */
static uint64_t find_key(
	const struct xf_keyed_mutex *mutex, uint64_t key, uint64_t hash, uint32_t bits)
{
	do
		key++;
	while (xfi_park_bucket(&domains[0], hash_of(mutex, key)) !=
			xfi_park_bucket(&domains[0], hash) ||
		!(xfi_park_bit(hash_of(mutex, key)) & bits));
	return key;
}

uint64_t xp_key_beside(const struct xf_keyed_mutex *of, uint64_t key,
	const struct xf_keyed_mutex *mutex, bool same_bit)
{
	uint64_t hash = hash_of(of, key);
	uint32_t bit = xfi_park_bit(hash);
	return find_key(mutex, key, hash, same_bit ? bit : ~bit);
}

uint64_t xp_key_beside_event(const struct xf_event *event, const struct xf_keyed_mutex *mutex)
{
	return find_key(
		mutex, 0, xfi_park_hash(xfi_id_index(xf_event_id(event)), 0), XFI_PARK_ALL_BITS);
}

uint64_t xp_key_beside_timeline(
	const struct xf_timeline *timeline, uint64_t value, const struct xf_keyed_mutex *mutex)
{
	return find_key(mutex, 0, xfi_park_hash(xfi_id_index(xf_timeline_id(timeline)), 0),
		UINT32_C(1) << value % 32);
}

static bool could_take(void *arg)
{
	const struct xf_wait_item *item = arg;
	return xfi_waitables[item->type]->ready(item);
}

struct items {
	struct xf_wait_item *items;
	uint32_t count;
};

static bool could_take_any(void *arg)
{
	const struct items *all = arg;
	for (uint32_t i = 0; i < all->count; i++)
		if (could_take(&all->items[i]))
			return true;
	return false;
}

static bool could_take_all(void *arg)
{
	const struct items *all = arg;
	for (uint32_t i = 0; i < all->count; i++)
		if (!could_take(&all->items[i]))
			return false;
	return true;
}

int xp_acquire(struct xf_keyed_mutex *mutex, uint64_t key, int64_t deadline_ns)
{
	struct xf_wait_item item = { .type = XF_KEYED_MUTEX, .object = mutex, .value = key };
	xp_sleeps_unless(could_take, &item);
	int r = xf_keyed_mutex_acquire(mutex, key, deadline_ns, NULL);
	xp_sleeps_no_more();
	return r;
}

int xp_event_wait(struct xf_event *event, int64_t deadline_ns)
{
	struct xf_wait_item item = { .type = XF_EVENT, .object = event };
	xp_sleeps_unless(could_take, &item);
	int r = xf_event_wait(event, deadline_ns);
	xp_sleeps_no_more();
	return r;
}

int xp_timeline_wait(struct xf_timeline *timeline, uint64_t value, int64_t deadline_ns)
{
	struct xf_wait_item item = { .type = XF_TIMELINE, .object = timeline, .value = value };
	xp_sleeps_unless(could_take, &item);
	int r = xf_timeline_wait(timeline, value, deadline_ns);
	xp_sleeps_no_more();
	return r;
}

int xp_wait_any(struct xf_wait_item *items, uint32_t count, int64_t deadline_ns)
{
	struct items all = { items, count };
	uint32_t index;
	xp_sleeps_unless(could_take_any, &all);
	int r = xf_wait_any(items, count, deadline_ns, &index);
	xp_sleeps_no_more();
	return r;
}

int xp_wait_all(struct xf_wait_item *items, uint32_t count, int64_t deadline_ns)
{
	struct items all = { items, count };
	xp_sleeps_unless(could_take_all, &all);
	int r = xf_wait_all(items, count, deadline_ns);
	xp_sleeps_no_more();
	return r;
}
