/* SPDX-License-Identifier: MIT */
#include "win/dxgi/screen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "win/nt/name.h"

#define PAYLOAD_BYTES (UINT64_C(1) << 34) /* costs memory only where it is touched */
#define STREAMS	      64 /* of one name */

struct place {
	char name[XF_NAME_MAX + 1];
	char label[XF_LABEL_MAX - 3 + 1]; /* room for "-64" behind it */
};

/* As much of it as a name may have. */
static void take(char *ret_text, size_t room, const char *text, size_t length)
{
	snprintf(ret_text, room, "%.*s", (int)(length < room ? length : room), text);
}

/* What a program is called may have signs that a published name may not. */
static void take_program(char *ret_text, size_t room)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";
	take(ret_text, room, program_invocation_short_name, strlen(program_invocation_short_name));
	if (!*ret_text)
		take(ret_text, room, "program", 7);
	for (char *c = ret_text; *c; c++)
		if (!strchr(allowed, *c))
			*c = '_';
}

/* What of it is a label: whole characters of UTF-8. */
static void keep_characters(char *label)
{
	size_t n = 1;
	for (; *label && n; label += n)
		n = xfi_utf8_length(label);
	if (!n)
		*label = 0;
}

static void find_place(const char *wish, struct place *ret_place)
{
	const char *given = getenv("CROSSFENCE_STREAM");
	const char *slash = given ? strchr(given, '/') : NULL;
	if (given && *given && given != slash)
		take(ret_place->name, sizeof(ret_place->name), given,
			slash ? (size_t)(slash - given) : strlen(given));
	else
		take_program(ret_place->name, sizeof(ret_place->name));
	if (slash && slash[1])
		wish = slash + 1;
	else if (!wish || !*wish)
		wish = "frames";
	take(ret_place->label, sizeof(ret_place->label), wish, strlen(wish));
	keep_characters(ret_place->label);
	if (!*ret_place->label)
		strcpy(ret_place->label, "frames");
}

static int make_stream(
	struct xfi_screen *screen, const char *label, const struct xf_stream_format *format)
{
	const struct xf_stream_params params = {
		.size = sizeof(params), .format = format, .flags = XF_STREAM_OVERRUN
	};
	int r = xf_stream_create(screen->domain, &params, label, &screen->stream);
	for (int i = 2; r == -EBUSY && i <= STREAMS; i++) {
		char other[XF_LABEL_MAX + 1];
		snprintf(other, sizeof(other), "%s-%d", label, i);
		r = xf_stream_create(screen->domain, &params, other, &screen->stream);
	}
	return r;
}

int xfi_screen_open(
	const char *wish, const struct xf_stream_format *format, struct xfi_screen **ret_screen)
{
	const struct xf_domain_params params = { .size = sizeof(params),
		.payload_bytes = PAYLOAD_BYTES };
	struct xfi_screen *screen = calloc(1, sizeof(*screen));
	struct place place;
	if (!screen)
		return -ENOMEM;
	find_place(wish, &place);
	int r = xf_domain_open_or_create(place.name, &params, &screen->domain);
	if (!r)
		r = make_stream(screen, place.label, format);
	if (r) {
		xfi_screen_close(screen);
		return r;
	}
	*ret_screen = screen;
	return 0;
}

int xfi_screen_alone(struct xfi_screen **ret_screen)
{
	struct xfi_screen *screen = calloc(1, sizeof(*screen));
	int r = screen ? xf_domain_create(NULL, &screen->domain) : -ENOMEM;
	if (r)
		free(screen);
	else
		*ret_screen = screen;
	return r;
}

/* First the end, which says that what was published is whole, then the fence that said so. */
void xfi_screen_close(struct xfi_screen *screen)
{
	if (!screen)
		return;
	if (screen->stream)
		(void)xf_stream_end(screen->stream); /* or it has another producer by now */
	xf_stream_close(screen->stream);
	xf_timeline_close(screen->fence);
	xf_domain_leave(screen->domain);
	free(screen);
}

/*
 * Owned, so that our death is told. The device does not touch the word; that it could makes members
 * wait for the end of our process, and not only of its memory, before frames are used again that
 * its work may go to.
 */
static int make_fence(struct xfi_screen *screen)
{
	struct xf_domain *same;
	uint64_t *word;
	int r = xf_timeline_create(screen->domain, 0, XF_TIMELINE_OWNED, NULL, &screen->fence);
	screen->promised = 0;
	return r ? r : xf_timeline_word(screen->fence, XF_TIMELINE_DEVICE_WAITS, &word, &same);
}

int xfi_screen_fence(struct xfi_screen *screen)
{
	if (screen->fence && xf_timeline_wait(screen->fence, screen->promised, 0) != XF_ABANDONED)
		return 0;
	xf_timeline_close(screen->fence);
	screen->fence = NULL;
	return make_fence(screen);
}

bool xfi_screen_wait(struct xfi_screen *screen, uint32_t ahead, bool may_wait)
{
	if (!screen->fence || screen->promised <= ahead)
		return true;
	int r = xf_timeline_wait(screen->fence, screen->promised - ahead, may_wait ? XF_NEVER : 0);
	return r != XF_TIMEOUT; /* abandoned: that is over, too */
}

int xfi_screen_show(
	struct xfi_screen *screen, struct xf_frame *frame, const struct xf_rect *shown, bool fenced)
{
	const struct xf_frame_info info = { .size = sizeof(info),
		.pts_ns = (uint64_t)xf_now(),
		.dts_ns = XF_NO_TIME,
		.duration_ns = XF_NO_TIME,
		.fence = fenced ? xf_timeline_id(screen->fence) : 0,
		.fence_value = fenced ? screen->promised : 0,
		.crop = *shown,
		.flags = XF_FRAME_KEY };
	return xf_stream_publish(screen->stream, frame, &info);
}
