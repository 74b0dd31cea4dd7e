/* SPDX-License-Identifier: MIT */
/*
 * Goal: xf_event_set() in one process makes a descriptor in another process's epoll readable with
 * one system call and no thread in between; and neither side has to trust the other.
 *
 * Handing over an eventfd would do the first, not the second: its flags are shared, so the receiver
 * could make it blocking, fill it, and hold up the sender for ever. So the sender keeps the eventfd
 * to itself and hands over an epoll that contains it. The receiver can only look at that, and puts
 * it into its descriptor's own epoll; all of them edge-triggered, so nothing needs to be read:
 *
 *	sender                        receiver
 *	eventfd <- epoll ==socket==>  epoll <- descriptor's epoll <- the application's epoll
 *	   ^ written at each change
 *
 * A link is made at the first change that meets a poller, and used once the receiver's helper has
 * taken it in, which it says in links[receiver][sender]; until then, and where no socket can be
 * had, the helper is woken and does the work (poll.c). Sockets have abstract addresses chosen by
 * the kernel. What arrives is only ever added to an epoll, which is safe with any descriptor.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/fd.h"
#include "base/pass_fd.h"
#include "shm/bell.h"
#include "shm/link.h"
#include "shm/object.h"
#include "shm/poll.h"

#define MAGIC 0x4b4e494cu /* "LINK" */

struct letter {
	uint32_t magic;
	uint32_t sender; /* member slot */
	uint32_t serial; /* what the receiver writes into links[receiver][sender] */
	uint32_t pad;
	uint64_t object;
};

struct link {
	uint32_t index, member;
	uint32_t incarnation; /* of the receiver */
	uint32_t serial;
	int fd; /* sent: our eventfd; received: the sender's epoll */
	struct link *next;
};

struct xfi_links {
	pthread_mutex_t lock;
	int socket; /* -1: none */
	struct link *sent;
	struct link *received;
	uint32_t serials[XF_MEMBERS_MAX]; /* last sent to each member */
};

static void free_link(struct link **at)
{
	struct link *link = *at;
	*at = link->next;
	close(link->fd);
	free(link);
}

static void forget(struct link **at, uint32_t index)
{
	while (*at)
		if ((*at)->index == index)
			free_link(at);
		else
			at = &(*at)->next;
}

/* The objects' hook: this process closed its last handle. */
static void forget_object(struct xf_domain *d, uint32_t index)
{
	pthread_mutex_lock(&d->own_links->lock);
	forget(&d->own_links->sent, index);
	pthread_mutex_unlock(&d->own_links->lock);
}

int xfi_links_init(struct xf_domain *d)
{
	struct xfi_links *links = calloc(1, sizeof(*links));
	if (!links)
		return -ENOMEM;
	links->socket = -1;
	pthread_mutex_init(&links->lock, NULL);
	d->own_links = links;
	d->closed = forget_object;
	return 0;
}

void xfi_links_finish(struct xf_domain *d)
{
	struct xfi_links *links = d->own_links;
	if (!links)
		return;
	while (links->sent)
		free_link(&links->sent);
	while (links->received)
		free_link(&links->received);
	xfi_fd_close(&links->socket);
	pthread_mutex_destroy(&links->lock);
	free(links);
	d->own_links = NULL;
}

static socklen_t mailbox_of(const struct xfi_member *m, struct sockaddr_un *address)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path + 1, m->mailbox, 5);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 6);
}

static int send_letter(struct xf_domain *d, const struct link *link, int epoll)
{
	struct sockaddr_un address;
	socklen_t size = mailbox_of(&d->members[link->member], &address);
	struct letter letter = { MAGIC, d->self, link->serial, 0, xfi_object_id(d, link->index) };
	XFI_FD fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (!address.sun_path[1])
		return -ENOENT;
	if (fd < 0)
		return -errno;
	return xfi_send_fd(fd, &address, size, &letter, sizeof(letter), epoll, MSG_DONTWAIT);
}

