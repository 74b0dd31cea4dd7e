/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <crossfence/guest.h>
#include "base/capability.h"
#include "base/message.h"
#include "base/sandbox.h"
#include "guest/backoff.h"
#include "../shared/std_fds.h"
#include "places.h"
#include "relay.h"
#include "survive.h"

static int listen_for_processes(struct guestd *g)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = &g->listener_watch };
	mode_t umask_before = umask(0); /* the option says it all; we have no other thread */
	int r = xfi_own_socket_listen(g->listen_path, g->mode, &g->listener);
	umask(umask_before);
	if (!r && epoll_ctl(g->epoll, EPOLL_CTL_ADD, g->listener.fd, &event) < 0)
		r = -errno;
	return r;
}

static int accept_process(struct guestd *g)
{
	int fd = accept4(g->listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0 && (errno == EMFILE || errno == ENFILE) && g->spare >= 0) {
		/* Else it would be reported for ever. */
		close(g->spare);
		fd = accept4(g->listener.fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			close(fd);
		g->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
		return 0;
	}
	return fd < 0 ? 0 : relay_welcome_client(g, fd);
}

static int handle(struct guestd *g, struct watch *watch, uint32_t events)
{
	switch (watch->kind) {
	case WATCH_LISTENER:
		return accept_process(g);
	case WATCH_UPSTREAM:
		return relay_upstream_ready(g, events);
	case WATCH_GONE:
		return -ENODEV; /* it is being unplugged, and waits for us to let go of it */
	case WATCH_CLIENT:
		return relay_client_ready(g, (struct client *)watch, events);
	}
	return 0;
}

/* A link whose descriptor does not tell everything, and somebody who wants to know. */
static bool must_look(const struct guestd *g)
{
	return g->upstream.look_ns && (g->n_announced || g->out.have);
}

static int timeout_ms(struct guestd *g)
{
	int64_t ns = places_expire(g);
	if (must_look(g) && g->upstream.look_ns < ns)
		ns = g->upstream.look_ns;
	return ns == XF_NEVER ? -1 : (int)((ns + 999999) / 1000000);
}

static int serve(struct guestd *g)
{
	struct epoll_event events[64];
	int r = 0;
	while (!r) {
		int ms = timeout_ms(g);
		r = relay_bury(g); /* whoever broke in the last turn, or just now */
		if (r)
			break;
		int n = epoll_wait(g->epoll, events, 64, ms);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0 && must_look(g))
			r = relay_upstream_ready(g, EPOLLIN);
		/* A write to the host costs more than all else: one for all who have something to
		 * say now. Clients are only marked as broken on the way: their memory stays until
		 * all events of this turn are handled. */
		g->gathers = n > 1;
		for (int i = 0; i < n && !r; i++)
			r = handle(g, events[i].data.ptr, events[i].events);
		g->gathers = false;
		if (!r && g->out.have)
			r = relay_flush(g);
	}
	return r;
}

/* One session with the host, from its welcome to its loss. */
static int session(struct guestd *g)
{
	xfi_message_forget();
	int r = xfg_link_open(g->upstream_address, XF_NEVER, &g->upstream);
	if (r)
		return r;
	g->had_device = true;
	r = relay_begin(g);
	if (!r) {
		r = listen_for_processes(g);
		g->cannot_listen = r != 0;
	}
	if (!r) {
		fprintf(stderr, "crossfence-guestd: connected to the host by %s\n",
			g->upstream_address);
		r = serve(g);
	}
	/* Without a host there is nobody to connect to: processes see that, and wait. */
	xfi_own_socket_close(&g->listener);
	relay_end(g);
	return r;
}

/* Trying again cannot mend these. Once there was a device, one that is missing was unplugged. */
static bool fatal(const struct guestd *g, int r)
{
	if (g->cannot_listen)
		return true;
	if (r == -ENOENT && g->had_device)
		return false;
	return r == -EINVAL || r == -EBUSY || r == -EACCES || r == -EPERM || r == -ENOENT ||
	       r == -EEXIST || r == -EADDRINUSE || r == -EMFILE || r == -ENOMEM || r == -ELOOP ||
	       r == -ENOTDIR || r == -ENOSYS;
}

/* Sessions that ended at once, one after the other, and by the same cause. */
struct failures {
	struct xfg_backoff backoff;
	int cause;
	unsigned times;
};

