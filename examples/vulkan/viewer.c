/* SPDX-License-Identifier: MIT */
/*
 * Shows what a renderer in another process draws: vulkan-viewer [FRAMES]. Showing is copying into a
 * buffer here, and printing a pixel. A renderer is waited for, ten seconds, to come, and after its
 * death to come again.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"

#define USAGE (VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT)

/* It may not be there yet; `old`: 0, or one that is of no use any more. */
static int find_surface(struct xf_domain *domain, xf_id old, struct xf_surface **surface)
{
	int64_t deadline = xf_deadline(INT64_C(10000000000));
	struct xf_timeline *changes;
	uint64_t seen;
	xf_id id;
	int r = xf_domain_changes(domain, XF_CHANGE_OBJECTS, &changes);
	if (r)
		return r;
	do {
		(void)xf_timeline_value(changes, &seen);
		r = xf_domain_find(domain, XF_SURFACE, LABEL, &id);
		if (!r && id == old)
			r = -ENOENT;
	} while (r && xf_timeline_wait(changes, seen + 1, deadline) == 0);
	xf_timeline_close(changes);
	return r ? r : xf_surface_open(domain, id, surface);
}

static int open_surface(struct commands *c, struct xf_domain *domain, xf_id old,
	struct xf_surface **surface, struct xf_vulkan_image **image)
{
	int r = find_surface(domain, old, surface);
	return r ? r : xf_vulkan_image_open(c->vulkan, *surface, USAGE, image);
}

/* The renderer died with a frame in the making: another one makes another surface. */
static int start_over(struct commands *c, struct xf_domain *domain, struct xf_surface **surface,
	struct xf_vulkan_image **image)
{
	xf_id old = xf_surface_id(*surface);
	int r = commands_renew(c, domain);
	xf_vulkan_image_close(*image);
	xf_surface_close(*surface);
	*image = NULL;
	*surface = NULL;
	return r ? r : open_surface(c, domain, old, surface, image);
}

static int make_screen(struct commands *c, struct xf_domain *domain, struct xf_surface **surface,
	struct xf_vulkan_image **image)
{
	const struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = 640,
		.height_px = 480,
		.fourcc = XF_FORMAT_ABGR8888 };
	int r = xf_surface_create(domain, &desc, 0, surface);
	return r ? r : xf_vulkan_image_open(c->vulkan, *surface, 0, image);
}

static int record(struct commands *c, struct xf_vulkan_image *from, struct xf_vulkan_image *to)
{
	const VkBufferImageCopy copy = { .imageSubresource = { VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1 },
		.imageExtent = { 640, 480, 1 } };
	struct xf_vulkan_access reads = commands_reads(c), writes = commands_writes(c);
	int r = commands_begin(c);
	if (r)
		return r;
	writes.flags = XF_VULKAN_DISCARD;
	r = xf_vulkan_cmd_acquire(c->buffer, from, &reads);
	if (!r)
		r = xf_vulkan_cmd_acquire(c->buffer, to, &writes);
	c->copy(c->buffer, xf_vulkan_image_plane(from, 0), reads.layout, xf_vulkan_image_buffer(to),
		1, &copy);
	writes.flags = 0;
	if (!r)
		r = xf_vulkan_cmd_release(c->buffer, from, &reads);
	if (!r)
		r = xf_vulkan_cmd_release(c->buffer, to, &writes);
	return r ? r : commands_end(c);
}

/* The queue has finished: a CPU may read. */
static int show(struct xf_surface *screen, int frame)
{
	const uint8_t *data;
	int r = xf_surface_begin(screen, XF_ACCESS_READ, (void **)&data);
	if (r)
		return r;
	printf("frame %d: %u\n", frame, data[0]);
	fflush(stdout);
	return xf_surface_end(screen);
}

static int usage(void)
{
	fprintf(stderr, "usage: vulkan-viewer [FRAMES]\n");
	return 2;
}

/* A whole number, or this is the end. */
static unsigned number_of(const char *text)
{
	if (!*text || text[strspn(text, "0123456789")] || strlen(text) > 9)
		exit(usage());
	return (unsigned)strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
	int frames = argc > 1 ? (int)number_of(argv[1]) : 100, r;
	struct xf_surface *surface, *screen;
	struct xf_vulkan_image *from, *to;
	struct xf_domain *domain;
	struct commands c;
	if (argc > 2)
		return usage();
	r = xf_domain_open(NAME, 0, xf_deadline(INT64_C(10000000000)), &domain);
	if (r == -ENOENT)
		return commands_explain("no renderer (vulkan-renderer) in ten seconds", r);
	if (!r)
		r = commands_open(&c, domain);
	if (!r)
		r = open_surface(&c, domain, 0, &surface, &from);
	if (!r)
		r = make_screen(&c, domain, &screen, &to);
	if (r)
		return commands_explain("cannot begin", r);
	for (int i = 1; !r && i <= frames;) {
		r = record(&c, from, to);
		if (!r)
			r = commands_submit(&c, surface, 1, 0);
		if (!r)
			r = xf_queue_finish(c.queue, XF_NEVER);
		if (r == XF_ABANDONED)
			r = start_over(&c, domain, &surface, &from);
		else if (!r)
			r = show(screen, i++);
	}
	if (r)
		return commands_explain("viewing", r);
	xf_vulkan_image_close(from);
	xf_vulkan_image_close(to);
	commands_close(&c);
	xf_surface_close(surface);
	xf_surface_close(screen);
	xf_domain_leave(domain);
	return 0;
}
