# SPDX-License-Identifier: MIT
"""Waiting in asyncio loops, by the descriptors of events, timelines and streams.

A handle has one descriptor, and a loop calls one function for each. So all tasks that wait for a
handle share one entry: when its descriptor becomes readable all of them look, and whoever finds
nothing waits again. Whoever takes something does so in the step in which it was woken and returns
it in the same step, so a task that is cancelled has taken nothing.
"""
from __future__ import annotations

import asyncio
import weakref

from . import _core


class _Entry:
    """The tasks of one loop that wait for one descriptor, until one of the handles is closed."""

    def __init__(self, handles: tuple[object, ...]) -> None:
        self.handles = handles
        self.waiting: set[asyncio.Future[None]] = set()
        self.added = False

    def wake(self) -> None:
        for future in self.waiting:
            if not future.done():
                future.set_result(None)


# Threads with loops of their own change these while others, or a collection in the midst of it, close a
# handle. A lock would be asked for by a thread that has it; so what is gone through is a copy, made in one step.
_loops: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[int, _Entry]] = weakref.WeakKeyDictionary()


async def _readable(fd: int, *handles: object) -> None:
    """Until the descriptor, which is the first handle's, is readable, or one of the handles is closed.

    ValueError: one is closed already. What another thread closes from then on finds the entry.
    """
    loop = asyncio.get_running_loop()
    entries = _loops.setdefault(loop, {})
    entry = entries.get(fd)
    if entry is None:
        entry = entries[fd] = _Entry(handles)
    future = loop.create_future()
    entry.waiting.add(future)
    try:
        for handle in handles:
            _core._watch(handle)
        if not entry.added:
            loop.add_reader(fd, entry.wake)
            entry.added = True
        await future
    except OSError:
        _core._watch(handles[0])  # the descriptor was closed by another thread
        raise
    finally:
        entry.waiting.discard(future)
        if not entry.waiting and entries.get(fd) is entry:
            del entries[fd]
            if entry.added:
                loop.remove_reader(fd)


def _forget(loop: asyncio.AbstractEventLoop, fd: int, entry: _Entry) -> None:
    """The descriptor is closed: it may be another one's soon.

    A signal's handler may raise anywhere in here; what was not done then is done again.
    """
    entries = _loops.get(loop, {})
    try:
        entry.wake()
        if entries.get(fd) is entry:
            if entry.added:
                loop.remove_reader(fd)
                entry.added = False
            del entries[fd]
    except BaseException:
        loop.call_soon(_forget, loop, fd, entry)
        raise


def _is_running(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether this thread is in it."""
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False


def closed(handle: object) -> None:
    """Called by the handle when it is about to close; those who wait for it find it closed."""
    for reference in _loops.keyrefs():
        loop = reference()
        if loop is None:
            continue
        for fd, entry in _loops.get(loop, {}).copy().items():
            if not any(each is handle for each in entry.handles):
                continue
            if _is_running(loop):
                _forget(loop, fd, entry)
                continue
            try:
                loop.call_soon_threadsafe(_forget, loop, fd, entry)
            except RuntimeError:
                pass  # the loop is closed, and nobody waits in it any more


async def event(handle: _core.Event) -> None:
    while True:
        try:
            return handle.wait(0)
        except _core.Timeout:
            pass
        await _readable(handle.fileno(), handle)


def _is_reached(handle: _core.Timeline, value: int) -> bool:
    try:
        handle.wait(value, 0)
    except _core.Timeout:
        return False
    return True


async def reached(handle: _core.Timeline, value: int) -> None:
    # A descriptor looks out for one value, and a handle has one: each wait has its own.
    with _core.Timeline.open(handle.domain, handle.id) as own:
        while not _is_reached(own, value):
            await _readable(own.fd(value), own, handle)
            _core._watch(handle)  # ValueError: it was closed, whatever the other one says


async def next_frame(handle: _core.Reader) -> _core.Frame:
    while True:
        try:
            return handle.next(0)
        except _core.Timeout:
            pass
        await _readable(handle.fileno(), handle)


def _look(frames: _core.Frames) -> _core.Frame:
    try:
        return frames._look()
    except _core.Ended:
        raise StopAsyncIteration from None


async def _following(handle: _core.Reader, frames: _core.Frames) -> _core.Frame:
    while True:
        try:
            return _look(frames)
        except _core.Timeout:
            pass
        await _readable(handle.fileno(), handle)


async def following(handle: _core.Reader, frames: _core.Frames) -> _core.Frame:
    if frames.timeout is None:
        return await _following(handle, frames)
    try:
        async with asyncio.timeout(frames.timeout):
            return await _following(handle, frames)
    except TimeoutError:
        return _look(frames)  # it, or the end, may be there by now: else Timeout
