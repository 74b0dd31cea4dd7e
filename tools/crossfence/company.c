/* SPDX-License-Identifier: MIT */
#include <sys/syscall.h>
#include <unistd.h>

#include "company.h"

#define LOOK_AGAIN_NS 1000000000

void company_init(struct company *c, struct xf_domain *domain, int fd)
{
	c->domain = domain;
	c->fds[0] = (struct pollfd){ .fd = fd, .events = POLLIN };
	c->n_fds = 1;
}

void company_finish(struct company *c)
{
	while (c->n_fds > 1)
		if (c->fds[--c->n_fds].fd >= 0)
			close(c->fds[c->n_fds].fd);
}

static int watch(const struct xf_member_info *info, void *arg)
{
	struct company *c = arg;
	if (info->dead || info->pid == getpid() || c->n_fds == XF_MEMBERS_MAX + 1)
		return 0;
	int fd = (int)syscall(SYS_pidfd_open, info->pid, 0); /* close-on-exec by itself */
	if (fd >= 0)
		c->fds[c->n_fds++] = (struct pollfd){ .fd = fd, .events = POLLIN };
	return 0;
}

bool company_alone(struct company *c)
{
	struct xf_domain_info info = { .size = sizeof(info) };
	company_finish(c);
	(void)xf_inspect_members(c->domain, watch, c);
	return xf_inspect_domain(c->domain, &info) == 0 && info.members <= 1;
}

void company_sleep(struct company *c, int64_t deadline_ns)
{
	int64_t left = deadline_ns == XF_NEVER ? LOOK_AGAIN_NS : deadline_ns - xf_now();
	if (left > LOOK_AGAIN_NS)
		left = LOOK_AGAIN_NS;
	struct timespec time = { .tv_sec = left > 0 ? left / 1000000000 : 0,
		.tv_nsec = left > 0 ? left % 1000000000 : 0 };
	(void)ppoll(c->fds, c->n_fds, &time, NULL); /* whatever ends it: the caller looks again */
}
