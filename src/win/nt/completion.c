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
	r = xfi_handle_create(&completion->base, EVENT_MODIFY_STATE, ret_handle);
	if (!r)
		completion->drop = drop;
	xfi_object_unref(&completion->base);
	return r;
}

int xfi_handle_set(HANDLE handle)
{
	struct xfi_object *object = NULL;
	int r = xfi_handle_ref(handle, &xfi_event_type, EVENT_MODIFY_STATE, &object);
	if (!r) {
		r = xf_event_set(xfi_event_of(object));
	} else if (r == -ENOTTY) {
		r = xfi_handle_ref(handle, &completion_type, EVENT_MODIFY_STATE, &object);
		if (!r)
			((struct completion *)object)->fn(((struct completion *)object)->arg);
	}
	if (object)
		xfi_object_unref(object);
	return r;
}
