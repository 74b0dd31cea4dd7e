# SPDX-License-Identifier: MIT
"""After os.fork() a child holds nothing of its parent's, and can have its own."""
import ctypes
import errno
import gc
import os
import subprocess
import sys
import traceback

import numpy as np
import pytest

from conftest import PATIENCE
from crossfence import Domain, Error, Event, KeyedMutex, Pool, Producer, Reader, Surface, Timeline, inspect, wait_any


def in_child(body):
    """What `body` does in a forked child; an exception there is a failure here."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            body()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0


def test_every_call_says_echild(domain):
    event, timeline, mutex = Event(domain, "e"), Timeline(domain), KeyedMutex(domain)
    producer = Producer(domain, "s", shape=(4,), dtype="u8")
    reader, surface = Reader(domain, "s", 0), Surface(domain, shape=(4,), dtype="u8")
    number = event.id
    pool = Pool(domain, 2, shape=(4,), dtype="u8")
    calls = [
        event.set, event.reset, lambda: event.wait(0), lambda: event.wait(1), event.fileno,
        lambda: timeline.signal(1), lambda: timeline.value, lambda: timeline.wait(1, 1),
        lambda: timeline.fd(1), lambda: mutex.acquire(0), lambda: mutex.release(0),
        lambda: mutex.fd(0), lambda: Event(domain), lambda: Event.open(domain, "e"),
        lambda: Event.open(domain, number), domain.export, lambda: domain.publish("x"),
        lambda: event.id, lambda: timeline.id, lambda: mutex.id, lambda: producer.id, producer.hold,
        lambda: reader.next(0), reader.info, lambda: wait_any(event, timeout=0), lambda: inspect(domain),
        lambda: Producer(domain, shape=(4,), dtype="u8"), surface.read, lambda: surface.id, pool.hold,
    ]

    def child():
        for number, call in enumerate(calls):
            try:
                call()
            except Error as error:
                assert error.errno == errno.ECHILD, (number, error)
            else:
                raise AssertionError(f"call {number} was no error")

    in_child(child)
    event.set()
    event.wait(0)


def test_a_child_that_drops_everything_takes_nothing_away(named):
    event, mutex = Event(named, "e"), KeyedMutex(named, "m")
    mutex.acquire(0)

    def child():
        nonlocal event, mutex
        event.close()
        with named:
            pass
        del event, mutex
        gc.collect()

    in_child(child)
    assert mutex.acquire.__self__ is mutex
    mutex.release(1)
    mutex.acquire(1, 0)
    with Domain.open("test", PATIENCE) as again:
        Event.open(again, "e", 0).set()
    event.wait(PATIENCE)


def test_a_child_joins_by_itself(named):
    event = Event(named, "e")

    def child():
        with Domain.open("test", PATIENCE) as mine:
            Event.open(mine, "e", 0).set()

    in_child(child)
    event.wait(PATIENCE)


@pytest.mark.filterwarnings("error")
def test_multiprocessing_by_fork(named):
    import multiprocessing

    event = Event(named, "e")

    def child():
        with Domain.open("test", PATIENCE) as mine:
            Event.open(mine, "e", 0).set()

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    event.wait(PATIENCE)
    process.join(PATIENCE)
    assert process.exitcode == 0


def test_arrays_are_the_childs_own(named):
    """A child's array reads as zeros, and touching it is no crash, nor a write to the frame."""
    producer = Producer(named, "s", shape=(500000,), dtype="i32")
    reader = Reader(named, "s", 0)
    with producer.hold() as f:
        np.asarray(f)[...] = 5
    with producer.hold() as written, reader.next(0) as read:
        mine, theirs = np.asarray(written), np.asarray(read)
        mine[...] = 8

        def child():
            nonlocal mine, theirs
            assert not theirs.any() and not mine.any()
            mine[...] = 9
            assert (mine == 9).all() and not theirs.any()

            def grandchild():
                assert (mine == 9).all()
                mine[...] = 10

            in_child(grandchild)
            assert (mine == 9).all()
            for call in written.publish, read.done:
                try:
                    call()
                except BufferError:
                    pass
            for picture in written, read:
                with pytest.raises(Error) as error:  # no new ones
                    np.asarray(picture)
                assert error.value.errno == errno.ECHILD
            del mine, theirs
            gc.collect()
            reader.close()

        in_child(child)
        assert (mine == 8).all() and (theirs == 5).all()
        del mine, theirs
    with reader.next(PATIENCE) as f:
        assert (np.asarray(f) == 8).all()


