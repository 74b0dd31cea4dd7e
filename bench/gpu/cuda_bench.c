/* SPDX-License-Identifier: MIT */
/*
 * What CUDA surfaces and streams between two processes cost, each row beside the bare primitive in
 * the same run. cuda_bench ROW [SECOND-DEVICE]; bench/gpu/run runs all rows in all settings.
 *
 *	trips    two streams, each waiting for the other: no work, a kernel of 1 us,
 *		 8 MB of memset
 *	frames   1920x1080 RGBA: a stream writes, another reads; 4 surfaces
 *		 (CUDA_BENCH_FRAMES: 4000)
 *	cpu      a stream is done, and a CPU of the other process runs
 *	kernel, wait, signal
 *		 kill -9 in a kernel, in a wait, between write and signal
 *		 (CUDA_BENCH_KILLS: 200, as many as CUDA_BENCH_SECONDS: 30 allow)
 *	many     surfaces made and closed across two processes
 *		 (CUDA_BENCH_SURFACES: 10000)
 *
 * The processes are forked before anything is started, and talk through one shared page.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <crossfence/crossfence.h>
#include <crossfence/cuda.h>

#include "driver.h"

#define MS	 1000000LL
#define FOREVER	 xf_deadline(60000 * MS)
#define WIDTH	 1920
#define HEIGHT	 1080
#define BYTES	 (WIDTH * HEIGHT * 4)
#define RESERVED (8u << 20) /* BYTES in whole pieces of 2 MiB */
#define SURFACES 4
#define AHEAD	 32 /* frames that a process hands over before it looks what is done */
#define BATCH	 16 /* it looks for so many at once */
#define READY	 8 /* victims that have started their driver before their turn comes */

struct board {
	_Alignas(4096) _Atomic uint64_t words[8]; /* what bare streams wait for and write */
	_Alignas(4096) _Atomic uint64_t ready[8]; /* processes that have come so far */
	_Atomic uint64_t ids[8];
	_Atomic uint64_t futex;
	double result[4]; /* of the children */
	double cpu[4], waiting[4];
	struct {
		_Atomic int turn; /* 1: is to do its work, 2: has */
		_Atomic uint64_t timeline;
	} victims[READY];
};
static struct board *board;
static int devices[2];
static int pair[2];

