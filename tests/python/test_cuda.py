# SPDX-License-Identifier: MIT
"""
Surfaces of a device, over the tests' own driver (tests/fake): its memory is memory, and its streams
are threads, so what came first, and whether anybody waited, can be seen without a GPU.
"""
import ctypes as c
import errno
import os
import time

import numpy as np
import pytest

from conftest import PATIENCE
from crossfence import Abandoned, Error, Pool, Producer, Reader, Surface, Timeout
from test_dlpack import Foreign, look, take
from test_kill import wait_for_deaths
from test_stopped import is_answered

cuda = c.CDLL("libcuda.so.1")
SHAPE = (4, 64, 64)
BYTES = 4 * 64 * 64
WORK = 30000  # microseconds that a stream is busy


class Counts(c.Structure):
    _fields_ = [(name, c.c_uint) for name in ("handles", "mappings", "registered", "pushed", "retained", "external")]


cuda.fake_cuda_counts.restype = Counts


def check(error):
    assert error == 0


@pytest.fixture
def stream():
    """New streams, with the device's context current."""
    made, context = [], c.c_void_p()
    check(cuda.cuInit(0))
    check(cuda.cuDevicePrimaryCtxRetain(c.byref(context), 0))
    check(cuda.cuCtxSetCurrent(context))

    def make():
        new = c.c_void_p()
        check(cuda.cuStreamCreate(c.byref(new), 1))
        made.append(new)
        return new.value

    yield make
    for each in made:
        check(cuda.cuStreamDestroy_v2(each))


@pytest.fixture
def device(domain):
    """A stream in a device's memory. What it had of the driver's is given back when it ends."""
    with Producer(domain, "s", shape=SHAPE, dtype="u8", frames=3, device=0) as producer:
        yield producer
    domain.leave()
    left = cuda.fake_cuda_counts()
    assert (left.handles, left.mappings, left.registered, left.pushed, left.external) == (0, 0, 0, 0, 0)


def pointer(frame, stream):
    """As a consumer of DLPack for work on `stream`; the deleter is called when the test says so."""
    managed = take(frame.__dlpack__(stream=stream, max_version=(1, 0)))
    assert managed.tensor.device_type == 2
    return managed, managed.tensor.data


def give_up(managed):
    managed.deleter(c.addressof(managed))


def write(frame, stream, value):
    managed, at = pointer(frame, stream)
    check(cuda.fake_cuda_work(c.c_void_p(stream), WORK))
    check(cuda.cuMemsetD8Async(c.c_ulonglong(at), value, c.c_size_t(BYTES), c.c_void_p(stream)))
    give_up(managed)


def read(frame, stream):
    """Hands the copying over to the stream; the array has it when the stream has done that."""
    managed, at = pointer(frame, stream)
    array = np.zeros(SHAPE, "u1")
    check(cuda.cuMemcpyAsync(c.c_ulonglong(array.ctypes.data), c.c_ulonglong(at), c.c_size_t(BYTES), c.c_void_p(stream)))
    give_up(managed)
    return array


def test_the_memory_is_the_devices(domain, device, stream):
    s = stream()
    with device.hold(PATIENCE) as f:
        assert f.memory == "cuda" and f.__dlpack_device__() == (2, 0)
        for host in np.asarray, memoryview, bytes:
            with pytest.raises(BufferError, match="DLPack"):
                host(f)
        capsule = f.__dlpack__(stream=s, max_version=(1, 0), dl_device=(2, 0))
        tensor = look(capsule).tensor
        assert (tensor.device_type, tensor.device_id) == (2, 0) and tuple(tensor.shape[:3]) == SHAPE
        del capsule
        for wrong in 0, -2:
            with pytest.raises(ValueError):
                f.__dlpack__(stream=wrong)
        with pytest.raises(BufferError):
            f.__dlpack__(stream=s, dl_device=(1, 0))
        f.__dlpack__(stream=-1)  # no order wanted
        f.done()
    device.close()  # before its streams end


