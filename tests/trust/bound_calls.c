/* SPDX-License-Identifier: MIT */
#include "bound_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#define SOON xf_deadline(20 * MS)
/* What a row makes goes with its process. */
#define NEW(type) (&(type *){ NULL })

static const struct xf_surface_desc small = {
	.size = sizeof(small), .width_px = 64, .height_px = 1, .fourcc = XF_FORMAT_RAW
};
static struct xf_surface_desc laid_out = {
	.size = sizeof(laid_out), .width_px = 64, .height_px = 1, .fourcc = XF_FORMAT_RAW
};
static const struct xf_surface_desc other = {
	.size = sizeof(other), .width_px = 128, .height_px = 1, .fourcc = XF_FORMAT_RAW
};
static const struct xf_stream_format format = { .size = sizeof(format), .desc = &small };
static const struct xf_stream_format changed = { .size = sizeof(changed), .desc = &other };
static const struct xf_stream_params stream = {
	.size = sizeof(stream), .format = &format, .frames = 3
};
static const struct xf_domain_params tiny = {
	.size = sizeof(tiny), .max_objects = 64, .payload_bytes = 1 << 16
};
static const uint8_t kind[XF_TIMELINE_TWIN_KIND] = { 1 };
static char data[64];
static size_t size;
static uint64_t value;
static int fd;
static void *address;
static xf_id id;