#define OK(call)                                                                                   \
	do {                                                                                       \
		int r_ = (call);                                                                   \
		if (r_) {                                                                          \
			fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #call,              \
				xf_last_message(r_));                                              \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

static double now_us(void)
{
	return (double)xf_now() / 1e3;
}

static double cpu_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Both sides wait until both are there. */
static void meet(int point)
{
	atomic_fetch_add(&board->ready[point], 1);
	while (atomic_load(&board->ready[point]) < 2)
		usleep(50);
}

struct gpu {
	CUstream stream;
	CUdeviceptr words, scratch;
	CUfunction delay;
	struct xf_domain *domain;
	struct xf_queue *queue;
	struct xf_timeline *timelines[2];
};

static void start_driver(int side, struct gpu *g)
{
	CUcontext ctx;
	CUmodule module;
	driver_load();
	CU(cuInit(0));
	CU(cuDevicePrimaryCtxRetain(&ctx, devices[side]));
	CU(cuCtxSetCurrent(ctx));
	CU(cuStreamCreate(&g->stream, 1));
	CU(cuModuleLoadData(&module, delay_ptx));
	CU(cuModuleGetFunction(&g->delay, module, "delay"));
	CU(cuMemAlloc_v2(&g->scratch, RESERVED));
	CU(cuMemHostRegister_v2((void *)board->words, 4096, 3));
	CU(cuMemHostGetDevicePointer_v2(&g->words, (void *)board->words, 0));
}

/* Side 0 makes the domain and two timelines, side 1 finds them. */
static void start(int side, struct gpu *g)
{
	memset(g, 0, sizeof(*g));
	start_driver(side, g);
	if (side == 0) {
		OK(xf_domain_open_or_create("cuda-bench", NULL, &g->domain));
		for (int i = 0; i < 2; i++) {
			OK(xf_timeline_create(g->domain, 0, 0, NULL, &g->timelines[i]));
			board->ids[i] = xf_timeline_id(g->timelines[i]);
		}
	}
	meet(0);
	if (side == 1) {
		OK(xf_domain_open("cuda-bench", 0, FOREVER, &g->domain));
		for (int i = 0; i < 2; i++)
			OK(xf_timeline_open(g->domain, board->ids[i], &g->timelines[i]));
	}
	OK(xf_queue_create_cuda(g->stream, &g->queue));
	meet(1);
}

static void delay(struct gpu *g, uint64_t ns)
{
	void *args[] = { &ns };
	CU(cuLaunchKernel(g->delay, 1, 1, 1, 1, 1, 1, 0, g->stream, args, NULL));
}

static void bare_wait(struct gpu *g, int word, uint64_t value)
{
	CU(cuStreamWaitValue64_v2(g->stream, g->words + 8 * (unsigned)word, value, 0));
}

static void bare_write(struct gpu *g, int word, uint64_t value)
{
	CU(cuStreamWriteValue64_v2(g->stream, g->words + 8 * (unsigned)word, value, 0));
}

static int setting(const char *name, int otherwise)
{
	const char *text = getenv(name);
	return text ? atoi(text) : otherwise;
}

/* One run of two processes; what they leave on the board is printed by the caller. */
static void run(void (*fn)(int side, struct gpu *g))
{
	pid_t pids[2];
	memset((void *)board, 0, sizeof(*board));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair))
		exit(1);
	for (int side = 0; side < 2; side++) {
		pids[side] = fork();
		if (pids[side] == 0) {
			struct gpu g;
			alarm(120);
			start(side, &g);
			fn(side, &g);
			fflush(stdout);
			_exit(0);
		}
	}
	for (int side = 0; side < 2; side++) {
		int status;
		waitpid(pids[side], &status, 0);
		if (status) {
			fprintf(stderr, "side %d ended with %x\n", side, status);
			exit(1);
		}
	}
	close(pair[0]);
	close(pair[1]);
}

static int kind; /* what the row varies */
static uint64_t n_trips = 1000;

static void work(struct gpu *g)
{
	if (kind == 1)
		delay(g, 1000);
	else if (kind == 2)
		CU(cuMemsetD32Async(g->scratch, 1, BYTES / 4, g->stream));
}

static void bare_trips(int side, struct gpu *g)
{
	double begin = now_us();
	for (uint64_t i = 0; i < n_trips; i++) {
		if (side)
			bare_wait(g, 0, i + 1);
		work(g);
		bare_write(g, side, i + 1);
		if (!side)
			bare_wait(g, 1, i + 1);
	}
	CU(cuStreamSynchronize(g->stream));
	board->result[side] = (now_us() - begin) / (double)n_trips;
}

static void our_trips(int side, struct gpu *g)
{
	double begin = now_us();
	for (uint64_t i = 0; i < n_trips; i++) {
		if (side)
			OK(xf_queue_wait(g->queue, g->timelines[0], i + 1));
		work(g);
		OK(xf_queue_signal(g->queue, g->timelines[side], i + 1));
		if (!side)
			OK(xf_queue_wait(g->queue, g->timelines[1], i + 1));
	}
	CU(cuStreamSynchronize(g->stream));
	board->result[side] = (now_us() - begin) / (double)n_trips;
}

static void row_trips(void)
{
	static const char *const names[] = { "no work", "kernels of 1 us", "8 MB on each side" };
	for (kind = 0; kind < 3; kind++) {
		double bare[3], ours[3];
		for (int k = 0; k < 3; k++) {
			run(bare_trips);
			bare[k] = board->result[0];
			run(our_trips);
			ours[k] = board->result[0];
		}
		double b = bare[0], o = ours[0];
		for (int k = 1; k < 3; k++) {
			b = bare[k] < b ? bare[k] : b;
			o = ours[k] < o ? ours[k] : o;
		}
		printf("round trip, %-18s bare %8.2f us  crossfence %8.2f us  %.2f x\n",
			names[kind], b, o, o / b);
		fflush(stdout);
	}
}

