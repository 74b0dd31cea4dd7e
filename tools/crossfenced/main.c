/* SPDX-License-Identifier: MIT */
/*
 * A thin shell around libcrossfence-host. It reads a file, passes on sockets that systemd opened,
 * answers questions on a control socket, and prints what the library reports.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <crossfence/domain.h>
#include <crossfence/dxgk.h>
#include "base/own_socket.h"
#include "activation.h"
#include "config.h"
#include "control.h"
#include "domain.h"
#include "qmp.h"

struct daemon {
	struct config config;
	struct xf_dxgk *dxgk;
	struct xf_host *host;
	int control, signals;
	struct xfi_own_socket made; /* the control socket, when it is not systemd's */
	const char *path;
};

static void print_line(void *arg, const char *line)
{
	(void)arg;
	fprintf(stderr, "crossfenced: %s\n", line);
}

static int load_miniport(struct daemon *d)
{
	const char *why = NULL;
	if (!d->config.miniport)
		return 0;
	int r = xf_dxgk_load(d->config.miniport, &why, &d->dxgk);
	if (r)
		fprintf(stderr, "crossfenced: miniport %s: %s\n", d->config.miniport,
			why ? why : xf_strerror(r));
	return r;
}

static int start_host(struct daemon *d)
{
	struct xf_host_params params = { .size = sizeof(params),
		.flags = XF_HOST_OWN_THREAD,
		.driver = d->dxgk ? xf_dxgk_driver(d->dxgk) : NULL,
		.log = print_line };
	int r = xf_host_create(&params, &d->host);
	if (!r && d->dxgk)
		r = xf_dxgk_start(d->dxgk, d->host);
	if (r)
		fprintf(stderr, "crossfenced: cannot start: %s\n", xf_strerror(r));
	return r;
}

static int watch_port(struct guest_config *guest, struct xf_host_guest *added)
{
	if (!guest->qmp && !guest->qmp_port)
		return 0;
	bool serial = guest->params.transport == XF_HOST_VIRTIO_SERIAL;
	bool shared = guest->params.transport == XF_HOST_IVSHMEM;
	if (!guest->qmp || !(serial || shared) || serial != !!guest->qmp_port)
		return -EINVAL;
#ifdef HAVE_QMP
	return qmp_start(added, guest->name, guest->qmp, guest->qmp_port, &guest->watch);
#else
	return -ENOSYS;
#endif
}

static int add_guest(struct daemon *d, struct guest_config *guest)
{
	struct xf_host_guest *added;
	if (guest->address)
		guest->params.listen_fd_plus_1 = activation_find(guest->address) + 1;
	int r = xf_host_guest_add(d->host, &guest->params, &added);
	if (!r)
		r = watch_port(guest, added);
	if (r)
		fprintf(stderr, "crossfenced: guest %s (line %d): %s\n", guest->name, guest->line,
			xf_strerror(r));
	return r ? r : domain_share(guest, added);
}

static int open_control(struct daemon *d)
{
	const char *path = d->config.control ? d->config.control : CONTROL_PATH;
	if (!*path || strcmp(path, "none") == 0)
		return 0;
	d->control = activation_find(path);
	if (d->control >= 0)
		return 0;
	int r = xfi_own_socket_listen(path, 0600, &d->made);
	d->path = path;
	d->control = d->made.fd;
	if (r)
		fprintf(stderr, "crossfenced: control socket %s: %s\n", path, xf_strerror(r));
	return r;
}

static int start(struct daemon *d)
{
	int r = load_miniport(d);
	if (!r)
		r = start_host(d);
	if (!r)
		r = open_control(d);
	for (unsigned i = 0; !r && i < d->config.n_guests; i++)
		r = add_guest(d, &d->config.guests[i]);
	return r;
}

/* Until SIGINT or SIGTERM. */
static void serve(struct daemon *d)
{
	struct pollfd items[2] = { { .fd = d->signals, .events = POLLIN },
		{ .fd = d->control, .events = POLLIN } };
	activation_ready();
	for (;;) {
		if (poll(items, 2, -1) < 0 && errno != EINTR)
			return;
		if (items[0].revents)
			return;
		if (items[1].revents)
			control_serve(d->control, d->host);
	}
}

static void finish(struct daemon *d)
{
	if (d->made.fd >= 0)
		xfi_own_socket_close(d->path, &d->made);
	else if (d->control >= 0)
		close(d->control);
#ifdef HAVE_QMP
	for (unsigned i = 0; i < d->config.n_guests; i++)
		qmp_stop(d->config.guests[i].watch);
#endif
	xf_host_destroy(d->host);
	xf_dxgk_destroy(d->dxgk);
	for (unsigned i = 0; i < d->config.n_guests; i++)
		xf_domain_leave(d->config.guests[i].shared);
	config_finish(&d->config);
	if (d->signals >= 0)
		close(d->signals);
}

static int usage(int status)
{
	fputs("usage: crossfenced [--config FILE] [--miniport FILE.so] [--control PATH]\n",
		status ? stderr : stdout);
	return status;
}

static int read_options(
	int argc, char **argv, const char **config, const char **miniport, const char **control)
{
	static const struct option options[] = { { "config", required_argument, NULL, 'c' },
		{ "miniport", required_argument, NULL, 'm' },
		{ "control", required_argument, NULL, 'k' }, { "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };
	int c;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'c')
			*config = optarg;
		else if (c == 'm')
			*miniport = optarg;
		else if (c == 'k')
			*control = optarg;
		else if (c == 'v')
			return puts(xf_version()), 0;
		else
			return usage(c == 'h' ? 0 : 2);
	}
	return optind == argc ? -1 : usage(2);
}

static int replace(char **field, const char *value)
{
	if (!value)
		return 0;
	free(*field);
	*field = strdup(value);
	return *field ? 0 : -ENOMEM;
}

int main(int argc, char **argv)
{
	const char *config = CONFIG_PATH, *miniport = NULL, *control = NULL;
	struct daemon d = { .control = -1, .signals = -1, .made.fd = -1 };
	int status = read_options(argc, argv, &config, &miniport, &control);
	if (status >= 0)
		return status;
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL); /* before threads exist, so that all inherit it */
	d.signals = signalfd(-1, &set, SFD_CLOEXEC);
	int r = d.signals < 0 ? -errno : config_read(config, &d.config);
	if (!r)
		r = replace(&d.config.miniport, miniport);
	if (!r)
		r = replace(&d.config.control, control);
	if (!r)
		r = start(&d);
	if (!r)
		serve(&d);
	finish(&d);
	return r ? 1 : 0;
}
