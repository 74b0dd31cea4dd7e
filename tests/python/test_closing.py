# SPDX-License-Identifier: MIT
"""What is closed, released or given up while somebody uses it: whoever waits is told, and keeps nothing."""
import os
import threading
import time

import numpy as np
import pytest

import crossfence
from conftest import PATIENCE
from crossfence import (
    Abandoned, Domain, Error, Event, KeyedMutex, Pool, Producer, Reader, Surface, Timeline, Timeout, wait_all, wait_any,
)

BYTES = {"shape": (4,), "dtype": "u8"}


def mutex(domain, call):
    mine, theirs = KeyedMutex(domain, "m"), KeyedMutex.open(domain, "m")
    theirs.acquire(0)
    return mine, lambda: call(domain, mine), lambda: theirs.release(1, 7), lambda: theirs.acquire(1, 0) == 7


def hold(domain, mine):
    with mine.hold(1, then=2):
        raise AssertionError("was entered with a mutex that is closed")


def all_of(domain, mine):
    event = Event(domain, "e", signalled=True)
    try:
        wait_all(event, (mine, 1), Event(domain, signalled=True))
    finally:
        event.wait(0)  # was set again


def surfaces_mutex(domain):
    mine = Surface(domain, "k", keyed=True, **BYTES)
    theirs = Surface.open(domain, "k").mutex
    theirs.acquire(0)
    return mine, lambda: mine.mutex.acquire(1), lambda: theirs.release(1, 7), lambda: theirs.acquire(1, 0) == 7


def event(domain):
    mine, theirs = Event(domain, "e"), Event.open(domain, "e")
    return mine, mine.wait, theirs.set, lambda: theirs.wait(0) is None


def manual_event(domain):
    """Nothing was taken from it, so nothing is given back: it is as its owner left it."""
    mine, theirs = Event(domain, "e", manual_reset=True), Event.open(domain, "e")

    def is_unset():
        with pytest.raises(Timeout):
            theirs.wait(0)
        return True

    return mine, mine.wait, lambda: (theirs.set(), theirs.reset()), is_unset


def timeline(domain):
    mine, theirs = Timeline(domain, "t"), Timeline.open(domain, "t")
    return mine, lambda: mine.wait(1), lambda: theirs.signal(1), lambda: theirs.value == 1


def pool(domain):
    mine, theirs = Pool(domain, 2, "p", **BYTES), Pool.open(domain, "p")
    theirs.hold(), theirs.hold()
    return mine, mine.hold, lambda: theirs.give(1), lambda: theirs.hold(0) in (0, 1)


def reader(domain):
    producer = Producer(domain, "s", **BYTES)
    mine = Reader(domain, "s")
    return mine, mine.next, lambda: producer.hold(0).publish(), lambda: producer.info().every == 0