/* Memory that both processes have, the bare way: descriptors over a socket. */
static void send_fd(int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 }, byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr message = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	if (sendmsg(pair[0], &message, 0) != 1)
		exit(1);
}

static int receive_fd(void)
{
	char control[CMSG_SPACE(sizeof(int))], byte;
	int fd = -1;
	struct iovec iov = { &byte, 1 };
	struct msghdr message = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	if (recvmsg(pair[1], &message, 0) != 1)
		exit(1);
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
	return fd;
}

static CUdeviceptr bare_surface(int side)
{
	struct prop prop = { 1, 1, 1, devices[0], NULL, { 0 } };
	struct access access = { 1, devices[side], 3 };
	unsigned long long handle;
	CUdeviceptr ptr;
	int fd;
	if (side == 0) {
		CU(cuMemCreate(&handle, RESERVED, &prop, 0));
		CU(cuMemExportToShareableHandle(&fd, handle, 1, 0));
		send_fd(fd);
	} else {
		fd = receive_fd();
		CU(cuMemImportFromShareableHandle(&handle, (void *)(intptr_t)fd, 1));
	}
	CU(cuMemAddressReserve(&ptr, RESERVED, 0, 0, 0));
	CU(cuMemMap(ptr, RESERVED, 0, handle, 0));
	CU(cuMemSetAccess(ptr, RESERVED, &access, 1));
	return ptr;
}

static uint64_t n_frames; /* CUDA_BENCH_FRAMES */

/* The last frame, by value. */
static void check_scratch(struct gpu *g)
{
	unsigned *pixels = malloc(BYTES);
	CU(cuMemcpyDtoH_v2(pixels, g->scratch, BYTES));
	for (int i = 0; i < BYTES / 4; i++)
		if (pixels[i] != n_frames) {
			fprintf(stderr, "pixel %d of the last frame is %u\n", i, pixels[i]);
			exit(1);
		}
	free(pixels);
}

static void spin_for(_Atomic uint64_t *word, uint64_t value)
{
	while (atomic_load(word) < value)
		;
}

static void note_frames(int side, double begin, double cpu, double waiting)
{
	double wall = now_us() - begin;
	board->result[side] = (double)n_frames / wall * 1e6;
	board->cpu[side] = (cpu_us() - cpu) / wall * 100;
	board->waiting[side] = waiting / wall * 100;
}

/*
 * Streams wait for each other; CPUs look only that no more than AHEAD frames are handed over, for
 * BATCH frames at once. What a CPU spends in that is apart from what handing over costs.
 */
static void bare_frames(int side, struct gpu *g)
{
	CUdeviceptr ptr[SURFACES];
	for (int i = 0; i < SURFACES; i++)
		ptr[i] = bare_surface(side);
	meet(2);
	double begin = now_us(), cpu = cpu_us(), waiting = 0;
	for (uint64_t i = 1; i <= n_frames; i++) {
		if (i > AHEAD && i % BATCH == 0) {
			waiting -= cpu_us();
			spin_for(&board->words[side], i - AHEAD + BATCH - 1);
			waiting += cpu_us();
		}
		if (side == 0) {
			if (i > SURFACES)
				bare_wait(g, 1, i - SURFACES);
			CU(cuMemsetD32Async(ptr[i % SURFACES], (unsigned)i, BYTES / 4, g->stream));
		} else {
			bare_wait(g, 0, i);
			CU(cuMemcpyAsync(g->scratch, ptr[i % SURFACES], BYTES, g->stream));
		}
		bare_write(g, side, i);
	}
	CU(cuStreamSynchronize(g->stream));
	note_frames(side, begin, cpu, waiting);
	if (side == 1)
		check_scratch(g);
	meet(3);
}

