/* SPDX-License-Identifier: MIT */
/*
 * A D3D12 queue as an xf_queue. A CPU queue goes along beside it, in the same order: where work
 * shall wait for a timeline, or for a call to return, the D3D12 queue is held back at a gate that
 * the CPU queue opens; where the CPU shall wait for the D3D12 queue's work, it waits for a fence.
 */
#include <crossfence/queue.h>

#include "win/mf/fence.h"
#include "win/mf/queue.h"
#include "win/nt/event.h"
#include "win/nt/handle.h"

#include <crossfence/win/xf_d3d12.h>

struct bridge {
	ID3D12CommandQueue *queue; /* wrapped, referenced */
	struct xf_queue *cpu;
	ID3D12Fence *fence;
	struct xfi_object *stop; /* an event */
	pthread_mutex_t lock; /* the order of both queues is the same */
	UINT64 value;
};

struct step {
	struct bridge *bridge;
	struct xfi_object *reached; /* the event to wait for first; NULL: none */
	HANDLE handle; /* of it, which the fence sets */
	void (*fn)(void *arg); /* may be NULL */
	void *arg;
	struct xfi_gate *gate; /* to be opened last; may be NULL */
};

/* False: told to stop. */
static bool wait_for_fence(const struct step *step)
{
	struct xf_wait_item items[2] = { { .type = XF_EVENT,
						 .object = xfi_event_of(step->bridge->stop) },
		{ .type = XF_EVENT, .object = xfi_event_of(step->reached) } };
	uint32_t index;
	return !xf_wait_any(items, 2, XF_NEVER, &index) && index == 1;
}

static void free_step(struct step *step)
{
	xfi_gate_unref(step->gate);
	if (step->handle)
		(void)xfi_nt_handle_close(step->handle);
	xfi_object_unref(step->reached);
	free(step);
}

/* On the CPU queue's thread. */
static void run(void *arg)
{
	struct step *step = arg;
	if (!step->reached || wait_for_fence(step)) {
		if (step->fn)
			step->fn(step->arg);
		if (step->gate)
			xfi_gate_open(step->gate);
	}
	free_step(step);
}

/* The queue ends before it comes to it. */
static void drop(void *arg)
{
	free_step(arg);
}

static int from_hresult(HRESULT hr)
{
	if (SUCCEEDED(hr))
		return 0;
	return hr == E_OUTOFMEMORY ? -ENOMEM : -EIO;
}

/* Holds the D3D12 queue back here, until the step has run. */
static int hold_locked(struct bridge *bridge, struct step *step)
{
	step->gate = xfi_gate_create();
	if (!step->gate)
		return -ENOMEM;
	return from_hresult(xfi_queue_hold(xfi_queue_of(bridge->queue), step->gate));
}

/*
 * The step comes after everything the D3D12 queue was given so far. It is registered before the
 * signal, since a fence may have gone back when somebody looks later; see fence.h.
 */
static int mark_locked(struct bridge *bridge, struct step *step)
{
	UINT64 value = ++bridge->value;
	int r = xfi_event_create(0, &step->reached);
	if (!r)
		r = xfi_nt_handle_create(step->reached, EVENT_MODIFY_STATE, &step->handle);
	if (r)
		return r;
	HRESULT hr = ID3D12Fence_SetEventOnCompletion(bridge->fence, value, step->handle);
	if (SUCCEEDED(hr))
		hr = ID3D12CommandQueue_Signal(bridge->queue, bridge->fence, value);
	return from_hresult(hr);
}

static struct step *make_step(struct bridge *bridge, void (*fn)(void *arg), void *arg)
{
	struct step *step = calloc(1, sizeof(*step));
	if (step)
		*step = (struct step){ .bridge = bridge, .fn = fn, .arg = arg };
	return step;
}

/* Takes the step. What was held back for nothing is let go. */
static int submit_locked(struct bridge *bridge, struct step *step, int r)
{
	if (!r)
		r = xf_queue_call_or_drop(bridge->cpu, run, drop, step);
	if (r) {
		if (step->gate)
			xfi_gate_open(step->gate);
		free_step(step);
	}
	return r;
}

