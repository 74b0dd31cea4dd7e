/* SPDX-License-Identifier: MIT */
/*
 * Plain Windows programs with a swap chain, and readers of the stream that it becomes. XF_FRAMES:
 * how many pictures, 300 unless told.
 */
#include "draw.h"

#include <crossfence/crossfence.h>
#include <dxgi1_6.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE   64
#define SECOND INT64_C(1000000000)

static uint32_t colour_of(uint32_t number)
{
	return 0xff000000 | (number & 0xff) << 16 | (number >> 8 & 0xff) << 8 | 0x40;
}

static uint32_t number_of(uint32_t colour)
{
	return (colour >> 16 & 0xff) | (colour & 0xff00);
}

/* ---- programs, which know nothing of streams ---- */

struct program {
	ID3D11Device *device;
	ID3D11DeviceContext *context;
	IDXGISwapChain *chain;
	ID3D11Texture2D *buffer;
	ID3D11RenderTargetView *target;
	struct stage stage; /* the same, for draw.h */
};

static DXGI_SWAP_CHAIN_DESC chain_desc(DXGI_FORMAT format, UINT buffers, DXGI_SWAP_EFFECT effect)
{
	return (DXGI_SWAP_CHAIN_DESC){ .BufferDesc = { SIZE, SIZE, { 0, 0 }, format },
		.SampleDesc = { 1, 0 },
		.BufferUsage = DXGI_USAGE_RENDER_TARGET_OUTPUT,
		.BufferCount = buffers,
		.Windowed = TRUE,
		.SwapEffect = effect };
}

static void program_use_buffer(struct program *program)
{
	assert_hr(IDXGISwapChain_GetBuffer(
			  program->chain, 0, &IID_ID3D11Texture2D, (void **)&program->buffer),
		S_OK);
	assert_hr(ID3D11Device_CreateRenderTargetView(program->device,
			  (ID3D11Resource *)program->buffer, NULL, &program->target),
		S_OK);
	program->stage = (struct stage){ .device = program->device,
		.context = program->context,
		.texture = program->buffer,
		.target = program->target };
	stage_set_colours(&program->stage);
}

static void program_open(struct program *program, const DXGI_SWAP_CHAIN_DESC *desc)
{
	assert_hr(D3D11CreateDeviceAndSwapChain(NULL, D3D_DRIVER_TYPE_HARDWARE, NULL, 0, NULL, 0,
			  D3D11_SDK_VERSION, desc, &program->chain, &program->device, NULL,
			  &program->context),
		S_OK);
	program_use_buffer(program);
}

static void program_drop_buffer(struct program *program)
{
	ID3D11DeviceContext_ClearState(program->context);
	ID3D11RenderTargetView_Release(program->target);
	ID3D11Texture2D_Release(program->buffer);
}

static void program_close(struct program *program)
{
	program_drop_buffer(program);
	assert_int_equal(IDXGISwapChain_Release(program->chain), 0);
	ID3D11DeviceContext_Release(program->context);
	assert_int_equal(ID3D11Device_Release(program->device), 0);
}

/* A triangle of one colour in the left lower half; the rest is blue. */
static void program_draw(struct program *program, uint32_t number)
{
	static const FLOAT blue[4] = { 0, 0, 1, 1 };
	const D3D11_VIEWPORT viewport = { 0, 0, SIZE, SIZE, 0, 1 };
	const uint32_t c = colour_of(number);
	struct vertex vertices[3] = { { .position = { -1, 1, 0, 1 } },
		{ .position = { 1, -1, 0, 1 } }, { .position = { -1, -1, 0, 1 } } };
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 4; j++)
			vertices[i].colour[j] = (float)(c >> 8 * j & 0xff) / 255;
	ID3D11DeviceContext_OMSetRenderTargets(program->context, 1, &program->target, NULL);
	ID3D11DeviceContext_RSSetViewports(program->context, 1, &viewport);
	ID3D11DeviceContext_ClearRenderTargetView(program->context, program->target, blue);
	stage_draw(&program->stage, vertices, 3);
}

static uint32_t frames(void)
{
	const char *text = getenv("XF_FRAMES");
	return text ? (uint32_t)strtoul(text, NULL, 10) : 300;
}

static const DXGI_SWAP_CHAIN_DESC flip_desc = { .BufferDesc = { SIZE, SIZE, { 0, 0 },
							DXGI_FORMAT_B8G8R8A8_UNORM },
	.SampleDesc = { 1, 0 },
	.BufferUsage = DXGI_USAGE_RENDER_TARGET_OUTPUT,
	.BufferCount = 3,
	.Windowed = TRUE,
	.SwapEffect = DXGI_SWAP_EFFECT_FLIP_DISCARD };

/* From the first reader's coming on; the picture before says that there is something to read. */
static int run_painter(int socket, const char *arg)
{
	const bool endless = !strcmp(arg, "endless");
	struct program program;
	program_open(&program, &flip_desc);
	program_draw(&program, 0);
	assert_hr(IDXGISwapChain_Present(program.chain, 1, 0), S_OK);
	parent_tell(socket, 'p');
	if (parent_hear(socket) != 'g')
		return 1;
	for (uint32_t i = 1; endless || i <= frames(); i++) {
		program_draw(&program, i);
		assert_hr(IDXGISwapChain_Present(program.chain, 1, 0), S_OK);
	}
	program_close(&program);
	return 0;
}

/* ---- readers, which know nothing of Windows ---- */

struct reader {
	struct xf_domain *domain;
	struct xf_stream *stream;
};

static void reader_open(
	struct reader *reader, const char *name, const char *label, enum xf_stream_policy policy)
{
	assert_int_equal(xf_domain_open(name, 0, xf_deadline(30 * SECOND), &reader->domain), 0);
	assert_int_equal(
		xf_stream_open(reader->domain, label, xf_deadline(30 * SECOND), &reader->stream),
		0);
	assert_int_equal(xf_stream_subscribe(reader->stream, policy, 1), 0);
}

static void reader_close(struct reader *reader)
{
	xf_stream_close(reader->stream);
	xf_domain_leave(reader->domain);
}

