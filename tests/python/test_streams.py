# SPDX-License-Identifier: MIT
"""Streams: policies, what travels with frames, formats, ends, restarts."""
import asyncio
import ctypes
import errno
import os
import struct
import subprocess
import threading

import numpy as np
import pytest

import crossfence
from conftest import PATIENCE
from crossfence import (
    Abandoned, Domain, Ended, Error, Event, KeyedMutex, Producer, Reader, Stream, Timeline, Timeout, wait_all, wait_any,
)


def put(producer, n, **info):
    with producer.hold(PATIENCE) as f:
        np.asarray(f)[...] = n
        f.publish(**info) if info else None


def value(frame):
    return int(np.asarray(frame).flat[0])


@pytest.fixture
def producer(domain):
    return Producer(domain, "s", shape=(16,), dtype="i32")


def test_a_reader_of_every_frame_gets_every_frame(domain, producer):
    reader, got = Reader(domain, "s", 0), []

    def read():
        for frame in reader:
            got.append((frame.sequence, value(frame), frame.gap))

    thread = threading.Thread(target=read)
    thread.start()
    for n in range(200):
        put(producer, n)
    producer.end()
    thread.join(PATIENCE)
    assert got == [(n + 1, n, False) for n in range(200)]
    with pytest.raises(Ended):
        reader.next(0)
    with pytest.raises(Ended):
        reader.next()


def test_a_reader_of_the_newest_skips(domain, producer):
    reader = Reader(domain, "s", 0, latest=True)
    for n in range(10):
        put(producer, n)
    with reader.next(0) as f:
        assert value(f) == 9 and f.missed == 9 and not f.gap
    with pytest.raises(Timeout):
        reader.next(0.01)


def test_what_is_overrun_is_told(domain):
    producer = Producer(domain, "s", shape=(4,), dtype="i32", frames=4, overrun=True)
    reader = Reader(domain, "s", 0)
    for n in range(20):
        with producer.hold(0) as f:
            np.asarray(f)[...] = n
    with reader.next(0) as f:
        assert f.gap and f.missed and value(f) == f.sequence - 1
    assert producer.info().lost == f.missed
    for timeout in None, 5:
        with pytest.raises(ValueError):
            producer.hold(timeout)


def test_a_crop_is_within_the_picture(domain):
    producer = Producer(domain, "s", width=8, height=6, format="R8")
    reader = Reader(domain, "s", 0)
    for crop in (0, 0, 8, 6), (7, 5, 1, 1), (1, 2, 3, 4), None:
        producer.hold(0).publish(crop=crop)
        with reader.next(0) as f:
            assert f.crop == crop
    with producer.hold(0) as f:
        for crop in (0, 0, 9, 6), (0, 0, 8, 7), (8, 0, 1, 1), (0, 6, 1, 1), (2**32 - 1, 0, 2, 1), (1, 1, 0, 0), (0, 0, 0, 0):
            with pytest.raises(ValueError, match="crop is not within the picture, whose size is 8 x 6"):
                f.crop = crop
        assert f.crop is None
    tensors = Producer(domain, "t", shape=(8, 8), dtype="u8")
    with tensors.hold(0) as f:
        with pytest.raises(ValueError, match="a tensor has no pixels"):
            f.crop = (0, 0, 1, 1)
        f.crop = None


def test_a_crop_that_another_process_says_is_clipped(domain):
    producer = Producer(domain, "s", width=8, height=6, format="R8")
    reader = Reader(domain, "s", 0)
    for wrong, clipped in [((4, 4, 100, 100), (4, 4, 4, 2)), ((9, 0, 1, 1), None), ((1, 1, 2**32 - 1, 2), (1, 1, 7, 2)),
                           ((4, 4, 0, 0), None)]:
        frame = producer.hold(0)
        frame.crop = 1, 2, 3, 4
        # What Python checks a program in C need not: so the frame's own memory says it.
        memory = (ctypes.c_char * frame.__sizeof__()).from_address(id(frame))
        at = bytes(memory).index(struct.pack("4I", 1, 2, 3, 4))
        memory[at:at + 16] = struct.pack("4I", *wrong)
        frame.publish()
        with reader.next(0) as f:
            assert f.crop == clipped


