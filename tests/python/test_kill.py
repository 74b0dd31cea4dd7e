# SPDX-License-Identifier: MIT
"""Either side killed with SIGKILL, 200 times each: the other one goes on, and sees no torn frame."""
import os
import random
import signal
import time
import traceback

import numpy as np
import pytest

import crossfence
from conftest import PATIENCE
from crossfence import Domain, Event, Producer, Reader

KILLS = int(os.environ.get("XF_KILLS", "200"))
SHAPE = (64, 256)


children = set()


@pytest.fixture(autouse=True)
def nobody_left():
    """A test that fails leaves no child behind, for whom everybody would wait."""
    yield
    while children:
        child = children.pop()
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def start(body):
    """A child that does `body` until it is killed; when that fails it ends by itself."""
    child = os.fork()
    if child == 0:
        try:
            with Domain.open("test", PATIENCE) as domain:
                body(domain)
        except BaseException:
            traceback.print_exc()
        os._exit(1)
    children.add(child)
    return child


def kill(child):
    time.sleep(random.random() * 0.003)
    os.kill(child, signal.SIGKILL)
    children.remove(child)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL, "it ended before it was killed"


def wait_for_deaths(domain, count):
    """The last one may not have been told yet, and nothing in Python says when."""
    end = time.monotonic() + PATIENCE
    while crossfence.inspect(domain).deaths != count:
        assert time.monotonic() < end, crossfence.inspect(domain).deaths
        time.sleep(0.01)


def check(frame):
    array = np.asarray(frame)
    assert (array == array[0, 0]).all(), "torn"


def produce(domain):
    producer = Producer(domain, "s", shape=SHAPE, dtype="u8", frames=6)
    for n in range(10**9):
        with producer.hold(PATIENCE) as f:
            array = np.asarray(f)
            array[:32] = n & 0xff
            array[32:] = n & 0xff
            del array
            f.data = b"%d" % os.getpid()


def test_producers_are_killed(named):
    """First come frames of the one before, then the new one's, of which the first one says so."""
    reader, after = None, None  # it may come when some are gone already
    for n in range(KILLS):
        child, mine = start(produce), 0
        reader = reader or Reader(named, "s", PATIENCE)
        enough = random.randrange(1, 4)
        while mine < enough:
            with reader.next(PATIENCE) as f:
                check(f)
                assert after is None or f.sequence == after + 1
                after = f.sequence
                if f.data == b"%d" % child:
                    assert f.discont == (n > 0 and mine == 0)
                    mine += 1
        kill(child)
    wait_for_deaths(named, KILLS)
    reader.close()
    with Producer(named, "s", shape=SHAPE, dtype="u8", frames=6) as producer:
        for _ in range(20):  # none is lost
            producer.hold(PATIENCE).publish()
        held = [producer.hold(PATIENCE) for _ in range(5)]
        assert len(held) == 5


@pytest.mark.parametrize("latest", [False, True])
def test_readers_are_killed(named, latest):
    producer = Producer(named, "s", shape=SHAPE, dtype="u8", frames=6)
    there = Event(named)
    number = there.id  # a child has no handle to ask

    def read(domain):
        reader = Reader(domain, "s", PATIENCE, latest=latest)
        Event.open(domain, number).set()
        for f in reader.frames(PATIENCE):
            check(f)

    for n in range(KILLS // 2):
        child = start(read)
        there.wait(PATIENCE)
        for _ in range(random.randrange(1, 10)):
            with producer.hold(PATIENCE) as f:  # Timeout: a dead reader has a frame
                np.asarray(f)[...] = n & 0xff
        kill(child)
    held = [producer.hold(PATIENCE) for _ in range(5)]
    assert len(held) == 5
    wait_for_deaths(named, KILLS // 2)