/* False: the frame's work came to nothing. */
static bool is_complete(struct reader *reader, const struct xf_frame_info *info)
{
	struct xf_timeline *timeline;
	struct xf_stream_info stream = { .size = sizeof(stream) };
	if (!info->fence)
		return true;
	int r = xf_timeline_open(reader->domain, info->fence, &timeline);
	if (r == -ESTALE) { /* with its producer; who ended the stream had finished before */
		assert_int_equal(xf_stream_info(reader->stream, &stream), 0);
		return stream.ended;
	}
	assert_int_equal(r, 0);
	r = xf_timeline_wait(timeline, info->fence_value, xf_deadline(60 * SECOND));
	xf_timeline_close(timeline);
	assert_true(!r || r == XF_ABANDONED);
	return !r;
}

/* A copy of the next whole frame's rows, without what pads them; NULL: the stream has ended. */
struct picture {
	uint32_t width, height, fourcc, flags, fenced;
	struct xf_rect crop;
	struct xf_colorimetry colours;
	uint8_t *pixels;
};

static void take_picture(const struct xf_frame *frame, UINT bytes, struct picture *ret_picture)
{
	const struct xf_surface_desc *desc = frame->format->desc;
	void *data;
	*ret_picture =
		(struct picture){ desc->width_px, desc->height_px, desc->fourcc, frame->info->flags,
			frame->info->fence != 0, frame->info->crop, frame->format->colorimetry,
			malloc((size_t)desc->width_px * desc->height_px * bytes) };
	assert_non_null(ret_picture->pixels);
	assert_int_equal(xf_surface_begin(frame->surface, XF_ACCESS_READ, &data), 0);
	for (uint32_t y = 0; y < desc->height_px; y++)
		memcpy(ret_picture->pixels + (size_t)y * desc->width_px * bytes,
			(uint8_t *)data + desc->planes[0].offset_bytes +
				(size_t)y * desc->planes[0].stride_bytes,
			(size_t)desc->width_px * bytes);
	assert_int_equal(xf_surface_end(frame->surface), 0);
}

static bool read_picture(struct reader *reader, UINT bytes, struct picture *ret_picture)
{
	bool whole = false;
	while (!whole) {
		struct xf_frame frame = { .size = sizeof(frame) };
		int r = xf_stream_next(reader->stream, xf_deadline(60 * SECOND), &frame);
		if (r == XF_ENDED)
			return false;
		assert_int_equal(r, 0);
		whole = is_complete(reader, frame.info);
		if (whole)
			take_picture(&frame, bytes, ret_picture);
		assert_int_equal(xf_stream_done(reader->stream, &frame), 0);
	}
	return true;
}

/* Which picture of program_draw() is it? Fails where it is none, or not whole. */
static uint32_t number_in(const struct picture *picture)
{
	const uint32_t *pixels = (const uint32_t *)picture->pixels;
	const uint32_t first = pixels[(SIZE - 1) * SIZE];
	/* B8G8R8A8: red and blue change places. */
	const uint32_t colour = (first & 0xff00ff00) | (first & 0xff) << 16 | (first >> 16 & 0xff);
	assert_int_equal(picture->width, SIZE);
	assert_int_equal(picture->height, SIZE);
	assert_int_equal(picture->fourcc, XF_FORMAT_XRGB8888);
	assert_true(is_near(colour, colour_of(number_of(colour))));
	for (int y = 0; y < SIZE; y++)
		for (int x = 0; x < SIZE; x++)
			if (x != y) /* the edge is the rasterizer's */
				assert_int_equal(pixels[y * SIZE + x], x < y ? first : 0xff0000ff);
	return number_of(colour);
}

static void set_name(const char *name)
{
	assert_int_equal(setenv("CROSSFENCE_STREAM", name, 1), 0);
	assert_int_equal(setenv("CROSSFENCE_REFRESH", "0", 1), 0);
}

/* ---- tests ---- */

static void an_unchanged_program_is_a_producer(void **state)
{
	struct reader reader;
	struct picture picture;
	uint32_t fenced = 0, shown = 0, number = 0;
	set_name("show");
	struct child child = child_start("painter", "");
	assert_int_equal(child_hear(&child), 'p');
	reader_open(&reader, "show", "frames", XF_STREAM_EVERY);
	child_tell(&child, 'g');
	/* Each, unless the machine keeps this reader for longer than the program is patient. */
	int64_t slowest = 0, since = xf_now();
	while (read_picture(&reader, 4, &picture)) {
		if (number_in(&picture) != number)
			assert_true(picture.flags & XF_FRAME_GAP && slowest > SECOND / 2);
		number = number_in(&picture) + 1;
		slowest = xf_now() - since > slowest ? xf_now() - since : slowest;
		since = xf_now();
		shown++;
		fenced += picture.fenced;
		free(picture.pixels);
	}
	assert_int_equal(number, frames() + 1);
	assert_int_equal(fenced, shown);
	assert_int_equal(child_end(&child), 0);
	reader_close(&reader);
}

static void a_killed_painter_has_a_successor(void **state)
{
	struct xf_stream_info info = { .size = sizeof(info) };
	struct reader reader;
	struct picture picture;
	set_name("succession/work");
	struct child child = child_start("painter", "endless");
	assert_int_equal(child_hear(&child), 'p');
	reader_open(&reader, "succession", "work", XF_STREAM_LATEST);
	child_tell(&child, 'g');
	for (int i = 0; i < 20; i++) {
		assert_true(read_picture(&reader, 4, &picture));
		(void)number_in(&picture);
		free(picture.pixels);
	}
	assert_int_equal(xf_stream_info(reader.stream, &info), 0);
	assert_int_equal(info.producer_pid, child.pid);
	child_kill(&child);
	struct child next = child_start("painter", "");
	assert_int_equal(child_hear(&next), 'p');
	child_tell(&next, 'g');
	do {
		assert_true(read_picture(&reader, 4, &picture));
		(void)number_in(&picture);
		free(picture.pixels);
	} while (!(picture.flags & XF_FRAME_DISCONT));
	while (read_picture(&reader, 4, &picture)) {
		assert_true(number_in(&picture) <= frames());
		free(picture.pixels);
	}
	assert_int_equal(child_end(&next), 0);
	reader_close(&reader);
}

/* `crossfence play` of every frame, as lines. */
struct player {
	pid_t pid;
	FILE *lines;
};

