/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>

#include "check.h"

int check_failed(int result, const struct guest_config *guest, struct mistake *ret_mistake)
{
	char line[32] = "";
	if (guest->line)
		snprintf(line, sizeof(line), " (line %d)", guest->line);
	snprintf(ret_mistake->text, sizeof(ret_mistake->text), "guest %s%s: %s", guest->name, line,
		xf_last_message(result));
	return result;
}

static int judge(const struct guest_config *guest)
{
	enum xf_host_transport transport = guest->params.transport;
	if (transport == XF_HOST_MANUAL)
		return xf_fail(-EINVAL, "transport is missing");
	if (!guest->address && transport != XF_HOST_VSOCK)
		return xf_fail(-EINVAL, "address is missing");
	if (guest->qmp_port && !guest->qmp)
		return xf_fail(-EINVAL, "qmp-port without qmp");
	if (guest->qmp && !guest->qmp_port && transport == XF_HOST_VIRTIO_SERIAL)
		return xf_fail(
			-EINVAL, "qmp of a virtio-serial port wants qmp-port, the port's id");
	return 0;
}

int check_guest(const struct guest_config *guest, struct mistake *ret_mistake)
{
	int r = judge(guest);
	return r ? check_failed(r, guest, ret_mistake) : 0;
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
		if (!r && (r = try(host, config->guests[i])))
			(void)check_failed(r, config->guests[i], ret_mistake);
	}
	xf_host_destroy(host);
	return r;
}
