# SPDX-License-Identifier: MIT
"""In asyncio loops: nothing is lost, whoever is cancelled, closed or several at once."""
import asyncio
import sys
import threading
import time

import pytest

from conftest import PATIENCE
from crossfence import _aio, Abandoned, Domain, Event, Producer, Reader, Timeline, Timeout


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, PATIENCE))


def test_await_takes_the_signal(domain):
    event = Event(domain)

    async def main():
        threading.Timer(0.05, event.set).start()
        await event
        with pytest.raises(Timeout):
            event.wait(0)
        event.set()
        await event  # without waiting

    run(main())


def test_another_process_wakes_a_task(named, peer):
    event = Event(named, "e")
    other = peer("""
with cf.Domain.open("test", PATIENCE) as d:
    e = cf.Event.open(d, "e")
    input()
    e.set()
""")

    async def main():
        task = asyncio.ensure_future(event)
        await asyncio.sleep(0)
        other.go()
        await task

    run(main())
    assert other.end() == 0


def test_the_loop_goes_on_while_a_task_waits(domain):
    event = Event(domain)

    async def main():
        ticks = 0
        task = asyncio.ensure_future(event)
        while ticks < 20:
            await asyncio.sleep(0.001)
            ticks += 1
        assert not task.done()
        event.set()
        await task

    run(main())


def test_each_signal_goes_to_one_of_many_tasks(domain):
    event = Event(domain)

    async def main():
        tasks = [asyncio.ensure_future(event) for _ in range(8)]
        for n in range(8):
            event.set()
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            while sum(task.done() for task in tasks) <= n:
                await asyncio.sleep(0)
            await asyncio.sleep(0.005)
            assert sum(task.done() for task in tasks) == n + 1

    run(main())