static struct xf_pool *our_pool(int side, struct gpu *g)
{
	struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = WIDTH,
		.height_px = HEIGHT,
		.fourcc = XF_FORMAT_ABGR8888 };
	struct xf_pool *pool;
	if (side == 0) {
		OK(xf_cuda_pool_create(g->domain, &desc, SURFACES, 0, "pool", devices[0], &pool));
		board->ids[2] = xf_pool_id(pool);
	}
	meet(2);
	if (side == 1)
		OK(xf_pool_open(g->domain, board->ids[2], &pool));
	return pool;
}

static void our_frames(int side, struct gpu *g)
{
	struct xf_pool *pool = our_pool(side, g);
	xf_cuda_ptr ptr[SURFACES];
	for (uint32_t i = 0; i < SURFACES; i++)
		OK(xf_cuda_map(xf_pool_surface(pool, i), devices[side], &ptr[i]));
	meet(3);
	double begin = now_us(), cpu = cpu_us(), waiting = 0;
	for (uint64_t i = 1; i <= n_frames; i++) {
		if (i > AHEAD && i % BATCH == 0) {
			waiting -= cpu_us();
			OK(xf_timeline_wait(g->timelines[side], i - AHEAD + BATCH - 1, FOREVER));
			waiting += cpu_us();
		}
		if (side == 0) {
			if (i > SURFACES)
				OK(xf_queue_wait(g->queue, g->timelines[1], i - SURFACES));
			CU(cuMemsetD32Async(ptr[i % SURFACES], (unsigned)i, BYTES / 4, g->stream));
		} else {
			OK(xf_queue_wait(g->queue, g->timelines[0], i));
			CU(cuMemcpyAsync(g->scratch, ptr[i % SURFACES], BYTES, g->stream));
		}
		OK(xf_queue_signal(g->queue, g->timelines[side], i));
	}
	CU(cuStreamSynchronize(g->stream));
	note_frames(side, begin, cpu, waiting);
	if (side == 1)
		check_scratch(g);
	meet(4); /* nobody leaves while the other's stream has work to do */
}

struct rate {
	double per_second, cpu, waiting;
};

static void best_of(struct rate *best)
{
	if (board->result[1] > best->per_second)
		*best = (struct rate){ board->result[1], board->cpu[1], board->waiting[1] };
}

static void row_frames(void)
{
	struct rate bare = { 0 }, ours = { 0 };
	n_frames = (uint64_t)setting("CUDA_BENCH_FRAMES", 4000);
	for (int k = 0; k < 3; k++) {
		run(bare_frames);
		best_of(&bare);
		run(our_frames);
		best_of(&ours);
	}
	printf("frames, streams wait: bare %.0f /s (cpu %.0f %%, %.1f of it waiting)  crossfence "
	       "%.0f /s (cpu %.0f %%, %.1f of it waiting)  %.2f x\n",
		bare.per_second, bare.cpu, bare.waiting, ours.per_second, ours.cpu, ours.waiting,
		ours.per_second / bare.per_second);
	fflush(stdout);
}

/* A stream is done, the other process' CPU answers. */
static uint64_t work_ns;

enum { SPIN, HOST_FUNCTION };

static void wake(void *arg)
{
	(void)arg;
	atomic_fetch_add(&board->futex, 1);
	xf_timeline_signal(arg, atomic_load(&board->futex));
}

static void cpu_trips(int side, struct gpu *g, bool ours)
{
	uint64_t n = work_ns > 500000 ? 400 : 2000;
	meet(2);
	double begin = now_us(), cpu = cpu_us();
	for (uint64_t i = 1; i <= n; i++) {
		if (side == 0) {
			if (work_ns)
				delay(g, work_ns);
			if (kind == HOST_FUNCTION && !ours)
				CU(cuLaunchHostFunc(g->stream, wake, g->timelines[0]));
			else if (ours)
				OK(xf_queue_signal(g->queue, g->timelines[0], i));
			else
				bare_write(g, 0, i);
			bare_wait(g, 1, i);
		} else {
			if (ours || kind == HOST_FUNCTION)
				OK(xf_timeline_wait(g->timelines[0], i, FOREVER));
			else
				spin_for(&board->words[0], i);
			atomic_store(&board->words[1], i);
		}
	}
	CU(cuStreamSynchronize(g->stream));
	double wall = now_us() - begin;
	board->result[side] = wall / (double)n - (double)work_ns / 1e3;
	board->cpu[side] = (cpu_us() - cpu) / wall * 100;
	meet(3);
}

