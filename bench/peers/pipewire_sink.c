/* SPDX-License-Identifier: MIT */
/* pipewire_sink COUNT: takes COUNT frames after a warm-up and prints how many came per second. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "frames.h"

#define WARM_UP 300

struct sink {
	struct pw_main_loop *loop;
	struct pw_stream *stream;
	uint64_t n, wanted;
	double began, ended;
};

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void on_process(void *data)
{
	struct sink *sink = data;
	struct pw_buffer *buffer = pw_stream_dequeue_buffer(sink->stream);
	if (!buffer)
		return;
	if (buffer->buffer->datas[0].data)
		(void)*(volatile char *)buffer->buffer->datas[0].data;
	pw_stream_queue_buffer(sink->stream, buffer);
	sink->n++;
	if (sink->n == WARM_UP)
		sink->began = now();
	if (sink->n == WARM_UP + sink->wanted) {
		sink->ended = now();
		pw_main_loop_quit(sink->loop);
	}
}

static void on_param_changed(void *data, uint32_t id, const struct spa_pod *param)
{
	struct sink *sink = data;
	uint8_t bytes[1024];
	struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(bytes, sizeof(bytes));
	if (id != SPA_PARAM_Format || !param)
		return;
	const struct spa_pod *params[] = { frames_buffers(&builder) };
	pw_stream_update_params(sink->stream, params, 1);
}

static const struct pw_stream_events events = {
	PW_VERSION_STREAM_EVENTS,
	.param_changed = on_param_changed,
	.process = on_process,
};

int main(int argc, char **argv)
{
	struct sink sink = { .wanted = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000 };
	uint8_t bytes[1024];
	struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(bytes, sizeof(bytes));
	pw_init(NULL, NULL);
	sink.loop = pw_main_loop_new(NULL);
	sink.stream = pw_stream_new_simple(pw_main_loop_get_loop(sink.loop), "bench-sink",
		pw_properties_new(PW_KEY_MEDIA_TYPE, "Video", PW_KEY_MEDIA_CATEGORY, "Capture",
			PW_KEY_NODE_NAME, "bench-sink", NULL),
		&events, &sink);
	const struct spa_pod *params[] = { frames_format(&builder) };
	if (pw_stream_connect(sink.stream, PW_DIRECTION_INPUT, PW_ID_ANY,
		    PW_STREAM_FLAG_MAP_BUFFERS | PW_STREAM_FLAG_RT_PROCESS, params, 1) < 0)
		return 1;
	pw_main_loop_run(sink.loop);
	if (!sink.ended)
		return 1;
	printf("%.0f\n", (double)sink.wanted / (sink.ended - sink.began));
	return 0;
}