static void player_start(struct player *player, const char *tool, const char *name)
{
	int pair[2];
	assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
	player->pid = fork();
	assert_true(player->pid >= 0);
	if (!player->pid) {
		dup2(pair[1], STDOUT_FILENO);
		execl(tool, tool, "play", "--json", "--policy", "every", "--timeout", "60", name,
			NULL);
		_exit(98);
	}
	close(pair[1]);
	player->lines = fdopen(pair[0], "r");
	assert_non_null(player->lines);
}

/* The sequence of the next frame it shows; 0: it shows none any more. */
static uint64_t player_next(struct player *player)
{
	char line[1024];
	const char *sequence;
	if (!fgets(line, sizeof(line), player->lines))
		return 0;
	sequence = strstr(line, "\"sequence\"");
	assert_non_null(sequence);
	return strtoull(sequence + strcspn(sequence, "0123456789"), NULL, 10);
}

static uint64_t newest(const struct reader *reader)
{
	struct xf_stream_info info = { .size = sizeof(info) };
	assert_int_equal(xf_stream_info(reader->stream, &info), 0);
	return info.sequence;
}

/* Waits for frames that nobody but the player is to read. */
static void pass_frames(const struct reader *reader, uint64_t count)
{
	const uint64_t before = newest(reader) + count - 1;
	static uint8_t pixels[SIZE * SIZE * 4];
	size_t bytes;
	int r = -EAGAIN;
	while (r == -EAGAIN) /* the painter was faster */
		r = xf_stream_peek(reader->stream, before, xf_deadline(60 * SECOND), pixels,
			sizeof(pixels), &bytes, NULL, NULL);
	assert_int_equal(r, 0);
}

/*
 * The player has still to get frames when their producer dies, and their fence with it. It goes on
 * with the successor, and gets all that this one has shown before it ended.
 */
static void a_player_outlives_painters(void **state)
{
	const char *tool = getenv("XF_TOOL");
	struct player player;
	struct reader reader;
	uint64_t shown = 1, last = 0;
	int status;
	if (!tool)
		skip();
	set_name("player");
	struct child child = child_start("painter", "endless");
	assert_int_equal(child_hear(&child), 'p');
	reader_open(&reader, "player", "frames", XF_STREAM_LATEST);
	assert_int_equal(xf_stream_unsubscribe(reader.stream), 0);
	player_start(&player, tool, "player");
	child_tell(&child, 'g');
	for (int i = 0; i < 5; i++)
		assert_true(player_next(&player));
	assert_int_equal(kill(player.pid, SIGSTOP), 0);
	pass_frames(&reader, 3);
	child_kill(&child);
	assert_int_equal(kill(player.pid, SIGCONT), 0);
	struct child next = child_start("painter", "");
	assert_int_equal(child_hear(&next), 'p');
	child_tell(&next, 'g');
	for (; shown; shown = player_next(&player))
		last = shown;
	assert_int_equal(last, newest(&reader));
	assert_int_equal(waitpid(player.pid, &status, 0), player.pid);
	assert_int_equal(status, 0);
	assert_int_equal(child_end(&next), 0);
	fclose(player.lines);
	reader_close(&reader);
}

/* Takes a frame, and keeps it. */
static int run_reader(int socket, const char *arg)
{
	struct reader reader;
	struct xf_frame frame = { .size = sizeof(frame) };
	reader_open(&reader, "readers", "frames", XF_STREAM_EVERY);
	assert_int_equal(xf_stream_next(reader.stream, xf_deadline(60 * SECOND), &frame), 0);
	parent_tell(socket, 'h');
	pause();
	return 0;
}

static void a_killed_reader_is_harmless(void **state)
{
	struct program program;
	set_name("readers");
	program_open(&program, &flip_desc);
	program_draw(&program, 0);
	assert_hr(IDXGISwapChain_Present(program.chain, 1, 0), S_OK);
	struct child child = child_start("reader", "");
	assert_int_equal(child_hear(&child), 'h');
	for (uint32_t i = 0; i < 4; i++) {
		program_draw(&program, i);
		assert_hr(IDXGISwapChain_Present(program.chain, 1, 0), S_OK);
	}
	child_kill(&child);
	/* More than there are frames. */
	for (uint32_t i = 0; i < 20; i++) {
		program_draw(&program, i);
		assert_hr(IDXGISwapChain_Present(program.chain, 1, 0), S_OK);
	}
	program_close(&program);
}

/* It is held up only as long as the reader has room for what it gets; without waiting, never. */
static void a_stopped_reader_holds_up_nobody_who_does_not_wait(void **state)
{
	struct program program;
	set_name("readers");
	program_open(&program, &flip_desc);
	program_draw(&program, 0);
	assert_hr(IDXGISwapChain_Present(program.chain, 0, 0), S_OK);
	struct child child = child_start("reader", "");
	assert_int_equal(child_hear(&child), 'h');
	assert_int_equal(kill(child.pid, SIGSTOP), 0);
	for (uint32_t i = 0; i < 50; i++) {
		program_draw(&program, i);
		assert_hr(IDXGISwapChain_Present(program.chain, 0, 0), S_OK);
	}
	child_kill(&child);
	program_close(&program);
}

struct format_case {
	DXGI_FORMAT format;
	uint32_t fourcc;
	UINT bytes;
	uint8_t red[8]; /* a pixel that is red */
};

static const struct format_case format_cases[] = {
	{ DXGI_FORMAT_R8G8B8A8_UNORM, XF_FORMAT_XBGR8888, 4, { 255, 0, 0, 255 } },
	{ DXGI_FORMAT_B8G8R8A8_UNORM, XF_FORMAT_XRGB8888, 4, { 0, 0, 255, 255 } },
	{ DXGI_FORMAT_R10G10B10A2_UNORM, XF_FORMAT_XBGR2101010, 4, { 0xff, 3, 0, 0xc0 } },
	{ DXGI_FORMAT_R16G16B16A16_FLOAT, XF_FORMAT_XBGR16161616F, 8,
		{ 0, 0x3c, 0, 0, 0, 0, 0, 0x3c } },
};