static void bare_cpu_trips(int side, struct gpu *g)
{
	cpu_trips(side, g, false);
}

static void our_cpu_trips(int side, struct gpu *g)
{
	cpu_trips(side, g, true);
}

static void row_cpu(void)
{
	static const uint64_t works[] = { 0, 100000, 1000000 };
	for (int w = 0; w < 3; w++) {
		double us[3], cpu[3];
		work_ns = works[w];
		for (int k = 0; k < 3; k++) {
			kind = k == 1 ? HOST_FUNCTION : SPIN;
			run(k == 2 ? our_cpu_trips : bare_cpu_trips);
			us[k] = board->result[0];
			cpu[k] = board->cpu[1];
		}
		printf("stream, then CPU, %4.0f us of work: spinning %.1f us (%.0f %% cpu)  "
		       "host function %.1f us (%.0f %%)  crossfence %.1f us (%.1f %%)\n",
			(double)work_ns / 1e3, us[0], cpu[0], us[1], cpu[1], us[2], cpu[2]);
		fflush(stdout);
	}
}

enum { IN_KERNEL, IN_WAIT, BEFORE_SIGNAL };

/*
 * A process of its own that owns a timeline and is killed: in a kernel, in a wait, before signal.
 * Its driver has started before its turn comes: that takes half a second.
 */