def test_what_travels_with_a_frame(domain):
    producer = Producer(domain, "s", width=8, height=8, format="R8")
    reader = Reader(domain, "s", 0)
    put(producer, 1, pts_ns=2**60, dts_ns=5, duration_ns=7, data=bytes(range(256)), key=True, corrupt=True,
        crop=(1, 2, 3, 4))
    with reader.next(PATIENCE) as f:
        assert (f.pts_ns, f.dts_ns, f.duration_ns, f.crop) == (2**60, 5, 7, (1, 2, 3, 4))
        assert f.data == bytes(range(256)) and f.key and f.corrupt and not f.end
    assert f.pts_ns == 2**60  # also afterwards
    with producer.hold() as f:
        f.pts = 1234567.000000001
        assert f.pts_ns == 1234567000000001
        f.end = True
        for wrong in {"pts": -1.0}, {"data": b"x" * 257}, {"pts": float("nan")}:
            with pytest.raises(ValueError):
                f.publish(**wrong)
        for wrong in {"pts": "x"}, {"data": "x"}, {"crop": (1, 2)}, {"crop": 5}, {"sequence": 5}, {"nonsense": 1}, {"pts_ns": 1.5}:
            with pytest.raises(TypeError):
                f.publish(**wrong)
        with pytest.raises(TypeError):
            del f.data
    with reader.next(PATIENCE) as f:
        assert f.pts == pytest.approx(1234567.000000001, abs=1e-9) and f.end and f.data == b"" and f.crop is None
        assert f.dts_ns is None and f.duration_ns is None
    put(producer, 3)
    assert reader.next(PATIENCE).pts is None


def test_a_new_format_comes_with_its_first_frame(domain):
    producer = Producer(domain, "s", width=8, height=4, format="RGBA", rate=(25, 1), blob=b"first")
    reader = Reader(domain, "s", 0)
    producer.hold().publish()
    producer.set_format(width=16, height=2, format="NV12")
    producer.set_format(width=16, height=2, format="NV12")
    producer.hold().publish()
    with reader.next(PATIENCE) as f:
        assert (f.width, f.height, f.format, f.shape) == (8, 4, "ABGR8888", (4, 8, 4))
    with reader.next(PATIENCE) as f:
        assert (f.width, f.height, f.format) == (16, 2, "NV12")
        assert [p.shape for p in f.planes] == [(2, 16), (1, 8, 2)]
    assert producer.info().generation == 2


def test_a_stream_is_waited_for_and_found_by_id(named, peer):
    other = peer("""
d = cf.Domain.open("test", PATIENCE)
r = cf.Reader(d, "later", PATIENCE)
print(r.info().every, cf.Stream.open(d, r.id).info().frames, flush=True)
with r.next(PATIENCE) as f:
    print(bytes(f), flush=True)
""")
    producer = Producer(named, "later", shape=(3,), dtype="u8", frames=5)
    producer.wait_readers(1, PATIENCE)
    assert other.line() == "1 5"
    with producer.hold() as f:
        f.fill(b"abc")
    producer.drain(PATIENCE)
    assert other.line() == "b'abc'"
    assert other.end() == 0
    with pytest.raises(Timeout):
        Stream.open(named, "never", 0.01)
    with pytest.raises(Timeout):
        Reader(named, "never", 0)
    with pytest.raises(Timeout):
        producer.wait_readers(5, 0.01)


def test_one_producer_at_a_time(domain, producer):
    with pytest.raises(Error, match="has a producer: process") as busy:
        Producer(domain, "s", shape=(16,), dtype="i32")
    assert busy.value.errno == 16
    producer.close()
    with Producer(domain, "s", shape=(16,), dtype="i32"):
        pass


def test_a_killed_producer_is_followed(named, peer):
    code = """
import numpy as np
d = cf.Domain.open("test", PATIENCE)
p = cf.Producer(d, "s", shape=(16,), dtype="i32")
p.wait_readers(1, PATIENCE)
for n in range(3):
    with p.hold(PATIENCE) as f:
        np.asarray(f)[...] = n
held = np.asarray(p.hold(PATIENCE))
print("published", flush=True)
input()
"""
    first = peer(code)
    reader = Reader(named, "s", PATIENCE)
    assert first.line() == "published"
    frames = reader.frames(PATIENCE)
    assert [value(next(frames)) for _ in range(3)] == [0, 1, 2]
    del frames  # which has the last one still
    first.kill()
    with pytest.raises(Timeout):
        reader.next(0.05)
    second = peer(code)
    assert second.line() == "published"
    with reader.next(PATIENCE) as f:
        assert value(f) == 0 and f.discont and f.sequence == 4