static void fill_red(struct program *program, bool draw)
{
	static const FLOAT red[4] = { 1, 0, 0, 1 };
	const D3D11_VIEWPORT viewport = { 0, 0, SIZE, SIZE, 0, 1 };
	static const struct vertex vertices[3] = { { { -1, 3, 0, 1 }, { 1, 0, 0, 1 } },
		{ { 3, -1, 0, 1 }, { 1, 0, 0, 1 } }, { { -1, -1, 0, 1 }, { 1, 0, 0, 1 } } };
	if (!draw) {
		ID3D11DeviceContext_ClearRenderTargetView(program->context, program->target, red);
		return;
	}
	ID3D11DeviceContext_OMSetRenderTargets(program->context, 1, &program->target, NULL);
	ID3D11DeviceContext_RSSetViewports(program->context, 1, &viewport);
	stage_draw(&program->stage, vertices, 3);
}

/* Cleared by the CPU, since nothing was drawn yet; then drawn by the GPU. */
static void check_format(const struct format_case *c, DXGI_SWAP_EFFECT effect)
{
	const DXGI_SWAP_CHAIN_DESC desc = chain_desc(c->format, 2, effect);
	struct program program;
	struct picture picture;
	struct reader reader;
	program_open(&program, &desc);
	for (int draw = 0; draw < 2; draw++) {
		fill_red(&program, draw);
		assert_hr(IDXGISwapChain_Present(program.chain, 0, 0), S_OK);
		if (!draw)
			reader_open(&reader, "formats", "frames", XF_STREAM_EVERY);
		assert_true(read_picture(&reader, c->bytes, &picture));
		assert_int_equal(picture.fourcc, c->fourcc);
		assert_int_equal(picture.fenced, draw);
		assert_int_equal(picture.colours.transfer, c->bytes == 8 ? 8 : 13);
		for (int i = 0; i < SIZE * SIZE; i++)
			assert_memory_equal(picture.pixels + i * c->bytes, c->red, c->bytes);
		free(picture.pixels);
	}
	program_close(&program);
	assert_false(read_picture(&reader, c->bytes, &picture));
	reader_close(&reader);
}

static void every_format_is_shown(void **state)
{
	set_name("formats");
	for (size_t i = 0; i < sizeof(format_cases) / sizeof(format_cases[0]); i++)
		check_format(&format_cases[i],
			i % 2 ? DXGI_SWAP_EFFECT_DISCARD : DXGI_SWAP_EFFECT_FLIP_SEQUENTIAL);
}

static void a_chain_changes_its_size(void **state)
{
	struct program program;
	struct picture picture;
	struct reader reader;
	DXGI_SWAP_CHAIN_DESC desc;
	set_name("sizes");
	program_open(&program, &flip_desc);
	fill_red(&program, true);
	assert_hr(IDXGISwapChain_Present(program.chain, 0, 0), S_OK);
	reader_open(&reader, "sizes", "frames", XF_STREAM_EVERY);
	assert_true(read_picture(&reader, 4, &picture));
	free(picture.pixels);
	/* Somebody refers to a buffer: directly, by a view, by what is bound. */
	ID3D11DeviceContext_OMSetRenderTargets(program.context, 1, &program.target, NULL);
	assert_hr(IDXGISwapChain_ResizeBuffers(program.chain, 0, 32, 16, 0, 0),
		DXGI_ERROR_INVALID_CALL);
	ID3D11Texture2D_Release(program.buffer);
	assert_hr(IDXGISwapChain_ResizeBuffers(program.chain, 0, 32, 16, 0, 0),
		DXGI_ERROR_INVALID_CALL);
	ID3D11RenderTargetView_Release(program.target);
	assert_hr(IDXGISwapChain_ResizeBuffers(program.chain, 0, 32, 16, 0, 0),
		DXGI_ERROR_INVALID_CALL);
	assert_hr(IDXGISwapChain_GetDesc(program.chain, &desc), S_OK);
	assert_int_equal(desc.BufferDesc.Width, SIZE);
	ID3D11DeviceContext_ClearState(program.context);
	assert_hr(IDXGISwapChain_ResizeBuffers(program.chain, 0, 32, 16, 0, 0), S_OK);
	assert_hr(IDXGISwapChain_GetDesc(program.chain, &desc), S_OK);
	assert_int_equal(desc.BufferDesc.Width, 32);
	assert_int_equal(desc.BufferDesc.Height, 16);
	assert_int_equal(desc.BufferDesc.Format, DXGI_FORMAT_B8G8R8A8_UNORM);
	assert_int_equal(desc.BufferCount, 3);
	program_use_buffer(&program);
	fill_red(&program, true);
	assert_hr(IDXGISwapChain_Present(program.chain, 0, 0), S_OK);
	assert_true(read_picture(&reader, 4, &picture));
	assert_int_equal(picture.width, 32);
	assert_int_equal(picture.height, 16);
	for (int i = 0; i < 32 * 16; i++)
		assert_int_equal(((uint32_t *)picture.pixels)[i], 0xffff0000);
	free(picture.pixels);
	program_close(&program);
	reader_close(&reader);
}

/* What is shown of a picture, and in which colours. */
static void sources_and_colours_reach_readers(void **state)
{
	const DXGI_SWAP_CHAIN_DESC desc =
		chain_desc(DXGI_FORMAT_R10G10B10A2_UNORM, 2, DXGI_SWAP_EFFECT_FLIP_DISCARD);
	struct program program;
	struct picture picture;
	struct reader reader;
	IDXGISwapChain4 *chain;
	UINT support;
	set_name("colours");
	program_open(&program, &desc);
	assert_hr(
		IDXGISwapChain_QueryInterface(program.chain, &IID_IDXGISwapChain4, (void **)&chain),
		S_OK);
	fill_red(&program, true);
	assert_hr(IDXGISwapChain4_Present(chain, 0, 0), S_OK);
	reader_open(&reader, "colours", "frames", XF_STREAM_EVERY);
	assert_true(read_picture(&reader, 4, &picture));
	assert_int_equal(picture.colours.primaries, 1);
	assert_int_equal(picture.crop.width_px, 0);
	free(picture.pixels);
	assert_hr(IDXGISwapChain4_CheckColorSpaceSupport(
			  chain, DXGI_COLOR_SPACE_RGB_FULL_G2084_NONE_P2020, &support),
		S_OK);
	assert_int_equal(support, DXGI_SWAP_CHAIN_COLOR_SPACE_SUPPORT_FLAG_PRESENT);
	assert_hr(IDXGISwapChain4_SetColorSpace1(chain, DXGI_COLOR_SPACE_RGB_FULL_G10_NONE_P709),
		E_INVALIDARG);
	assert_hr(IDXGISwapChain4_SetColorSpace1(chain, DXGI_COLOR_SPACE_RGB_FULL_G2084_NONE_P2020),
		S_OK);
	assert_hr(IDXGISwapChain4_SetSourceSize(chain, SIZE + 1, 8), DXGI_ERROR_INVALID_CALL);
	assert_hr(IDXGISwapChain4_SetSourceSize(chain, 40, 8), S_OK);
	assert_hr(IDXGISwapChain4_Present1(chain, 0, 0, &(DXGI_PRESENT_PARAMETERS){ 0 }), S_OK);
	assert_true(read_picture(&reader, 4, &picture));
	assert_int_equal(picture.colours.primaries, 9);
	assert_int_equal(picture.colours.transfer, 16);
	assert_int_equal(picture.crop.width_px, 40);
	assert_int_equal(picture.crop.height_px, 8);
	free(picture.pixels);
	IDXGISwapChain4_Release(chain);
	program_close(&program);
	reader_close(&reader);
}

