# SPDX-License-Identifier: MIT
"""Arguments whose conversion runs code that closes everything, and ends at the wrong moment."""
import asyncio
import gc
import os
import signal
import subprocess
import sys
import threading
import time
import weakref

import numpy as np
import pytest

from conftest import PATIENCE
from crossfence import Domain, Error, Event, KeyedMutex, Pool, Producer, Reader, Surface, Timeline, wait_all, wait_any


class Number:
    """An int, a float, a truth: whoever asks for it closes `handle` first."""

    def __init__(self, handle, value=1):
        self.handle, self.value = handle, value

    def close(self):
        self.handle.close()
        gc.collect()
        return self.value

    __index__ = __int__ = close

    def __float__(self):
        return float(self.close())

    def __bool__(self):
        return bool(self.close())


def make(domain, what):
    return {
        "event": lambda: Event(domain), "timeline": lambda: Timeline(domain), "mutex": lambda: KeyedMutex(domain),
        "pool": lambda: Pool(domain, 2, shape=(4,), dtype="u8"),
        "producer": lambda: Producer(domain, "s", shape=(4,), dtype="u8"),
        "reader": lambda: (Producer(domain, "r", shape=(4,), dtype="u8"), Reader(domain, "r"))[1],
    }[what]()


CALLS = {
    "event": [lambda e, n: e.wait(n)],
    "timeline": [lambda t, n: t.signal(n), lambda t, n: t.wait(n), lambda t, n: t.wait(1, n), lambda t, n: t.fd(n),
                 lambda t, n: t.reached(n), lambda t, n: wait_any((t, n), timeout=0),
                 lambda t, n: wait_all((t, n), timeout=0), lambda t, n: wait_any((t, 1), timeout=n)],
    "mutex": [lambda m, n: m.acquire(n), lambda m, n: m.acquire(0, n), lambda m, n: m.release(n), lambda m, n: m.release(0, n),
              lambda m, n: m.fd(n), lambda m, n: m.hold(n, 1).__enter__(), lambda m, n: m.hold(0, 1, timeout=n).__enter__()],
    "pool": [lambda p, n: p.hold(n), lambda p, n: p.share(n), lambda p, n: p.give(n), lambda p, n: p.rejoin(n)],
    "producer": [lambda p, n: p.hold(n), lambda p, n: p.drain(n), lambda p, n: p.wait_readers(n), lambda p, n: p.wait_readers(1, n),
                 lambda p, n: p.set_format(shape=(n,), dtype="u8"), lambda p, n: p.set_format(width=n, format="RAW"),
                 lambda p, n: p.set_format(shape=(4,), dtype="u8", rate=(n, 1))],
    "reader": [lambda r, n: r.next(n), lambda r, n: r.frames(n), lambda r, n: wait_any(r, timeout=n)],
}


@pytest.mark.parametrize("what, number", [(what, n) for what in CALLS for n in range(len(CALLS[what]))])
def test_an_argument_that_closes_what_it_is_given_to(domain, what, number):
    handle = make(domain, what)
    with pytest.raises(ValueError, match="closed"):
        CALLS[what][number](handle, Number(handle))


@pytest.mark.parametrize("call", [
    lambda d, n: Event(d, manual_reset=n), lambda d, n: Timeline(d, initial=n), lambda d, n: KeyedMutex(d, initial_key=n),
    lambda d, n: Surface(d, width=n, height=1, format="R8"), lambda d, n: Surface(d, shape=(n, 2), dtype="u8"),
    lambda d, n: Pool(d, n, width=4, height=1, format="R8"), lambda d, n: Producer(d, shape=(n,), dtype="u8"),
    lambda d, n: Producer(d, shape=(4,), dtype="u8", frames=n), lambda d, n: Event.open(d, "nobody", n),
    lambda d, n: Reader(d, "nobody", n), lambda d, n: d.export(read_only=n),
])
def test_an_argument_that_leaves_the_domain(call):
    domain = Domain()
    with pytest.raises((ValueError, TypeError, Error)):
        call(domain, Number(domain, 4))
    assert domain.closed


def test_a_description_that_closes_the_frame(domain):
    producer = Producer(domain, shape=(4,), dtype="u8")
    for use in (lambda f, n: f.__dlpack__(dl_device=(n, 0)), lambda f, n: f.__dlpack__(max_version=(n, 0)),
                lambda f, n: f.publish(pts_ns=n)):
        frame = producer.hold(0)

        class Ender(Number):
            def close(self):
                frame.done()
                return 1

            __index__ = close

        with pytest.raises((ValueError, Error), match="closed|not held"):
            use(frame, Ender(None))


def test_a_signals_handler_that_closes_what_is_waited_for(domain):
    event, other = Event(domain), Event(domain)
    before = signal.signal(signal.SIGALRM, lambda number, frame: (event.close(), gc.collect()))
    try:
        for wait in event.wait, lambda: wait_any(other, event):
            signal.setitimer(signal.ITIMER_REAL, 0.02)
            with pytest.raises(ValueError, match="closed"):
                wait()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_everything_at_once_by_threads(domain):
    """Frames, arrays and waits of one reader by eight threads, while it is closed and made anew."""
    producer = Producer(domain, "s", shape=(1000,), dtype="u8", frames=16)
    end, failed = time.monotonic() + 1.5, []
    readers = [Reader(domain, "s", 0, max_held=8)]

    def read():
        while time.monotonic() < end:
            try:
                with readers[0].next(0.01) as f:
                    array = np.asarray(f)
                    assert (array == array[0]).all()
                    del array
            except (ValueError, TimeoutError, Error, BufferError):
                pass
            except BaseException as error:
                failed.append(error)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    number = 0
    while time.monotonic() < end:
        for _ in range(50):
            with producer.hold(PATIENCE) as f:
                np.asarray(f)[...] = number % 256
            number += 1
        try:
            readers[0].close()
        except BufferError:
            continue
        while True:
            try:
                readers[0] = Reader(domain, "s", 0, max_held=8)
                break
            except Error as error:  # the old one is in a call of a thread's still
                assert error.errno in (16, 28), error
                time.sleep(0.001)
    for thread in threads:
        thread.join(PATIENCE)
    assert not failed and number


