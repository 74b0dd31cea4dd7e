/* SPDX-License-Identifier: MIT */
/*
 * Renders into a surface that a viewer in another process shows: vulkan-renderer [FRAMES]. Each
 * frame is one colour. The surface goes back and forth by key, and the device's work is waited for
 * by the other's queue, never by a CPU here. Kill either with kill -9 at any time and start it
 * again within ten seconds: the other one goes on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"

#define USAGE (VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT)

static int make_surface(struct commands *c, struct xf_domain *domain, struct xf_surface **surface)
{
	struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = 640,
		.height_px = 480,
		.fourcc = XF_FORMAT_ABGR8888,
		.usage = USAGE,
		.label = LABEL };
	/* In host memory, which any device can have; xf_vulkan_surface_create() makes the other. */
	int r = xf_vulkan_describe(c->vulkan, &desc);
	return r ? r : xf_surface_create(domain, &desc, XF_SURFACE_KEYED, surface);
}

/* What a viewer of a killed predecessor keeps alive, or a new one. */
static int find_surface(struct commands *c, struct xf_domain *domain, struct xf_surface **surface)
{
	xf_id id;
	if (xf_domain_find(domain, XF_SURFACE, LABEL, &id) == 0 &&
		xf_surface_open(domain, id, surface) == 0)
		return 0;
	return make_surface(c, domain, surface);
}

/* A process died with the surface, or with work on it: nobody gets that one any more. */
static int start_over(struct commands *c, struct xf_domain *domain, struct xf_surface **surface,
	struct xf_vulkan_image **image)
{
	int r = commands_renew(c, domain);
	xf_vulkan_image_close(*image);
	xf_surface_close(*surface);
	*image = NULL;
	*surface = NULL;
	if (!r)
		r = make_surface(c, domain, surface);
	return r ? r : xf_vulkan_image_open(c->vulkan, *surface, USAGE, image);
}

static int render(struct commands *c, struct xf_vulkan_image *image, int frame)
{
	const VkClearColorValue colour = { .float32 = { (float)(frame % 256) / 255, 0, 0, 1 } };
	const VkImageSubresourceRange whole = { VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1 };
	struct xf_vulkan_access access = commands_writes(c);
	int r = commands_begin(c);
	if (r)
		return r;
	access.flags = XF_VULKAN_DISCARD; /* what was there is overwritten */
	r = xf_vulkan_cmd_acquire(c->buffer, image, &access);
	c->clear(c->buffer, xf_vulkan_image_plane(image, 0), access.layout, &colour, 1, &whole);
	access.flags = 0;
	if (!r)
		r = xf_vulkan_cmd_release(c->buffer, image, &access);
	return r ? r : commands_end(c);
}

static int usage(void)
{
	fprintf(stderr, "usage: vulkan-renderer [FRAMES]\n");
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
	struct xf_vulkan_image *image;
	struct xf_surface *surface;
	struct xf_domain *domain;
	struct commands c;
	if (argc > 2)
		return usage();
	r = xf_domain_open_or_create(NAME, NULL, &domain);
	if (!r)
		r = commands_open(&c, domain);
	if (!r)
		r = find_surface(&c, domain, &surface);
	if (!r)
		r = xf_vulkan_image_open(c.vulkan, surface, USAGE, &image);
	if (r)
		return commands_explain("cannot begin", r);
	printf("rendering on %s\n", c.handles.name);
	fflush(stdout);
	for (int i = 1; !r && i <= frames;) {
		r = render(&c, image, i);
		if (!r)
			r = commands_submit(&c, surface, 0, 1); /* 0: mine; 1: the viewer's */
		if (r == XF_ABANDONED) /* the same frame once more */
			r = start_over(&c, domain, &surface, &image);
		else
			i++;
	}
	if (!r)
		r = xf_queue_finish(c.queue, XF_NEVER);
	if (r)
		return commands_explain(
			r == XF_TIMEOUT ? "no viewer (vulkan-viewer) in ten seconds" : "rendering",
			r);
	/* The viewer may still be at the last frame: the surface is here until that is seen. */
	struct xf_keyed_mutex *mutex;
	if (xf_surface_mutex(surface, &mutex) == 0)
		(void)xf_keyed_mutex_acquire(mutex, 0, xf_deadline(INT64_C(10000000000)), NULL);
	xf_vulkan_image_close(image);
	commands_close(&c);
	xf_surface_close(surface);
	xf_domain_leave(domain);
	printf("%d frames\n", frames);
	return 0;
}
