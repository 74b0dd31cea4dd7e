/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

/* The library names a field of its params; who reads this knows the key. */
static const char *in_keys(const struct guest_config *guest, const char *message, char text[300])
{
	size_t n = strlen(guest->name);
	if (strncmp(message, "guest ", 6) == 0 && strncmp(message + 6, guest->name, n) == 0 &&
		strncmp(message + 6 + n, ": ", 2) == 0)
		message += 6 + n + 2; /* it has been said */
	size_t word = strcspn(message, " :");
	const char *key = config_key_of(message, word);
	if (!key)
		return message;
	snprintf(text, 300, "%s%.250s", key, message + word);
	return text;
}

int check_failed(int result, const struct guest_config *guest, struct mistake *ret_mistake)
{
	char line[32] = "", text[300];
	if (guest->line)
		snprintf(line, sizeof(line), " (line %d)", guest->line);
	snprintf(ret_mistake->text, sizeof(ret_mistake->text), "guest %s%s: %s", guest->name, line,
		in_keys(guest, xf_last_message(result), text));
	return result;
}

static int judge_vsock(const struct guest_config *guest)
{
	bool vsock = guest->params.transport == XF_HOST_VSOCK;
	if (vsock && (!guest->params.cid || guest->params.cid == UINT32_MAX))
		return xf_fail(-EINVAL, "%s; vsock wants the guest's, 3 or more",
			guest->params.cid ? "cid is that of any" : "cid is missing");
	if (!vsock && guest->params.cid)
		return xf_fail(-EINVAL, "cid is for transport = vsock only");
	if (vsock && guest->address)
		return xf_fail(-EINVAL, "address is not for transport = vsock, which has cid");
	return 0;
}

static int judge(const struct guest_config *guest)
{
	enum xf_host_transport transport = guest->params.transport;
	if (transport == XF_HOST_MANUAL)
		return xf_fail(-EINVAL, "transport is missing");
	if (!guest->address && transport != XF_HOST_VSOCK)
		return xf_fail(-EINVAL, "address is missing");
	if (guest->domain && transport != XF_HOST_IVSHMEM)
		return xf_fail(-EINVAL, "domain is for transport = ivshmem only");
	if (guest->local && transport != XF_HOST_UNIX)
		return xf_fail(-EINVAL, "local is for transport = unix only");
	if (guest->qmp_port && !guest->qmp)
		return xf_fail(-EINVAL, "qmp-port without qmp");
	if (guest->qmp && !guest->qmp_port && transport == XF_HOST_VIRTIO_SERIAL)
		return xf_fail(
			-EINVAL, "qmp of a virtio-serial port wants qmp-port, the port's id");
	return judge_vsock(guest);
}

int check_guest(const struct guest_config *guest, struct mistake *ret_mistake)
{
	int r = judge(guest);
	return r ? check_failed(r, guest, ret_mistake) : 0;
}

static bool same_text(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* A path belongs to one guest, and so does a CID. Hybrid ones add the port to theirs. */
static const char *shared_end(const struct guest_config *a, const struct guest_config *b)
{
	const struct xf_host_guest_params *p = &a->params, *q = &b->params;
	if (same_text(a->domain, b->domain))
		return "domain";
	if (p->transport == XF_HOST_VSOCK && q->transport == XF_HOST_VSOCK)
		return p->cid == q->cid && p->port == q->port ? "cid" : NULL;
	if (!same_text(a->address, b->address))
		return NULL;
	bool hybrid = p->transport == XF_HOST_HYBRID || p->transport == XF_HOST_HYBRID_DIAL;
	return hybrid && p->transport == q->transport && p->port != q->port ? NULL : "address";
}

static int check_twins(const struct config *config, unsigned i, struct mistake *ret_mistake)
{
	for (unsigned j = 0; j < i; j++) {
		const struct guest_config *guest = config->guests[i], *other = config->guests[j];
		const char *key = shared_end(guest, other);
		if (key)
			return check_failed(
				xf_fail(-EADDRINUSE, "%s is that of guest %s (line %d), too", key,
					other->name, other->line),
				guest, ret_mistake);
	}
	return 0;
}

/* As a guest of a host that nobody can reach. */
static int try(struct xf_host *host, const struct guest_config *guest)
{
	struct xf_host_guest_params params = guest->params;
	params.name = guest->name;
	params.transport = XF_HOST_MANUAL;
	return xf_host_guest_add(host, &params, NULL);
}

int check_config(const struct config *config, struct mistake *ret_mistake)
{
	struct xf_host_params params = { .size = sizeof(params) };
	struct xf_host *host;
	int r = xf_host_create(&params, &host);
	if (r) {
		snprintf(ret_mistake->text, sizeof(ret_mistake->text), "%s", xf_last_message(r));
		return r;
	}
	for (unsigned i = 0; !r && i < config->n_guests; i++) {
		r = check_guest(config->guests[i], ret_mistake);
		if (!r)
			r = check_twins(config, i, ret_mistake);
		if (!r && (r = try(host, config->guests[i])))
			(void)check_failed(r, config->guests[i], ret_mistake);
	}
	xf_host_destroy(host);
	return r;
}
