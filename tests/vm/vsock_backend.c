/* SPDX-License-Identifier: MIT */
/*
 * Two halves: the vhost-user protocol, by which QEMU tells where guest memory and the rings are,
 * and the virtio-vsock packets in those rings. The guest is our own test guest: rings are not
 * hardened.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "vsock_backend.h"

enum {
	GET_FEATURES = 1,
	SET_FEATURES,
	SET_OWNER,
	SET_MEM_TABLE = 5,
	SET_VRING_NUM = 8,
	SET_VRING_ADDR,
	SET_VRING_BASE,
	GET_VRING_BASE,
	SET_VRING_KICK,
	SET_VRING_CALL,
	GET_PROTOCOL_FEATURES = 15,
	SET_PROTOCOL_FEATURES,
	GET_QUEUE_NUM,
	GET_CONFIG = 24
};
enum {
	OP_REQUEST = 1,
	OP_RESPONSE,
	OP_RST,
	OP_SHUTDOWN,
	OP_RW,
	OP_CREDIT_UPDATE,
	OP_CREDIT_REQUEST
};
enum { RX, TX, EVENTS, QUEUES };

#define FEATURES	  (1ull << 32 | 1ull << 30) /* version 1, protocol features */
#define PROTOCOL_FEATURES (1ull << 9) /* config */
#define OUR_BUFFER	  (256 * 1024)
#define CONNECTIONS	  64

struct header {
	uint64_t src_cid, dst_cid;
	uint32_t src_port, dst_port, len;
	uint16_t type, op;
	uint32_t flags, buf_alloc, fwd_cnt;
} __attribute__((packed));

struct message {
	uint32_t request, flags, size;
	union {
		uint64_t u64;
		struct {
			uint32_t index, num;
		} state;
		struct {
			uint32_t index, flags;
			uint64_t desc, used, avail, log;
		} addr;
		struct {
			uint32_t n, padding;
			struct {
				uint64_t guest, size, user, offset;
			} region[8];
		} memory;
		struct {
			uint32_t offset, size, flags;
			uint8_t data[256];
		} config;
	};
} __attribute__((packed));

struct desc {
	uint64_t addr;
	uint32_t len;
	uint16_t flags, next;
};

struct queue {
	struct desc *desc;
	uint16_t *avail, *used; /* flags, idx, ring */
	uint32_t num;
	uint16_t last;
	int kick, call;
};

struct connection {
	int fd; /* -1: free */
	uint32_t guest_port, host_port;
	uint32_t peer_alloc, peer_fwd, sent, received;
};

struct vsock_backend {
	pthread_t thread;
	int listener, front, stop;
	uint64_t cid;
	char prefix[100];
	struct {
		uint64_t guest, user, size;
		uint8_t *here;
	} region[8];
	unsigned n_regions;
	struct queue queue[QUEUES];
	struct connection connection[CONNECTIONS];
};

static void *translate(struct vsock_backend *b, uint64_t address, int user)
{
	for (unsigned i = 0; i < b->n_regions; i++) {
		uint64_t base = user ? b->region[i].user : b->region[i].guest;
		if (address >= base && address - base < b->region[i].size)
			return b->region[i].here + (address - base);
	}
	return NULL;
}

/* ---- rings ---- */

static int next_chain(struct queue *q, uint16_t *ret_head)
{
	if (!q->avail || q->last == __atomic_load_n(&q->avail[1], __ATOMIC_ACQUIRE))
		return 0;
	*ret_head = q->avail[2 + q->last % q->num];
	return 1;
}

static unsigned chain_iov(
	struct vsock_backend *b, struct queue *q, uint16_t head, struct iovec *iov)
{
	unsigned n = 0;
	for (uint16_t at = head;; at = q->desc[at].next) {
		iov[n++] = (struct iovec){ translate(b, q->desc[at].addr, 0), q->desc[at].len };
		if (!(q->desc[at].flags & 1) || n == 8)
			return n;
	}
}

static void give_back(struct queue *q, uint16_t head, uint32_t len)
{
	uint16_t index = q->used[1];
	uint32_t *element = (uint32_t *)(void *)(q->used + 2) + 2 * (index % q->num);
	element[0] = head;
	element[1] = len;
	__atomic_store_n(&q->used[1], (uint16_t)(index + 1), __ATOMIC_RELEASE);
	q->last++;
	uint64_t one = 1;
	if (q->call >= 0 && write(q->call, &one, sizeof(one)) < 0)
		perror("vsock back end: call");
}