/* Any failure means: no link this time, the helper does it. */
static void make_link(struct xf_domain *d, uint32_t index, uint32_t member)
{
	struct xfi_links *links = d->own_links;
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	XFI_FD fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	XFI_FD epoll = epoll_create1(EPOLL_CLOEXEC);
	if (fd < 0 || epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		return;
	struct link *link = calloc(1, sizeof(*link));
	if (!link)
		return;
	link->index = index;
	link->member = member;
	link->incarnation = atomic_load(&d->members[member].incarnation);
	link->serial = links->serials[member] + 1;
	if (send_letter(d, link, epoll)) {
		free(link);
		return;
	}
	links->serials[member]++;
	link->fd = xfi_fd_steal(&fd);
	link->next = links->sent;
	links->sent = link;
}

/* The link to `member` for the object; what leads to the slot's former owner is dropped. */
static struct link *find_link(struct xf_domain *d, uint32_t index, uint32_t member)
{
	uint32_t incarnation = atomic_load(&d->members[member].incarnation);
	for (struct link **at = &d->own_links->sent; *at;) {
		struct link *link = *at;
		if (link->member == member && link->incarnation != incarnation) {
			d->own_links->serials[member] = 0;
			free_link(at);
			continue;
		}
		if (link->member == member && link->index == index)
			return link;
		at = &link->next;
	}
	return NULL;
}

static bool use_link(struct xf_domain *d, uint32_t index, uint32_t member)
{
	uint64_t one = 1;
	struct link *link = find_link(d, index, member);
	if (!link) {
		make_link(d, index, member);
		return false;
	}
	/* Serials are few; the difference is signed so that they may come round. */
	if ((int32_t)(atomic_load(&d->links[member][d->self]) - link->serial) < 0)
		return false;
	(void)!write(link->fd, &one, sizeof(one)); /* ours alone and not blocking */
	return true;
}

void xfi_link_ring(struct xf_domain *d, uint32_t index, uint64_t members)
{
	uint64_t helpers = 0;
	uint32_t member;
	pthread_mutex_lock(&d->own_links->lock);
	XFI_FOR_EACH_BIT(member, members) {
		if (!use_link(d, index, member))
			helpers |= xfi_bit(member);
	}
	pthread_mutex_unlock(&d->own_links->lock);
	xfi_post(d, helpers);
}

void xfi_link_listen(struct xf_domain *d)
{
	struct xfi_links *links = d->own_links;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t length = sizeof(sa_family_t); /* the kernel chooses an address */
	pthread_mutex_lock(&links->lock);
	if (links->socket < 0) {
		XFI_FD fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (fd >= 0 && bind(fd, (struct sockaddr *)&address, length) == 0) {
			length = sizeof(address);
			if (getsockname(fd, (struct sockaddr *)&address, &length) == 0 &&
				length == offsetof(struct sockaddr_un, sun_path) + 6) {
				memcpy(d->members[d->self].mailbox, address.sun_path + 1, 5);
				links->socket = xfi_fd_steal(&fd);
			}
		}
	}
	pthread_mutex_unlock(&links->lock);
}

static int receive_letter(int socket_fd, struct letter *ret_letter, int *ret_fd)
{
	int r = xfi_recv_fd(socket_fd, ret_letter, sizeof(*ret_letter), ret_fd, MSG_DONTWAIT);
	if (!r &&
		(ret_letter->magic != MAGIC || ret_letter->sender >= XF_MEMBERS_MAX || *ret_fd < 0))
		r = -EPROTO;
	return r;
}

/* Takes in what belongs to an object we have descriptors for. Then, and not before, says so. */
static void take_in(struct xf_domain *d, const struct letter *letter, int *fd)
{
	struct xfi_links *links = d->own_links;
	uint32_t index = xfi_id_index(letter->object), n = 0;
	for (struct link *link = links->received; link; link = link->next)
		n += link->member == letter->sender;
	if (index >= d->geometry.capacity || n >= 1024 || /* nobody honest needs so many */
		!xfi_has_pollers(atomic_load(&xfi_slot(d, index)->head)) ||
		!(atomic_load(&xfi_slot(d, index)->cold.pollers) & xfi_self_bit(d)))
		return;
	struct link *link = calloc(1, sizeof(*link));
	if (!link)
		return;
	link->index = index;
	link->member = letter->sender;
	link->fd = xfi_fd_steal(fd);
	link->next = links->received;
	links->received = link;
	xfi_poll_attach(d, index, link->fd);
	atomic_store(&d->links[d->self][letter->sender], letter->serial);
}

void xfi_link_receive(struct xf_domain *d)
{
	struct xfi_links *links = d->own_links;
	pthread_mutex_lock(&links->lock);
	/* Bounded, whatever somebody throws at the socket. */
	for (int n = 0; n < 256 && links->socket >= 0; n++) {
		struct letter letter;
		XFI_FD fd = -1;
		int r = receive_letter(links->socket, &letter, &fd);
		if (r == -EAGAIN)
			break;
		if (!r)
			take_in(d, &letter, &fd);
	}
	pthread_mutex_unlock(&links->lock);
}

void xfi_link_attach(struct xf_domain *d, uint32_t index, int epoll)
{
	pthread_mutex_lock(&d->own_links->lock);
	for (struct link *link = d->own_links->received; link; link = link->next)
		if (link->index == index)
			xfi_poll_add(epoll, link->fd);
	pthread_mutex_unlock(&d->own_links->lock);
}

void xfi_link_detach(struct xf_domain *d, uint32_t index)
{
	pthread_mutex_lock(&d->own_links->lock);
	forget(&d->own_links->received, index);
	pthread_mutex_unlock(&d->own_links->lock);
}
