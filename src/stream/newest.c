/* SPDX-License-Identifier: MIT */
/* The newest format, for who looks only: opened as for a frame of it, and copied. */
#include <errno.h>
#include <string.h>

#include "base/message.h"
#include "base/params.h"
#include "shm/domain.h"
#include "stream/format.h"
#include "stream/wake.h"

#define ATTEMPTS 8

/* -ESTALE: not this time, or its surfaces are gone. */
static int open_newest(struct xf_stream *s, uint32_t *ret_k)
{
	*ret_k = atomic_load(&s->memory->format) % XFI_STREAM_FORMATS;
	uint32_t generation = atomic_load(&s->memory->formats[*ret_k].generation);
	return generation ? xfi_stream_format_open(s, *ret_k, generation) : -ESTALE;
}

static int copy(const struct xfi_stream_local *local, struct xf_stream_format *ret_format,
	struct xf_surface_desc *ret_desc, void *blob)
{
	struct xf_stream_format format = local->format;
	format.desc = ret_desc;
	format.blob = blob && format.blob_size ? blob : NULL;
	int r = ret_desc ? XFI_PARAMS_WRITE(ret_desc, struct xf_surface_desc, &local->desc) : 0;
	if (!r)
		r = XFI_PARAMS_WRITE(ret_format, struct xf_stream_format, &format);
	if (!r && format.blob)
		memcpy(blob, local->blob, format.blob_size);
	return r;
}

int xf_stream_format(struct xf_stream *s, struct xf_stream_format *ret_format,
	struct xf_surface_desc *ret_desc, void *blob)
{
	uint32_t k;
	xfi_message_forget();
	if (!s || !ret_format)
		return xf_fail(-EINVAL, "xf_stream_format needs a stream and ret_format");
	int r = xfi_domain_check(s->base.domain, false);
	if (r)
		return r;
	pthread_mutex_lock(&s->lock);
	r = -ESTALE;
	for (int attempts = 0; r == -ESTALE && attempts < ATTEMPTS; attempts++)
		r = open_newest(s, &k);
	if (!r)
		r = copy(&s->local[k], ret_format, ret_desc, blob);
	xfi_stream_format_tidy(s);
	pthread_mutex_unlock(&s->lock);
	return r == 0 && xfi_stream_gone(s) ? -ESTALE : r;
}