static _Noreturn void victim(int how, int slot)
{
	struct gpu g = { 0 };
	struct xf_timeline *owned, *never;
	struct xf_pool *pool;
	uint32_t index;
	xf_cuda_ptr ptr;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	start_driver(0, &g);
	OK(xf_domain_open("cuda-bench", 0, FOREVER, &g.domain));
	OK(xf_timeline_create(g.domain, 0, XF_TIMELINE_OWNED, NULL, &owned));
	OK(xf_timeline_open(g.domain, board->ids[3], &never));
	OK(xf_queue_create_cuda(g.stream, &g.queue));
	OK(xf_pool_open(g.domain, board->ids[2], &pool));
	while (atomic_load(&board->victims[slot].turn) != 1)
		usleep(200);
	OK(xf_pool_hold(pool, FOREVER, &index));
	OK(xf_cuda_map(xf_pool_surface(pool, index), devices[0], &ptr));
	CU(cuMemsetD32Async(ptr, 7, BYTES / 4, g.stream));
	OK(xf_queue_signal(g.queue, owned, 1));
	if (how == IN_KERNEL)
		delay(&g, 3000000000u);
	else if (how == IN_WAIT)
		OK(xf_queue_wait(g.queue, slot % 2 ? owned : never, 1000));
	CU(cuMemsetD32Async(ptr, 8, BYTES / 4, g.stream));
	if (how != BEFORE_SIGNAL)
		OK(xf_queue_signal(g.queue, owned, 2));
	board->victims[slot].timeline = xf_timeline_id(owned);
	atomic_store(&board->victims[slot].turn, 2);
	for (;;)
		pause();
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static pid_t start_victim(int how, int slot)
{
	char texts[2][12];
	atomic_store(&board->victims[slot].turn, 0);
	snprintf(texts[0], sizeof(texts[0]), "%d", how);
	snprintf(texts[1], sizeof(texts[1]), "%d", slot);
	pid_t pid = fork();
	if (pid == 0) {
		execl("/proc/self/exe", "cuda_bench", "victim", texts[0], texts[1], (char *)NULL);
		_exit(1);
	}
	return pid;
}

static void let_work(pid_t pid, int slot)
{
	int status;
	atomic_store(&board->victims[slot].turn, 1);
	while (atomic_load(&board->victims[slot].turn) != 2) {
		if (waitpid(pid, &status, WNOHANG) == pid) {
			fprintf(stderr, "a victim ended by itself: %x\n", status);
			exit(1);
		}
		usleep(200);
	}
}

static void expect_abandoned(const char *what, int r)
{
	if (r == XF_ABANDONED)
		return;
	fprintf(stderr, "%s: %d (%s), not abandoned\n", what, r, r < 0 ? xf_last_message(r) : "");
	exit(2);
}

/* Kills it, with a stream of ours in a wait for it, and waits until all surfaces are free. */
static void kill_one(
	struct gpu *g, struct xf_pool *pool, pid_t pid, int slot, double *told, double *freed)
{
	struct xf_timeline *theirs;
	struct xf_queue *queue;
	CUstream stream;
	uint32_t held[SURFACES];
	let_work(pid, slot);
	OK(xf_timeline_open(g->domain, board->victims[slot].timeline, &theirs));
	CU(cuStreamCreate(&stream, 1));
	OK(xf_queue_create_cuda(stream, &queue));
	OK(xf_queue_wait(queue, theirs, 2));
	usleep(5000);
	double begin = now_us();
	kill(pid, SIGKILL);
	int r = xf_timeline_wait(theirs, 2, FOREVER);
	*told = now_us() - begin;
	expect_abandoned("a CPU that waits", r);
	expect_abandoned("a stream that waits", xf_queue_finish(queue, xf_deadline(5000 * MS)));
	waitpid(pid, NULL, 0);
	for (int i = 0; i < SURFACES; i++)
		OK(xf_pool_hold(pool, FOREVER, &held[i]));
	*freed = (now_us() - begin) / 1e3;
	for (int i = 0; i < SURFACES; i++)
		OK(xf_pool_give(pool, held[i]));
	xf_queue_destroy(queue);
	CU(cuStreamDestroy_v2(stream));
	xf_timeline_close(theirs);
}

static size_t memory_free(void)
{
	size_t left, total;
	CU(cuMemGetInfo_v2(&left, &total));
	return left;
}

/* Victims one after the other, READY of them started ahead; how many, in the time there is. */
static int kill_many(
	struct gpu *g, struct xf_pool *pool, int how, int kills, double *told, double *freed)
{
	pid_t pids[READY];
	double until = now_us() + setting("CUDA_BENCH_SECONDS", 30) * 1e6;
	int started = 0, done = 0;
	while (done < started || (started < kills && now_us() < until)) {
		while (started < kills && started < done + READY && now_us() < until) {
			pids[started % READY] = start_victim(how, started % READY);
			started++;
		}
		if (done < started) {
			kill_one(g, pool, pids[done % READY], done % READY, &told[done],
				&freed[done]);
			done++;
		}
	}
	return done;
}

/* The dead ones' memory comes back when the driver has seen to it. */
static long memory_lost(size_t before)
{
	for (int i = 0; i < 100 && memory_free() < before; i++)
		usleep(20000);
	return ((long)before - (long)memory_free()) / 1024;
}

static void row_deaths(int how)
{
	static const char *const names[] = { "in a kernel", "in a wait", "before signal" };
	int kills = setting("CUDA_BENCH_KILLS", 200);
	double *told = calloc((size_t)kills + 1, sizeof(*told));
	double *freed = calloc((size_t)kills + 1, sizeof(*freed));
	struct gpu g = { 0 };
	struct xf_timeline *never;
	struct xf_pool *pool = NULL;
	struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = WIDTH,
		.height_px = HEIGHT,
		.fourcc = XF_FORMAT_ABGR8888 };
	start_driver(0, &g);
	OK(xf_domain_open_or_create("cuda-bench", NULL, &g.domain));
	OK(xf_timeline_create(g.domain, 0, 0, NULL, &never));
	OK(xf_cuda_pool_create(g.domain, &desc, SURFACES, 0, "pool", devices[0], &pool));
	board->ids[2] = xf_pool_id(pool);
	board->ids[3] = xf_timeline_id(never);
	kill_many(&g, pool, how, 1, told, freed); /* what our own driver needs for it, once */
	usleep(500000);
	size_t before = memory_free();
	int n = kill_many(&g, pool, how, kills, told, freed);
	qsort(told, (size_t)n, sizeof(*told), by_value);
	qsort(freed, (size_t)n, sizeof(*freed), by_value);
	printf("killed %s %d times: told after %.0f us (median; worst %.0f), all surfaces back "
	       "after %.0f ms (worst %.0f), 0 stuck streams, GPU memory %+ld KiB\n",
		names[how], n, told[n / 2], told[n - 1], freed[n / 2], freed[n - 1],
		memory_lost(before));
	free(told);
	free(freed);
}