static void scaling_is_checked(void **state)
{
	static const struct {
		DXGI_SWAP_EFFECT effect;
		UINT scaling;
		HRESULT window, composed;
	} cases[] = {
		{ DXGI_SWAP_EFFECT_FLIP_DISCARD, DXGI_SCALING_STRETCH, S_OK, S_OK },
		{ DXGI_SWAP_EFFECT_FLIP_DISCARD, DXGI_SCALING_NONE, S_OK, 1 },
		{ DXGI_SWAP_EFFECT_FLIP_SEQUENTIAL, DXGI_SCALING_ASPECT_RATIO_STRETCH, S_OK, 1 },
		{ DXGI_SWAP_EFFECT_FLIP_DISCARD, 3, 1, 1 },
		{ DXGI_SWAP_EFFECT_DISCARD, DXGI_SCALING_STRETCH, S_OK, 1 },
		{ DXGI_SWAP_EFFECT_DISCARD, DXGI_SCALING_NONE, 1, 1 },
		{ DXGI_SWAP_EFFECT_SEQUENTIAL, DXGI_SCALING_ASPECT_RATIO_STRETCH, 1, 1 },
	};
	IUnknown *device = (IUnknown *)make_device();
	IDXGISwapChain1 *chain;
	IDXGIFactory2 *factory;
	assert_hr(CreateDXGIFactory1(&IID_IDXGIFactory2, (void **)&factory), S_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const DXGI_SWAP_CHAIN_DESC1 desc = { .Width = 16,
			.Height = 16,
			.Format = DXGI_FORMAT_R8G8B8A8_UNORM,
			.SampleDesc = { 1, 0 },
			.BufferUsage = DXGI_USAGE_RENDER_TARGET_OUTPUT,
			.BufferCount = 2,
			.Scaling = (DXGI_SCALING)cases[i].scaling,
			.SwapEffect = cases[i].effect };
		assert_hr(IDXGIFactory2_CreateSwapChainForHwnd(
				  factory, device, (HWND)1, &desc, NULL, NULL, &chain),
			cases[i].window ? DXGI_ERROR_INVALID_CALL : S_OK);
		if (chain)
			IDXGISwapChain1_Release(chain);
		assert_hr(IDXGIFactory2_CreateSwapChainForComposition(
				  factory, device, &desc, NULL, &chain),
			cases[i].composed ? DXGI_ERROR_INVALID_CALL : S_OK);
		if (chain)
			IDXGISwapChain1_Release(chain);
	}
	IDXGIFactory2_Release(factory);
	assert_int_equal(IUnknown_Release(device), 0);
}

static void what_cannot_be_is_refused(void **state)
{
	static const struct {
		DXGI_FORMAT format;
		UINT buffers;
		DXGI_SWAP_EFFECT effect;
		UINT flags, samples;
		HRESULT hr;
	} cases[] = {
		{ DXGI_FORMAT_R8G8B8A8_UNORM, 1, DXGI_SWAP_EFFECT_DISCARD, 0, 1, S_OK },
		{ DXGI_FORMAT_R8G8B8A8_UNORM_SRGB, 16, DXGI_SWAP_EFFECT_SEQUENTIAL, 0, 1, S_OK },
		{ DXGI_FORMAT_R8G8B8A8_UNORM, 2, DXGI_SWAP_EFFECT_FLIP_SEQUENTIAL, 0, 1, S_OK },
		{ DXGI_FORMAT_R8G8B8A8_UNORM, 16, DXGI_SWAP_EFFECT_FLIP_DISCARD,
			DXGI_SWAP_CHAIN_FLAG_ALLOW_TEARING, 1, S_OK },
		{ DXGI_FORMAT_R8G8B8A8_UNORM, 0, DXGI_SWAP_EFFECT_DISCARD, 0, 1, 1 },
		{ DXGI_FORMAT_R8G8B8A8_UNORM, 17, DXGI_SWAP_EFFECT_DISCARD, 0, 1, 1 },
		{ DXGI_FORMAT_R8G8B8A8_UNORM, 1, DXGI_SWAP_EFFECT_FLIP_DISCARD, 0, 1, 1 },
		{ DXGI_FORMAT_R8G8B8A8_UNORM, 17, DXGI_SWAP_EFFECT_FLIP_DISCARD, 0, 1, 1 },
		{ DXGI_FORMAT_R8G8B8A8_UNORM_SRGB, 2, DXGI_SWAP_EFFECT_FLIP_DISCARD, 0, 1, 1 },
		{ DXGI_FORMAT_UNKNOWN, 1, DXGI_SWAP_EFFECT_DISCARD, 0, 1, 1 },
		{ DXGI_FORMAT_BC1_UNORM, 1, DXGI_SWAP_EFFECT_DISCARD, 0, 1, 1 },
		{ DXGI_FORMAT_R8G8B8A8_UNORM, 2, 2, 0, 1, 1 },
		{ DXGI_FORMAT_R8G8B8A8_UNORM, 2, 5, 0, 1, 1 },
		{ DXGI_FORMAT_R8G8B8A8_UNORM, 2, DXGI_SWAP_EFFECT_FLIP_DISCARD, 0, 4, 1 },
		{ DXGI_FORMAT_R8G8B8A8_UNORM, 1, DXGI_SWAP_EFFECT_DISCARD,
			DXGI_SWAP_CHAIN_FLAG_ALLOW_TEARING, 1, 1 },
		{ DXGI_FORMAT_R8G8B8A8_UNORM, 1, DXGI_SWAP_EFFECT_DISCARD,
			DXGI_SWAP_CHAIN_FLAG_FRAME_LATENCY_WAITABLE_OBJECT, 1, 1 },
		{ DXGI_FORMAT_R8G8B8A8_UNORM, 1, DXGI_SWAP_EFFECT_DISCARD, 0x80000000, 1, 1 },
	};
	IUnknown *device = (IUnknown *)make_device();
	DXGI_SWAP_CHAIN_DESC desc;
	IDXGISwapChain *chain;
	IDXGIFactory2 *factory;
	assert_hr(CreateDXGIFactory1(&IID_IDXGIFactory2, (void **)&factory), S_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		desc = chain_desc(cases[i].format, cases[i].buffers, cases[i].effect);
		desc.Flags = cases[i].flags;
		desc.SampleDesc.Count = cases[i].samples;
		chain = (void *)1;
		assert_hr(IDXGIFactory2_CreateSwapChain(factory, device, &desc, &chain),
			cases[i].hr ? DXGI_ERROR_INVALID_CALL : S_OK);
		if (cases[i].hr)
			assert_null(chain);
		else
			assert_int_equal(IDXGISwapChain_Release(chain), 0);
	}
	desc = flip_desc;
	assert_hr(IDXGIFactory2_CreateSwapChain(factory, NULL, &desc, &chain),
		DXGI_ERROR_INVALID_CALL);
	assert_hr(IDXGIFactory2_CreateSwapChain(factory, device, NULL, &chain),
		DXGI_ERROR_INVALID_CALL);
	assert_hr(IDXGIFactory2_CreateSwapChain(factory, device, &desc, NULL),
		DXGI_ERROR_INVALID_CALL);
	assert_hr(IDXGIFactory2_CreateSwapChain(factory, (IUnknown *)factory, &desc, &chain),
		DXGI_ERROR_UNSUPPORTED);
	IDXGIFactory2_Release(factory);
	assert_int_equal(IUnknown_Release(device), 0);
}

