/* SPDX-License-Identifier: MIT */
/*
 * Included before each of the core's sources when they are built for the explorer: every atomic
 * operation, system call and private lock becomes a step at which the explorer may let somebody
 * else go on. The sources themselves are not changed. See explore.h.
 */
#ifndef TESTS_EXPLORE_STEPPED_H
#define TESTS_EXPLORE_STEPPED_H

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The processor's hints would make executions differ: nobody runs elsewhere, nobody spins. */
#define XFI_BASE_CPU_H
static inline uint32_t xfi_cpu(void)
{
	return 0;
}
static inline void xfi_cpu_relax(void)
{
}

/* A point where another thread may come in; then what happens there. `what` is for the trace. */
void xp_load(const volatile void *address);
void xp_change(const char *what, volatile void *address); /* a read-modify-write: a full fence */
void xp_fence(memory_order order);
void xp_yield(void);
/* True: the store waits in the thread's store buffer. */
bool xp_store(volatile void *address, const void *value, size_t size, memory_order order);
/* What the thread's own store buffer holds for the address. */
void xp_forward(const volatile void *address, void *value, size_t size);
long xp_syscall(long number, ...);
void xp_lock(void *mutex);
void xp_unlock(void *mutex);
void *xp_calloc(size_t n, size_t size);
void xp_join(int thread);
void xp_cond_wake(void *cond);
int xp_cond_wait(void *cond, void *mutex, const struct timespec *deadline);
int xp_eventfd(void);
int xp_poll(struct pollfd *fds, int n, int timeout_ms);
static inline int xp_nothing(const void *unused)
{
	return 0;
}
long xp_kernel_write(int fd);
long xp_kernel_read(int fd, void *ret);

/* What orders nothing is no step: see base/shared.h. */
#undef xfi_get
#undef xfi_put
#define xfi_get(P)    (*(P))
#define xfi_put(P, V) ((void)(*(P) = (V)))

#define XP_TYPE(P)                                                                                 \
	__typeof__(({                                                                              \
		__auto_type of_ = *(P);                                                            \
		of_;                                                                               \
	}))

#undef atomic_load
#undef atomic_load_explicit
#undef atomic_store
#undef atomic_store_explicit
#undef atomic_exchange
#undef atomic_exchange_explicit
#undef atomic_compare_exchange_strong
#undef atomic_compare_exchange_strong_explicit
#undef atomic_compare_exchange_weak
#undef atomic_compare_exchange_weak_explicit
#undef atomic_fetch_add
#undef atomic_fetch_add_explicit
#undef atomic_fetch_sub
#undef atomic_fetch_sub_explicit
#undef atomic_fetch_or
#undef atomic_fetch_or_explicit
#undef atomic_fetch_and
#undef atomic_fetch_and_explicit
#undef atomic_thread_fence

#define atomic_load_explicit(P, M)                                                                 \
	({                                                                                         \
		__auto_type load_p_ = (P);                                                         \
		xp_load(load_p_);                                                                  \
		__auto_type load_v_ = *load_p_;                                                    \
		xp_forward(load_p_, &load_v_, sizeof(load_v_));                                    \
		load_v_;                                                                           \
	})
#define atomic_store_explicit(P, V, M)                                                             \
	({                                                                                         \
		__auto_type store_p_ = (P);                                                        \
		XP_TYPE(store_p_) store_v_ = (V);                                                  \
		if (!xp_store(store_p_, &store_v_, sizeof(store_v_), M))                           \
			*store_p_ = store_v_;                                                      \
		(void)0;                                                                           \
	})
#define XP_CHANGE(P, V, WHAT, ASSIGN)                                                              \
	({                                                                                         \
		__auto_type change_p_ = (P);                                                       \
		XP_TYPE(change_p_) change_v_ = (V);                                                \
		xp_change(WHAT, change_p_);                                                        \
		__auto_type change_was_ = *change_p_;                                              \
		*change_p_ ASSIGN change_v_;                                                       \
		change_was_;                                                                       \
	})
