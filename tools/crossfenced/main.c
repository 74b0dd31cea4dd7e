/* SPDX-License-Identifier: MIT */
/*
 * A thin shell around libcrossfence-host. It reads a file, passes on sockets that systemd opened,
 * answers questions on a control socket, and prints what the library reports.
 */
#include <errno.h>
#include <getopt.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <crossfence/dxgk.h>
#include "base/capability.h"
#include "base/own_socket.h"
#include "base/sandbox.h"
#include "../shared/std_fds.h"
#include "activation.h"
#include "check.h"
#include "clients.h"
#include "config.h"
#include "guests.h"
#include "report.h"

struct daemon {
	struct config config; /* of the service; its guests are in `guests` */
	struct guests guests;
	struct xf_dxgk *dxgk;
	struct xf_host *host;
	int control, signals;
	struct xfi_own_socket made; /* the control socket, when it is not systemd's */
	/* Of the command line, instead of the file's. */
	const char *file;
	enum xf_host_log_level log_level; /* 0: not given */
};

static int load_miniport(struct daemon *d)
{
	const char *why = NULL;
	if (!d->config.miniport)
		return 0;
	int r = xf_dxgk_load(d->config.miniport, &why, &d->dxgk);
	if (r)
		report(XF_HOST_LOG_ERROR, NULL, "miniport", "miniport %s: %s", d->config.miniport,
			why ? why : xf_last_message(r));
	return r;
}

/* For our own lines at once; it is returned for the library's. */
static enum xf_host_log_level choose_level(const struct daemon *d, const struct config *config)
{
	enum xf_host_log_level level = d->log_level ? d->log_level : config->log_level;
	if (!level)
		level = XF_HOST_LOG_INFO;
	report_limit(level);
	return level;
}

static int start_host(struct daemon *d)
{
	struct xf_host_params params = { .size = sizeof(params),
		.flags = XF_HOST_OWN_THREAD,
		.driver = d->dxgk ? xf_dxgk_driver(d->dxgk) : NULL,
		.log_entry = report_entry,
		.log_level = choose_level(d, &d->config) };
	int r = xf_host_create(&params, &d->host);
	if (!r && d->dxgk)
		r = xf_dxgk_start(d->dxgk, d->host);
	if (r)
		report(XF_HOST_LOG_ERROR, NULL, "start", "cannot start: %s", xf_last_message(r));
	d->guests.host = d->host;
	return r;
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
	d->control = d->made.fd;
	if (r)
		report(XF_HOST_LOG_ERROR, NULL, "control", "control socket %s: %s", path,
			xf_last_message(r));
	return r;
}

/* All guests of the file, or none: whoever starts it wants to know. */
static int add_guests(struct daemon *d)
{
	struct mistake mistake;
	int r = 0;
	for (unsigned i = 0; !r && i < d->config.n_guests; i++) {
		struct guest_config *section = d->config.guests[i];
		d->config.guests[i] = NULL;
		r = guests_add(&d->guests, section, false, &mistake);
	}
	if (r)
		report(XF_HOST_LOG_ERROR, NULL, "configuration", "%s", mistake.text);
	return r;
}

static int start(struct daemon *d)
{
	int r = load_miniport(d);
	if (!r)
		r = start_host(d);
	if (!r)
		r = open_control(d);
	return r ? r : add_guests(d);
}

/* ---- the sandbox ---- */

/* A VMM's sockets may be another user's, and the key `user` gives one away. */
#define CAPABILITIES (UINT64_C(1) << CAP_DAC_OVERRIDE | UINT64_C(1) << CAP_CHOWN)

/* Before there are threads. */
static int give_up_capabilities(const struct daemon *d)
{
	int r = d->config.no_sandbox ? 0 : xfi_capability_keep(CAPABILITIES);
	if (r)
		report(XF_HOST_LOG_ERROR, NULL, "sandbox", "capabilities cannot be given up: %s",
			xf_strerror(r));
	return r;
}

/* What a kernel without filters leaves undone is no reason not to serve. */
static void shut_in(const struct daemon *d)
{
	int r = d->config.no_sandbox ? 0 : xfi_sandbox_enter();
	if (r)
		report(XF_HOST_LOG_WARNING, NULL, "sandbox", "goes on without a sandbox: %s",
			xf_strerror(r));
}

/* ---- reload ---- */

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* To the client who asked for it, and to the log. */
static void note(FILE *notes, const char *what)
{
	if (notes)
		fprintf(notes, "note %s\n", what);
	report(XF_HOST_LOG_WARNING, NULL, "reload", "%s", what);
}

/* Of the service only the level can change. What the command line said was never the file's. */
static void follow_service(struct daemon *d, const struct config *config, FILE *notes)
{
	(void)xf_host_set_log_level(d->host, choose_level(d, config)); /* it is one of the four */
	if (config->miniport && !same_text(config->miniport, d->config.miniport))
		note(notes, "another miniport takes a restart of the service");
	if (config->control && !same_text(config->control, d->config.control))
		note(notes, "another control socket takes a restart of the service");
	if (config->no_sandbox != d->config.no_sandbox)
		note(notes, "with or without a sandbox takes a restart of the service");
}