/* For each loss a line; while nothing but one cause is met for 1, 2, 4, 8... times. */
static void tell_failure(const struct guestd *g, struct failures *failures)
{
	if (failures->times & (failures->times - 1))
		return;
	fprintf(stderr, "crossfence-guestd: %s: %s", g->upstream_address,
		xf_last_message(failures->cause));
	if (failures->times > 1)
		fprintf(stderr, " (%u times)", failures->times);
	fputc('\n', stderr);
}

static void count_failure(struct failures *failures, int cause, int64_t lasted_ns)
{
	bool at_once = lasted_ns < 1000000000;
	failures->times = at_once && cause == failures->cause ? failures->times + 1 : 1;
	failures->cause = cause;
	if (!at_once)
		failures->backoff = (struct xfg_backoff){ 0 };
}

/* Root owns the devices, and needs no capability to open them. */
static void shut_in(void)
{
	int r = xfi_capability_keep(0);
	if (!r)
		r = xfi_sandbox_enter();
	if (r)
		fprintf(stderr, "crossfence-guestd: goes on without a sandbox: %s\n",
			xf_strerror(r));
}

static int usage(int status)
{
	fputs("usage: crossfence-guestd [--host ADDRESS] [--listen PATH] [--mode OCTAL]\n"
	      "                         [--surfaces] [--no-sandbox]\n"
	      "       crossfence-guestd --version\n"
	      "  --host    virtio:NAME-OR-PATH, vsock:[CID:]PORT, ivshmem:PCI-ADDRESS, unix:PATH\n"
	      "            (default: virtio:org.crossfence.0)\n"
	      "  --listen  socket for this guest's processes (default: " XF_GUEST_PATH ")\n"
	      "  --mode    its permissions (default: 666)\n"
	      "  --surfaces  they may map the region that an ivshmem device shares with the host\n"
	      "  --no-sandbox  keep all system calls and capabilities\n",
		status ? stderr : stdout);
	return status;
}

static int parse_mode(const char *text, unsigned *ret_mode)
{
	char *end;
	unsigned long mode = strtoul(text, &end, 8);
	if (*text < '0' || *text > '7' || *end || mode > 0777)
		return -EINVAL;
	*ret_mode = (unsigned)mode;
	return 0;
}

/* Negative: go on; else the exit status. */
static int read_options(int argc, char **argv, struct guestd *g, bool *ret_no_sandbox)
{
	static const struct option options[] = { { "host", required_argument, NULL, 'h' },
		{ "listen", required_argument, NULL, 'l' },
		{ "mode", required_argument, NULL, 'm' }, { "surfaces", no_argument, NULL, 's' },
		{ "no-sandbox", no_argument, NULL, 'n' }, { "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'u' }, { NULL, 0, NULL, 0 } };
	int c;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'h')
			g->upstream_address = optarg;
		else if (c == 'l')
			g->listen_path = optarg;
		else if (c == 's')
			g->surfaces = true;
		else if (c == 'n')
			*ret_no_sandbox = true;
		else if (c == 'v')
			return puts(xf_version()), 0;
		else if (c != 'm' || parse_mode(optarg, &g->mode))
			return usage(c == 'u' ? 0 : 2);
	}
	return optind == argc ? -1 : usage(2);
}

int main(int argc, char **argv)
{
	static struct guestd g = { .upstream_address = "virtio:org.crossfence.0",
		.listen_path = XF_GUEST_PATH,
		.mode = 0666,
		.listener_watch.kind = WATCH_LISTENER,
		.upstream_watch.kind = WATCH_UPSTREAM,
		.gone_watch.kind = WATCH_GONE,
		.listener = { .fd = -1 },
		.spare = -1,
		.upstream = { .fd = -1 } };
	bool no_sandbox = false;
	if (std_fds_fill())
		return 1;
	int status = read_options(argc, argv, &g, &no_sandbox);
	if (status >= 0)
		return status;
	xfw_list_init(&g.clients);
	xfw_list_init(&g.to_flush);
	survive_unplugging();
	g.epoll = epoll_create1(EPOLL_CLOEXEC);
	g.spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (g.epoll < 0) {
		perror("crossfence-guestd: epoll_create1");
		return 1;
	}
	if (!no_sandbox)
		shut_in();
	for (struct failures failures = { .times = 0 };;) {
		int64_t began_ns = xf_now();
		int r = session(&g);
		count_failure(&failures, r, xf_now() - began_ns);
		tell_failure(&g, &failures);
		if (fatal(&g, r))
			return 1;
		/* A host, or a device, that ends every session at once must keep neither this guest
		 * busy nor itself. */
		(void)xfg_backoff(&failures.backoff, INT64_MAX);
	}
}
