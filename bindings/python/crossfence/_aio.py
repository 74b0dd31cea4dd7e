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
    """The tasks of one loop that wait for one handle."""

    def __init__(self, handle: object) -> None:
        self.handle = handle
        self.waiting: set[asyncio.Future[None]] = set()

    def wake(self) -> None:
        for future in self.waiting:
            if not future.done():
                future.set_result(None)


_loops: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[int, _Entry]] = weakref.WeakKeyDictionary()


async def _readable(handle: object, fd: int) -> None:
    """Until the handle's descriptor is readable, or the handle is closed."""
    loop = asyncio.get_running_loop()
    _core._watch(handle)
    entries = _loops.setdefault(loop, {})
    entry = entries.get(fd)
    if entry is None:
        entry = entries[fd] = _Entry(handle)
        loop.add_reader(fd, entry.wake)
    future = loop.create_future()
    entry.waiting.add(future)
    try:
        await future
    finally:
        entry.waiting.discard(future)
        if not entry.waiting and entries.get(fd) is entry:
            del entries[fd]
            loop.remove_reader(fd)


def _forget(loop: asyncio.AbstractEventLoop, fd: int, entry: _Entry) -> None:
    """The descriptor is closed: it may be another one's soon."""
    if _loops.get(loop, {}).get(fd) is entry:
        del _loops[loop][fd]
        loop.remove_reader(fd)
    entry.wake()


def closed(handle: object) -> None:
    """Called by the handle when it is about to close; those who wait for it find it closed."""
    for loop, entries in list(_loops.items()):
        for fd, entry in list(entries.items()):
            if entry.handle is not handle or loop.is_closed():
                continue
            try:
                here = asyncio.get_running_loop() is loop
            except RuntimeError:
                here = False
            if here:
                _forget(loop, fd, entry)
            else:
                loop.call_soon_threadsafe(_forget, loop, fd, entry)


async def event(handle: _core.Event) -> None:
    while True:
        try:
            return handle.wait(0)
        except _core.Timeout:
            pass
        await _readable(handle, handle.fileno())


async def reached(handle: _core.Timeline, value: int) -> None:
    # A descriptor looks out for one value, and a handle has one: each wait has its own.
    with _core.Timeline.open(handle.domain, handle.id) as own:
        while True:
            try:
                return own.wait(value, 0)
            except _core.Timeout:
                pass
            await _readable(own, own.fd(value))


async def next_frame(handle: _core.Reader) -> _core.Frame:
    while True:
        try:
            return handle.next(0)
        except _core.Timeout:
            pass
        await _readable(handle, handle.fileno())


async def _following(handle: _core.Reader, frames: _core.Frames) -> _core.Frame:
    while True:
        try:
            return frames._look()
        except _core.Timeout:
            pass
        except _core.Ended:
            raise StopAsyncIteration from None
        await _readable(handle, handle.fileno())


async def following(handle: _core.Reader, frames: _core.Frames) -> _core.Frame:
    if frames.timeout is None:
        return await _following(handle, frames)
    try:
        async with asyncio.timeout(frames.timeout):
            return await _following(handle, frames)
    except TimeoutError:
        return frames._look()  # it may be there by now: else Timeout