static size_t copy(struct iovec *iov, unsigned n, size_t skip, void *bytes, size_t size, int out)
{
	size_t done = 0;
	for (unsigned i = 0; i < n && done < size; i++) {
		if (skip >= iov[i].iov_len) {
			skip -= iov[i].iov_len;
			continue;
		}
		size_t room = iov[i].iov_len - skip;
		size_t part = size - done < room ? size - done : room;
		uint8_t *at = (uint8_t *)iov[i].iov_base + skip;
		if (out)
			memcpy(at, (uint8_t *)bytes + done, part);
		else
			memcpy((uint8_t *)bytes + done, at, part);
		done += part;
		skip = 0;
	}
	return done;
}

/* To the guest; 0 when there is no buffer. */
static int send_packet(struct vsock_backend *b, struct connection *c, uint16_t op, uint32_t flags,
	void *data, uint32_t len)
{
	struct iovec iov[8];
	uint16_t head;
	struct queue *q = &b->queue[RX];
	if (!next_chain(q, &head))
		return 0;
	struct header h = { .src_cid = 2,
		.dst_cid = b->cid,
		.src_port = c->host_port,
		.dst_port = c->guest_port,
		.len = len,
		.type = 1,
		.op = op,
		.flags = flags,
		.buf_alloc = OUR_BUFFER,
		.fwd_cnt = c->received };
	unsigned n = chain_iov(b, q, head, iov);
	copy(iov, n, 0, &h, sizeof(h), 1);
	copy(iov, n, sizeof(h), data, len, 1);
	give_back(q, head, (uint32_t)sizeof(h) + len);
	return 1;
}

static void end(struct connection *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

/* ---- packets from the guest ---- */

static struct connection *find(struct vsock_backend *b, const struct header *h)
{
	for (int i = 0; i < CONNECTIONS; i++)
		if (b->connection[i].fd >= 0 && b->connection[i].guest_port == h->src_port &&
			b->connection[i].host_port == h->dst_port)
			return &b->connection[i];
	return NULL;
}

static void on_request(struct vsock_backend *b, const struct header *h)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct connection refused = {
		.fd = -1, .guest_port = h->src_port, .host_port = h->dst_port
	};
	snprintf(name.sun_path, sizeof(name.sun_path), "%s_%u", b->prefix, h->dst_port);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	for (int i = 0; i < CONNECTIONS; i++) {
		struct connection *c = &b->connection[i];
		if (c->fd >= 0 || connect(fd, (struct sockaddr *)&name, sizeof(name)) < 0)
			continue;
		*c = (struct connection){ .fd = fd,
			.guest_port = h->src_port,
			.host_port = h->dst_port,
			.peer_alloc = h->buf_alloc,
			.peer_fwd = h->fwd_cnt };
		send_packet(b, c, OP_RESPONSE, 0, NULL, 0);
		return;
	}
	close(fd);
	send_packet(b, &refused, OP_RST, 0, NULL, 0);
}

static void on_packet(struct vsock_backend *b, const struct header *h, uint8_t *data)
{
	struct connection *c = find(b, h);
	if (!c) {
		if (h->op == OP_REQUEST)
			on_request(b, h);
		return;
	}
	c->peer_alloc = h->buf_alloc;
	c->peer_fwd = h->fwd_cnt;
	if (h->op == OP_RW) {
		if (send(c->fd, data, h->len, MSG_NOSIGNAL) < 0)
			shutdown(c->fd, SHUT_RDWR);
		c->received += h->len;
		/* Told once half of what we granted has gone, and with every packet of ours. */
		if (c->received % (OUR_BUFFER / 2) < h->len)
			send_packet(b, c, OP_CREDIT_UPDATE, 0, NULL, 0);
	} else if (h->op == OP_CREDIT_REQUEST) {
		send_packet(b, c, OP_CREDIT_UPDATE, 0, NULL, 0);
	} else if (h->op == OP_SHUTDOWN) {
		send_packet(b, c, OP_RST, 0, NULL, 0);
		end(c);
	} else if (h->op == OP_RST) {
		end(c);
	}
}

