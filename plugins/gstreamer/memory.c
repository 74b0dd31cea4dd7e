/* SPDX-License-Identifier: MIT */
#include "memory.h"

#include <crossfence/surface.h>

struct memory {
	GstMemory base;
	struct link *link;
	struct xf_frame frame;
	gpointer data; /* NULL: published */
	gboolean writable;
};

struct _GstXfAllocator {
	GstAllocator base;
};

G_DEFINE_TYPE(GstXfAllocator, gst_xf_allocator, GST_TYPE_ALLOCATOR)

static gpointer map(GstMemory *base, gsize size, GstMapFlags flags)
{
	struct memory *memory = (struct memory *)(base->parent ? base->parent : base);
	if (flags & GST_MAP_WRITE && !memory->writable)
		return NULL;
	return memory->data;
}

static void unmap(GstMemory *base)
{
}

/* A part of the same bytes, which keeps the whole alive. */
static GstMemory *share(GstMemory *base, gssize offset, gssize size)
{
	GstMemory *parent = base->parent ? base->parent : base;
	struct memory *whole = (struct memory *)parent, *part = g_new0(struct memory, 1);
	if (size == -1)
		size = (gssize)base->size - offset;
	gst_memory_init(GST_MEMORY_CAST(part),
		GST_MINI_OBJECT_FLAGS(parent) | GST_MINI_OBJECT_FLAG_LOCK_READONLY, base->allocator,
		parent, base->maxsize, base->align, base->offset + (gsize)offset, (gsize)size);
	part->data = whole->data;
	return GST_MEMORY_CAST(part);
}

static GstMemory *refuse(GstAllocator *allocator, gsize size, GstAllocationParams *params)
{
	g_warning("frames come from a stream: use a GstXfBufferPool");
	return NULL;
}

static void give_up(struct link *link, const struct xf_frame *frame, gboolean writable)
{
	struct xf_frame given = *frame;
	if (writable)
		xf_stream_drop(link->stream, &given);
	else
		xf_stream_done(link->stream, &given);
}

static void release(struct memory *memory)
{
	if (!memory->data)
		return;
	xf_surface_end(memory->frame.surface);
	give_up(memory->link, &memory->frame, memory->writable);
	if (memory->writable)
		link_back(memory->link);
	else
		link_given(memory->link);
	memory->data = NULL;
}

static void free_memory(GstAllocator *allocator, GstMemory *base)
{
	struct memory *memory = (struct memory *)base;
	if (!base->parent) {
		release(memory);
		link_unref(memory->link);
	}
	g_free(memory);
}

static void gst_xf_allocator_class_init(GstXfAllocatorClass *class)
{
	GstAllocatorClass *allocator = GST_ALLOCATOR_CLASS(class);
	allocator->alloc = refuse;
	allocator->free = free_memory;
}

static void gst_xf_allocator_init(GstXfAllocator *self)
{
	GstAllocator *allocator = GST_ALLOCATOR_CAST(self);
	allocator->mem_type = GST_XF_MEMORY_TYPE;
	allocator->mem_map = map;
	allocator->mem_unmap = unmap;
	allocator->mem_share = share;
	GST_OBJECT_FLAG_SET(self, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
}

static GstAllocator *the_allocator(void)
{
	static gsize once;
	static GstAllocator *allocator;
	if (g_once_init_enter(&once)) {
		allocator = g_object_new(gst_xf_allocator_get_type(), NULL);
		gst_object_ref_sink(allocator);
		GST_OBJECT_FLAG_SET(allocator, GST_OBJECT_FLAG_MAY_BE_LEAKED);
		g_once_init_leave(&once, 1);
	}
	return allocator;
}

gboolean memory_has_room(const struct xf_frame *frame, gsize size)
{
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	uint64_t bytes;
	return xf_surface_desc(frame->surface, &desc, &bytes) == 0 && size <= bytes;
}

int memory_wrap(struct link *link, const struct xf_frame *frame, gsize size, gboolean writable,
	GstMemory **ret_memory)
{
	void *data;
	uint32_t access = writable ? XF_ACCESS_READ | XF_ACCESS_WRITE : XF_ACCESS_READ;
	int r = size && memory_has_room(frame, size)
			? xf_surface_begin(frame->surface, access, &data)
			: -EPROTO;
	if (r) {
		give_up(link, frame, writable);
		return r;
	}
	/* Not zeroed: the C library has memory of this thread's at hand for malloc() only. */
	struct memory *memory = g_new(struct memory, 1);
	gst_memory_init(GST_MEMORY_CAST(memory), writable ? 0 : GST_MEMORY_FLAG_READONLY,
		the_allocator(), NULL, size, 4095, 0, size);
	memory->link = link_ref(link);
	memory->frame = *frame;
	memory->data = data;
	memory->writable = writable;
	if (writable)
		link_lent(link);
	else
		link_taken(link);
	*ret_memory = GST_MEMORY_CAST(memory);
	return 0;
}

gboolean memory_is_publishable(GstMemory *base, const struct link *link)
{
	struct memory *memory = (struct memory *)base;
	return GST_IS_XF_ALLOCATOR(base->allocator) && !base->parent && memory->link == link &&
	       memory->writable && memory->data && base->offset == 0 &&
	       gst_mini_object_is_writable(GST_MINI_OBJECT_CAST(base));
}

const struct xf_frame *memory_frame(GstMemory *base)
{
	return &((struct memory *)base)->frame;
}

int memory_publish(GstMemory *base, const struct xf_frame_info *info)
{
	struct memory *memory = (struct memory *)base;
	xf_surface_end(memory->frame.surface);
	int r = xf_stream_publish(memory->link->stream, &memory->frame, info);
	if (r)
		xf_stream_drop(memory->link->stream, &memory->frame);
	link_back(memory->link);
	memory->data = NULL;
	return r;
}
