# SPDX-License-Identifier: MIT
"""After os.fork() a child holds nothing of its parent's, and can have its own."""
import errno
import gc
import os
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
    """A child's array is as it was at the fork, and touching it is no crash, nor a write to the frame."""
    producer = Producer(named, "s", shape=(500000,), dtype="i32")
    reader = Reader(named, "s", 0)
    with producer.hold() as f:
        np.asarray(f)[...] = 5
    with producer.hold() as written, reader.next(0) as read:
        mine, theirs = np.asarray(written), np.asarray(read)
        mine[...] = 8

        def child():
            nonlocal mine, theirs
            assert (theirs == 5).all() and (mine == 8).all()
            mine[...] = 9
            assert (mine == 9).all()
            for call in written.publish, read.done:
                try:
                    call()
                except BufferError:
                    pass
            del mine, theirs
            gc.collect()
            try:
                np.asarray(read)
            except Error as error:
                assert error.errno == errno.ECHILD
            reader.close()

        in_child(child)
        assert (mine == 8).all() and (theirs == 5).all()
        del mine, theirs
    with reader.next(PATIENCE) as f:
        assert (np.asarray(f) == 8).all()


def test_a_child_has_no_frames_of_its_parents(named):
    """Also where no array is alive that could have been copied."""
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