int bound_memory(off_t bytes)
{
	int memory = memfd_create("bound", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	EXPECT(0, ftruncate(memory, bytes));
	EXPECT(0, fcntl(memory, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL));
	return memory;
}

static void nothing(void *arg)
{
	(void)arg;
}

static int keep_nothing(void *arg, void **ret_kept)
{
	*ret_kept = arg;
	return 0;
}

static int see_object(const struct xf_object_info *info, void *arg)
{
	(void)info, (void)arg;
	return 0;
}

static int see_member(const struct xf_member_info *info, void *arg)
{
	(void)info, (void)arg;
	return 0;
}

static int see_name(const char *name, void *arg)
{
	(void)name, (void)arg;
	return 0;
}

static struct xf_wait_item *items(struct bound_own *o)
{
	static struct xf_wait_item item;
	item = (struct xf_wait_item){ .type = XF_EVENT, .object = o->f.go };
	return &item;
}

static uint64_t next_value(void)
{
	return (uint64_t)xf_now();
}

/* X(function, expected, call): the call's value is compared with what is expected. */
#define WAITING(X)                                                                                 \
	X(xf_domain_join, 0, xf_domain_join(o->f.fd, NEW(struct xf_domain)))                       \
	X(xf_domain_open, 0, xf_domain_open("bound", 0, 0, NEW(struct xf_domain)))                 \
	X(xf_domain_open_or_create, 0,                                                             \
		xf_domain_open_or_create("bound", NULL, NEW(struct xf_domain)))                    \
	X(xf_domain_create_in, 0,                                                                  \
		xf_domain_create_in(o->room, 1 << 20, &tiny, NEW(struct xf_domain)))               \
	X(xf_domain_publish, -EALREADY, xf_domain_publish(o->f.domain, o->name))                   \
	X(xf_domain_leave, 0, (xf_domain_leave(o->f.domain), 0))                                   \
	X(xf_surface_create, 0,                                                                    \
		xf_surface_create(o->f.domain, &small, XF_SURFACE_KEYED, NEW(struct xf_surface)))  \
	X(xf_pool_create, 0, xf_pool_create(o->f.domain, &small, 4, 0, NULL, NEW(struct xf_pool))) \
	X(xf_stream_create, 0,                                                                     \
		xf_stream_create(o->f.domain, &stream, o->name, NEW(struct xf_stream)))            \
	X(xf_stream_set_format, 0, xf_stream_set_format(o->stream, &changed))                      \
	X(xf_stream_set_format_until, 0, xf_stream_set_format_until(o->stream, &changed, SOON))    \
	X(xf_stream_unsubscribe, 0, xf_stream_unsubscribe(o->reader))                              \
	X(xf_stream_subscribe, 0, xf_stream_subscribe(o->reader, XF_STREAM_LATEST, 1))

#define AT_ONCE(X)                                                                                 \
	X(xf_now, 1, xf_now() > 0)                                                                 \
	X(xf_deadline, 1, xf_deadline(1) > 0)                                                      \
	X(xf_version, 1, xf_version() != NULL)                                                     \
	X(xf_strerror, 1, xf_strerror(-EINVAL) != NULL)                                            \
	X(xf_last_message, 1, xf_last_message(-EINVAL) != NULL)                                    \
	X(xf_fail, -EINVAL, xf_fail(-EINVAL, "%s", "said"))                                        \
	X(xf_dtype_name, 1, xf_dtype_name(XF_DTYPE_I8) != NULL)                                    \
	X(xf_format_info, 0,                                                                       \
		xf_format_info(XF_FORMAT_ARGB8888,                                                 \
			&(struct xf_format_info){ .size = sizeof(struct xf_format_info) }))        \
	X(xf_domain_create, 0, xf_domain_create(&tiny, NEW(struct xf_domain)))                     \
	X(xf_domain_export, 0, xf_domain_export(o->f.domain, XF_OPEN_READ_ONLY, &fd))              \
	X(xf_domain_find, 0, xf_domain_find(o->f.domain, XF_EVENT, "event", &id))                  \
	X(xf_domain_changes, 0,                                                                    \
		xf_domain_changes(o->f.domain, XF_CHANGE_MEMBERS, NEW(struct xf_timeline)))        \
	X(xf_domain_keep, 0,                                                                       \
		xf_domain_keep(o->f.domain, &tiny, keep_nothing, NULL, nothing, &address))         \
	X(xf_inspect_change, -ENOENT,                                                              \
		xf_inspect_change(o->f.domain, UINT64_MAX,                                         \
			&(struct xf_member_info){ .size = sizeof(struct xf_member_info) }))        \
	X(xf_inspect_domain, 0,                                                                    \
		xf_inspect_domain(o->f.domain,                                                     \
			&(struct xf_domain_info){ .size = sizeof(struct xf_domain_info) }))        \
	X(xf_inspect_members, 0, xf_inspect_members(o->f.domain, see_member, NULL))                \
	X(xf_inspect_names, 0, xf_inspect_names(see_name, NULL))                                   \
	X(xf_inspect_objects, 0, xf_inspect_objects(o->f.domain, see_object, NULL))                \
	X(xf_inspect_object, 0,                                                                    \
		xf_inspect_object(o->f.domain, xf_event_id(o->f.event),                            \
			&(struct xf_object_info){ .size = sizeof(struct xf_object_info) }))        \
	X(xf_event_create, 0, xf_event_create(o->f.domain, 0, "new", NEW(struct xf_event)))        \
	X(xf_event_id, 1, xf_event_id(o->f.event) != 0)                                            \
	X(xf_event_open, 0,                                                                        \
		xf_event_open(o->f.domain, xf_event_id(o->f.event), NEW(struct xf_event)))         \
	X(xf_event_set, 0, xf_event_set(o->f.event))                                               \
	X(xf_event_reset, 0, xf_event_reset(o->f.event))                                           \
	X(xf_event_wait, XF_TIMEOUT, xf_event_wait(o->f.go, SOON))                                 \
	X(xf_event_fd, 0, xf_event_fd(o->f.event, &fd))                                            \
	X(xf_wait_any, XF_TIMEOUT, xf_wait_any(items(o), 1, SOON, &o->index))                      \
	X(xf_wait_all, XF_TIMEOUT, xf_wait_all(items(o), 1, SOON))                                 \
	X(xf_timeline_create, 0,                                                                   \
		xf_timeline_create(o->f.domain, 0, XF_TIMELINE_OWNED, NULL, &o->f.owned))          \
	X(xf_timeline_id, 1, xf_timeline_id(o->f.timeline) != 0)                                   \
	X(xf_timeline_open, 0,                                                                     \
		xf_timeline_open(                                                                  \
			o->f.domain, xf_timeline_id(o->f.timeline), NEW(struct xf_timeline)))      \
	X(xf_timeline_signal, 0, xf_timeline_signal(o->f.timeline, next_value()))                  \
	X(xf_timeline_value, 0, xf_timeline_value(o->f.timeline, &value))                          \
	X(xf_timeline_wait, XF_TIMEOUT, xf_timeline_wait(o->f.timeline, UINT64_MAX / 2 - 2, SOON)) \
	X(xf_timeline_fd, 0, xf_timeline_fd(o->f.timeline, UINT64_MAX / 2 - 2, &fd))               \
	X(xf_timeline_ask, 0, xf_timeline_ask(o->f.timeline, 1))                                   \
	X(xf_timeline_asked, XF_TIMEOUT, xf_timeline_asked(o->f.owned, UINT64_MAX / 2 - 2, SOON))  \
	X(xf_timeline_word, 0,                                                                     \
		xf_timeline_word(o->f.timeline, XF_TIMELINE_DEVICE_WAITS, NEW(uint64_t),           \
			NEW(struct xf_domain)))                                                    \
	X(xf_timeline_offer_twin, 0,                                                               \
		xf_timeline_offer_twin(o->f.owned, kind, eventfd(0, EFD_CLOEXEC)))                 \
	X(xf_timeline_twin, -ENOENT, xf_timeline_twin(o->f.timeline, kind, &fd))                   \
	X(xf_timeline_abandon, 0, xf_timeline_abandon(o->f.owned))                                 \
	X(xf_timeline_settle, 0, xf_timeline_settle(o->f.owned, SOON))                             \
	X(xf_timeline_close, 0, (xf_timeline_close(o->f.owned), 0))                                \
	X(xf_keyed_mutex_create, 0, xf_keyed_mutex_create(o->f.domain, 0, NULL, &o->f.doomed))     \
	X(xf_keyed_mutex_id, 1, xf_keyed_mutex_id(o->f.doomed) != 0)                               \
	X(xf_keyed_mutex_open, 0,                                                                  \
		xf_keyed_mutex_open(o->f.domain, xf_keyed_mutex_id(o->f.doomed), &o->f.mutex))     \
	X(xf_keyed_mutex_acquire, 0, xf_keyed_mutex_acquire(o->f.mutex, 0, SOON, &value))          \
	X(xf_keyed_mutex_set_data, 0, xf_keyed_mutex_set_data(o->f.mutex, "x", 1))                 \
	X(xf_keyed_mutex_get_data, 0,                                                              \
		xf_keyed_mutex_get_data(o->f.mutex, data, sizeof(data), &size))                    \
	X(xf_keyed_mutex_fence, 0, xf_keyed_mutex_fence(o->f.mutex, &id, &value))                  \
	X(xf_keyed_mutex_release, 0, xf_keyed_mutex_release(o->f.mutex, 0, 0))                     \
	X(xf_keyed_mutex_release_after, -EPERM,                                                    \
		xf_keyed_mutex_release_after(o->f.mutex, 0, o->f.timeline, 1))                     \
	X(xf_keyed_mutex_fd, 0, xf_keyed_mutex_fd(o->f.mutex, 1, &fd))                             \
	X(xf_keyed_mutex_lend, 0,                                                                  \
		xf_keyed_mutex_lend(                                                               \
			o->f.mutex, &(struct xf_keyed_mutex_loan){                                 \
					    .size = sizeof(struct xf_keyed_mutex_loan) }))         \
	X(xf_keyed_mutex_notify, 0, xf_keyed_mutex_notify(o->f.mutex))                             \
	X(xf_keyed_mutex_give_back, -EPERM, xf_keyed_mutex_give_back(o->f.mutex))                  \
	X(xf_keyed_mutex_revoke, 0, xf_keyed_mutex_revoke(o->f.mutex))                             \
	X(xf_keyed_mutex_close, 0, (xf_keyed_mutex_close(o->f.mutex), 0))                          \
	X(xf_surface_import, 0,                                                                    \
		xf_surface_import(o->f.domain, &small, o->memory, 0, 0, NEW(struct xf_surface)))   \
	X(xf_surface_id, 1, xf_surface_id(o->surface) != 0)                                        \
	X(xf_surface_domain, 1, xf_surface_domain(o->surface) == o->f.domain)                      \
	X(xf_surface_open, 0,                                                                      \
		xf_surface_open(o->f.domain, xf_surface_id(o->surface), NEW(struct xf_surface)))   \
	X(xf_surface_desc, 0,                                                                      \
		xf_surface_desc(o->surface,                                                        \
			&(struct xf_surface_desc){ .size = sizeof(struct xf_surface_desc) },       \
			&value))                                                                   \
	X(xf_surface_layout, 0, xf_surface_layout(&laid_out, &value))                              \
	X(xf_surface_begin, 0, xf_surface_begin(o->surface, XF_ACCESS_WRITE, &address))            \
	X(xf_surface_end, 0, xf_surface_end(o->surface))                                           \
	X(xf_surface_export, 0, xf_surface_export(o->surface, &fd, &value))                        \
	X(xf_surface_mutex, 0, xf_surface_mutex(o->keyed, NEW(struct xf_keyed_mutex)))             \
	X(xf_surface_sync, 0, xf_surface_sync(o->synced, NEW(struct xf_sync)))                     \
	X(xf_surface_set_data, -EPERM, xf_surface_set_data(o->synced, "x", 1))                     \
	X(xf_surface_get_data, 0, xf_surface_get_data(o->synced, data, sizeof(data), &size))       \
	X(xf_surface_keep, -EINVAL,                                                                \
		xf_surface_keep(o->surface, keep_nothing, NULL, nothing, &address))                \
	X(xf_surface_send, 0, xf_surface_send(o->surface, o->socket[0]))                           \
	X(xf_surface_recv, 0, xf_surface_recv(o->f.domain, o->socket[1], NEW(struct xf_surface)))  \
	X(xf_surface_close, 0, (xf_surface_close(o->surface), 0))                                  \
	X(xf_pool_import, -EINVAL,                                                                 \
		xf_pool_import(o->f.domain, &small, &o->memory, 1, 0, NULL, NEW(struct xf_pool)))  \
	X(xf_pool_id, 1, xf_pool_id(o->f.pool) != 0)                                               \
	X(xf_pool_open, 0, xf_pool_open(o->f.domain, xf_pool_id(o->f.pool), NEW(struct xf_pool)))  \
	X(xf_pool_count, FIXTURE_SURFACES, (int)xf_pool_count(o->f.pool))                          \
	X(xf_pool_surface, 1, xf_pool_surface(o->f.pool, 0) != NULL)                               \
	X(xf_pool_subscribe, 0, xf_pool_subscribe(o->f.pool))                                      \
	X(xf_pool_hold, 0, xf_pool_hold(o->f.pool, SOON, &o->index))                               \
	X(xf_pool_share, 0, xf_pool_share(o->f.pool, o->index, NULL))                              \
	X(xf_pool_rejoin, 0, xf_pool_rejoin(o->f.pool, o->index))                                  \
	X(xf_pool_give, 0, xf_pool_give(o->f.pool, o->index))                                      \
	X(xf_pool_hold_use, 0,                                                                     \
		xf_pool_hold_use(o->f.pool, SOON,                                                  \
			&(struct xf_pool_use){ .size = sizeof(struct xf_pool_use) }))              \
	X(xf_pool_reclaimed, 0, xf_pool_reclaimed(o->f.pool, &value))                              \
	X(xf_pool_unsubscribe, 0, xf_pool_unsubscribe(o->f.pool))                                  \
	X(xf_pool_close, 0, (xf_pool_close(o->f.pool), 0))                                         \
	X(xf_stream_open, 0, xf_stream_open(o->f.domain, o->name, SOON, NEW(struct xf_stream)))    \
	X(xf_stream_id, 1, xf_stream_id(o->stream) != 0)                                           \
	X(xf_stream_open_id, 0,                                                                    \
		xf_stream_open_id(o->f.domain, xf_stream_id(o->stream), NEW(struct xf_stream)))    \
	X(xf_stream_fd, 0, xf_stream_fd(o->reader, &fd))                                           \
	X(xf_stream_set_policy, 0, xf_stream_set_policy(o->reader, XF_STREAM_EVERY))               \
	X(xf_stream_interrupt, 0, xf_stream_interrupt(o->stream, 0))                               \
	X(xf_stream_wait_readers, 0, xf_stream_wait_readers(o->stream, 1, SOON))                   \
	X(xf_stream_hold, 0, xf_stream_hold(o->stream, SOON, &o->frame))                           \
	X(xf_stream_drop, 0, xf_stream_drop(o->stream, &o->frame))                                 \
	X(xf_stream_publish, 0,                                                                    \
		xf_stream_hold(o->stream, SOON, &o->frame) ||                                      \
			xf_stream_publish(o->stream, &o->frame, NULL))                             \
	X(xf_stream_next, 0, xf_stream_next(o->reader, SOON, &o->got))                             \
	X(xf_stream_wait_complete, 0, xf_stream_wait_complete(o->reader, o->got.info, NULL, SOON)) \
	X(xf_stream_peek, 0,                                                                       \
		xf_stream_peek(o->reader, 0, SOON, data, sizeof(data), &size, NULL, NULL))         \
	X(xf_stream_done, 0, xf_stream_done(o->reader, &o->got))                                   \
	X(xf_stream_info, 0,                                                                       \
		xf_stream_info(o->stream,                                                          \
			&(struct xf_stream_info){ .size = sizeof(struct xf_stream_info) }))        \
	X(xf_stream_format, 0,                                                                     \
		xf_stream_format(o->stream,                                                        \
			&(struct xf_stream_format){ .size = sizeof(struct xf_stream_format) },     \
			&(struct xf_surface_desc){ .size = sizeof(struct xf_surface_desc) },       \
			NULL))                                                                     \
	X(xf_stream_drain, 0, xf_stream_drain(o->stream, SOON))                                    \
	X(xf_stream_end, 0, xf_stream_end(o->stream))                                              \
	X(xf_stream_close, 0, (xf_stream_close(o->stream), 0))                                     \
	X(xf_queue_create, -EINVAL, xf_queue_create(NULL, NULL, NEW(struct xf_queue)))             \
	X(xf_queue_create_cpu, 0, xf_queue_create_cpu(NEW(struct xf_queue)))                       \
	X(xf_queue_kind, 1, xf_queue_kind(o->queue) != NULL)                                       \
	X(xf_queue_self, 1, xf_queue_self(o->queue, "other") == NULL)                              \
	X(xf_queue_call, 0, xf_queue_call(o->queue, nothing, NULL))                                \
	X(xf_queue_call_or_drop, 0, xf_queue_call_or_drop(o->queue, nothing, nothing, NULL))       \
	X(xf_queue_signal, 0, xf_queue_signal(o->queue, o->f.timeline, next_value()))              \
	X(xf_queue_finish, 0, xf_queue_finish(o->queue, proc_patience(1000)))                      \
	X(xf_sync_create, 0, xf_sync_create(o->f.domain, NULL, &o->f.sync))                        \
	X(xf_sync_id, 1, xf_sync_id(o->f.sync) != 0)                                               \
	X(xf_sync_open, 0, xf_sync_open(o->f.domain, xf_sync_id(o->f.sync), NEW(struct xf_sync)))  \
	X(xf_sync_subscribe, 0, xf_sync_subscribe(o->f.sync))                                      \
	X(xf_sync_begin, 0, xf_sync_begin(o->f.sync))                                              \
	X(xf_sync_on_ready, 0, xf_sync_on_ready(o->f.sync, o->f.event))                            \
	X(xf_sync_ready, 0, xf_sync_ready(o->f.sync, NULL))                                        \
	X(xf_sync_ready_wait, 0, xf_sync_ready_wait(o->f.sync, NULL, SOON))                        \
	X(xf_sync_ready_wait_use, 0, xf_sync_ready_wait_use(o->f.sync, NULL, SOON, &value))        \
	X(xf_sync_on_final_release, 0, xf_sync_on_final_release(o->f.sync, o->f.event))            \
	X(xf_sync_release, 0, xf_sync_release(o->f.sync, NULL))                                    \
	X(xf_sync_release_use, 0, xf_sync_release_use(o->f.sync, NULL, &value))                    \
	X(xf_sync_reset, 0, xf_sync_reset(o->f.sync))                                              \
	X(xf_sync_skip, -EAGAIN, xf_sync_skip(o->f.sync))                                          \
	X(xf_sync_info, 0,                                                                         \
		xf_sync_info(                                                                      \
			o->f.sync, &(struct xf_sync_info){ .size = sizeof(struct xf_sync_info) })) \
	X(xf_sync_unsubscribe, 0, xf_sync_unsubscribe(o->f.sync))                                  \
	X(xf_sync_close, 0, (xf_sync_close(o->f.sync), 0))                                         \
	X(xf_queue_wait, 0, xf_queue_wait(o->queue, o->f.timeline, UINT64_MAX / 2 - 2))            \
	X(xf_queue_destroy, 0, (xf_queue_destroy(o->queue), 0))                                    \
	X(xf_event_close, 0, (xf_event_close(o->f.event), 0))

#define FUNCTION(name, expected, call)                                                             \
	static int do_##name(struct bound_own *o)                                                  \
	{                                                                                          \
		(void)o;                                                                           \
		return call;                                                                       \
	}
#define ROW(name, expected, call) { #name, do_##name, expected },

WAITING(FUNCTION)
AT_ONCE(FUNCTION)

const struct bound_call bound_waiting[] = { WAITING(ROW) };
const size_t bound_waiting_count = sizeof(bound_waiting) / sizeof(bound_waiting[0]);

const struct bound_call bound_at_once[] = { AT_ONCE(ROW) };
const size_t bound_at_once_count = sizeof(bound_at_once) / sizeof(bound_at_once[0]);
