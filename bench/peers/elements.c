/* SPDX-License-Identifier: MIT */
/*
 * What a border between two processes adds to a GStreamer pipeline: by xfsink and xfsrc, by shmsink
 * and shmsrc, and by nothing but a queue in one process. See bench/peers/gstreamer, which calls it.
 *
 * In each round all of them are measured in turn, and what is told are the medians of the rounds
 * and of the rounds' own ratios: a machine that is busy meanwhile takes all of them along. Time is
 * from one buffer that arrives to another, CPU time that of both processes between the two, as the
 * kernel counts it; so starting and ending do not count.
 */
#include <fcntl.h>
#include <gst/gst.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PICTURE	 "video/x-raw,format=NV12,width=1920,height=1080,framerate=30/1"
#define PICTURES "videotestsrc pattern=black ! " PICTURE
#define BYTES	 "fakesrc sizetype=fixed sizemax=64 filltype=nothing ! application/x-bench"
#define XF_SINK	 "xfsink name=xf domain=bench wait-for-connection=true sync=false"
#define XF_SRC	 "xfsrc name=xf domain=bench is-live=false"
#define SHM_SINK "shmsink socket-path=SOCKET shm-size=100000000 wait-for-connection=true sync=false"
#define SHM_SRC	 "shmsrc socket-path=SOCKET"
#define PW_SINK	 "pipewiresink mode=provide client-name=bench-sink sync=false"
#define PW_SRC	 "pipewiresrc client-name=bench-src"
#define OUT	 "fakesink name=out sync=false"
#define LIMIT_S	 20 /* for one measurement: peers have been seen to hang */

/* ---- one process ---- */

struct counting {
	guint warm, count, seen;
	pid_t producer;
	gint64 time_ns, cpu_ns; /* at first, then what it took */
	GMainLoop *loop;
};

static gint64 read_clock(clockid_t clock)
{
	struct timespec now = { 0, 0 };
	clock_gettime(clock, &now);
	return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

static gint64 cpu_of_both(pid_t producer)
{
	clockid_t clock;
	gint64 ours = read_clock(CLOCK_PROCESS_CPUTIME_ID);
	return producer && clock_getcpuclockid(producer, &clock) == 0 ? ours + read_clock(clock)
								      : ours;
}

static GstPadProbeReturn count(GstPad *pad, GstPadProbeInfo *info, gpointer arg)
{
	struct counting *counting = arg;
	(void)pad, (void)info;
	counting->seen++;
	if (counting->seen == counting->warm) {
		counting->time_ns = -read_clock(CLOCK_MONOTONIC);
		counting->cpu_ns = -cpu_of_both(counting->producer);
	} else if (counting->seen == counting->warm + counting->count) {
		counting->time_ns += read_clock(CLOCK_MONOTONIC);
		counting->cpu_ns += cpu_of_both(counting->producer);
		g_main_loop_quit(counting->loop);
	}
	return GST_PAD_PROBE_OK;
}

static GstElement *play(const char *line)
{
	GError *error = NULL;
	GstElement *pipeline = gst_parse_launch(line, &error);
	if (error) {
		fprintf(stderr, "%s\n", error->message);
		exit(1);
	}
	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	return pipeline;
}

/* "time cpu copied" on the standard output. */
static int consume(const char *line, guint warm, guint buffers, pid_t producer)
{
	struct counting counting = { .warm = warm, .count = buffers, .producer = producer };
	GError *error = NULL;
	guint64 copied = 0;
	counting.loop = g_main_loop_new(NULL, FALSE);
	GstElement *pipeline = gst_parse_launch(line, &error);
	if (error)
		return 1;
	GstElement *out = gst_bin_get_by_name(GST_BIN(pipeline), "out");
	GstElement *xf = gst_bin_get_by_name(GST_BIN(pipeline), "xf");
	GstPad *pad = gst_element_get_static_pad(out, "sink");
	gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, count, &counting, NULL);
	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	g_main_loop_run(counting.loop);
	if (xf)
		g_object_get(xf, "copied", &copied, NULL);
	printf("%lld %lld %llu\n", (long long)counting.time_ns, (long long)counting.cpu_ns,
		(unsigned long long)copied);
	fflush(stdout);
	_exit(0); /* at once: threads are at work, and what is open goes with the process */
}

/* Until its standard input ends; then how many were copied. */
static int produce(const char *line)
{
	char byte;
	guint64 copied = 0;
	GstElement *pipeline = play(line);
	while (read(0, &byte, 1) > 0)
		;
	GstElement *xf = gst_bin_get_by_name(GST_BIN(pipeline), "xf");
	if (xf)
		g_object_get(xf, "copied", &copied, NULL);
	gst_element_set_state(pipeline, GST_STATE_NULL);
	printf("%llu\n", (unsigned long long)copied);
	return 0;
}

/* ---- several ---- */

struct process {
	pid_t pid;
	FILE *to, *from;
};