def test_a_loop_with_a_timeout(domain, producer):
    reader = Reader(domain, "s", 0)
    put(producer, 1)
    got = []
    with pytest.raises(Timeout):
        for f in reader.frames(timeout=0.02):
            got.append(value(f))
    assert got == [1]
    for wrong in -1, float("nan"):
        with pytest.raises(ValueError):
            reader.frames(wrong)
    with pytest.raises(TypeError):
        reader.frames("soon")


def test_a_loop_that_keeps_an_array_ends(domain, producer):
    reader, kept = Reader(domain, "s", 0), []
    put(producer, 1)
    put(producer, 2)
    with pytest.raises(BufferError, match="given back later"):
        for f in reader:
            kept.append(np.asarray(f))
    assert kept[0][0] == 1
    kept.clear()
    with reader.next(0) as f:
        assert value(f) == 2


def test_several_frames_at_a_time(domain):
    producer = Producer(domain, "s", shape=(4,), dtype="i32", frames=6)
    reader = Reader(domain, "s", 0, max_held=3)
    for n in range(3):
        put(producer, n)
    held = [reader.next(0) for _ in range(3)]
    assert [value(f) for f in held] == [0, 1, 2]
    with pytest.raises(Error) as busy:
        reader.next(0)
    assert busy.value.errno == 16
    held.clear()
    with pytest.raises(Error) as full:
        Reader(crossfence.Domain.join(domain.export()), "s", 0, max_held=3)
    assert full.value.errno == 28  # ENOSPC, says C's contract


def test_asyncio_loops(named, peer):
    other = peer("""
import numpy as np
d = cf.Domain.open("test", PATIENCE)
p = cf.Producer(d, "s", shape=(16,), dtype="i32")
p.wait_readers(1, PATIENCE)
for n in range(50):
    with p.hold(PATIENCE) as f:
        np.asarray(f)[...] = n
    if n % 10 == 0:
        time.sleep(0.002)
p.drain(PATIENCE)
p.end()
input()
""")
    reader = Reader(named, "s", PATIENCE)

    async def main():
        with await reader.next_async() as f:
            assert value(f) == 0
        got = []
        async for f in reader:
            got.append(value(f))
        assert got == list(range(1, 50))
        with pytest.raises(Ended):
            await reader.next_async()

    asyncio.run(asyncio.wait_for(main(), PATIENCE))