def test_small_arrays_and_several_of_one_surface(domain):
    """However they lie: all of them can be read and written by a child."""
    surfaces = [Surface(domain, shape=(1 + n * 37,), dtype="u8", alignment=(0, 1, 64, 4096)[n % 4]) for n in range(40)]
    accesses = [s.write() for s in surfaces] + [s.read() for s in surfaces]
    arrays = [np.asarray(a) for a in accesses]
    planes = [np.asarray(a.raw)[-1:] for a in accesses]

    def child():
        for array in arrays[:40]:
            array[...] = 1
        assert all(array.all() for array in arrays) and all(plane == 1 for plane in planes)

    in_child(child)
    assert not any(array.any() for array in arrays)


def test_threads_that_fork_at_once(domain):
    """Hooks of other libraries let the threads run between each other, in the midst of a fork."""
    code = """
import os, sys, threading, time
lock = threading.Lock()
os.register_at_fork(before=lambda: (lock.acquire(), time.sleep(0.0005)), after_in_parent=lock.release)
import numpy as np, crossfence as cf
d = cf.Domain()
s = cf.Surface(d, shape=(100000,), dtype="u8")
w = s.write()
a = np.asarray(w)
a[:] = 7
ended = []
def forks():
    for _ in range(40):
        child = os.fork()
        if child == 0:
            a[50000] += 1
            os._exit(a[50000] != 1)
        ended.append(os.waitpid(child, 0)[1])
def arrays():
    while len(ended) < 120:
        with cf.Surface(d, shape=(5000,), dtype="u8").write() as other:
            np.asarray(other)[:] = 1
threads = [threading.Thread(target=forks) for _ in range(3)] + [threading.Thread(target=arrays)]
[t.start() for t in threads], [t.join() for t in threads]
assert ended == [0] * 120 and (a == 7).all(), ended
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=2 * PATIENCE)
    assert done.returncode == 0, done.stderr


def test_code_that_knows_nothing_of_python_forks(domain):
    """Without os.fork()'s hooks."""
    with Surface(domain, shape=(100000,), dtype="u8").write() as access:
        array = np.asarray(access)
        array[...] = 7
        child = ctypes.PyDLL(None).fork()
        if child == 0:
            os._exit(array.sum())
        assert os.waitpid(child, 0)[1] == 0 and (array == 7).all()
        del array


def test_a_fork_costs_the_parent_nothing_of_its_pictures(domain):
    def shared():
        with open("/proc/self/status") as status:
            return [int(line.split()[1]) for line in status if line.startswith("RssShmem")][0]

    with Surface(domain, shape=(1 << 26,), dtype="u8").write() as access:
        array = np.asarray(access)
        before = shared()
        in_child(lambda: None)
        assert shared() - before < 1 << 10  # KiB: nothing of 64 MiB was touched
        del array


def test_a_child_has_no_frames_of_its_parents(named):
    """Also where no array was alive."""
    producer = Producer(named, "s", shape=(4,), dtype="u8")
    reader, surface = Reader(named, "s", 0), Surface(named, shape=(4,), dtype="u8")
    with producer.hold() as f:
        np.asarray(f)[...] = 5
    with producer.hold() as written, reader.next(0) as read, surface.read() as access:
        assert np.asarray(written).sum() == 0 and np.asarray(read).sum() == 20 and not np.asarray(access).any()

        def child():
            for picture in written, read, access:
                with pytest.raises(Error) as error:
                    np.asarray(picture).sum()
                assert error.value.errno == errno.ECHILD

        in_child(child)