/* One that is cut off, or about to be written, is no word of anybody's to end all guests. */
static int check_not_empty(
	const struct daemon *d, const struct config *config, struct mistake *ret_mistake)
{
	if (config->has_sections || !guests_any_of_file(&d->guests))
		return 0;
	snprintf(ret_mistake->text, sizeof(ret_mistake->text),
		"%.200s has no sections, and would end all guests; with [service] in it, it may",
		d->file);
	return -EINVAL;
}

static int reload(void *arg, FILE *notes, struct mistake *ret_mistake)
{
	struct daemon *d = arg;
	struct config config = { 0 };
	int r = config_read(d->file, &config, ret_mistake);
	if (!r)
		r = check_not_empty(d, &config, ret_mistake);
	if (!r)
		r = check_config(&config, ret_mistake);
	if (!r) {
		follow_service(d, &config, notes);
		r = guests_follow(&d->guests, &config, ret_mistake);
	}
	config_finish(&config);
	if (r)
		report(XF_HOST_LOG_ERROR, NULL, "reload", "reload: %s", ret_mistake->text);
	else
		report(XF_HOST_LOG_INFO, NULL, "reload", "reload: done");
	return r;
}

/* 1: it is time to end. */
static int take_signal(struct daemon *d)
{
	struct signalfd_siginfo info;
	struct mistake mistake;
	if (read(d->signals, &info, sizeof(info)) != sizeof(info))
		return 0;
	if (info.ssi_signo != SIGHUP)
		return 1;
	(void)reload(d, NULL, &mistake); /* it has told */
	return 0;
}

/* Until SIGINT or SIGTERM. */
static void serve(struct daemon *d)
{
	struct pollfd items[1 + CLIENTS_MAX + 1] = { { .fd = d->signals, .events = POLLIN } };
	struct clients clients = { .control = { &d->guests, reload, d } };
	clients_begin(&clients, d->control);
	activation_ready();
	for (bool ends = false; !ends;) {
		int ms = clients_watch(&clients, items + 1);
		int n = poll(items, sizeof(items) / sizeof(items[0]), ms);
		if (n < 0 && errno != EINTR)
			break;
		ends = n > 0 && items[0].revents && take_signal(d);
		if (n >= 0 && !ends)
			clients_serve(&clients, items + 1);
	}
	clients_end(&clients);
}

static void finish(struct daemon *d)
{
	if (d->made.fd >= 0)
		xfi_own_socket_close(&d->made);
	else if (d->control >= 0)
		close(d->control);
	guests_unwatch(&d->guests);
	xf_host_destroy(d->host);
	xf_dxgk_destroy(d->dxgk);
	guests_finish(&d->guests);
	config_finish(&d->config);
	if (d->signals >= 0)
		close(d->signals);
}

struct choices {
	const char *config, *miniport, *control;
	enum xf_host_log_level log_level;
};

static int usage(int status)
{
	fputs("usage: crossfenced [--config FILE] [--miniport FILE.so] [--control PATH]\n"
	      "                   [--log-level error|warning|info|debug]\n",
		status ? stderr : stdout);
	return status;
}

static int read_options(int argc, char **argv, struct choices *choices)
{
	static const struct option options[] = { { "config", required_argument, NULL, 'c' },
		{ "miniport", required_argument, NULL, 'm' },
		{ "control", required_argument, NULL, 'k' },
		{ "log-level", required_argument, NULL, 'l' },
		{ "version", no_argument, NULL, 'v' }, { "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 } };
	int c;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'c')
			choices->config = optarg;
		else if (c == 'm')
			choices->miniport = optarg;
		else if (c == 'k')
			choices->control = optarg;
		else if (c == 'v')
			return puts(xf_version()), 0;
		else if (c != 'l' || report_parse_level(optarg, &choices->log_level))
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

static int read_config(struct daemon *d, const struct choices *choices)
{
	struct mistake mistake;
	int r = config_read(choices->config, &d->config, &mistake);
	d->file = choices->config;
	d->log_level = choices->log_level;
	if (r)
		report(XF_HOST_LOG_ERROR, NULL, "configuration", "%s", mistake.text);
	if (!r)
		r = replace(&d->config.miniport, choices->miniport);
	return r ? r : replace(&d->config.control, choices->control);
}

int main(int argc, char **argv)
{
	struct choices choices = { .config = CONFIG_PATH };
	struct daemon d = { .control = -1, .signals = -1, .made.fd = -1 };
	if (std_fds_fill())
		return 1;
	int status = read_options(argc, argv, &choices);
	if (status >= 0)
		return status;
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL); /* before threads exist, so that all inherit it */
	report_start();
	d.signals = signalfd(-1, &set, SFD_CLOEXEC);
	int r = d.signals < 0 ? -errno : read_config(&d, &choices);
	if (!r)
		r = give_up_capabilities(&d);
	if (!r)
		r = start(&d);
	if (!r) {
		shut_in(&d);
		serve(&d);
	}
	finish(&d);
	return r ? 1 : 0;
}