def test_consumers_streams_wait_and_nobody_else(domain, device, stream):
    reader, writes, reads, quickest = Reader(domain, "s", 0), stream(), stream(), PATIENCE
    for n in range(6):
        began = time.monotonic()
        with device.hold(PATIENCE) as f:
            held = time.monotonic() - began
            write(f, writes, n + 1)
        with reader.next(PATIENCE) as f:
            array = read(f, reads)
        quickest = min(quickest, time.monotonic() - began - held)
        check(cuda.cuStreamSynchronize(c.c_void_p(reads)))
        assert (array == n + 1).all(), "the stream did not wait"
    assert quickest < WORK / 1e6, "handing over waits for the work"  # one of six, on a busy machine
    reader.close()
    device.close()


def test_a_frame_is_free_when_the_readers_stream_is_done(domain, device, stream):
    reader, reads = Reader(domain, "s", 0, latest=True), stream()
    for n in range(9):
        with device.hold(PATIENCE) as f:
            f.fill(Foreign(np.full(SHAPE, n, "u1"), True), stream=reads)
        check(cuda.cuStreamSynchronize(c.c_void_p(reads)))
        with reader.next(PATIENCE) as f:
            managed, at = pointer(f, reads)
            check(cuda.fake_cuda_work(c.c_void_p(reads), WORK))
            give_up(managed)
            array = read(f, reads)
        # Two more frames: the second can only be this one's surface, or the third's.
        for _ in range(2):
            with device.hold(PATIENCE) as f:
                write(f, reads, 200)
        check(cuda.cuStreamSynchronize(c.c_void_p(reads)))
        assert (array == n).all(), "it was drawn over while the stream read it"
        with reader.next(PATIENCE):
            pass
    reader.close()
    device.close()


def test_several_streams_of_one_frame(domain, device, stream):
    reader, streams = Reader(domain, "s", 0), [stream() for _ in range(3)]
    with device.hold(PATIENCE) as f:
        for s in streams:
            managed, at = pointer(f, s)
            check(cuda.fake_cuda_work(c.c_void_p(s), WORK))
            check(cuda.cuMemsetD8Async(c.c_ulonglong(at), 5, c.c_size_t(BYTES), c.c_void_p(s)))
            give_up(managed)
    with reader.next(PATIENCE) as f:
        arrays = [read(f, s) for s in streams]
    for s in streams:
        check(cuda.cuStreamSynchronize(c.c_void_p(s)))
    assert all((array == 5).all() for array in arrays)
    reader.close()
    device.close()


def test_a_dead_writers_frame_is_abandoned(named, peer, stream):
    other = peer("""
import ctypes as c
cuda = c.CDLL("libcuda.so.1")
context, stream = c.c_void_p(), c.c_void_p()
cuda.cuInit(0), cuda.cuDevicePrimaryCtxRetain(c.byref(context), 0), cuda.cuCtxSetCurrent(context)
cuda.cuStreamCreate(c.byref(stream), 1)
d = cf.Domain.open("test", PATIENCE)
p = cf.Producer(d, "s", shape=(4, 64, 64), dtype="u8", frames=3, device=0)
p.wait_readers(1, PATIENCE)
with p.hold() as f:
    capsule = f.__dlpack__(stream=stream.value)
    cuda.fake_cuda_work(stream, 100000000)
    del capsule
print("published", flush=True)
input()
""")
    reader, reads, writes = Reader(named, "s", PATIENCE), stream(), stream()
    assert other.line() == "published"
    with pytest.raises(Abandoned):  # told where the frame is given back: its bytes mean nothing
        with reader.next(PATIENCE) as f:
            managed, at = pointer(f, reads)
            give_up(managed)
            other.kill()
            wait_for_deaths(named, 1)
            check(cuda.cuStreamSynchronize(c.c_void_p(reads)))  # it was let go
    # The next producer's frames are fine, by the same stream.
    with Producer(named, "s", shape=SHAPE, dtype="u8", frames=3, device=0) as producer:
        with producer.hold(PATIENCE) as f:
            write(f, writes, 6)
        with reader.next(PATIENCE) as f:
            array = read(f, reads)
        check(cuda.cuStreamSynchronize(c.c_void_p(reads)))
        assert (array == 6).all()
    reader.close()


