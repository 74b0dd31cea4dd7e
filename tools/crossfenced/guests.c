/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <crossfence/domain.h>
#include "activation.h"
#include "check.h"
#include "domain.h"
#include "guests.h"
#include "local.h"
#include "qmp.h"
#include "report.h"

static int find(const struct guests *guests, const char *name)
{
	for (unsigned i = 0; i < guests->n; i++)
		if (strcmp(guests->list[i]->config->name, name) == 0)
			return (int)i;
	return -1;
}

const struct guest_config *guests_find(const struct guests *guests, const char *name)
{
	int i = find(guests, name);
	return i < 0 ? NULL : guests->list[i]->config;
}

/* ---- QEMU's word ---- */

static void unwatch(struct guest *guest)
{
#ifdef HAVE_QMP
	qmp_stop(guest->watch);
#endif
	guest->watch = NULL;
}

static int watch(struct guest *guest)
{
	const struct guest_config *config = guest->config;
	if (!config->qmp)
		return 0;
#ifdef HAVE_QMP
	return qmp_start(guest->added, config->name, config->qmp, config->qmp_port, &guest->watch);
#else
	return xf_fail(-ENOSYS, "qmp: built without json-c");
#endif
}

/* What is watched already goes on: QEMU tells it things meanwhile. */
static int watch_as(struct guest *guest, const struct guest_config *before)
{
	if (guest->watch && guest_config_same_qmp(before, guest->config))
		return 0;
	unwatch(guest);
	return watch(guest);
}

/* ---- coming and going ---- */

static void end(struct guest *guest)
{
	unwatch(guest);
	xf_host_guest_remove(guest->added);
	/* They had to stay joined until now. */
	xf_domain_leave(guest->shared);
	xf_domain_leave(guest->local);
	guest_config_free(guest->config);
	free(guest);
}

static int begin(struct guest *guest, struct xf_host *host)
{
	struct guest_config *config = guest->config;
	config->params.name = config->name;
	config->params.address = config->address;
	if (config->address)
		config->params.listen_fd_plus_1 = activation_find(config->address) + 1;
	int r = local_join(config, &guest->local_events, &guest->local);
	if (guest->local)
		config->params.local_events = &guest->local_events;
	if (!r)
		r = xf_host_guest_add(host, &config->params, &guest->added);
	config->params.local_events = NULL; /* copied */
	if (!r)
		r = domain_share(config, guest->added, &guest->shared);
	return r ? r : watch(guest);
}

static int append(struct guests *guests, struct guest *guest)
{
	struct guest **list = realloc(guests->list, (guests->n + 1) * sizeof(list[0]));
	if (!list)
		return -ENOMEM;
	guests->list = list;
	list[guests->n++] = guest;
	return 0;
}

int guests_add(struct guests *guests, struct guest_config *config, bool by_hand,
	struct mistake *ret_mistake)
{
	int r = check_guest(config, ret_mistake);
	struct guest *guest = r ? NULL : calloc(1, sizeof(*guest));
	if (!r && !guest)
		r = check_failed(-ENOMEM, config, ret_mistake);
	if (r) {
		guest_config_free(config);
		return r;
	}
	*guest = (struct guest){ .config = config, .by_hand = by_hand };
	r = begin(guest, guests->host);
	if (!r)
		r = append(guests, guest);
	if (r) {
		(void)check_failed(r, config, ret_mistake);
		end(guest);
	}
	return r;
}

static void remove_at(struct guests *guests, unsigned i)
{
	end(guests->list[i]);
	guests->list[i] = guests->list[--guests->n];
}

static int no_such(const char *name, struct mistake *ret_mistake)
{
	snprintf(ret_mistake->text, sizeof(ret_mistake->text), "no such guest");
	return -ENOENT;
}

int guests_remove(struct guests *guests, const char *name, struct mistake *ret_mistake)
{
	int i = find(guests, name);
	if (i < 0)
		return no_such(name, ret_mistake);
	remove_at(guests, (unsigned)i);
	return 0;
}

int guests_set(struct guests *guests, const char *name, const struct xf_host_guest_limits *limits,
	struct mistake *ret_mistake)
{
	int i = find(guests, name);
	if (i < 0)
		return no_such(name, ret_mistake);
	int r = xf_host_guest_set_limits(guests->list[i]->added, limits);
	if (!r)
		return 0;
	struct guest_config by_hand = *guests->list[i]->config;
	by_hand.line = 0; /* it is not the file's mistake */
	return check_failed(r, &by_hand, ret_mistake);
}

/* ---- a file that has changed ---- */

static const struct guest_config *find_section(const struct config *config, const char *name)
{
	for (unsigned i = 0; i < config->n_guests; i++)
		if (strcmp(config->guests[i]->name, name) == 0)
			return config->guests[i];
	return NULL;
}

bool guests_any_of_file(const struct guests *guests)
{
	for (unsigned i = 0; i < guests->n; i++)
		if (!guests->list[i]->by_hand)
			return true;
	return false;
}

static bool stays(const struct guest *guest, const struct config *config)
{
	const struct guest_config *section = find_section(config, guest->config->name);
	return section ? guest_config_same(guest->config, section) : guest->by_hand;
}

/* The running guest takes over what its section says; `section` is taken. */
static int renew(struct guest *guest, struct guest_config *section, struct mistake *ret_mistake)
{
	struct guest_config *before = guest->config;
	struct xf_host_guest_limits limits = guest_config_limits(section);
	int r = xf_host_guest_set_limits(guest->added, &limits);
	guest->config = section;
	guest->by_hand = false;
	if (!r)
		r = watch_as(guest, before);
	guest_config_free(before);
	return r ? check_failed(r, section, ret_mistake) : 0;
}

static void leave(struct guests *guests, unsigned i, const struct config *config)
{
	const char *name = guests->list[i]->config->name;
	report(XF_HOST_LOG_INFO, name, "reload",
		find_section(config, name) ? "removed, to be added as its section says now"
					   : "removed: the file has no section of it");
	remove_at(guests, i);
}

static int join(struct guests *guests, struct guest_config *section, struct mistake *ret_mistake)
{
	char name[sizeof(section->name)];
	strcpy(name, section->name);
	int r = guests_add(guests, section, false, ret_mistake);
	if (!r)
		report(XF_HOST_LOG_INFO, name, "reload", "added");
	return r;
}

int guests_follow(struct guests *guests, struct config *config, struct mistake *ret_mistake)
{
	struct mistake mistake;
	int failed = 0;
	/* First those that go, whose address or name another one may have now. */
	for (unsigned i = guests->n; i--;)
		if (!stays(guests->list[i], config))
			leave(guests, i, config);
	for (unsigned i = 0; i < config->n_guests; i++) {
		struct guest_config *section = config->guests[i];
		int at = find(guests, section->name);
		config->guests[i] = NULL;
		int r = at >= 0 ? renew(guests->list[at], section, &mistake)
				: join(guests, section, &mistake);
		if (r && !failed) {
			failed = r;
			*ret_mistake = mistake;
		}
	}
	config->n_guests = 0;
	return failed;
}

/* ---- the end ---- */

void guests_unwatch(struct guests *guests)
{
	for (unsigned i = 0; i < guests->n; i++)
		unwatch(guests->list[i]);
}

void guests_finish(struct guests *guests)
{
	for (unsigned i = 0; i < guests->n; i++) {
		guests->list[i]->added = NULL; /* it went with the host */
		end(guests->list[i]);
	}
	free(guests->list);
	*guests = (struct guests){ 0 };
}