static void calls_of_a_chain_are_checked(void **state)
{
	struct program program;
	ID3D11Texture2D *buffer;
	IDXGISwapChain4 *chain;
	BOOL fullscreen = TRUE;
	HWND window;
	IDXGIFactory *factory;
	set_name("calls");
	program_open(&program, &flip_desc);
	assert_hr(
		IDXGISwapChain_QueryInterface(program.chain, &IID_IDXGISwapChain4, (void **)&chain),
		S_OK);
	assert_hr(IDXGISwapChain4_Present(chain, 5, 0), DXGI_ERROR_INVALID_CALL);
	assert_hr(IDXGISwapChain4_Present(chain, 0, 0x80000000), DXGI_ERROR_INVALID_CALL);
	assert_hr(IDXGISwapChain4_Present(chain, 0, DXGI_PRESENT_ALLOW_TEARING),
		DXGI_ERROR_INVALID_CALL);
	assert_hr(IDXGISwapChain4_GetBuffer(chain, 1, &IID_ID3D11Texture2D, (void **)&buffer),
		DXGI_ERROR_INVALID_CALL);
	assert_null(buffer);
	assert_hr(IDXGISwapChain4_GetBuffer(chain, 0, &IID_ID3D11Buffer, (void **)&buffer),
		E_NOINTERFACE);
	assert_hr(IDXGISwapChain4_GetBuffer(chain, 0, &IID_ID3D11Texture2D, NULL),
		DXGI_ERROR_INVALID_CALL);
	assert_hr(IDXGISwapChain4_SetFullscreenState(chain, TRUE, NULL),
		DXGI_ERROR_NOT_CURRENTLY_AVAILABLE);
	assert_hr(IDXGISwapChain4_SetFullscreenState(chain, FALSE, NULL), S_OK);
	assert_hr(IDXGISwapChain4_GetFullscreenState(chain, &fullscreen, NULL), S_OK);
	assert_false(fullscreen);
	assert_hr(IDXGISwapChain4_GetHwnd(chain, &window), S_OK);
	assert_null(window);
	assert_null(IDXGISwapChain4_GetFrameLatencyWaitableObject(chain));
	assert_hr(IDXGISwapChain4_SetMaximumFrameLatency(chain, 2), DXGI_ERROR_INVALID_CALL);
	assert_hr(IDXGISwapChain4_ResizeBuffers(
			  chain, 0, 8, 8, 0, DXGI_SWAP_CHAIN_FLAG_ALLOW_TEARING),
		DXGI_ERROR_INVALID_CALL);
	assert_hr(IDXGISwapChain4_ResizeBuffers(chain, 17, 8, 8, 0, 0), DXGI_ERROR_INVALID_CALL);
	assert_hr(IDXGISwapChain4_ResizeBuffers(chain, 1, 8, 8, 0, 0), DXGI_ERROR_INVALID_CALL);
	assert_hr(IDXGISwapChain4_GetParent(chain, &IID_IDXGIFactory, (void **)&factory), S_OK);
	IDXGIFactory_Release(factory);
	IDXGISwapChain4_Release(chain);
	program_close(&program);
}

static void presents_are_counted(void **state)
{
	struct program program;
	DXGI_FRAME_STATISTICS statistics;
	UINT count;
	set_name("counts");
	program_open(&program, &flip_desc);
	assert_hr(IDXGISwapChain_Present(program.chain, 0, 0), S_OK);
	assert_hr(IDXGISwapChain_Present(program.chain, 0, DXGI_PRESENT_TEST), S_OK);
	assert_hr(IDXGISwapChain_Present(program.chain, 0, DXGI_PRESENT_DO_NOT_SEQUENCE), S_OK);
	assert_hr(IDXGISwapChain_GetLastPresentCount(program.chain, &count), S_OK);
	assert_int_equal(count, 2);
	assert_hr(IDXGISwapChain_GetFrameStatistics(program.chain, &statistics), S_OK);
	assert_int_equal(statistics.PresentCount, 2);
	assert_true(statistics.SyncQPCTime.QuadPart > 0);
	program_close(&program);
}

