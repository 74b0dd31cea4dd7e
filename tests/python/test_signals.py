# SPDX-License-Identifier: MIT
"""Waiting lets other threads run, and ends with a signal."""
import os
import signal
import statistics
import subprocess
import threading
import time

import pytest

from conftest import PATIENCE
from crossfence import Domain, Event, KeyedMutex, Reader, Timeline


class Alarm(Exception):
    pass


@pytest.fixture
def alarm():
    """Raises Alarm in the main thread soon."""
    def ring(number, frame):
        raise Alarm

    before = signal.signal(signal.SIGALRM, ring)
    yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


WAITS = {
    "event": lambda d: Event(d).wait,
    "timeline": lambda d: lambda: Timeline(d).wait(1),
    "mutex": lambda d: lambda: KeyedMutex(d).acquire(1),
    "label": lambda d: lambda: Event.open(d, "nobody"),
    "name": lambda d: lambda: Domain.open("nobody"),
}


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS.keys())
def test_a_signals_handler_ends_a_wait(domain, alarm, wait):
    """At once: the median of some, since this machine may be busy."""
    call, late = wait(domain), []
    for n in range(5):
        after = 0.06 + n * 0.013  # anywhere between two looks
        began = time.monotonic()
        alarm(after)
        with pytest.raises(Alarm):
            call()
        late.append(time.monotonic() - began - after)
    assert statistics.median(late) < 0.1


@pytest.mark.parametrize("stopped", [False, True])
def test_a_signals_handler_ends_the_wait_for_a_frame(named, alarm, stopped):
    """Its queue may take its time, and its producer too."""
    late = []
    with subprocess.Popen([os.environ["PROMISE"]], stdout=subprocess.PIPE) as other:
        assert other.stdout and other.stdout.readline() == b"promised\n"
        if stopped:
            other.send_signal(signal.SIGSTOP)
        frame = Reader(named, "s").next(timeout=PATIENCE)
        for n in range(5):
            after = 0.06 + n * 0.013
            began = time.monotonic()
            alarm(after)
            with pytest.raises(Alarm):
                memoryview(frame)
            late.append(time.monotonic() - began - after)
        frame.done()
        other.kill()
    assert statistics.median(late) < 0.1


def test_control_c_ends_a_process_that_waits(peer):
    other = peer("""
d = cf.Domain()
e = cf.Event(d)
try:
    print("waits", flush=True)
    e.wait()
except KeyboardInterrupt:
    print("interrupted", flush=True)
""")
    assert other.line() == "waits"
    other.process.send_signal(signal.SIGINT)
    assert other.line() == "interrupted"
    assert other.end() == 0


def test_a_handler_that_returns_does_not_end_a_wait(domain):
    event, rang = Event(domain), []

    def ring(number, frame):
        rang.append(number)
        if len(rang) == 3:
            event.set()  # in the midst of the wait for it

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
    try:
        event.wait(PATIENCE)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert len(rang) >= 3


def test_other_threads_run_while_one_waits(domain):
    """With the GIL held neither of them would ever get as far as its set()."""
    there, back = Event(domain), Event(domain)
    rounds = 200

    def answer():
        for _ in range(rounds):
            there.wait(PATIENCE)
            back.set()

    thread = threading.Thread(target=answer)
    thread.start()
    for _ in range(rounds):
        there.set()
        back.wait(PATIENCE)
    thread.join(PATIENCE)
    assert not thread.is_alive()
