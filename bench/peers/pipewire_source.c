/* SPDX-License-Identifier: MIT */
/*
 * pipewire_source fill|empty: makes frames as fast as PipeWire takes them. It drives the graph
 * itself and begins a cycle as soon as the last one is done, so no timer and no device sets the
 * pace.
 */
#include <stdbool.h>
#include <string.h>

#include "frames.h"

struct source {
	struct pw_main_loop *loop;
	struct pw_stream *stream;
	bool fill;
	uint64_t n, n_before;
};

static void on_process(void *data)
{
	struct source *source = data;
	struct pw_buffer *buffer = pw_stream_dequeue_buffer(source->stream);
	if (!buffer)
		return;
	struct spa_data *memory = &buffer->buffer->datas[0];
	source->n++;
	if (memory->data && source->fill)
		memset(memory->data, (int)source->n, FRAME_BYTES);
	else if (memory->data)
		*(volatile char *)memory->data = (char)source->n;
	memory->chunk->offset = 0;
	memory->chunk->stride = WIDTH * 4;
	memory->chunk->size = FRAME_BYTES;
	pw_stream_queue_buffer(source->stream, buffer);
}

static void on_trigger_done(void *data)
{
	struct source *source = data;
	pw_stream_trigger_process(source->stream);
}

/* A cycle begun while the link was being made is lost without a word; then begin another. */
static void on_timer(void *data, uint64_t expirations)
{
	struct source *source = data;
	if (source->n == source->n_before)
		pw_stream_trigger_process(source->stream);
	source->n_before = source->n;
}

static void start_timer(struct source *source)
{
	struct pw_loop *loop = pw_main_loop_get_loop(source->loop);
	struct timespec period = { .tv_nsec = 100000000 };
	struct spa_source *timer = pw_loop_add_timer(loop, on_timer, source);
	pw_loop_update_timer(loop, timer, &period, &period, false);
}

static void on_state_changed(
	void *data, enum pw_stream_state old, enum pw_stream_state state, const char *error)
{
	struct source *source = data;
	if (state == PW_STREAM_STATE_STREAMING)
		pw_stream_trigger_process(source->stream);
	else if (state == PW_STREAM_STATE_ERROR)
		pw_main_loop_quit(source->loop);
}

static void on_param_changed(void *data, uint32_t id, const struct spa_pod *param)
{
	struct source *source = data;
	uint8_t bytes[1024];
	struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(bytes, sizeof(bytes));
	if (id != SPA_PARAM_Format || !param)
		return;
	const struct spa_pod *params[] = { frames_buffers(&builder) };
	pw_stream_update_params(source->stream, params, 1);
}

static const struct pw_stream_events events = {
	PW_VERSION_STREAM_EVENTS,
	.state_changed = on_state_changed,
	.param_changed = on_param_changed,
	.process = on_process,
	.trigger_done = on_trigger_done,
};

int main(int argc, char **argv)
{
	struct source source = { .fill = argc > 1 && !strcmp(argv[1], "fill") };
	uint8_t bytes[1024];
	struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(bytes, sizeof(bytes));
	pw_init(NULL, NULL);
	source.loop = pw_main_loop_new(NULL);
	source.stream = pw_stream_new_simple(pw_main_loop_get_loop(source.loop), "bench-source",
		pw_properties_new(PW_KEY_MEDIA_TYPE, "Video", PW_KEY_MEDIA_CATEGORY, "Playback",
			PW_KEY_NODE_NAME, "bench-source", NULL),
		&events, &source);
	const struct spa_pod *params[] = { frames_format(&builder) };
	if (pw_stream_connect(source.stream, PW_DIRECTION_OUTPUT, PW_ID_ANY,
		    PW_STREAM_FLAG_DRIVER | PW_STREAM_FLAG_MAP_BUFFERS | PW_STREAM_FLAG_RT_PROCESS,
		    params, 1) < 0)
		return 1;
	start_timer(&source);
	pw_main_loop_run(source.loop);
	return 1; /* only an error ends it; the script kills it */
}