static unsigned descriptors(void)
{
	unsigned n = 0;
	for (int fd = 0; fd < 65536; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void make_many(int side, struct gpu *g)
{
	uint64_t n = (uint64_t)setting("CUDA_BENCH_SURFACES", 10000);
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 64, .fourcc = XF_FORMAT_ABGR8888
	};
	struct xf_surface *surface;
	xf_cuda_ptr ptr;
	size_t before = 0;
	unsigned fds = 0;
	double begin = now_us();
	for (uint64_t i = 1; i <= n; i++) {
		if (side == 0) {
			OK(xf_cuda_surface_create(g->domain, &desc, 0, devices[0], &surface));
			board->ids[2] = xf_surface_id(surface);
			OK(xf_timeline_signal(g->timelines[0], i));
			OK(xf_timeline_wait(g->timelines[1], i, FOREVER));
		} else {
			OK(xf_timeline_wait(g->timelines[0], i, FOREVER));
			OK(xf_surface_open(g->domain, board->ids[2], &surface));
		}
		OK(xf_cuda_map(surface, devices[side], &ptr));
		xf_surface_close(surface);
		if (side == 1)
			OK(xf_timeline_signal(g->timelines[1], i));
		if (i == 10) {
			before = memory_free();
			fds = descriptors();
		}
	}
	if (side == 0)
		usleep(20000);
	printf("%llu surfaces, side %d: %.0f us each, descriptors %+d, GPU memory %+ld KiB\n",
		(unsigned long long)n, side, (now_us() - begin) / (double)n,
		(int)(descriptors() - fds), ((long)before - (long)memory_free()) / 1024);
}

static struct board *open_board(bool again)
{
	char path[300];
	const char *folder = getenv("XDG_RUNTIME_DIR");
	/* Drivers register shared memory only. */
	snprintf(path, sizeof(path), "%s/board", folder ? folder : "/dev/shm");
	int fd = open(path, O_RDWR | O_CLOEXEC | (again ? 0 : O_CREAT), 0600);
	if (fd < 0 || ftruncate(fd, sizeof(struct board)))
		exit(1);
	void *p = mmap(NULL, sizeof(struct board), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		exit(1);
	close(fd);
	return p;
}

int main(int argc, char **argv)
{
	const char *row = argc > 1 ? argv[1] : "";
	board = open_board(!strcmp(row, "victim"));
	if (!strcmp(row, "victim"))
		victim(argc > 2 ? atoi(argv[2]) : 0, argc > 3 ? atoi(argv[3]) : 0);
	devices[1] = argc > 2 ? atoi(argv[2]) : 0;
	if (!strcmp(row, "trips"))
		row_trips();
	else if (!strcmp(row, "frames"))
		row_frames();
	else if (!strcmp(row, "cpu"))
		row_cpu();
	else if (!strcmp(row, "kernel"))
		row_deaths(IN_KERNEL);
	else if (!strcmp(row, "wait"))
		row_deaths(IN_WAIT);
	else if (!strcmp(row, "signal"))
		row_deaths(BEFORE_SIGNAL);
	else if (!strcmp(row, "many"))
		run(make_many);
	else
		return fprintf(stderr, "cuda_bench trips|frames|cpu|kernel|wait|signal|many "
				       "[DEVICE]\n"),
		       2;
	return 0;
}