def test_copies_by_a_stream(domain, stream):
    s = stream()
    pool = Pool(domain, 2, shape=(8, 8), dtype="f32", device=1)
    surface = Surface(domain, "t", shape=(8, 8), dtype="f32", device=1)
    array = np.arange(64, dtype="f4").reshape(8, 8)
    with surface.write() as a:
        assert a.__dlpack_device__() == (2, 1)
        a.fill(array, stream=s)
        check(cuda.cuStreamSynchronize(c.c_void_p(s)))
        for wrong in array.T, array[:, ::-1]:
            with pytest.raises(BufferError, match="packed"):
                a.fill(wrong, stream=s)
        with pytest.raises(ValueError):
            a.fill(array, stream=-1)
    with Surface.open(domain, "t").read() as a:
        managed, at = pointer(a, s)
        assert (np.ctypeslib.as_array((c.c_float * 64).from_address(at)).reshape(8, 8) == array).all()
        give_up(managed)
    with pool[1].read() as a:
        assert a.memory == "cuda"
    for handle in pool, surface:
        handle.close()


def test_devices_that_are_not_there(domain, peer):
    with pytest.raises(Error) as none:
        Surface(domain, shape=(4,), dtype="u8", device=9)
    assert none.value.errno == errno.ENODEV
    with pytest.raises(OverflowError):
        Surface(domain, shape=(4,), dtype="u8", device=-1)
    other = peer("""
try:
    cf.Producer(cf.Domain(), shape=(4,), dtype="u8", device=0)
except cf.Error as error:
    print(error.errno, error.strerror, flush=True)
""", env={**os.environ, "FAKE_CUDA_DEVICES": "0"})
    assert "no device" in other.line()
    assert other.end() == 0
    without = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
    other = peer("""
try:
    cf.Surface(cf.Domain(), shape=(4,), dtype="u8", device=0)
except cf.Error as error:
    print("CUDA" in error.strerror, flush=True)
""", env=without)
    assert other.line() == "True"


THEIRS = {
    "surface": lambda d, ids: Surface.open(d, ids[0]), "surface_by_label": lambda d, ids: Surface.open(d, "s", 0),
    "pool": lambda d, ids: Pool.open(d, ids[1]), "pool_by_label": lambda d, ids: Pool.open(d, "p", 0),
}


@pytest.mark.parametrize("call", THEIRS.values(), ids=THEIRS.keys())
def test_who_has_the_memory_is_stopped(named, peer, call):
    """Other threads run while it is asked for."""
    other = peer("""
d = cf.Domain.open("test", PATIENCE)
s = cf.Surface(d, "s", shape=(4, 64, 64), dtype="u8", device=0)
p = cf.Pool(d, 2, "p", shape=(4, 64, 64), dtype="u8", device=0)
print(s.id, p.id, flush=True)
input()
""")
    ids = [int(number) for number in other.line().split()]
    with is_answered(other, lambda: call(named, ids)) as opened:
        assert not opened.closed


def test_who_made_the_frames_is_stopped(named, peer):
    """A reader asks for the memory of the first one, and of a successor's first one."""
    code = """
d = cf.Domain.open("test", PATIENCE)
p = cf.Producer(d, "s", shape=(4, 64, 64), dtype="u8", frames=4, device=0)
print("there", flush=True)
p.wait_readers(1, PATIENCE)
p.hold().publish()
print("published", flush=True)
input()
"""
    other = peer(code)
    assert other.line() == "there"
    reader = Reader(named, "s", PATIENCE)
    assert other.line() == "published"
    with is_answered(other, lambda: reader.next(0)) as frame:
        assert frame.sequence == 1
