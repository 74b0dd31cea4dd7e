/* SPDX-License-Identifier: MIT */
#include "win/dxgi/pipeline.h"

#include "win/dxgi/resource.h"
#include "win/dxgi/view.h"

static void set_defaults(struct xfi_pipeline *pipeline)
{
	const size_t kept = offsetof(struct xfi_pipeline, vb_stride);
	memset((char *)pipeline + kept, 0, sizeof(*pipeline) - kept);
	pipeline->sample_mask = UINT_MAX;
	for (int i = 0; i < 4; i++)
		pipeline->blend_factor[i] = 1;
}

struct xfi_pipeline *xfi_pipeline_create(void)
{
	struct xfi_pipeline *pipeline = calloc(1, sizeof(*pipeline));
	if (!pipeline)
		return NULL;
	set_defaults(pipeline);
	pipeline->next = pipeline;
	return pipeline;
}

void xfi_pipeline_join(struct xfi_pipeline *pipeline, struct xfi_pipeline *ring)
{
	pipeline->next = ring->next;
	ring->next = pipeline;
}

void xfi_pipeline_destroy(struct xfi_pipeline *pipeline)
{
	struct xfi_pipeline *before = pipeline;
	xfi_pipeline_clear(pipeline);
	while (before->next != pipeline)
		before = before->next;
	before->next = pipeline->next;
	free(pipeline);
}

/* The resource in a slot, itself or through a view; NULL: a state object. */
static struct xfi_resource *resource_in(unsigned slot, struct xfi_child *child)
{
	if (slot >= XFI_SLOT_SAMPLER || (slot >= XFI_SLOT_BLEND && slot < XFI_SLOT_SRV))
		return NULL;
	if (child->type == &xfi_view_type)
		return xfi_view_of(child)->resource;
	return xfi_resource_of(child);
}

static void count_binding(unsigned slot, struct xfi_child *child, uint32_t change)
{
	struct xfi_resource *resource = child ? resource_in(slot, child) : NULL;
	if (resource)
		atomic_fetch_add(&resource->bindings, change);
}

bool xfi_pipeline_set(struct xfi_pipeline *pipeline, unsigned slot, struct xfi_child *child)
{
	struct xfi_child *old = pipeline->slots[slot];
	if (old == child)
		return false;
	if (child)
		xfi_child_use(child);
	count_binding(slot, child, 1);
	count_binding(slot, old, UINT32_MAX); /* minus one */
	pipeline->slots[slot] = child;
	if (old)
		xfi_child_unuse(old);
	return true;
}

struct xfi_child *xfi_pipeline_get(struct xfi_pipeline *pipeline, unsigned slot)
{
	struct xfi_child *child = pipeline->slots[slot];
	if (child)
		xfi_child_addref(child);
	return child;
}

void xfi_pipeline_clear(struct xfi_pipeline *pipeline)
{
	for (unsigned slot = 0; slot < XFI_SLOTS; slot++)
		xfi_pipeline_set(pipeline, slot, NULL);
	set_defaults(pipeline);
}

void xfi_pipeline_unset_target(struct xfi_pipeline *pipeline, struct xfi_resource *resource)
{
	for (unsigned slot = XFI_SLOT_RTV; slot <= XFI_SLOT_DSV; slot++) {
		struct xfi_child *child = pipeline->slots[slot];
		if (child && resource_in(slot, child) == resource)
			xfi_pipeline_set(pipeline, slot, NULL);
	}
}

static void unset_in(struct xfi_pipeline *pipeline, struct xfi_resource *resource)
{
	for (unsigned slot = 0; slot < XFI_SLOTS && atomic_load(&resource->bindings); slot++) {
		struct xfi_child *child = pipeline->slots[slot];
		if (child && resource_in(slot, child) == resource)
			xfi_pipeline_set(pipeline, slot, NULL);
	}
}

void xfi_pipeline_unset_resource(struct xfi_pipeline *pipeline, struct xfi_resource *resource)
{
	struct xfi_pipeline *at = pipeline;
	do {
		unset_in(at, resource);
		at = at->next;
	} while (at != pipeline);
}
