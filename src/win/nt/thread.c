/* SPDX-License-Identifier: MIT */
/*
 * A thread's object is kept by the thread itself until it ends, in whatever way: the destructor of
 * a pthread key ends it, so that threads of pthread_create() are waited for as well.
 *
 * ExitThread leaves by longjmp: as on Windows, what lies between is not unwound.
 */
#include "win/nt/thread.h"

#include <semaphore.h>
#include <setjmp.h>
#include <unistd.h>

#include "win/nt/codes.h"
#include "win/nt/event.h"
#include "win/nt/handle.h"
#include "win/nt/pseudo.h"

struct thread {
	struct xfi_object base;
	struct xfi_object *done; /* event, set at the end */
	struct xfi_thread_end *ends;
	DWORD id;
	_Atomic DWORD code;
	/* Of CreateThread only. */
	bool ours;
	LPTHREAD_START_ROUTINE start;
	void *arg;
	sem_t started, resumed;
	_Atomic DWORD suspended;
	jmp_buf leave;
};

static _Thread_local struct thread *self;
static _Thread_local DWORD id;
static pthread_key_t key;

static void thread_destroy(struct xfi_object *object)
{
	struct thread *thread = (struct thread *)object;
	xfi_object_unref(thread->done);
	sem_destroy(&thread->started);
	sem_destroy(&thread->resumed);
	free(thread);
}

static int thread_wait_item(struct xfi_object *object, struct xf_wait_item *item)
{
	item->type = XF_EVENT;
	item->object = xfi_event_of(((struct thread *)object)->done);
	return 0;
}

#define THREAD_QUERY (THREAD_QUERY_INFORMATION | THREAD_QUERY_LIMITED_INFORMATION)

const struct xfi_object_type xfi_thread_type = {
	.name = "Thread",
	.all_access = THREAD_ALL_ACCESS,
	.generic = {
		.GenericRead = STANDARD_RIGHTS_READ | THREAD_QUERY | THREAD_GET_CONTEXT,
		.GenericWrite = STANDARD_RIGHTS_WRITE | THREAD_SUSPEND_RESUME | THREAD_TERMINATE,
		.GenericExecute = STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE,
		.GenericAll = THREAD_ALL_ACCESS,
	},
	.destroy = thread_destroy,
	.wait_item = thread_wait_item,
};

static int create(struct thread **ret_thread)
{
	struct thread *thread = calloc(1, sizeof(*thread));
	int r;
	if (!thread)
		return -ENOMEM;
	xfi_object_init(&thread->base, &xfi_thread_type, 0);
	sem_init(&thread->started, 0, 0);
	sem_init(&thread->resumed, 0, 0);
	atomic_init(&thread->code, STILL_ACTIVE);
	r = xfi_event_create(XF_EVENT_MANUAL_RESET, &thread->done);
	if (r)
		xfi_object_unref(&thread->base);
	else
		*ret_thread = thread;
	return r;
}

/* The key's destructor: the thread's last act. */
static void ended(void *arg)
{
	struct thread *thread = arg;
	DWORD active = STILL_ACTIVE;
	while (thread->ends) {
		struct xfi_thread_end *call = thread->ends;
		thread->ends = call->next;
		call->fn(call);
	}
	(void)atomic_compare_exchange_strong(&thread->code, &active, 0); /* a pthread's: no code */
	(void)xf_event_set(xfi_event_of(thread->done)); /* nobody is left to be told */
	self = NULL;
	xfi_object_unref(&thread->base);
}

/* The forking thread goes on in the child, under another number and with nothing of its parent's.
 */
static void forget_after_fork(void)
{
	self = NULL;
	id = 0;
	(void)pthread_setspecific(key, NULL); /* a value was there already, or none is needed */
}

__attribute__((constructor)) static void prepare(void)
{
	(void)pthread_key_create(&key, ended); /* EAGAIN: as if no thread ever ended */
	(void)pthread_atfork(NULL, NULL, forget_after_fork); /* ENOMEM: fork is not supported */
}

DWORD xfi_thread_id(void)
{
	if (!id)
		id = (DWORD)gettid();
	return id;
}

static int become(struct thread *thread)
{
	thread->id = xfi_thread_id();
	self = thread;
	return -pthread_setspecific(key, thread);
}

int xfi_thread_self(struct xfi_object **ret_object)
{
	int r = 0;
	if (!self) {
		struct thread *thread;
		r = create(&thread);
		if (!r)
			r = become(thread);
		if (r)
			return r;
	}
	*ret_object = xfi_object_ref(&self->base);
	return 0;
}