CASES = {
    "acquire": lambda d: mutex(d, lambda d, m: m.acquire(1)),
    "hold": lambda d: mutex(d, hold),
    "wait_any": lambda d: mutex(d, lambda d, m: wait_any(Event(d), (m, 1))),
    "wait_all": lambda d: mutex(d, all_of),
    "surface": surfaces_mutex, "event": event, "manual": manual_event, "timeline": timeline, "pool": pool,
    "reader": reader,
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_what_comes_when_the_handle_is_closed_is_not_taken(case):
    """What comes right after close() wakes the thread that still waits: it must not keep that."""
    for _ in range(3):
        with Domain() as domain:
            closes, call, happens, is_there = case(domain)
            said = []

            def wait():
                try:
                    said.append(call())
                except BaseException as error:
                    said.append(error)

            thread = threading.Thread(target=wait)
            thread.start()
            time.sleep(0.02)
            closes.close()
            happens()
            thread.join(PATIENCE)
            assert isinstance(said[0], ValueError) and "closed" in str(said[0]), said
            assert is_there()


def test_a_hold_with_overrun_is_told_of_a_close(domain):
    """It waits in one piece, and finds no frame: arrays over those of its producer keep them."""
    producer = Producer(domain, "s", overrun=True, frames=3, **BYTES)
    frames = [producer.hold(0) for _ in range(3)]
    arrays = [np.asarray(frame) for frame in frames]

    def leave():
        with pytest.raises(BufferError, match="closed later"):
            with producer:
                pass

    thread = threading.Timer(0.02, leave)
    thread.start()
    with pytest.raises(ValueError, match="closed"):
        producer.hold(0.09)
    thread.join(PATIENCE)
    assert len(arrays) == 3


@pytest.mark.parametrize("what", ["mutex", "surface", "domain"])
def test_a_mutex_closed_inside_its_with_is_told(what):
    with Domain() as domain:
        surface = Surface(domain, "k", keyed=True, **BYTES)
        mutex = surface.mutex if what == "surface" else KeyedMutex(domain, "m")
        closes = {"mutex": mutex, "surface": surface, "domain": domain}[what]
        theirs = KeyedMutex.open(domain, mutex.id)
        with pytest.raises(Abandoned, match="closed inside"):
            with mutex.hold(0, then=1):
                closes.close()
        if what != "domain":
            with pytest.raises(Abandoned):
                theirs.acquire(1, 0)


def test_a_mutex_closed_inside_its_with_hides_no_exception(domain):
    mutex = KeyedMutex(domain)
    with pytest.raises(KeyError):
        with mutex.hold(0, then=1):
            mutex.close()
            raise KeyError


def test_a_surfaces_mutex_is_the_surfaces(domain):
    """To close the object that stands for it changes nothing."""
    surface = Surface(domain, keyed=True, **BYTES)
    with surface.mutex.hold(0, then=1):
        surface.mutex.close()
    mutex = surface.mutex
    with mutex.hold(1, then=2):
        mutex.close()
    assert surface.mutex.acquire(2, 0) == 0


def keyed_surface(domain):
    surface = Surface(domain, "k", keyed=True, **BYTES)
    return lambda: surface, Surface.open(domain, "k").mutex


def surface_of_a_pool(domain):
    pool = Pool(domain, 2, "p", keyed=True, **BYTES)
    index = pool.hold(0)
    return lambda: pool[index], Pool.open(domain, "p")[index].mutex


@pytest.mark.parametrize("make", [keyed_surface, surface_of_a_pool])
def test_nothing_is_released_under_an_array(domain, make):
    surface, theirs = make(domain)
    surface().mutex.acquire(0, 0)
    with surface().write() as access:
        array = np.asarray(access)
        with pytest.raises(BufferError, match="not released: 1 array over its memory"):
            surface().mutex.release(1)
        array[...] = 3
        for key in 0, 1:
            with pytest.raises(Timeout):
                theirs.acquire(key, 0)
        del array
        surface().mutex.release(1)
        for use in np.asarray, lambda a: np.asarray(a.raw), lambda a: a.fill(bytes(4)):
            with pytest.raises(Error) as error:  # nor later, by an access that was begun before
                use(access)
            assert error.value.errno == 1
    assert theirs.acquire(1, 0) == 0


@pytest.mark.parametrize("make", [keyed_surface, surface_of_a_pool])
@pytest.mark.parametrize("fails", [False, True])
def test_a_with_that_is_left_with_an_array_releases_with_the_last_one(domain, make, fails):
    surface, theirs = make(domain)
    arrays = []
    with pytest.raises(KeyError if fails else BufferError, match="mine" if fails else "released later: 2 arrays"):
        with surface().mutex.hold(0, then=1, fence=5):
            arrays += [np.asarray(surface().write()), np.asarray(surface().read())]
            if fails:
                raise KeyError("mine")
    for key in 0, 1:
        with pytest.raises(Timeout):
            theirs.acquire(key, 0)
    arrays.pop(0)[...] = 7
    with pytest.raises(Timeout):
        theirs.acquire(1, 0)
    arrays.clear()
    assert theirs.acquire(0 if fails else 1, 0) == (0 if fails else 5)


@pytest.mark.parametrize("make", [keyed_surface, surface_of_a_pool])
def test_what_is_released_later_is_so_in_a_domain_that_was_left(make):
    """The same exception leaves the domain's `with`: then the last array ends the surface, too."""
    with Domain() as theirs:
        fd = theirs.export()
        mine = Domain.join(fd)
        os.close(fd)
        surface, other = make(mine)
        mutex = KeyedMutex.open(theirs, other.id)
        del other
        with pytest.raises(BufferError, match="released later: 1 array"):
            with mine, surface().mutex.hold(0, then=1, fence=5):
                array = np.asarray(surface().write())
        with pytest.raises(Timeout):
            mutex.acquire(1, 0)
        array[...] = 7
        del array
        assert mutex.acquire(1, 0) == 5


@pytest.mark.parametrize("first", [0, 1, 2])
def test_what_is_released_later_waits_for_arrays_that_came_after(domain, first):
    """By other objects for the same surface of the pool: whichever array is the last one releases."""
    surface, theirs = surface_of_a_pool(domain)
    arrays = []
    with pytest.raises(BufferError, match="released later: 2 arrays"):
        with surface().mutex.hold(0, then=1, fence=5):
            arrays += [np.asarray(surface().write()), np.asarray(surface().read())]
    arrays.append(np.asarray(surface().write()))
    arrays += [arrays.pop(0) for _ in range(first)]
    while arrays:
        with pytest.raises(Timeout):
            theirs.acquire(1, 0)
        arrays.pop(0)
    assert theirs.acquire(1, 0) == 5


@pytest.mark.parametrize("by_id", [False, True])
def test_a_pool_takes_back_nothing_under_an_array_of_another_handle(domain, by_id):
    """The hold is the process': to give it up by a second handle would pull it from under the first."""
    pool, other = Pool(domain, 2, "p", **BYTES), Pool.open(domain, "p")
    index, rest = pool.hold(0), pool.hold(0)
    surface = Surface.open(domain, pool[index].id) if by_id else pool[index]
    array = np.asarray(surface.write())
    with pytest.raises(BufferError, match="not given up: 1 array"):
        other.give(index)
    other.give(rest)
    assert pool.hold(0) == rest
    with pytest.raises(Timeout):
        pool.hold(0)
    del array
    other.give(index)
    assert pool.hold(0) == index


def close(pools):
    with pytest.raises(BufferError, match="not closed: 1 array"):
        pools[0].close()
    assert not pools[0].closed
    with pytest.raises(BufferError, match="closed later"):
        with pools[0]:
            pass
    pools.clear()


def leave(pools):
    with pytest.raises(BufferError, match="closed later: 1 array|closed later, when"):
        with pools[0]:
            pass


@pytest.mark.parametrize("end", [close, leave, list.clear])
@pytest.mark.parametrize("way", ["held", "rejoined", "received"])
@pytest.mark.parametrize("by_id", [False, True])
def test_a_pool_that_ends_gives_up_nothing_under_an_array_of_another_handle(named, by_id, way, end):
    """The array is by the surface's id, or by another object for the pool, and the hold by the one that ends."""
    with Domain.open("test", PATIENCE) as theirs:
        pool = Pool(theirs, 2, "p", **BYTES)
        pools = [Pool.open(named, "p")]
        if way == "held":
            index = pools[0].hold(0)
        else:
            if way == "received":
                pools[0].subscribe()
            index = pool.hold(0)
            assert pool.share(index) == (way == "received")
            if way == "rejoined":
                pools[0].rejoin(index)
            pool.give(index)
        other = Surface.open(named, pools[0][index].id) if by_id else Pool.open(named, "p")[index]
        rest = pool.hold(0)
        array = np.asarray(other.read())
        end(pools)
        with pytest.raises(Timeout):
            pool.hold(0)
        del array
        assert {pool.hold(0), rest} == {0, 1}


def test_a_pool_closes_beside_arrays_over_what_it_does_not_hold(domain):
    pool, other = Pool(domain, 2, "p", **BYTES), Pool.open(domain, "p")
    index, theirs = pool.hold(0), other.hold(0)
    array = np.asarray(other[theirs].write())
    pool.close()
    assert other.hold(0) == index
    with pytest.raises(BufferError):
        other.close()
    del array
    other.close()


def test_what_another_object_gave_up_keeps_no_pool_open(domain):
    pool, other = Pool(domain, 2, "p", **BYTES), Pool.open(domain, "p")
    index = pool.hold(0)
    other.give(index)
    array = np.asarray(other[index].write())
    pool.close()
    del array


@pytest.mark.parametrize("what", ["producer", "domain"])
def test_a_frame_that_was_not_published_is_told(what):
    with Domain() as domain:
        producer = Producer(domain, "s", **BYTES)
        closes = producer if what == "producer" else domain
        with pytest.raises(ValueError, match="not published"):
            with producer.hold(0):
                closes.close()


def test_a_frame_that_could_not_be_published_is_dropped(domain):
    """Its `with` is over: nobody draws into it any more, although a variable or a traceback has it."""
    def held():
        return sum(each.holders != 0 for each in crossfence.inspect(domain).objects if each.type == "surface")

    producer = Producer(domain, "s", **BYTES)
    with pytest.raises(Error) as error:
        with producer.hold(0) as frame:
            assert held() == 1
            producer.end()
    assert error.value.errno == 1
    assert frame.closed and held() == 0
    with pytest.raises(ValueError, match="closed"):
        np.asarray(frame)


@pytest.mark.parametrize("end", ["publish", "done"])
def test_who_ends_a_frame_before_its_producer_leaves_in_peace(end):
    with Domain() as domain, Producer(domain, "s", **BYTES) as producer:
        with producer.hold(0) as frame:
            getattr(frame, end)()
            producer.close()


def test_a_frame_that_was_not_published_hides_no_exception():
    with Domain() as domain, Producer(domain, "s", **BYTES) as producer:
        with pytest.raises(KeyError):
            with producer.hold(0):
                producer.close()
                raise KeyError


def test_a_readers_frame_is_left_in_peace_whoever_closed():
    with Domain() as domain, Producer(domain, "s", **BYTES) as producer, Reader(domain, "s") as reader:
        producer.hold(0).publish()
        with reader.next(0):
            reader.close()


def test_a_pool_takes_back_nothing_under_an_array(domain):
    pool = Pool(domain, 2, **BYTES)
    index, other = pool.hold(0), pool.hold(0)
    array = np.asarray(pool[index].write())
    with pytest.raises(BufferError, match="not given up: 1 array"):
        pool.give(index)
    pool.give(other)
    assert pool.hold(0) == other
    with pytest.raises(Timeout):
        pool.hold(0)
    del array
    pool.give(index)
    assert pool.hold(0) == index


def by_id(domain, of):
    """The one surface of the domain in whose memory `of` is: its first byte is changed for as long as that takes."""
    found = []
    for each in crossfence.inspect(domain).objects:
        if each.type == "surface":
            surface = Surface.open(domain, each.id)
            before = int(np.asarray(surface.read())[0])
            of[0] ^= 255
            found += [surface] if np.asarray(surface.read())[0] != before else []
            of[0] ^= 255
    (one,) = found
    return one


def is_held(domain, surface):
    return bool(next(each.holders for each in crossfence.inspect(domain).objects if each.id == surface.id))


def end_done(frames, producer):
    with pytest.raises(BufferError, match="not given back: 1 array"):
        frames[0].done()
    assert not frames[0].closed
    end_leave(frames, producer)


def end_publish(frames, producer):
    with pytest.raises(BufferError, match="not published: 1 array"):
        frames[0].publish()
    assert not frames[0].closed
    end_leave(frames, producer)


def end_leave(frames, producer):
    with pytest.raises(BufferError, match="dropped, not published: 1 array"):
        with frames[0]:
            pass
    assert frames[0].closed


def end_forget(frames, producer):
    frames.clear()


def end_producer(frames, producer):
    producer.close()


@pytest.mark.parametrize("end", [end_done, end_publish, end_leave, end_forget, end_producer])
def test_a_frame_is_given_back_after_an_array_by_the_surfaces_id(domain, end):
    """As of a pool: the hold is the process', and keeps others from the memory."""
    producer = Producer(domain, "s", **BYTES)
    frames = [producer.hold(0)]
    surface = by_id(domain, np.asarray(frames[0]))
    array = np.asarray(surface.write())
    end(frames, producer)
    assert is_held(domain, surface)
    if end is not end_producer:
        with pytest.raises(Timeout):
            while True:
                np.asarray(frames.append(producer.hold(0)) or frames[-1])[...] = 7
        assert not array.any()
    del array
    assert not is_held(domain, surface)
    if end is not end_producer:
        frames.append(producer.hold(0))
        assert is_held(domain, surface)


def test_a_readers_frame_is_given_back_after_an_array_by_the_surfaces_id(domain):
    producer, reader = Producer(domain, "s", **BYTES), Reader(domain, "s", latest=True)
    frame = producer.hold(0)
    surface = by_id(domain, np.asarray(frame))
    frame.publish()
    with pytest.raises(BufferError, match="given back later: 1 array"):
        with reader.next(0):
            array = np.asarray(surface.read())
    reader.close()
    for _ in range(9):
        producer.hold(0).publish()
        assert is_held(domain, surface)
    del array
    assert not is_held(domain, surface)


@pytest.mark.parametrize("way", ["dropped", "released", "owned again", "closed"])
def test_a_hold_that_is_entered_by_hand_and_dropped(domain, way):
    mutex = KeyedMutex(domain)
    other = KeyedMutex.open(domain, mutex.id)
    hold = mutex.hold(0, then=1)
    hold.__enter__()
    if way == "dropped":
        with pytest.warns(ResourceWarning, match="dropped before it was left"):
            del hold
        assert other.acquire(0, 0) == 0
        return
    if way == "closed":
        mutex.close()
        del hold
        with pytest.raises(Abandoned):
            other.acquire(0, 0)
        return
    mutex.release(2)
    if way == "owned again":
        mutex.acquire(2, 0)
    del hold
    if way == "owned again":
        mutex.release(2)
    assert other.acquire(2, 0) == 0