#define atomic_compare_exchange_strong_explicit(P, E, V, M, N)                                     \
	({                                                                                         \
		__auto_type cas_p_ = (P);                                                          \
		__auto_type cas_e_ = (E);                                                          \
		XP_TYPE(cas_p_) cas_v_ = (V);                                                      \
		xp_change("swaps if equal", cas_p_);                                               \
		__auto_type cas_was_ = *cas_p_;                                                    \
		bool cas_ok_ = cas_was_ == *cas_e_;                                                \
		if (cas_ok_)                                                                       \
			*cas_p_ = cas_v_;                                                          \
		else                                                                               \
			*cas_e_ = cas_was_;                                                        \
		cas_ok_;                                                                           \
	})

#define atomic_exchange_explicit(P, V, M)  XP_CHANGE(P, V, "exchanges", =)
#define atomic_fetch_add_explicit(P, V, M) XP_CHANGE(P, V, "adds", +=)
#define atomic_fetch_sub_explicit(P, V, M) XP_CHANGE(P, V, "subtracts", -=)
#define atomic_fetch_or_explicit(P, V, M)  XP_CHANGE(P, V, "ors", |=)
#define atomic_fetch_and_explicit(P, V, M) XP_CHANGE(P, V, "ands", &=)
#define atomic_load(P)			   atomic_load_explicit(P, memory_order_seq_cst)
#define atomic_store(P, V)		   atomic_store_explicit(P, V, memory_order_seq_cst)
#define atomic_exchange(P, V)		   atomic_exchange_explicit(P, V, memory_order_seq_cst)
#define atomic_fetch_add(P, V)		   atomic_fetch_add_explicit(P, V, memory_order_seq_cst)
#define atomic_fetch_sub(P, V)		   atomic_fetch_sub_explicit(P, V, memory_order_seq_cst)
#define atomic_fetch_or(P, V)		   atomic_fetch_or_explicit(P, V, memory_order_seq_cst)
#define atomic_fetch_and(P, V)		   atomic_fetch_and_explicit(P, V, memory_order_seq_cst)
#define atomic_compare_exchange_strong(P, E, V)                                                    \
	atomic_compare_exchange_strong_explicit(P, E, V, memory_order_seq_cst, memory_order_seq_cst)
#define atomic_compare_exchange_weak	      atomic_compare_exchange_strong
#define atomic_compare_exchange_weak_explicit atomic_compare_exchange_strong_explicit
#define atomic_thread_fence(M)		      xp_fence(M)

#define syscall			xp_syscall
#define pthread_mutex_lock(M)	xp_lock(M)
#define pthread_mutex_unlock(M) xp_unlock(M)
#define sched_yield()		xp_yield()
#define calloc			xp_calloc
#define malloc(SIZE)		xp_calloc(1, SIZE)
#define free(P)			((void)(P))
#define munmap(P, SIZE)		xp_nothing(P)

#define pthread_join(T, R)		xp_join((int)(T))
#define pthread_setname_np(T, NAME)	xp_nothing(NAME)
#define pthread_cond_broadcast(C)	xp_cond_wake(C)
#define pthread_cond_wait(C, M)		xp_cond_wait(C, M, NULL)
#define pthread_cond_timedwait(C, M, T) xp_cond_wait(C, M, T)

#define eventfd(COUNT, FLAGS)	   xp_eventfd()
#define epoll_create1(FLAGS)	   xp_eventfd()
#define epoll_ctl(E, OP, FD, WHAT) xp_nothing(WHAT)
#define poll(FDS, N, MS)	   xp_poll(FDS, N, MS)
#define write(FD, P, SIZE)	   (xp_nothing(P), xp_kernel_write(FD))
#define read(FD, P, SIZE)	   xp_kernel_read(FD, P)
#define close(FD)		   xp_nothing(NULL)

#endif
