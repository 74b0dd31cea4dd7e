# SPDX-License-Identifier: MIT
"""Events, timelines and keyed mutexes: what is said of them holds between processes."""
import gc
import os
import select
import threading
import weakref

import pytest

from conftest import PATIENCE
from crossfence import Abandoned, Domain, Error, Event, KeyedMutex, Timeline, Timeout


def test_an_event_lets_one_waiter_through(domain):
    event = Event(domain, "go")
    with pytest.raises(Timeout) as late:
        event.wait(0)
    assert isinstance(late.value, TimeoutError) and late.value.errno
    event.set()
    event.wait(timeout=0)
    with pytest.raises(Timeout):
        event.wait(0.01)


def test_a_manual_event_stays_until_it_is_reset(domain):
    event = Event(domain, manual_reset=True, signalled=True)
    event.wait(0)
    event.wait(0)
    event.reset()
    with pytest.raises(Timeout):
        event.wait(0)


def test_another_process_is_woken_by_label_and_by_id(named, peer):
    go = Event(named, "go")
    other = peer("""
with cf.Domain.open("test", PATIENCE) as d:
    answer = cf.Event.open(d, "answer", timeout=PATIENCE)  # is made later
    go = cf.Event.open(d, int(sys.argv[1]))
    print("waits", flush=True)
    go.wait(PATIENCE)
    answer.set()
""", str(go.id))
    answer = Event(named, "answer")
    assert other.line() == "waits"
    go.set()
    answer.wait(PATIENCE)
    assert other.end() == 0


def test_what_nobody_makes_is_a_timeout(domain):
    for kind in Event, Timeline, KeyedMutex:
        with pytest.raises(Timeout):
            kind.open(domain, "nobody", 0.05)
    with pytest.raises(Timeout):
        Domain.open("nobody", 0.05)


def test_what_is_gone_or_of_another_kind_is_an_error(domain):
    event = Event(domain, "e")
    with pytest.raises(Error) as wrong:
        Timeline.open(domain, event.id)
    assert wrong.value.errno == 22 and wrong.value.strerror
    number = event.id
    event.close()
    with pytest.raises(Error) as stale:
        Event.open(domain, number)
    assert stale.value.errno == 116  # ESTALE


def test_a_timeline_counts_up(domain):
    timeline = Timeline(domain, initial=3)
    assert timeline.value == 3
    threading.Timer(0.05, timeline.signal, [2**40]).start()
    timeline.wait(2**40, PATIENCE)
    with pytest.raises(Error, match="lower than the counter"):
        timeline.signal(5)
    with pytest.raises(Timeout):
        timeline.wait(2**64 - 1, 0)


def test_an_owned_timeline_dies_with_its_owner(named, peer):
    other = peer("""
d = cf.Domain.open("test", PATIENCE)
t = cf.Timeline(d, "owned", owned=True)
t.signal(1)
print("made", flush=True)
t.wait(2)
""")
    timeline = Timeline.open(named, "owned", PATIENCE)
    timeline.wait(1, PATIENCE)
    other.kill()
    with pytest.raises(Abandoned, match="owner died"):
        timeline.wait(2, PATIENCE)


@pytest.mark.parametrize("end", ["close", "del", "leave"])
def test_an_owned_timeline_is_abandoned_with_its_makers_handle(named, end):
    """Those who wait are woken; what was reached stays reached; another's close() changes nothing."""
    maker = Domain.open("test", PATIENCE)
    owned, theirs = [Timeline(maker, "owned", owned=True)], Timeline.open(named, "owned")
    owned[0].signal(1)
    Timeline.open(maker, "owned").close()
    with pytest.raises(Timeout):
        theirs.wait(2, 0)
    threading.Timer(0.05, {"close": owned[0].close, "del": owned.clear, "leave": maker.leave}[end]).start()
    with pytest.raises(Abandoned):
        theirs.wait(2, PATIENCE)
    theirs.wait(1, 0)
    with pytest.raises(Abandoned):
        theirs.signal(2)