/* Only what takes at least so long can be said of a machine that is busy. */
static void a_display_has_its_pace(void **state)
{
	struct program program;
	DXGI_FRAME_STATISTICS statistics;
	set_name("pace");
	setenv("CROSSFENCE_REFRESH", "50", 1);
	program_open(&program, &flip_desc);
	int64_t begin = xf_now();
	for (int i = 0; i < 6; i++)
		assert_hr(IDXGISwapChain_Present(program.chain, 1, 0), S_OK);
	assert_true(xf_now() - begin >= 5 * SECOND / 50 - SECOND / 1000);
	begin = xf_now();
	for (int i = 0; i < 2; i++)
		assert_hr(IDXGISwapChain_Present(program.chain, 4, 0), S_OK);
	assert_true(xf_now() - begin >= 4 * SECOND / 50);
	assert_hr(IDXGISwapChain_GetFrameStatistics(program.chain, &statistics), S_OK);
	assert_true(statistics.PresentRefreshCount >= 6 + 4);
	assert_true(statistics.SyncRefreshCount >= statistics.PresentRefreshCount);
	program_close(&program);
	setenv("CROSSFENCE_REFRESH", "0.001", 1);
	program_open(&program, &flip_desc);
	assert_hr(IDXGISwapChain_Present(program.chain, 1, DXGI_PRESENT_DO_NOT_WAIT), S_OK);
	assert_hr(IDXGISwapChain_Present(program.chain, 1, DXGI_PRESENT_DO_NOT_WAIT),
		DXGI_ERROR_WAS_STILL_DRAWING);
	assert_hr(IDXGISwapChain_Present(program.chain, 0, DXGI_PRESENT_DO_NOT_WAIT), S_OK);
	program_close(&program);
}

static void frames_can_be_waited_for(void **state)
{
	DXGI_SWAP_CHAIN_DESC desc = flip_desc;
	struct program program;
	IDXGISwapChain2 *chain;
	UINT latency;
	set_name("latency");
	desc.Flags = DXGI_SWAP_CHAIN_FLAG_FRAME_LATENCY_WAITABLE_OBJECT;
	program_open(&program, &desc);
	assert_hr(
		IDXGISwapChain_QueryInterface(program.chain, &IID_IDXGISwapChain2, (void **)&chain),
		S_OK);
	HANDLE waitable = IDXGISwapChain2_GetFrameLatencyWaitableObject(chain);
	assert_non_null(waitable);
	assert_hr(IDXGISwapChain2_GetMaximumFrameLatency(chain, &latency), S_OK);
	assert_int_equal(latency, 1);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(WaitForSingleObject(waitable, 10000), WAIT_OBJECT_0);
		assert_int_equal(WaitForSingleObject(waitable, 0), WAIT_TIMEOUT);
		program_draw(&program, (uint32_t)i);
		assert_hr(IDXGISwapChain_Present(program.chain, 1, 0), S_OK);
	}
	assert_hr(IDXGISwapChain2_SetMaximumFrameLatency(chain, 0), DXGI_ERROR_INVALID_CALL);
	assert_hr(IDXGISwapChain2_SetMaximumFrameLatency(chain, 17), DXGI_ERROR_INVALID_CALL);
	assert_hr(IDXGISwapChain2_SetMaximumFrameLatency(chain, 3), S_OK);
	for (int i = 0; i < 3; i++)
		assert_int_equal(WaitForSingleObject(waitable, 0), WAIT_OBJECT_0);
	assert_int_equal(WaitForSingleObject(waitable, 0), WAIT_TIMEOUT);
	/* Of three that were begun two are too many now, and do not come back. */
	assert_hr(IDXGISwapChain2_SetMaximumFrameLatency(chain, 1), S_OK);
	for (int i = 0; i < 3; i++)
		assert_hr(IDXGISwapChain_Present(program.chain, 0, 0), S_OK);
	assert_int_equal(WaitForSingleObject(waitable, 0), WAIT_OBJECT_0);
	assert_int_equal(WaitForSingleObject(waitable, 0), WAIT_TIMEOUT);
	assert_true(CloseHandle(waitable));
	IDXGISwapChain2_Release(chain);
	program_close(&program);
}

/* As on Windows; and a view may be sRGB where no flip chain can. */
static void flipping_unbinds_the_buffer(void **state)
{
	const D3D11_RENDER_TARGET_VIEW_DESC srgb = { DXGI_FORMAT_B8G8R8A8_UNORM_SRGB,
		D3D11_RTV_DIMENSION_TEXTURE2D };
	static const FLOAT half[4] = { 0.5f, 0.5f, 0.5f, 1 };
	ID3D11RenderTargetView *view, *bound;
	struct program program;
	struct picture picture;
	struct reader reader;
	set_name("srgb");
	program_open(&program, &flip_desc);
	assert_hr(ID3D11Device_CreateRenderTargetView(
			  program.device, (ID3D11Resource *)program.buffer, &srgb, &view),
		S_OK);
	ID3D11DeviceContext_OMSetRenderTargets(program.context, 1, &view, NULL);
	ID3D11DeviceContext_ClearRenderTargetView(program.context, view, half);
	assert_hr(IDXGISwapChain_Present(program.chain, 0, 0), S_OK);
	ID3D11DeviceContext_OMGetRenderTargets(program.context, 1, &bound, NULL);
	assert_null(bound);
	reader_open(&reader, "srgb", "frames", XF_STREAM_EVERY);
	assert_true(read_picture(&reader, 4, &picture));
	assert_true(is_near(*(uint32_t *)picture.pixels, 0xffbcbcbc));
	free(picture.pixels);
	ID3D11RenderTargetView_Release(view);
	program_close(&program);
	reader_close(&reader);
}

static void chains_have_names(void **state)
{
	static const char *const names[4] = { NULL, NULL, "left",
		"much too long to be a stream's name" };
	static const char *const labels[4] = { "frames", "frames-2", "left",
		"much too long to be a stream" }; /* with room for -64 */
	struct program programs[4];
	struct reader reader;
	set_name("names");
	for (int i = 0; i < 4; i++) {
		program_open(&programs[i], &flip_desc);
		if (names[i])
			assert_hr(IDXGISwapChain_SetPrivateData(programs[i].chain,
					  &WKPDID_D3DDebugObjectName, (UINT)strlen(names[i]),
					  names[i]),
				S_OK);
		program_draw(&programs[i], (uint32_t)i);
		assert_hr(IDXGISwapChain_Present(programs[i].chain, 0, 0), S_OK);
	}
	for (int i = 0; i < 4; i++) {
		struct picture picture;
		reader_open(&reader, "names", labels[i], XF_STREAM_LATEST);
		assert_true(read_picture(&reader, 4, &picture));
		assert_int_equal(number_in(&picture), i);
		free(picture.pixels);
		reader_close(&reader);
		program_close(&programs[i]);
	}
}