static void drain_tx(struct vsock_backend *b)
{
	static uint8_t data[1 << 17];
	struct iovec iov[8];
	uint16_t head;
	struct queue *q = &b->queue[TX];
	while (next_chain(q, &head)) {
		struct header h;
		unsigned n = chain_iov(b, q, head, iov);
		copy(iov, n, 0, &h, sizeof(h), 0);
		if (h.len <= sizeof(data))
			copy(iov, n, sizeof(h), data, h.len, 0);
		give_back(q, head, 0);
		on_packet(b, &h, data);
	}
}

/* ---- bytes from the host ---- */

static uint32_t credit(const struct connection *c)
{
	uint32_t under_way = c->sent - c->peer_fwd;
	return under_way < c->peer_alloc ? c->peer_alloc - under_way : 0;
}

static void pump(struct vsock_backend *b, struct connection *c)
{
	uint8_t data[3500]; /* fits the smallest buffer a guest posts, with the header */
	uint16_t head;
	uint32_t room = credit(c);
	if (!room || !next_chain(&b->queue[RX], &head))
		return;
	ssize_t n = recv(c->fd, data, room < sizeof(data) ? room : sizeof(data), MSG_DONTWAIT);
	if (n > 0) {
		send_packet(b, c, OP_RW, 0, data, (uint32_t)n);
		c->sent += (uint32_t)n;
	} else if (n == 0 || errno != EAGAIN) {
		send_packet(b, c, OP_SHUTDOWN, 3, NULL, 0);
		end(c);
	}
}

/* ---- vhost-user ---- */

static void set_memory(struct vsock_backend *b, const struct message *m, const int *fds)
{
	for (unsigned i = 0; i < b->n_regions; i++)
		munmap(b->region[i].here, b->region[i].size);
	b->n_regions = m->memory.n;
	for (unsigned i = 0; i < b->n_regions; i++) {
		uint64_t size = m->memory.region[i].size;
		b->region[i].guest = m->memory.region[i].guest;
		b->region[i].user = m->memory.region[i].user;
		b->region[i].size = size;
		b->region[i].here = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fds[i],
			(off_t)m->memory.region[i].offset);
		if (b->region[i].here == MAP_FAILED)
			abort();
		close(fds[i]);
	}
}

static void reply(struct vsock_backend *b, struct message *m, uint32_t size)
{
	m->flags = 1 | 4;
	m->size = size;
	if (send(b->front, m, 12 + size, MSG_NOSIGNAL) < 0)
		perror("vsock back end: reply");
}

static void on_message(struct vsock_backend *b, struct message *m, const int *fds, int n_fds)
{
	struct queue *q = &b->queue[m->state.index < QUEUES ? m->state.index : 0];
	switch (m->request) {
	case GET_FEATURES:
		m->u64 = FEATURES;
		reply(b, m, 8);
		break;
	case GET_PROTOCOL_FEATURES:
		m->u64 = PROTOCOL_FEATURES;
		reply(b, m, 8);
		break;
	case GET_QUEUE_NUM:
		m->u64 = QUEUES;
		reply(b, m, 8);
		break;
	case GET_CONFIG:
		memcpy(m->config.data, (uint8_t *)&b->cid + m->config.offset,
			m->config.size <= 8 - m->config.offset ? m->config.size : 0);
		reply(b, m, m->size);
		break;
	case SET_MEM_TABLE:
		set_memory(b, m, fds);
		break;
	case SET_VRING_NUM:
		q->num = m->state.num;
		break;
	case SET_VRING_BASE:
		q->last = (uint16_t)m->state.num;
		break;
	case GET_VRING_BASE:
		m->state.num = q->last;
		q->avail = NULL;
		reply(b, m, 8);
		break;
	case SET_VRING_ADDR:
		q->desc = translate(b, m->addr.desc, 1);
		q->used = translate(b, m->addr.used, 1);
		q->avail = translate(b, m->addr.avail, 1);
		break;
	case SET_VRING_KICK:
	case SET_VRING_CALL:
		q = &b->queue[m->u64 & 0xff];
		int *slot = m->request == SET_VRING_KICK ? &q->kick : &q->call;
		if (*slot >= 0)
			close(*slot);
		*slot = n_fds ? fds[0] : -1;
		break;
	}
}