static int bridge_wait(void *self, struct xf_timeline *timeline, uint64_t value)
{
	struct bridge *bridge = self;
	struct step *step = make_step(bridge, NULL, NULL);
	int r;
	if (!step)
		return -ENOMEM;
	pthread_mutex_lock(&bridge->lock);
	r = xf_queue_wait(bridge->cpu, timeline, value);
	if (!r)
		r = hold_locked(bridge, step);
	r = submit_locked(bridge, step, r);
	pthread_mutex_unlock(&bridge->lock);
	return r;
}

static int bridge_signal(void *self, struct xf_timeline *timeline, uint64_t value)
{
	struct bridge *bridge = self;
	struct step *step = make_step(bridge, NULL, NULL);
	int r;
	if (!step)
		return -ENOMEM;
	pthread_mutex_lock(&bridge->lock);
	r = submit_locked(bridge, step, mark_locked(bridge, step));
	if (!r)
		r = xf_queue_signal(bridge->cpu, timeline, value);
	pthread_mutex_unlock(&bridge->lock);
	return r;
}

static int bridge_call(void *self, void (*fn)(void *arg), void *arg)
{
	struct bridge *bridge = self;
	struct step *step = make_step(bridge, fn, arg);
	int r;
	if (!step)
		return -ENOMEM;
	pthread_mutex_lock(&bridge->lock);
	r = mark_locked(bridge, step);
	if (!r)
		r = hold_locked(bridge, step);
	r = submit_locked(bridge, step, r);
	pthread_mutex_unlock(&bridge->lock);
	return r;
}

static int bridge_finish(void *self, int64_t deadline_ns)
{
	struct bridge *bridge = self;
	struct step *step = make_step(bridge, NULL, NULL);
	int r;
	if (!step)
		return -ENOMEM;
	pthread_mutex_lock(&bridge->lock);
	r = submit_locked(bridge, step, mark_locked(bridge, step));
	pthread_mutex_unlock(&bridge->lock);
	return r ? r : xf_queue_finish(bridge->cpu, deadline_ns);
}

static void bridge_destroy(void *self)
{
	struct bridge *bridge = self;
	if (bridge->stop)
		(void)xf_event_set(xfi_event_of(bridge->stop));
	xf_queue_destroy(bridge->cpu);
	xfi_object_unref(bridge->stop);
	if (bridge->fence)
		ID3D12Fence_Release(bridge->fence);
	if (bridge->queue)
		ID3D12CommandQueue_Release(bridge->queue);
	pthread_mutex_destroy(&bridge->lock);
	free(bridge);
}

static const struct xf_queue_ops bridge_ops = {
	.size = sizeof(bridge_ops),
	.name = "d3d12",
	.wait = bridge_wait,
	.signal = bridge_signal,
	.call = bridge_call,
	.finish = bridge_finish,
	.destroy = bridge_destroy,
};

static int fill(struct bridge *bridge, ID3D12CommandQueue *queue)
{
	ID3D12Device *device;
	HRESULT hr = xf_win_d3d12_wrap_queue(queue, &bridge->queue);
	int r;
	if (SUCCEEDED(hr))
		hr = ID3D12CommandQueue_GetDevice(queue, &IID_ID3D12Device, (void **)&device);
	if (FAILED(hr))
		return from_hresult(hr);
	hr = xfi_fence_create(device, &bridge->fence);
	ID3D12Device_Release(device);
	r = from_hresult(hr);
	if (!r)
		r = xfi_event_create(XF_EVENT_MANUAL_RESET, &bridge->stop);
	return r ? r : xf_queue_create_cpu(&bridge->cpu);
}

int xf_win_d3d12_queue(ID3D12CommandQueue *queue, struct xf_queue **ret_queue)
{
	struct bridge *bridge;
	int r;
	if (!queue || !ret_queue)
		return -EINVAL;
	bridge = calloc(1, sizeof(*bridge));
	if (!bridge)
		return -ENOMEM;
	pthread_mutex_init(&bridge->lock, NULL);
	r = fill(bridge, queue);
	if (!r)
		r = xf_queue_create(&bridge_ops, bridge, ret_queue);
	if (r)
		bridge_destroy(bridge);
	return r;
}