def test_a_cancelled_reader_has_taken_no_frame(domain, producer):
    reader = Reader(domain, "s", 0)

    async def main():
        expected = 0
        for n in range(100):
            task = asyncio.ensure_future(reader.next_async())
            for _ in range(n % 4):
                await asyncio.sleep(0)
            put(producer, n)
            for _ in range(n // 4 % 4):
                await asyncio.sleep(0)
            task.cancel()
            try:
                frame = await task
            except asyncio.CancelledError:
                frame = reader.next(0)  # Timeout: it was lost
            with frame:
                assert value(frame) == expected
            expected += 1

    asyncio.run(asyncio.wait_for(main(), PATIENCE))


def test_async_loops_with_a_timeout_or_closed(domain, producer):
    reader = Reader(domain, "s", 0)

    async def main():
        with pytest.raises(Timeout):
            async for f in reader.frames(0.02):
                pytest.fail("there is none")
        task = asyncio.ensure_future(reader.next_async())
        await asyncio.sleep(0.01)
        reader.close()
        with pytest.raises(ValueError, match="closed"):
            await task

    asyncio.run(asyncio.wait_for(main(), PATIENCE))


def test_waiting_for_any_of_all_kinds(domain, producer):
    reader = Reader(domain, "s", 0)
    event, timeline, owner = Event(domain), Timeline(domain), KeyedMutex(domain)
    mutex = KeyedMutex.open(domain, owner.id)
    owner.acquire(0)
    items = event, (timeline, 5), (mutex, 8), reader
    with pytest.raises(Timeout):
        wait_any(*items, timeout=0.01)
    put(producer, 1)
    assert wait_any(*items, timeout=0) == 3 and wait_any(reader, timeout=0) == 0  # nothing is taken
    owner.release(8, fence=44)
    assert wait_any(*items) == 2 and mutex.fence == 44
    timeline.signal(6)
    assert wait_any(*items) == 1
    event.set()
    assert wait_any(*items) == 0
    with pytest.raises(Timeout):
        event.wait(0)
    mutex.release(8)
    with pytest.raises(Timeout):
        wait_all(*items, timeout=0)
    event.set()
    wait_all(*items, timeout=PATIENCE)
    mutex.close()  # while it owns it
    with pytest.raises(crossfence.Abandoned) as gone:
        wait_any(event, (owner, 8), timeout=PATIENCE)
    assert gone.value.index == 1
    with pytest.raises(crossfence.Abandoned) as gone:
        wait_all((owner, 8), timeout=PATIENCE)
    assert gone.value.index is None


def test_waiting_for_what_cannot_be(domain, producer):
    event, timeline = Event(domain), Timeline(domain)
    for wrong in (5,), (timeline,), ((timeline,),), ((event, 5),), ((timeline, "x"),), (producer,), (None,), ((),):
        with pytest.raises(TypeError):
            wait_any(*wrong, timeout=0)
    for wrong in (), (event,) * 129:
        with pytest.raises(ValueError):
            wait_any(*wrong, timeout=0)
    with pytest.raises(TypeError):
        wait_any(event, 0, timeout=0)
    with pytest.raises(Error):
        wait_all(event, event, timeout=0)

    class Closer:
        def __index__(self):
            event.close()
            return 1

    with pytest.raises(ValueError, match="closed"):
        wait_any(event, (timeline, Closer()), timeout=0)


def test_a_close_ends_a_wait_for_any(domain):
    event, other, said = Event(domain), Event(domain), []

    def wait():
        try:
            wait_any(event, other)
        except ValueError as error:
            said.append(str(error))

    thread = threading.Thread(target=wait)
    thread.start()
    thread.join(0.02)
    other.close()
    thread.join(PATIENCE)
    assert said == ["this Event is closed"]


def test_inspecting(named):
    event = Event(named, "an event", manual_reset=True, signalled=True)
    producer = Producer(named, "frames", width=8, height=4, format="NV12")
    producer.hold().publish()
    info = crossfence.inspect(named)
    assert info.name == "test" and len(info.members) == 1 and "test" in crossfence.names()
    objects = {o.label: o for o in info.objects if o.label}
    assert objects["an event"].signalled and objects["an event"].type == "event" and objects["an event"].id == event.id
    stream = objects["frames"]
    assert (stream.type, stream.format, stream.width, stream.newest) == ("stream", "NV12", 8, 1)
    for wrong in None, event:
        with pytest.raises(TypeError):
            crossfence.inspect(wrong)


def test_a_dead_producers_frame_is_not_waited_for(named):
    with subprocess.Popen([os.environ["PROMISE"]], stdout=subprocess.PIPE) as victim:
        assert victim.stdout and victim.stdout.readline() == b"promised\n"
        reader = Reader(named, "s")
        frame = reader.next(timeout=PATIENCE)
        killer = threading.Timer(0.3, victim.kill)  # it most likely waits by then
        killer.start()
        with pytest.raises(Abandoned):
            np.asarray(frame)
        killer.join()
    frame.done()
    with Producer(named, "s", shape=(16,), dtype="i32") as successor:
        put(successor, 7)
        with reader.next(timeout=PATIENCE) as frame:
            assert value(frame) == 7


def test_a_domain_object_has_one_reader_of_a_stream(named):
    with Producer(named, "s", shape=(4,), dtype="u8") as producer, Domain.open("test", PATIENCE) as again:
        first = Reader(named, "s")
        with pytest.raises(Error) as error:
            Reader(named, "s", latest=True)
        assert error.value.errno == errno.EBUSY
        second = Reader(again, "s")
        with producer.hold() as frame:
            frame.fill(bytes([7] * 4))
        for reader in first, second:
            with reader.next(PATIENCE) as frame:
                assert bytes(frame) == bytes([7] * 4)


def test_a_wait_by_a_reader_ends_with_its_stream(domain, producer):
    reader = Reader(domain, "s")
    threading.Timer(0.05, producer.end).start()
    assert wait_any(Event(domain), reader, timeout=PATIENCE) == 1
    with pytest.raises(Ended):
        reader.next(0)