def test_a_timeline_that_nobody_owns_outlives_its_makers_handle(domain):
    timeline = Timeline(domain, "t")
    other = Timeline.open(domain, "t")
    timeline.close()
    other.signal(2)
    other.wait(2, 0)


def test_a_keyed_mutex_hands_on_key_fence_and_data(domain):
    mutex = KeyedMutex(domain, "m", initial_key=7)
    other = KeyedMutex.open(domain, "m")
    assert mutex.acquire(7, 0) == 0
    mutex.data = b"sixteen bytes!!!"
    mutex.release(8, fence=2**64 - 1)
    with pytest.raises(Timeout):
        other.acquire(7, 0)
    assert other.acquire(key=8, timeout=0) == 2**64 - 1 == other.fence
    assert other.data == b"sixteen bytes!!!"
    with pytest.raises(Error) as again:
        other.acquire(8)
    assert again.value.errno == 35  # EDEADLK
    with pytest.raises(Error) as large:
        other.data = b"seventeen bytes!!"
    assert large.value.errno == 90  # EMSGSIZE
    other.release(0)
    with pytest.raises(Error) as not_held:
        other.release(0)
    assert not_held.value.errno == 1  # EPERM


def test_a_hold_gives_the_key_back_when_its_block_fails(domain):
    mutex = KeyedMutex(domain)
    with mutex.hold(0, then=1, fence=5) as fence:
        assert fence == 0
    with pytest.raises(ZeroDivisionError):
        with mutex.hold(1, then=2, fence=9) as fence:
            1 / 0
    assert mutex.acquire(1, 0) == 5  # as if nothing had been
    with pytest.raises(Error):
        with mutex.hold(1, then=2):
            pytest.fail("was entered without the mutex")
    mutex.release(3)
    with pytest.raises(Timeout):
        with mutex.hold(1, then=2, timeout=0.01):
            pytest.fail("was entered without the mutex")
    mutex.acquire(3, 0)


def test_a_killed_holder_abandons(named, peer):
    mutex = KeyedMutex(named, "m")
    other = peer("""
d = cf.Domain.open("test", PATIENCE)
m = cf.KeyedMutex.open(d, "m", PATIENCE)
m.acquire(0, PATIENCE)
print("holds", flush=True)
input()
""")
    assert other.line() == "holds"
    with pytest.raises(Timeout):
        mutex.acquire(0, 0)
    other.kill()
    for key in 0, 1:
        with pytest.raises(Abandoned):
            mutex.acquire(key, PATIENCE)
        with pytest.raises(Abandoned):
            with mutex.hold(key, then=1, timeout=PATIENCE):
                pytest.fail("was entered without the mutex")


def test_descriptors_are_readable_when_there_is_something(domain):
    event, timeline, mutex = Event(domain), Timeline(domain), KeyedMutex(domain)
    mutex.acquire(0)
    descriptors = event, timeline.fd(5), mutex.fd(1)
    assert select.select(descriptors, [], [], 0)[0] == []
    event.set()
    timeline.signal(5)
    mutex.release(1)
    for each in descriptors:
        assert select.select([each], [], [], PATIENCE)[0] == [each]
    event.wait(0)
    timeline.wait(5, 0)
    mutex.acquire(1, 0)


def test_a_domain_travels_as_a_descriptor(domain, peer):
    Event(domain, "e", signalled=True, manual_reset=True)
    event = Event(domain, "f", signalled=True, manual_reset=True)
    fd = domain.export()
    other = peer("""
d = cf.Domain.join(int(sys.argv[1]))
cf.Event.open(d, "f", 0).wait(0)
""", str(fd), pass_fds=[fd])
    os.close(fd)
    assert other.end() == 0
    event.close()


def test_a_viewer_changes_nothing(domain):
    event = Event(domain, "e", manual_reset=True)
    fd = domain.export(read_only=True)
    viewer = Domain.join(fd)
    os.close(fd)
    mine = Event.open(viewer, "e", 0)
    with pytest.raises(Error) as refused:
        mine.set()
    assert refused.value.errno == 13  # EACCES
    event.set()
    mine.wait(PATIENCE)
    viewer.leave()