int xfi_thread_at_end(struct xfi_thread_end *call)
{
	struct xfi_object *object;
	int r = xfi_thread_self(&object);
	if (r)
		return r;
	xfi_object_unref(object); /* the thread itself keeps it */
	call->next = self->ends;
	self->ends = call;
	return 0;
}

void xfi_thread_forget_end(struct xfi_thread_end *call)
{
	struct xfi_thread_end **link = &self->ends;
	while (*link != call)
		link = &(*link)->next;
	*link = call->next;
}

static void *run(void *arg)
{
	struct thread *thread = arg;
	(void)become(thread); /* ENOMEM: there is room for the first key of a new thread */
	sem_post(&thread->started);
	while (atomic_load(&thread->suspended) && sem_wait(&thread->resumed))
		; /* a signal handler ran */
	if (!setjmp(thread->leave))
		atomic_store(&thread->code, thread->start(thread->arg));
	return NULL;
}

static int launch(struct thread *thread, SIZE_T stack_bytes)
{
	pthread_attr_t attr;
	pthread_t pthread;
	int r;
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	/* Too small or odd: the default, which is more than anybody asks for. */
	if (stack_bytes > 1u << 20)
		(void)pthread_attr_setstacksize(&attr, (stack_bytes + 0xffff) & ~(SIZE_T)0xffff);
	xfi_object_ref(&thread->base); /* the thread's own */
	r = -pthread_create(&pthread, &attr, run, thread);
	pthread_attr_destroy(&attr);
	if (r)
		xfi_object_unref(&thread->base);
	while (!r && sem_wait(&thread->started))
		; /* a signal handler ran */
	return r;
}

HANDLE WINAPI CreateThread(SECURITY_ATTRIBUTES *sa, SIZE_T stack_bytes,
	LPTHREAD_START_ROUTINE start, void *arg, DWORD flags, DWORD *ret_id)
{
	const DWORD known = CREATE_SUSPENDED | STACK_SIZE_PARAM_IS_A_RESERVATION;
	struct thread *thread = NULL;
	HANDLE handle = NULL;
	int r = !start || flags & ~known ? -EINVAL : create(&thread);
	if (!r) {
		thread->ours = true;
		thread->start = start;
		thread->arg = arg;
		atomic_store(&thread->suspended, flags & CREATE_SUSPENDED ? 1 : 0);
		r = xfi_nt_handle_create(&thread->base, THREAD_ALL_ACCESS, &handle);
	}
	if (!r) {
		r = launch(thread, stack_bytes);
		if (r)
			(void)xfi_nt_handle_close(handle); /* we made it just now */
	}
	if (!r && ret_id)
		*ret_id = thread->id;
	if (thread)
		xfi_object_unref(&thread->base);
	if (r)
		xfi_fail(r);
	return r ? NULL : handle;
}

void WINAPI ExitThread(DWORD code)
{
	if (self)
		atomic_store(&self->code, code);
	if (self && self->ours)
		longjmp(self->leave, 1);
	pthread_exit(NULL);
}

DWORD WINAPI ResumeThread(HANDLE handle)
{
	struct xfi_object *object;
	DWORD before = 1;
	int r = xfi_any_ref(handle, &xfi_thread_type, THREAD_SUSPEND_RESUME, &object);
	if (r) {
		xfi_fail(r);
		return (DWORD)-1;
	}
	if (atomic_compare_exchange_strong(&((struct thread *)object)->suspended, &before, 0))
		sem_post(&((struct thread *)object)->resumed);
	xfi_object_unref(object);
	return before;
}

/* Either right to ask will do. */
static int query(HANDLE handle, struct xfi_object **ret_object)
{
	int r = xfi_any_ref(handle, &xfi_thread_type, THREAD_QUERY_LIMITED_INFORMATION, ret_object);
	return r == -EACCES
		       ? xfi_any_ref(handle, &xfi_thread_type, THREAD_QUERY_INFORMATION, ret_object)
		       : r;
}

BOOL WINAPI GetExitCodeThread(HANDLE handle, DWORD *ret_code)
{
	struct xfi_object *object;
	int r = ret_code ? query(handle, &object) : -EINVAL;
	if (r)
		return xfi_fail(r);
	*ret_code = atomic_load(&((struct thread *)object)->code);
	xfi_object_unref(object);
	return TRUE;
}

DWORD WINAPI GetThreadId(HANDLE handle)
{
	struct xfi_object *object;
	DWORD found;
	int r = query(handle, &object);
	if (r) {
		xfi_fail(r);
		return 0;
	}
	found = ((struct thread *)object)->id;
	xfi_object_unref(object);
	return found;
}
