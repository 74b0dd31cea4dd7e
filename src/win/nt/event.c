/* SPDX-License-Identifier: MIT */
#include "win/nt/event.h"

#include <crossfence/inspect.h>
#include <sched.h>

#include "win/nt/codes.h"
#include "win/nt/completion.h"
#include "win/nt/domain.h"
#include "win/nt/handle.h"
#include "win/nt/name.h"

struct event {
	struct xfi_object base;
	struct xf_domain *domain; /* where it lives */
	struct xf_event *event;
	bool manual; /* known of those made here */
};

static void event_destroy(struct xfi_object *object)
{
	struct event *event = (struct event *)object;
	xf_event_close(event->event);
	free(event);
}

static int event_wait_item(struct xfi_object *object, struct xf_wait_item *item)
{
	item->type = XF_EVENT;
	item->object = xfi_event_of(object);
	return 0;
}

static void event_give_back(struct xfi_object *object, int result)
{
	if (!((struct event *)object)->manual)
		(void)xf_event_set(xfi_event_of(object)); /* nobody is left to be told */
}

static int event_signal(struct xfi_object *object)
{
	return xf_event_set(xfi_event_of(object));
}

const struct xfi_object_type xfi_event_type = {
	.name = "Event",
	.all_access = EVENT_ALL_ACCESS,
	.generic = {
		.GenericRead = STANDARD_RIGHTS_READ | EVENT_QUERY_STATE,
		.GenericWrite = STANDARD_RIGHTS_WRITE | EVENT_MODIFY_STATE,
		.GenericExecute = STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE,
		.GenericAll = EVENT_ALL_ACCESS,
	},
	.destroy = event_destroy,
	.wait_item = event_wait_item,
	.give_back = event_give_back,
	.signal = event_signal,
	.signal_access = EVENT_MODIFY_STATE,
};

struct xf_event *xfi_event_of(struct xfi_object *object)
{
	return ((struct event *)object)->event;
}

/* Takes `core` on success. */
static int wrap(struct xf_domain *domain, struct xf_event *core, struct xfi_object **ret_object)
{
	struct event *event = malloc(sizeof(*event));
	if (!event)
		return -ENOMEM;
	xfi_object_init(&event->base, &xfi_event_type, xf_event_id(core));
	event->domain = domain;
	event->event = core;
	event->manual = false;
	*ret_object = &event->base;
	return 0;
}

static int create(
	struct xf_domain *domain, uint32_t flags, const char *label, struct xfi_object **ret_object)
{
	struct xf_event *core;
	int r;
	r = xf_event_create(domain, flags, label, &core);
	if (r)
		return r;
	r = wrap(domain, core, ret_object);
	if (r)
		xf_event_close(core);
	else
		((struct event *)*ret_object)->manual = flags & XF_EVENT_MANUAL_RESET;
	return r;
}

int xfi_event_create(uint32_t flags, struct xfi_object **ret_object)
{
	struct xf_domain *domain;
	bool own;
	int r;
	r = xfi_unnamed_domain(&domain, &own);
	if (!r)
		r = create(domain, flags, NULL, ret_object);
	if (!r && own)
		(*ret_object)->id = 0; /* it says nothing beside those of the shared domain */
	return r;
}

/* -ENOENT: no object of that name, or it ended meanwhile; -ENOTTY: it is of another type. */
static int open_named(const struct xfi_name *name, struct xfi_object **ret_object)
{
	struct xf_domain *domain;
	struct xf_event *core;
	xf_id id;
	int r;
	r = xfi_win_domain(&domain);
	if (r)
		return r;
	r = xfi_name_find(name, false, &id);
	if (r)
		return r;
	if (xfi_type_of(id) != XF_EVENT)
		return -ENOTTY;
	r = xf_event_open(domain, id, &core);
	if (r)
		return r == -ESTALE ? -ENOENT : r;
	r = wrap(domain, core, ret_object);
	if (r)
		xf_event_close(core);
	else
		(*ret_object)->name = xfi_name_of(name);
	return r;
}

static int create_named(const struct xfi_name *name, uint32_t flags, struct xfi_object **ret_object,
	bool *ret_existed)
{
	struct xf_domain *domain;
	int r;
	r = xfi_names_lock();
	if (r)
		return r;
	r = open_named(name, ret_object);
	*ret_existed = !r;
	if (r == -ENOENT) {
		r = xfi_win_domain(&domain);
		if (!r)
			r = create(domain, flags, name->label, ret_object);
		if (!r)
			(*ret_object)->name = xfi_name_of(name);
	}
	xfi_names_unlock();
	return r;
}