@pytest.mark.parametrize("code", [
    # Everything alive when the interpreter ends, in cycles, in globals, with arrays and capsules.
    "d = cf.Domain(); p = cf.Producer(d, 's', shape=(4,), dtype='u8'); f = p.hold(); a = np.asarray(f); c = f.__dlpack__()",
    "class X: pass\nx = X(); x.x = x; x.d = cf.Domain(); x.e = cf.Event(x.d); x.p = cf.Producer(x.d, shape=(4,), dtype='u8');"
    "x.f = x.p.hold(); x.a = np.asarray(x.f); gc.disable()",
    "class X:\n def __del__(self): self.e.set(); self.e.wait(0)\nx = X(); x.d = cf.Domain(); x.e = cf.Event(x.d); sys.x = x",
    "d = cf.Domain(); e = cf.Event(d); threading.Thread(target=e.wait, daemon=True).start(); time.sleep(0.05)",
    "d = cf.Domain(); r = cf.Producer(d, 's', shape=(4,), dtype='u8'); i = iter(cf.Reader(d, 's')); r.hold().publish(); f = next(i)",
    "d = cf.Domain(); e = cf.Event(d); import atexit; atexit.register(d.leave); atexit.register(e.set)",
    "import asyncio\nd = cf.Domain(); e = cf.Event(d)\nasync def main(): asyncio.ensure_future(e); await asyncio.sleep(0.01)\nasyncio.run(main())",
    "del sys.modules['crossfence'], sys.modules['crossfence._core']; import crossfence; crossfence.Event(crossfence.Domain()).set()",
])
def test_the_end_of_the_interpreter(code):
    prelude = "import crossfence as cf, numpy as np, gc, sys, threading, time\n"
    done = subprocess.run([sys.executable, "-X", "dev", "-W", "error", "-c", prelude + code], capture_output=True,
                          text=True, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, "")


def test_subinterpreters_are_refused():
    code = """
import _xxsubinterpreters as interpreters
i = interpreters.create()
try:
    interpreters.run_string(i, "import crossfence")
except interpreters.RunFailedError as error:
    print(error)
import crossfence
crossfence.Domain()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    assert "main interpreter only" in done.stdout


def test_a_free_threaded_python_is_refused():
    code = """
import sysconfig
known = sysconfig.get_config_var
sysconfig.get_config_var = lambda name: 1 if name == "Py_GIL_DISABLED" else known(name)
import crossfence
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 1 and "ImportError: crossfence needs a Python with a GIL" in done.stderr


def test_a_million_handles_leave_nothing(domain):
    descriptors = len(os.listdir("/proc/self/fd"))
    for _ in range(20000):
        with Event(domain), Timeline(domain) as t:
            t.signal(1)
    event = Event(domain)
    for _ in range(200):
        with Event.open(domain, event.id) as e:
            e.fileno()
    assert len(os.listdir("/proc/self/fd")) <= descriptors + 3


@pytest.mark.parametrize("kind", [Event, Timeline, KeyedMutex, Surface, Pool, Producer])
def test_a_domain_is_closed_while_another_thread_opens(kind):
    """What comes just then, for the thread looks every 50 ms, is of a domain that has gone."""
    opens = Reader if kind is Producer else kind.open
    shape = {"shape": (4,), "dtype": "u8"}
    for _ in range(5):
        ours = Domain()
        descriptor = ours.export()
        theirs = Domain.join(descriptor)
        os.close(descriptor)
        said = []

        def look():
            try:
                said.append(opens(ours, "x"))
            except ValueError as error:
                said.append(error)

        thread = threading.Thread(target=look)
        thread.start()
        time.sleep(0.02)
        ours.close()
        made = {
            Event: lambda: Event(theirs, "x"), Timeline: lambda: Timeline(theirs, "x"),
            KeyedMutex: lambda: KeyedMutex(theirs, "x"), Surface: lambda: Surface(theirs, "x", **shape),
            Pool: lambda: Pool(theirs, 4, "x", **shape), Producer: lambda: Producer(theirs, "x", **shape),
        }[kind]()
        thread.join(PATIENCE)
        assert isinstance(said[0], ValueError) and not made.closed
        theirs.close()


def test_a_producer_is_closed_by_what_a_frame_is_to_say(domain):
    class Closes:
        def __init__(self, what):
            self.what = what

        def __index__(self):
            self.what()
            return 7

    for closes in "frame", "producer":
        producer = Producer(domain, closes, shape=(4,), dtype="u8")
        frame = producer.hold()
        with pytest.raises(ValueError, match="closed"):
            frame.publish(pts_ns=Closes(producer.close if closes == "producer" else frame.done))


def test_a_weak_reference_closes_the_domain():
    domain = Domain()
    event = Event(domain, "e")

    async def waits():
        asyncio.get_running_loop().call_later(0.01, event.set)
        await event

    asyncio.run(waits())
    closed = []
    reference = weakref.ref(event, lambda _: closed.append(domain.close()))
    del event
    gc.collect()
    assert closed == [None] and domain.closed and reference() is None
    assert all(Event(d).id for d in [Domain() for _ in range(50)])