def test_leaving_a_domain_closes_what_is_in_it(named):
    with Domain.open("test", PATIENCE) as d:
        event = Event(d, "inside")
        assert event.domain is d and not event.closed
        number = event.id
        assert Event.open(named, "inside", 0).id == number
    assert event.closed and d.closed
    for call in event.set, event.reset, event.wait, event.fileno, event.__enter__, lambda: event.id:
        with pytest.raises(ValueError, match="closed"):
            call()
    with pytest.raises(ValueError, match="closed"):
        Event(d)
    event.close()
    d.leave()


def test_the_last_reference_closes(domain):
    event = Event(domain, "e")
    gone = weakref.ref(event)
    number = event.id
    del event
    assert gone() is None
    with pytest.raises(Error):
        Event.open(domain, number)
    # A domain lives as long as something of it does.
    d = Domain()
    e = Event(d)
    alive = weakref.ref(d)
    del d
    gc.collect()
    assert alive() is not None
    e.set()
    e.wait(0)
    del e
    assert alive() is None


def test_another_threads_close_ends_a_wait(domain):
    event = Event(domain)
    said = []

    def wait():
        try:
            event.wait()
        except ValueError as error:
            said.append(str(error))

    thread = threading.Thread(target=wait)
    thread.start()
    while not said and thread.is_alive():
        event.close()  # before it waits, or while it does
        thread.join(0.05)
    thread.join(PATIENCE)
    assert said == ["this Event is closed"]


@pytest.mark.parametrize("call", [
    lambda d: Event(None),
    lambda d: Event(d, 5),
    lambda d: Event(d, "e", True),
    lambda d: Event(d, nonsense=1),
    lambda d: Event.open(d, 1.5),
    lambda d: Event(d).wait("soon"),
    lambda d: Timeline(d).signal("1"),
    lambda d: Timeline(d).reached("1"),
    lambda d: KeyedMutex(d).acquire(),
    lambda d: KeyedMutex(d).acquire(1.0),
    lambda d: delattr(KeyedMutex(d), "data"),
    lambda d: setattr(KeyedMutex(d), "data", "text"),
    lambda d: Domain(max_objects="x"),
    lambda d: type("Mine", (Event,), {}),
    lambda d: setattr(Event, "wait", None),
])
def test_wrong_types_are_type_errors(domain, call):
    with pytest.raises(TypeError):
        call(domain)


@pytest.mark.parametrize("call, error", [
    (lambda d: Event(d).wait(-1), ValueError),
    (lambda d: Event(d).wait(float("nan")), ValueError),
    (lambda d: Event(d, "x" * 32), Error),
    (lambda d: Event(d, "a\0b"), ValueError),
    (lambda d: Event.open(d, ""), ValueError),
    (lambda d: Event.open(d, "x" * 32), ValueError),
    (lambda d: Event.open(d, -1), OverflowError),
    (lambda d: Event.open(d, 2**64), OverflowError),
    (lambda d: Event.open(d, 0), Error),
    (lambda d: Timeline(d).signal(-1), OverflowError),
    (lambda d: Timeline(d).signal(2**64), OverflowError),
    (lambda d: KeyedMutex(d).acquire(2**64), OverflowError),
    (lambda d: Domain.join(-1), Error),
    (lambda d: Domain.join(0), Error),
    (lambda d: Domain.open("no/slash", 0), Error),
    (lambda d: Domain.open("x" * 64, 0), ValueError),
    (lambda d: Domain(max_objects=2**32), OverflowError),
    (lambda d: Domain(max_objects=2**31), Error),
    (lambda d: Domain(payload_bytes=2**63), Error),
])
def test_wrong_values_are_refused(domain, call, error):
    with pytest.raises(error):
        call(domain)


def test_a_very_long_time_is_no_limit(domain):
    event = Event(domain, signalled=True)
    for timeout in 1e300, float("inf"), 10**18, True:
        event.wait(timeout)
        event.set()