static struct process start(char *const argv[])
{
	int in[2], out[2];
	struct process process = { 0, NULL, NULL };
	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		exit(1);
	process.pid = fork();
	if (process.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(in[0], 0);
		dup2(out[1], 1);
		alarm(LIMIT_S);
		execv("/proc/self/exe", argv);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	process.to = fdopen(in[1], "w");
	process.from = fdopen(out[0], "r");
	return process;
}

static struct process start_producer(const char *line)
{
	char *argv[] = { "elements", "--produce", (char *)line, NULL };
	return start(argv);
}

static struct process start_consumer(const char *line, guint warm, guint buffers, pid_t producer)
{
	gchar *numbers[] = { g_strdup_printf("%u", warm), g_strdup_printf("%u", buffers),
		g_strdup_printf("%d", (int)producer) };
	char *argv[] = { "elements", "--consume", (char *)line, numbers[0], numbers[1], numbers[2],
		NULL };
	struct process process = start(argv);
	for (int i = 0; i < 3; i++)
		g_free(numbers[i]);
	return process;
}

/* What it said last; and its end. 0: it said nothing, for it was too slow. */
static int finish(struct process *process, double said[3])
{
	fclose(process->to);
	int n = fscanf(process->from, "%lf %lf %lf", &said[0], &said[1], &said[2]);
	fclose(process->from);
	waitpid(process->pid, NULL, 0);
	return n;
}

struct kind {
	const char *name, *sink, *source; /* sink NULL: all in one process */
	gboolean link; /* by PipeWire's daemon, see bench/peers/gstreamer */
};

struct result {
	double time_us, cpu_us; /* of one buffer; 0: it hung */
};

static gchar *with_socket(const char *line, const char *socket)
{
	gchar **parts = g_strsplit(line, "SOCKET", 2);
	gchar *all = g_strjoinv(socket, parts);
	g_strfreev(parts);
	return all;
}

/* Without a session manager nobody else does; both have to be there first. */
static void link_nodes(void)
{
	gchar *argv[] = { "pw-link", "bench-sink:out_0", "bench-src:in_0", NULL };
	gint status = 1;
	for (int i = 0; status && i < 100; i++) {
		if (!g_spawn_sync(NULL, argv, NULL,
			    G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL |
				    G_SPAWN_STDERR_TO_DEV_NULL,
			    NULL, NULL, NULL, NULL, &status, NULL))
			return;
		if (status)
			g_usleep(50000);
	}
}

static struct result measure(
	const struct kind *kind, const char *input, guint warm, guint buffers, const char *folder)
{
	gchar *socket = g_strdup_printf("%s/socket", folder), *line;
	struct process producer = { 0, NULL, NULL };
	double said[3] = { 0 }, copied[3];
	(void)unlink(socket);
	if (kind->sink) {
		gchar *sink = with_socket(kind->sink, socket);
		line = g_strdup_printf("%s ! %s", input, sink);
		producer = start_producer(line);
		g_free(line);
		g_free(sink);
		for (int i = 0; strstr(kind->sink, "SOCKET") && access(socket, F_OK) && i < 3000;
			i++)
			g_usleep(10000);
		gchar *source = with_socket(kind->source, socket);
		line = g_strdup_printf("%s ! " OUT, source);
		g_free(source);
	} else {
		line = g_strdup_printf("%s ! queue ! " OUT, input);
	}
	struct process consumer = start_consumer(line, warm, buffers, producer.pid);
	if (kind->link)
		link_nodes();
	int n = finish(&consumer, said);
	if (producer.pid)
		finish(&producer, copied);
	g_free(line);
	g_free(socket);
	return n < 2 ? (struct result){ 0, 0 }
		     : (struct result){ said[0] / buffers / 1e3, said[1] / buffers / 1e3 };
}

/* ---- figures ---- */

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static double median(double *of, guint n)
{
	qsort(of, n, sizeof(*of), compare);
	return n ? n % 2 ? of[n / 2] : (of[n / 2 - 1] + of[n / 2]) / 2 : 0;
}

static void print_row(const char *name, double *time, double *cpu, guint n, guint rounds)
{
	printf("  %-22s %9.1f us %9.1f us", name, median(time, n), median(cpu, n));
	if (n < rounds)
		printf("   hung in %u of %u rounds", rounds - n, rounds);
	printf("\n");
}

#define ROUNDS_MAX 99

static void frames(guint rounds, guint buffers, const char *folder)
{
	static const struct kind kinds[] = { { .name = "queue, one process" },
		{ "shmsink, shmsrc", SHM_SINK, SHM_SRC, FALSE },
		{ "xfsink, xfsrc", XF_SINK, XF_SRC, FALSE } };
	double time[3][ROUNDS_MAX], cpu[3][ROUNDS_MAX], of_time[ROUNDS_MAX], of_cpu[ROUNDS_MAX],
		of_all[ROUNDS_MAX];
	double added[2][ROUNDS_MAX], added_cpu[2][ROUNDS_MAX];
	guint n = 0;
	for (guint round = 0; round < rounds; round++) {
		struct result r[3];
		gboolean all = TRUE;
		for (guint i = 0; i < 3; i++) {
			r[i] = measure(&kinds[(i + round) % 3], PICTURES, 200, buffers, folder);
			all = all && r[i].time_us > 0;
		}
		for (guint i = 0; all && i < 3; i++) {
			time[(i + round) % 3][n] = r[i].time_us;
			cpu[(i + round) % 3][n] = r[i].cpu_us;
		}
		if (!all)
			continue;
		for (int i = 0; i < 2; i++) {
			added[i][n] = time[i + 1][n] - time[0][n];
			added_cpu[i][n] = cpu[i + 1][n] - cpu[0][n];
		}
		of_time[n] = added[1][n] / added[0][n];
		of_cpu[n] = added_cpu[1][n] / added_cpu[0][n];
		of_all[n] = cpu[2][n] / cpu[1][n];
		n++;
	}
	printf("1920x1080 NV12, one frame:    time         CPU of both sides\n");
	for (int i = 0; i < 3; i++)
		print_row(kinds[i].name, time[i], cpu[i], n, rounds);
	printf("  added to the queue\n");
	print_row("  shmsink, shmsrc", added[0], added_cpu[0], n, n);
	print_row("  xfsink, xfsrc", added[1], added_cpu[1], n, n);
	printf("  of shmsink's, median of the rounds' ratios: time added %.2f (at most 0.33), CPU "
	       "added %.2f (at most 0.50), all CPU %.2f\n",
		median(of_time, n), median(of_cpu, n), median(of_all, n));
}

static void small(guint rounds, guint buffers, const char *folder)
{
	static const struct kind kinds[] = { { "shmsink, shmsrc", SHM_SINK, SHM_SRC, FALSE },
		{ "xfsink, xfsrc", XF_SINK, XF_SRC, FALSE } };
	double time[2][ROUNDS_MAX], cpu[2][ROUNDS_MAX];
	guint n[2] = { 0, 0 };
	for (guint round = 0; round < rounds; round++)
		for (int i = 0; i < 2; i++) {
			struct result r = measure(&kinds[i], BYTES, 5000, buffers, folder);
			time[i][n[i]] = r.time_us;
			cpu[i][n[i]] = r.cpu_us;
			n[i] += r.time_us > 0;
		}
	printf("64 bytes, one buffer:         time         CPU of both sides\n");
	for (int i = 0; i < 2; i++) {
		print_row(kinds[i].name, time[i], cpu[i], n[i], rounds);
		if (n[i]) /* sorted by now */
			printf("  %-22s %9.0f a second, best round %.0f%s\n", "",
				1e6 / median(time[i], n[i]), 1e6 / time[i][0],
				i ? " (at least 100000)" : "");
	}
}

/* The daemon's own CPU is not in it. */
static void pipewire(guint rounds, guint buffers, const char *folder)
{
	static const struct kind kind = { "pipewiresink, -src", PW_SINK, PW_SRC, TRUE };
	double time[ROUNDS_MAX], cpu[ROUNDS_MAX];
	guint n = 0;
	for (guint round = 0; round < rounds; round++) {
		struct result r = measure(&kind, PICTURES, 50, buffers, folder);
		time[n] = r.time_us;
		cpu[n] = r.cpu_us;
		n += r.time_us > 0;
	}
	printf("the same by PipeWire:         time         CPU of both sides, without its "
	       "daemon\n");
	print_row(kind.name, time, cpu, n, rounds);
}

static void three_readers(guint buffers)
{
	struct process readers[3], producer;
	double said[3][3] = { { 0 } }, copied[3] = { 0 };
	producer = start_producer(
		"videotestsrc is-live=true pattern=black ! "
		"video/x-raw,format=NV12,width=1920,height=1080,framerate=200/1 ! " XF_SINK);
	for (int i = 0; i < 3; i++)
		readers[i] = start_consumer(XF_SRC " ! " OUT, 10, buffers, producer.pid);
	for (int i = 0; i < 3; i++)
		finish(&readers[i], said[i]);
	finish(&producer, copied);
	printf("three readers of %u frames each: %.0f copies by the sink, %.0f, %.0f and %.0f by "
	       "the "
	       "readers (0)\n",
		buffers, copied[0], said[0][2], said[1][2], said[2][2]);
}

int main(int argc, char **argv)
{
	if (argc > 2 && strncmp(argv[1], "--", 2) == 0)
		gst_init(NULL, NULL);
	if (argc == 6 && strcmp(argv[1], "--consume") == 0)
		return consume(argv[2], (guint)atoi(argv[3]), (guint)atoi(argv[4]), atoi(argv[5]));
	if (argc == 3 && strcmp(argv[1], "--produce") == 0)
		return produce(argv[2]);
	if (argc != 5) {
		fprintf(stderr, "use bench/peers/gstreamer\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	guint rounds = CLAMP((guint)atoi(argv[2]), 1, ROUNDS_MAX), buffers = (guint)atoi(argv[3]);
	frames(rounds, buffers, argv[1]);
	if (strcmp(argv[4], "pipewire") == 0)
		pipewire(rounds, buffers / 4, argv[1]);
	small(rounds, buffers * 50, argv[1]);
	three_readers(buffers / 4);
	return 0;
}