static int take_message(struct vsock_backend *b)
{
	struct message m;
	char control[CMSG_SPACE(8 * sizeof(int))];
	struct iovec iov = { &m, 12 };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	int fds[8] = { 0 }, n_fds = 0;
	if (recvmsg(b->front, &msg, MSG_WAITALL) != 12 || m.size > sizeof(m) - 12)
		return -1;
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	if (c && c->cmsg_type == SCM_RIGHTS) {
		n_fds = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
		memcpy(fds, CMSG_DATA(c), (size_t)n_fds * sizeof(int));
	}
	if (m.size && recv(b->front, &m.u64, m.size, MSG_WAITALL) != (ssize_t)m.size)
		return -1;
	on_message(b, &m, fds, n_fds);
	return 0;
}

static void front_gone(struct vsock_backend *b)
{
	close(b->front);
	b->front = -1;
	for (int i = 0; i < CONNECTIONS; i++)
		end(&b->connection[i]);
	for (int i = 0; i < QUEUES; i++)
		b->queue[i].avail = NULL;
}

static bool turn(struct vsock_backend *b)
{
	struct pollfd items[5 + CONNECTIONS];
	struct connection *whose[5 + CONNECTIONS];
	nfds_t n = 5;
	uint64_t count;
	uint16_t head;
	int room = next_chain(&b->queue[RX], &head);
	items[0] = (struct pollfd){ b->stop, POLLIN, 0 };
	items[1] = (struct pollfd){ b->front < 0 ? b->listener : -1, POLLIN, 0 };
	items[2] = (struct pollfd){ b->front, POLLIN, 0 };
	items[3] = (struct pollfd){ b->queue[TX].kick, POLLIN, 0 };
	items[4] = (struct pollfd){ b->queue[RX].kick, POLLIN, 0 };
	for (int i = 0; i < CONNECTIONS; i++)
		if (b->connection[i].fd >= 0 && room && credit(&b->connection[i])) {
			whose[n] = &b->connection[i];
			items[n++] = (struct pollfd){ b->connection[i].fd, POLLIN, 0 };
		}
	if (poll(items, n, -1) < 0)
		return errno == EINTR;
	if (items[0].revents)
		return false;
	if (items[1].revents)
		b->front = accept4(b->listener, NULL, NULL, SOCK_CLOEXEC);
	for (int i = 3; i < 5; i++)
		if (items[i].revents && read(items[i].fd, &count, sizeof(count)) < 0)
			perror("vsock back end: kick");
	drain_tx(b);
	for (nfds_t i = 5; i < n; i++)
		if (items[i].revents && whose[i]->fd >= 0)
			pump(b, whose[i]);
	if (items[2].revents && take_message(b))
		front_gone(b);
	return true;
}

static void *serve(void *arg)
{
	while (turn(arg))
		;
	return NULL;
}

struct vsock_backend *vsock_backend_start(const char *path, const char *prefix, uint64_t cid)
{
	struct vsock_backend *b = calloc(1, sizeof(*b));
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	snprintf(b->prefix, sizeof(b->prefix), "%s", prefix);
	b->cid = cid;
	b->front = -1;
	b->stop = eventfd(0, EFD_CLOEXEC);
	for (int i = 0; i < QUEUES; i++)
		b->queue[i].kick = b->queue[i].call = -1;
	for (int i = 0; i < CONNECTIONS; i++)
		b->connection[i].fd = -1;
	b->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(b->listener, (struct sockaddr *)&name, sizeof(name)) < 0 ||
		listen(b->listener, 1) < 0 || pthread_create(&b->thread, NULL, serve, b))
		abort();
	return b;
}

void vsock_backend_stop(struct vsock_backend *b)
{
	uint64_t one = 1;
	if (write(b->stop, &one, sizeof(one)) < 0)
		abort();
	pthread_join(b->thread, NULL);
	if (b->front >= 0)
		front_gone(b);
	for (int i = 0; i < QUEUES; i++) {
		if (b->queue[i].kick >= 0)
			close(b->queue[i].kick);
		if (b->queue[i].call >= 0)
			close(b->queue[i].call);
	}
	for (unsigned i = 0; i < b->n_regions; i++)
		munmap(b->region[i].here, b->region[i].size);
	close(b->listener);
	close(b->stop);
	free(b);
}