def test_who_is_cancelled_has_taken_nothing(domain):
    """A signal that comes with the cancellation stays for the next one, or was taken and is told."""
    event = Event(domain)

    async def main():
        told = left = 0
        for n in range(300):
            task = asyncio.ensure_future(event)
            for _ in range(n % 4):
                await asyncio.sleep(0)
            event.set()
            for _ in range(n // 4 % 4):
                await asyncio.sleep(0)
            task.cancel()
            try:
                await task
                told += 1
            except asyncio.CancelledError:
                event.wait(0)  # Timeout: it was lost
                left += 1
            with pytest.raises(Timeout):
                event.wait(0)
        assert told and left

    run(main())


def test_wait_for_ends_in_time(domain):
    event = Event(domain)

    async def main():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(event, 0.05)
        event.set()
        await asyncio.wait_for(event, PATIENCE)

    run(main())


def test_closing_ends_what_awaits(domain):
    event = Event(domain)

    async def main():
        task = asyncio.ensure_future(event)
        await asyncio.sleep(0.01)
        event.close()
        with pytest.raises(ValueError, match="closed"):
            await task
        # The descriptor's number may be another one's now.
        other = Event(domain)
        task = asyncio.ensure_future(other)
        await asyncio.sleep(0.01)
        other.set()
        await task

    run(main())


def raises_at(line, in_file, error):
    """A trace that raises at the n-th line run in a file, as a signal's handler may."""
    left = [line]

    def trace(frame, what, arg):
        if frame.f_code.co_filename != in_file:
            return None
        if what == "line":
            left[0] -= 1
            if left[0] == 0:
                raise error
        return trace

    return trace


@pytest.mark.parametrize("ends", ["event", "domain"])
def test_what_a_signal_raises_in_close_keeps_nobody_waiting(ends):
    """At each line of what tells the loops; it comes out of close(), which has closed all the same."""
    async def main(line):
        with Domain() as domain:
            events = [Event(domain), Event(domain)]
            tasks = [asyncio.ensure_future(each) for each in events]
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            closes = events[:1] if ends == "event" else [domain]
            raised = False
            before = sys.gettrace()
            try:
                sys.settrace(raises_at(line, _aio.__file__, InterruptedError))
                for each in closes:
                    each.close()
            except InterruptedError:
                raised = True
            finally:
                sys.settrace(before)
            assert all(each.closed for each in closes)
            for task in tasks[:len(closes)] if ends == "event" else tasks:
                with pytest.raises(ValueError, match="closed"):
                    await asyncio.wait_for(task, PATIENCE)
            for task in tasks:
                task.cancel()
            return raised

    lines = 1
    while run(main(lines)):
        lines += 1
    assert lines > 10


def test_closing_where_calls_are_too_deep_ends_what_awaits(domain):
    event = Event(domain)

    def deeper():
        try:
            deeper()
        except RecursionError:
            event.close()  # there, and from there on upwards until it could
            raise

    async def main():
        task = asyncio.ensure_future(event)
        await asyncio.sleep(0.01)
        with pytest.raises(RecursionError):
            deeper()
        assert event.closed
        with pytest.raises(ValueError, match="closed"):
            await task

    run(main())


def test_closing_by_another_thread_ends_what_awaits(domain):
    event = Event(domain)

    async def main():
        task = asyncio.ensure_future(event)
        await asyncio.sleep(0.01)
        await asyncio.to_thread(event.close)
        with pytest.raises(ValueError, match="closed"):
            await task

    run(main())


@pytest.mark.parametrize("by_thread", [False, True])
def test_closing_a_timeline_ends_what_awaits_it(domain, by_thread):
    """Each wait has a descriptor, and a handle, of its own; it is the timeline that is closed."""
    async def main():
        for owned in False, True:
            timeline = Timeline(domain, owned=owned)
            tasks = [asyncio.ensure_future(timeline.reached(n)) for n in (1, 2)]
            await asyncio.sleep(0.01)
            await asyncio.to_thread(timeline.close) if by_thread else timeline.close()
            for task in tasks:
                with pytest.raises(ValueError, match="this Timeline is closed"):
                    await task

    run(main())


def test_the_end_of_a_stream_ends_a_loop_with_a_timeout(domain):
    """Also when it comes with the time-out."""
    async def main():
        for n in range(10):
            producer = Producer(domain, f"s{n}", shape=(4,), dtype="u8")
            reader = Reader(domain, f"s{n}", 0)

            async def read():
                async for _ in reader.frames(timeout=0.02):
                    pass

            task = asyncio.ensure_future(read())
            await asyncio.sleep(0.005)
            producer.end()
            time.sleep(0.03 if n % 2 else 0)
            await task

    run(main())


def test_loops_come_and_go_while_threads_close(domain, monkeypatch):
    """Nobody is left waiting, nothing is printed: whatever a loop does when a handle closes."""
    unraisable, failed, stop = [], [], threading.Event()
    monkeypatch.setattr(sys, "unraisablehook", lambda u: unraisable.append(u.exc_value))
    before = sys.getswitchinterval()

    def spin():
        event = Event(domain)

        async def one():
            task = asyncio.ensure_future(event)
            await asyncio.sleep(0)
            event.set()
            await task

        try:
            while not stop.is_set():
                loop = asyncio.new_event_loop()
                loop.run_until_complete(one())
                loop.close()
        except BaseException as error:
            failed.append(error)

    async def main():
        end = time.monotonic() + 1
        while time.monotonic() < end:
            event = Event(domain)
            task = asyncio.ensure_future(event)
            await asyncio.sleep(0)
            thread = threading.Thread(target=event.close)
            thread.start()
            with pytest.raises(ValueError, match="closed"):
                await task
            thread.join()

    threads = [threading.Thread(target=spin) for _ in range(2)]
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        run(main())
    finally:
        stop.set()
        sys.setswitchinterval(before)
        for thread in threads:
            thread.join(PATIENCE)
    assert not unraisable and not failed


def test_leaving_the_domain_ends_what_awaits(domain):
    event, timeline = Event(domain), Timeline(domain)

    async def main():
        tasks = [asyncio.ensure_future(event), asyncio.ensure_future(timeline.reached(5))]
        await asyncio.sleep(0.01)
        domain.leave()
        for task in tasks:
            with pytest.raises(ValueError, match="closed"):
                await task

    run(main())


def test_a_timeline_wakes_each_at_its_value(domain):
    timeline = Timeline(domain)

    async def main():
        tasks = [asyncio.ensure_future(timeline.reached(n)) for n in (1, 2, 3)]
        await asyncio.sleep(0.01)
        for n, task in enumerate(tasks, 1):
            timeline.signal(n)
            await task
            assert [t.done() for t in tasks] == [k <= n for k in (1, 2, 3)]

    run(main())


def test_a_dead_owner_is_told(named, peer):
    other = peer("""
d = cf.Domain.open("test", PATIENCE)
t = cf.Timeline(d, "owned", owned=True)
print("made", flush=True)
input()
""")
    assert other.line() == "made"
    timeline = Timeline.open(named, "owned", PATIENCE)

    async def main():
        task = asyncio.ensure_future(timeline.reached(1))
        await asyncio.sleep(0.01)
        other.kill()
        with pytest.raises(Abandoned):
            await task

    run(main())


def test_an_idle_loop_does_not_turn(domain):
    event = Event(domain)

    async def main():
        task = asyncio.ensure_future(event)
        before = time.process_time()
        await asyncio.sleep(0.5)
        assert time.process_time() - before < 0.2
        task.cancel()

    run(main())
