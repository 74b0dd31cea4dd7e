/* SPDX-License-Identifier: MIT */
/* promise: produces one frame of the domain "test", which a queue is said to finish. It never does.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <crossfence/crossfence.h>

int main(void)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 16, .height_px = 4, .fourcc = XF_FORMAT_R8
	};
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format };
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_frame_info info = { .size = sizeof(info), .fence_value = 1 };
	struct xf_domain *domain;
	struct xf_stream *stream;
	struct xf_timeline *queue;
	int64_t until = xf_deadline(INT64_C(60000000000));
	int r = xf_domain_open("test", 0, until, &domain);
	if (!r)
		r = xf_timeline_create(domain, 0, 0, "queue", &queue);
	if (!r)
		r = xf_stream_create(domain, &params, "s", &stream);
	if (!r)
		r = xf_stream_hold(stream, until, &frame);
	if (!r) {
		info.fence = xf_timeline_id(queue);
		r = xf_stream_publish(stream, &frame, &info);
	}
	if (r)
		printf("%d: %s\n", r, xf_last_message(r));
	else
		puts("promised");
	fflush(stdout);
	return r ? 1 : pause();
}
