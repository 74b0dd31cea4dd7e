/* SPDX-License-Identifier: MIT */
#include "win/nt/completion.h"

#include "win/nt/event.h"
#include "win/nt/handle.h"

struct completion {
	struct xfi_object base;
	void (*fn)(void *arg);
	void (*drop)(void *arg); /* may be NULL */
	void *arg;
};

static void completion_destroy(struct xfi_object *object)
{
	struct completion *completion = (struct completion *)object;
	if (completion->drop)
		completion->drop(completion->arg);
	free(completion);
}

static const struct xfi_object_type completion_type = {
	.name = "Completion",
	.all_access = EVENT_MODIFY_STATE,
	.generic = { .GenericWrite = EVENT_MODIFY_STATE, .GenericAll = EVENT_MODIFY_STATE },
	.destroy = completion_destroy,
};

int xfi_completion_create(
	void (*fn)(void *arg), void (*drop)(void *arg), void *arg, HANDLE *ret_handle)
{
	struct completion *completion = malloc(sizeof(*completion));
	int r;
	if (!completion)
		return -ENOMEM;
	xfi_object_init(&completion->base, &completion_type, 0);
	completion->fn = fn;
	completion->drop = NULL; /* not before there is a handle */
	completion->arg = arg;
	r = xfi_nt_handle_create(&completion->base, EVENT_MODIFY_STATE, ret_handle);
	if (!r)
		completion->drop = drop;
	xfi_object_unref(&completion->base);
	return r;
}

int xfi_settable_ref(HANDLE handle, struct xfi_object **ret_object)
{
	int r = xfi_nt_handle_ref(handle, &xfi_event_type, EVENT_MODIFY_STATE, ret_object);
	return r == -ENOTTY
		       ? xfi_nt_handle_ref(handle, &completion_type, EVENT_MODIFY_STATE, ret_object)
		       : r;
}

int xfi_settable_set(struct xfi_object *object)
{
	if (object->type == &xfi_event_type)
		return xf_event_set(xfi_event_of(object));
	const struct completion *completion = (struct completion *)object;
	completion->fn(completion->arg);
	return 0;
}

int xfi_nt_handle_set(HANDLE handle)
{
	struct xfi_object *object;
	int r = xfi_settable_ref(handle, &object);
	if (r)
		return r;
	r = xfi_settable_set(object);
	xfi_object_unref(object);
	return r;
}