/* `name` NULL: unnamed. Sets the last error in every case, as Windows does. */
static HANDLE create_event(const struct xfi_name *name, DWORD flags, DWORD access)
{
	uint32_t core_flags = 0;
	struct xfi_object *object;
	bool existed = false;
	HANDLE handle = NULL;
	int r;
	if (flags & ~(DWORD)(CREATE_EVENT_MANUAL_RESET | CREATE_EVENT_INITIAL_SET)) {
		xfi_fail(-EINVAL);
		return NULL;
	}
	if (flags & CREATE_EVENT_MANUAL_RESET)
		core_flags |= XF_EVENT_MANUAL_RESET;
	if (flags & CREATE_EVENT_INITIAL_SET)
		core_flags |= XF_EVENT_SIGNALLED;
	if (name)
		r = create_named(name, core_flags, &object, &existed);
	else
		r = xfi_event_create(core_flags, &object);
	if (r) {
		xfi_fail(r);
		return NULL;
	}
	/* Opening needs some right; a new object may be without. */
	r = existed && !access ? -EACCES : xfi_nt_handle_create(object, access, &handle);
	xfi_object_unref(object);
	SetLastError(r ? xfi_win32(r) : existed ? ERROR_ALREADY_EXISTS : ERROR_SUCCESS);
	return r ? NULL : handle;
}

HANDLE WINAPI CreateEventExW(SECURITY_ATTRIBUTES *sa, LPCWSTR text, DWORD flags, DWORD access)
{
	struct xfi_name name;
	int r;
	if (!text || !*text)
		return create_event(NULL, flags, access);
	r = xfi_name_from_wide(text, xfi_wide_length(text), &name);
	if (r) {
		xfi_fail(r);
		return NULL;
	}
	return create_event(&name, flags, access);
}

HANDLE WINAPI CreateEventExA(SECURITY_ATTRIBUTES *sa, LPCSTR text, DWORD flags, DWORD access)
{
	struct xfi_name name;
	int r;
	if (!text || !*text)
		return create_event(NULL, flags, access);
	r = xfi_name_from_ansi(text, &name);
	if (r) {
		xfi_fail(r);
		return NULL;
	}
	return create_event(&name, flags, access);
}

static DWORD create_flags(BOOL manual_reset, BOOL initial_state)
{
	return (manual_reset ? CREATE_EVENT_MANUAL_RESET : 0) |
	       (initial_state ? CREATE_EVENT_INITIAL_SET : 0);
}

HANDLE WINAPI CreateEventA(SECURITY_ATTRIBUTES *sa, BOOL manual, BOOL initial, LPCSTR text)
{
	return CreateEventExA(sa, text, create_flags(manual, initial), EVENT_ALL_ACCESS);
}

HANDLE WINAPI CreateEventW(SECURITY_ATTRIBUTES *sa, BOOL manual, BOOL initial, LPCWSTR text)
{
	return CreateEventExW(sa, text, create_flags(manual, initial), EVENT_ALL_ACCESS);
}

static HANDLE open_event(const struct xfi_name *name, DWORD access)
{
	struct xfi_object *object;
	HANDLE handle = NULL;
	int r;
	r = open_named(name, &object);
	if (!r) {
		r = access ? xfi_nt_handle_create(object, access, &handle) : -EACCES;
		xfi_object_unref(object);
	}
	if (r) {
		xfi_fail(r);
		return NULL;
	}
	return handle;
}

HANDLE WINAPI OpenEventW(DWORD access, BOOL inherit, LPCWSTR text)
{
	struct xfi_name name;
	int r = text ? xfi_name_from_wide(text, xfi_wide_length(text), &name) : -EINVAL;
	if (r) {
		xfi_fail(r);
		return NULL;
	}
	return open_event(&name, access);
}

HANDLE WINAPI OpenEventA(DWORD access, BOOL inherit, LPCSTR text)
{
	struct xfi_name name;
	int r = text ? xfi_name_from_ansi(text, &name) : -EINVAL;
	if (r) {
		xfi_fail(r);
		return NULL;
	}
	return open_event(&name, access);
}

static int reset(const struct event *event)
{
	return xf_event_reset(event->event);
}

static BOOL change(HANDLE handle, int (*call)(const struct event *event))
{
	struct xfi_object *object;
	int r = xfi_nt_handle_ref(handle, &xfi_event_type, EVENT_MODIFY_STATE, &object);
	if (!r) {
		r = call((struct event *)object);
		xfi_object_unref(object);
	}
	return r ? xfi_fail(r) : TRUE;
}

BOOL WINAPI SetEvent(HANDLE handle)
{
	int r = xfi_nt_handle_set(handle);
	return r ? xfi_fail(r) : TRUE;
}

BOOL WINAPI ResetEvent(HANDLE handle)
{
	return change(handle, reset);
}

/*
 * Sets, lets those who are blocked come through, and resets. The core has no such step of its own:
 * a waiter that wakes looks at the event again, so it must still be set by then. Whoever does not
 * get the processor within ten milliseconds misses the pulse, of which Windows warns, too.
 */
#define PULSE_NS 10000000

static bool has_waiters(const struct event *event)
{
	struct xf_object_info info = { .size = sizeof(info) };
	return !xf_inspect_object(event->domain, xf_event_id(event->event), &info) && info.waiters;
}

static int pulse(const struct event *event)
{
	int64_t end;
	int r;
	if (!has_waiters(event))
		return xf_event_reset(event->event);
	end = xf_deadline(PULSE_NS);
	r = xf_event_set(event->event);
	while (!r && has_waiters(event) && xf_now() < end)
		(void)sched_yield();
	return r ? r : xf_event_reset(event->event);
}

BOOL WINAPI PulseEvent(HANDLE handle)
{
	return change(handle, pulse);
}