/* By the name of the program: this one. */
static void a_program_has_a_name_of_its_own(void **state)
{
	struct program program;
	struct picture picture;
	struct reader reader;
	set_name("");
	program_open(&program, &flip_desc);
	program_draw(&program, 7);
	assert_hr(IDXGISwapChain_Present(program.chain, 0, 0), S_OK);
	reader_open(&reader, "win_swap_chain_test", "frames", XF_STREAM_LATEST);
	assert_true(read_picture(&reader, 4, &picture));
	assert_int_equal(number_in(&picture), 7);
	free(picture.pixels);
	program_close(&program);
	reader_close(&reader);
}

static int run_alone(int socket, const char *arg)
{
	struct program program;
	program_open(&program, &flip_desc);
	for (uint32_t i = 0; i < 3; i++) {
		program_draw(&program, i);
		assert_hr(IDXGISwapChain_Present(program.chain, 0, 0), S_OK);
	}
	program_close(&program);
	return 0;
}

static void without_a_folder_a_program_shows_to_nobody(void **state)
{
	char *folder = strdup(getenv("XDG_RUNTIME_DIR"));
	setenv("XDG_RUNTIME_DIR", "/nonexistent", 1);
	struct child child = child_start("alone", "");
	setenv("XDG_RUNTIME_DIR", folder, 1);
	free(folder);
	assert_int_equal(child_end(&child), 0);
}

static void other_ways_to_a_chain(void **state)
{
	DXGI_SWAP_CHAIN_DESC desc = flip_desc;
	DXGI_SWAP_CHAIN_DESC1 desc1 = { .Format = DXGI_FORMAT_R8G8B8A8_UNORM,
		.SampleDesc = { 1, 0 },
		.BufferUsage = DXGI_USAGE_RENDER_TARGET_OUTPUT,
		.BufferCount = 2,
		.SwapEffect = DXGI_SWAP_EFFECT_FLIP_DISCARD };
	IUnknown *device11 = (IUnknown *)make_device();
	HWND window = (HWND)(uintptr_t)0x1234, told;
	ID3D10Texture2D *buffer;
	ID3D10Device *device;
	ID3D10Device1 *device1;
	IDXGISwapChain *chain;
	IDXGISwapChain1 *chain1;
	IDXGIFactory2 *factory;
	set_name("other");
	assert_hr(D3D10CreateDeviceAndSwapChain(NULL, D3D10_DRIVER_TYPE_HARDWARE, NULL, 0,
			  D3D10_SDK_VERSION, &desc, &chain, &device),
		S_OK);
	assert_hr(IDXGISwapChain_GetBuffer(chain, 0, &IID_ID3D10Texture2D, (void **)&buffer), S_OK);
	assert_hr(IDXGISwapChain_Present(chain, 0, 0), S_OK);
	ID3D10Texture2D_Release(buffer);
	IDXGISwapChain_Release(chain);
	assert_int_equal(ID3D10Device_Release(device), 0);
	assert_hr(D3D10CreateDeviceAndSwapChain1(NULL, D3D10_DRIVER_TYPE_HARDWARE, NULL, 0,
			  D3D10_FEATURE_LEVEL_10_1, D3D10_1_SDK_VERSION, &desc, &chain, &device1),
		S_OK);
	IDXGISwapChain_Release(chain);
	assert_int_equal(ID3D10Device1_Release(device1), 0);
	assert_hr(CreateDXGIFactory1(&IID_IDXGIFactory2, (void **)&factory), S_OK);
	assert_hr(IDXGIFactory2_CreateSwapChainForComposition(
			  factory, device11, &desc1, NULL, &chain1),
		DXGI_ERROR_INVALID_CALL);
	assert_hr(IDXGIFactory2_CreateSwapChainForHwnd(
			  factory, device11, window, &desc1, NULL, NULL, &chain1),
		S_OK);
	assert_hr(IDXGISwapChain1_GetDesc1(chain1, &desc1), S_OK);
	assert_int_equal(desc1.Width, 1280);
	assert_int_equal(desc1.Height, 720);
	assert_hr(IDXGISwapChain1_GetHwnd(chain1, &told), S_OK);
	assert_ptr_equal(told, window);
	IDXGISwapChain1_Release(chain1);
	desc1.AlphaMode = DXGI_ALPHA_MODE_PREMULTIPLIED;
	assert_hr(IDXGIFactory2_CreateSwapChainForComposition(
			  factory, device11, &desc1, NULL, &chain1),
		S_OK);
	assert_hr(IDXGISwapChain1_GetHwnd(chain1, &told), DXGI_ERROR_INVALID_CALL);
	IDXGISwapChain1_Release(chain1);
	IDXGIFactory2_Release(factory);
	assert_int_equal(IUnknown_Release(device11), 0);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { "painter", run_painter }, { "reader", run_reader },
		{ "alone", run_alone }, { NULL, NULL } };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unchanged_program_is_a_producer),
		cmocka_unit_test(a_killed_painter_has_a_successor),
		cmocka_unit_test(a_player_outlives_painters),
		cmocka_unit_test(a_killed_reader_is_harmless),
		cmocka_unit_test(a_stopped_reader_holds_up_nobody_who_does_not_wait),
		cmocka_unit_test(every_format_is_shown),
		cmocka_unit_test(a_chain_changes_its_size),
		cmocka_unit_test(sources_and_colours_reach_readers),
		cmocka_unit_test(scaling_is_checked),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(calls_of_a_chain_are_checked),
		cmocka_unit_test(presents_are_counted),
		cmocka_unit_test(a_display_has_its_pace),
		cmocka_unit_test(frames_can_be_waited_for),
		cmocka_unit_test(flipping_unbinds_the_buffer),
		cmocka_unit_test(chains_have_names),
		cmocka_unit_test(a_program_has_a_name_of_its_own),
		cmocka_unit_test(without_a_folder_a_program_shows_to_nobody),
		cmocka_unit_test(other_ways_to_a_chain),
	};
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
