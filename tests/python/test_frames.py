# SPDX-License-Identifier: MIT
"""Frames as arrays: their shape, whose memory that is, who may write, and how long it lives."""
import ctypes
import gc
import threading
import time

import numpy as np
import pytest

import crossfence
from conftest import PATIENCE
from crossfence import Error, KeyedMutex, Pool, Producer, Reader, Surface, Timeout

W, H = 20, 6  # rows of pictures are padded to 64 bytes

# What a picture of that size is: for each plane its shape and elements, row by row packed.
PLANES = {
    "RGBA": [((H, W, 4), "u1")], "BGR": [((H, W, 3), "u1")], "R8": [((H, W), "u1")],
    "R16": [((H, W), "u2")], "GR88": [((H, W, 2), "u1")], "GR1616": [((H, W, 2), "u2")],
    "RGB565": [((H, W), "u2")], "XRGB2101010": [((H, W), "u4")], "ABGR2101010": [((H, W), "u4")],
    "ABGR16161616F": [((H, W, 4), "f2")], "AYUV": [((H, W, 4), "u1")], "VUY888": [((H, W, 3), "u1")],
    "Y410": [((H, W), "u4")], "YUYV": [((H, W, 2), "u1")], "UYVY": [((H, W, 2), "u1")],
    "Y210": [((H, W, 2), "u2")],
    "NV12": [((H, W), "u1"), ((H // 2, W // 2, 2), "u1")],
    "NV21": [((H, W), "u1"), ((H // 2, W // 2, 2), "u1")],
    "NV16": [((H, W), "u1"), ((H, W // 2, 2), "u1")], "NV24": [((H, W), "u1"), ((H, W, 2), "u1")],
    "P010": [((H, W), "u2"), ((H // 2, W // 2, 2), "u2")],
    "P012": [((H, W), "u2"), ((H // 2, W // 2, 2), "u2")],
    "P210": [((H, W), "u2"), ((H, W // 2, 2), "u2")],
    "I420": [((H, W), "u1")] + 2 * [((H // 2, W // 2), "u1")],
    "YVU420": [((H, W), "u1")] + 2 * [((H // 2, W // 2), "u1")],
    "YUV422": [((H, W), "u1")] + 2 * [((H, W // 2), "u1")], "YUV444": 3 * [((H, W), "u1")],
    "S010": [((H, W), "u2")] + 2 * [((H // 2, W // 2), "u2")], "S410": 3 * [((H, W), "u2")],
}


def address(array):
    return array.__array_interface__["data"][0]


@pytest.mark.parametrize("name", PLANES)
def test_planes_are_arrays_of_their_format(domain, name):
    surface = Surface(domain, width=W, height=H, format=name)
    with surface.write() as a:
        raw = np.asarray(a.raw)
        start, end = address(raw), address(raw) + a.nbytes
        assert raw.shape == (a.nbytes,) and len(a.planes) == len(PLANES[name])
        last = start
        for plane, (shape, dtype) in zip(a.planes, PLANES[name]):
            array = np.asarray(plane)
            assert array.shape == shape == plane.shape and array.dtype == dtype
            assert array.strides == plane.strides and array.strides[0] % 64 == 0
            assert array[0].flags.c_contiguous
            # In order, within the surface, not one on top of the other.
            assert last <= address(array) and address(array[-1]) + array[-1].nbytes <= end
            last = address(array[-1]) + array[-1].nbytes
            array[...] = 1
        # Every byte that was written, and no more: those of the components.
        size = sum(int(np.prod(shape)) for shape, _ in PLANES[name])
        assert np.count_nonzero(raw) == size * (1 if dtype != "f2" else 1)
        if len(a.planes) == 1:
            assert np.asarray(a).shape == a.shape == PLANES[name][0][0]
        else:
            with pytest.raises(BufferError, match="planes"):
                np.asarray(a)
            with pytest.raises(BufferError, match="planes"):
                memoryview(a)
        del raw, array


def test_the_first_byte_of_nv12_chroma_is_where_c_says(domain):
    with Surface(domain, width=W, height=H, format="NV12").write() as a:
        np.asarray(a.planes[1])[0, 1] = 4, 5
        assert list(np.asarray(a.raw)[64 * H + 2:][:2]) == [4, 5]


def test_an_unknown_format_is_bytes_only(domain):
    with pytest.raises(Error):
        Surface(domain, width=4, height=4, format="?!?!")
    assert crossfence.formats()["RGBA"] == crossfence.formats()["ABGR8888"] == int.from_bytes(b"AB24", "little")
    assert len(crossfence.formats()) > 45


@pytest.mark.parametrize("dtype, known", [
    ("i8", "i1"), ("i16", "i2"), ("i32", "i4"), ("i64", "i8"), ("u8", "u1"), ("u16", "u2"), ("u32", "u4"),
    ("u64", "u8"), ("f16", "f2"), ("f32", "f4"), ("f64", "f8"), (np.float32, "f4"), (np.dtype("u2"), "u2"),
    ("uint8", "u1"),
])
def test_tensors_are_as_they_are(domain, dtype, known):
    with Surface(domain, shape=(2, 3, 5), dtype=dtype).write() as a:
        array = np.asarray(a)
        assert array.shape == (2, 3, 5) and array.dtype == known and array.flags.c_contiguous
        assert a.format == "TENSOR" and np.dtype(known).itemsize * 30 == a.nbytes
        array[...] = np.arange(30).reshape(2, 3, 5)
        assert bytes(a.raw) == np.arange(30).astype(known).tobytes() == bytes(a)
        del array


def test_a_number_is_a_tensor(domain):
    with Surface(domain, shape=(), dtype="f64").write() as a:
        np.asarray(a)[()] = 2.5
        assert np.asarray(a) == 2.5 and np.asarray(a).shape == ()


def test_bfloat16_is_bytes_and_dlpack(domain):
    with Surface(domain, shape=(4,), dtype="bfloat16").write() as a:
        assert a.dtype == "bf16"
        with pytest.raises(BufferError, match="DLPack"):
            np.asarray(a)
        assert np.asarray(a.raw).shape == (8,)
        assert a.__dlpack_device__() == (1, 0) and a.__dlpack__() is not None


@pytest.mark.parametrize("wrong", [
    {}, {"width": 4}, {"width": 4, "height": 4}, {"format": "RGBA"}, {"shape": (4,)}, {"dtype": "u8"},
    {"shape": (4,), "dtype": "u8", "width": 4}, {"shape": (4,), "dtype": "no"}, {"shape": (4,), "dtype": object()},
    {"shape": (4,), "dtype": np.dtype("f4").newbyteorder()}, {"shape": (4,), "dtype": ">f4"},
    {"width": 4, "height": 4, "format": "RGBX?"}, {"width": 4, "height": 4, "format": ""},
    {"shape": (1,) * 9, "dtype": "u8"},
])
def test_descriptions_that_say_too_little_or_too_much(domain, wrong):
    with pytest.raises(ValueError):
        Surface(domain, **wrong)


@pytest.mark.parametrize("wrong, error", [
    ({"width": 2**32, "height": 1, "format": "R8"}, OverflowError),
    ({"width": -1, "height": 1, "format": "R8"}, OverflowError),
    ({"width": 2**31, "height": 1, "format": "R8"}, Error),
    ({"width": 4, "height": 0, "format": "R8"}, Error),
    ({"width": 4.5, "height": 1, "format": "R8"}, TypeError),
    ({"shape": (0,), "dtype": "u8"}, Error),
    ({"shape": (2**40, 2**40), "dtype": "u8"}, Error),
    ({"shape": (-1,), "dtype": "u8"}, OverflowError),
    ({"shape": 5, "dtype": "u8"}, TypeError),
    ({"shape": ("x",), "dtype": "u8"}, TypeError),
    ({"width": 4, "height": 4, "format": 2**32}, OverflowError),
    ({"width": 4, "height": 4, "format": 1.5}, TypeError),
    ({"width": 4, "height": 4, "format": "R8", "alignment": 3}, Error),
    ({"width": 30000, "height": 30000, "format": "RGBA"}, Error),  # no room
])
def test_sizes_that_cannot_be(domain, wrong, error):
    for make in (lambda: Surface(domain, **wrong), lambda: Pool(domain, 3, **wrong),
                 lambda: Producer(domain, "s", **wrong)):
        with pytest.raises(error):
            make()


def test_the_memory_is_the_surfaces_own(domain):
    """What is written by one array is read by the other, and both are at one address."""
    surface = Surface(domain, "s", width=W, height=H, format="BGR")
    with surface.write() as a, surface.read() as b, Surface.open(domain, "s").read() as c:
        written, read, elsewhere = np.asarray(a), np.asarray(b), np.asarray(c)
        written[3, 4] = 1, 2, 3
        assert address(written) == address(read) == address(np.asarray(a)) == address(np.asarray(memoryview(a)))
        assert list(read[3, 4]) == list(elsewhere[3, 4]) == [1, 2, 3]
        assert written.flags.writeable and not read.flags.writeable and not elsewhere.flags.writeable
        del written, read, elsewhere


def test_who_reads_cannot_write(domain):
    producer = Producer(domain, "s", width=W, height=H, format="NV12")
    reader = Reader(domain, "s")
    producer.hold().publish()
    with reader.next(PATIENCE) as f:
        for plane in *f.planes, f.raw:
            array = np.asarray(plane)
            with pytest.raises(ValueError):
                array[0] = 1
            with pytest.raises(ValueError):
                array.flags.writeable = True
            with pytest.raises(TypeError):
                memoryview(plane)[0] = 1
            with pytest.raises(BufferError, match="read-only"):
                plane.fill(np.zeros(1))
            assert not plane.writable
        with pytest.raises(AttributeError):
            f.data = b"x"
        del array
    with pytest.raises(ValueError):
        f.publish()


def test_leaving_with_an_array_alive_is_an_error_and_not_a_crash(domain):
    producer = Producer(domain, "s", shape=(1000,), dtype="i64", frames=4)
    reader = Reader(domain, "s")
    for n in range(4):
        with producer.hold(PATIENCE) as f:
            np.asarray(f)[...] = n
        with pytest.raises(BufferError, match="given back later: 1 array over"):
            with reader.next(PATIENCE) as f:
                array = np.asarray(f)
        assert (array == n).all() and f.closed
        for use in lambda: np.asarray(f), lambda: memoryview(f), lambda: f.shape, lambda: f.__dlpack__():
            with pytest.raises(ValueError, match="closed"):
                use()
        with pytest.raises(Error) as busy:  # it is held still
            reader.next(0)
        assert busy.value.errno == 16
        view = array[10:20]
        del array
        with pytest.raises(Error):
            reader.next(0)
        assert (view == n).all()
        del view
        with pytest.raises(Timeout):  # given back
            reader.next(0)
        assert f.sequence == n + 1


def test_an_exception_is_not_hidden_by_arrays(domain):
    producer = Producer(domain, "s", shape=(8,), dtype="u8")
    reader = Reader(domain, "s")

    def fail(frame):
        array = np.asarray(frame)
        raise KeyError(array.sum())

    with pytest.raises(KeyError):
        with producer.hold() as f:
            fail(f)
    assert reader.info().sequence == 0  # not published
    producer.hold().publish()
    with pytest.raises(KeyError) as info:
        with reader.next(PATIENCE) as f:
            fail(f)
    del info
    gc.collect()
    with pytest.raises(Timeout):
        reader.next(0)


def test_what_can_still_be_written_is_not_published(domain):
    producer = Producer(domain, "s", shape=(8,), dtype="u8")
    with pytest.raises(BufferError, match="dropped, not published"):
        with producer.hold() as f:
            array = np.asarray(f)
    array[...] = 1
    assert producer.info().sequence == 0
    del array
    f = producer.hold()
    array = np.asarray(f)
    with pytest.raises(BufferError, match="not published"):
        f.publish()
    with pytest.raises(BufferError, match="not given back"):
        f.done()
    del array
    f.publish()
    assert producer.info().sequence == 1


def test_arrays_outlive_everything_else(named, peer):
    """Frame, reader, domain and the producer's process are gone; the memory is there."""
    other = peer("""
d = cf.Domain.open("test", PATIENCE)
p = cf.Producer(d, "s", shape=(100000,), dtype="u32")
with p.hold() as f:
    memoryview(f).cast("B")[:] = b"\\x07\\0\\0\\0" * 100000
print("there", flush=True)
input()
""")
    assert other.line() == "there"
    from crossfence import Domain
    mine = Domain.open("test", PATIENCE)
    reader = Reader(mine, "s", PATIENCE)
    f = reader.next(PATIENCE)
    array = np.asarray(f)
    for close in f.done, reader.close, mine.close, mine.leave:
        with pytest.raises(BufferError):
            close()
    with pytest.raises(BufferError):
        with mine, reader, f:
            pass
    del f, reader, mine
    other.kill()
    gc.collect()
    assert (array == 7).all()
    del array
    gc.collect()
    assert len(crossfence.inspect(named).members) == 1


def test_cycles_of_frames_are_collected(domain):
    producer = Producer(domain, "s", shape=(8,), dtype="u8", frames=3)
    for _ in range(6):
        class Holder:
            pass

        holder = Holder()
        holder.me, holder.frame, holder.array = holder, producer.hold(0), None
        holder.array = np.asarray(holder.frame)
        del holder
        gc.collect()


def test_dropped_references_give_frames_back(domain):
    producer = Producer(domain, "s", shape=(8,), dtype="u8", frames=3)
    reader = Reader(domain, "s")
    for _ in range(20):
        producer.hold(0)
        producer.hold(0).publish()
        reader.next(0)
    assert producer.info().sequence == 20


def test_threads_with_arrays_and_closing(domain):
    """Arrays come and go in threads while another one closes: the last one out closes."""
    for _ in range(3):
        producer = Producer(domain, None, shape=(64,), dtype="u8", frames=32)
        stop, errors = threading.Event(), []

        def work():
            try:
                while not stop.is_set():
                    with producer.hold(PATIENCE) as f:
                        np.asarray(f)[...] = 1
            except ValueError as error:  # closed
                errors.append(error)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            while True:
                try:
                    producer.close()
                    break
                except BufferError:
                    time.sleep(0.001)
        finally:
            stop.set()
        for thread in threads:
            thread.join(PATIENCE)
        assert producer.closed and len(errors) <= 4


def test_python_buffers_without_strides(domain):
    with Surface(domain, width=64, height=2, format="R8").write() as a:
        a.fill(bytes(range(128))[:0] or np.arange(128, dtype="u1").reshape(2, 64))
        assert bytes(a) == bytes(range(128))  # packed
    with Surface(domain, width=W, height=2, format="R8").read() as a:
        with pytest.raises(BufferError):
            hash_of = __import__("hashlib").sha256(a)  # wants one run of bytes
        assert memoryview(a).shape == (2, W) and memoryview(a).tolist() == [[0] * W] * 2


def test_fill_copies_what_fits(domain):
    picture = np.random.default_rng(1).integers(0, 255, (H, W, 3), dtype="u1")
    with Surface(domain, width=W, height=H, format="BGR").write() as a:
        a.fill(picture)
        assert (np.asarray(a) == picture).all()
        a.fill(picture[::-1, ::-1])
        assert (np.asarray(a) == picture[::-1, ::-1]).all()
        a.fill(np.asfortranarray(picture))
        assert (np.asarray(a) == picture).all()
        for wrong in picture[:-1], picture[..., :2], picture.astype("u2"), picture.astype("i1"), b"bytes", picture[..., 0]:
            with pytest.raises(ValueError, match="shape"):
                a.fill(wrong)
        for wrong in 5, "text", None, object():
            with pytest.raises(TypeError):
                a.fill(wrong)
        a.raw.fill(bytes(a.nbytes))
        assert not np.asarray(a).any()


@pytest.mark.parametrize("elsewhere", [False, True])
def test_fill_reads_before_it_writes(domain, elsewhere):
    """A source that lies over the same memory, also where another handle has it."""
    surface = Surface(domain, "s", width=W, height=H, format="NV12")
    other = Surface.open(domain, "s") if elsewhere else surface
    size, stride = H * 64, 64
    views = [
        lambda raw: raw[:size].reshape(H, stride)[:, :W], lambda raw: raw[:size].reshape(H, stride)[::-1, :W],
        lambda raw: raw[:size].reshape(H, stride)[:, W - 1::-1], lambda raw: raw[stride:][:size].reshape(H, stride)[:, :W],
        lambda raw: raw[3:][:size].reshape(H, stride)[:, :W],
        lambda raw: np.lib.stride_tricks.as_strided(raw[9:], (H, W), (0, 0)),
    ]
    with surface.write() as a, other.read() as b:
        before = np.random.default_rng(1).integers(0, 255, a.nbytes, dtype="u1")
        for view in views:
            a.raw.fill(before)
            a.planes[0].fill(view(np.asarray(b.raw)))
            assert (np.asarray(a.planes[0]) == view(before)).all()


def test_fill_takes_what_has_no_strides(domain):
    with Surface(domain, shape=(2, 2), dtype="u8").write() as a:
        a.fill(((ctypes.c_uint8 * 2) * 2)((1, 2), (3, 4)))
        assert np.asarray(a).tolist() == [[1, 2], [3, 4]]


def test_a_keyed_surface_is_its_owners(domain):
    surface = Surface(domain, "s", keyed=True, width=W, height=H, format="RGBA")
    other = Surface.open(domain, "s", 0)
    for access in surface.read, surface.write:
        with pytest.raises(Error) as refused:
            access()
        assert refused.value.errno == 1
    with surface.mutex.hold(0, then=1, fence=3), surface.write() as a:
        np.asarray(a)[...] = 9
        with pytest.raises(Error):
            other.read()
    with other.mutex.hold(1, then=0, timeout=0) as fence, other.read() as a:
        assert fence == 3 and (np.asarray(a) == 9).all()
    assert isinstance(surface.mutex, KeyedMutex)
    with pytest.raises(Error) as none:
        Surface(domain, width=4, height=4, format="R8").mutex
    assert none.value.errno == 2


def test_a_pool_goes_round(named, peer):
    pool = Pool(named, 3, "p", width=64, height=4, format="R8")
    other = peer("""
import numpy as np
d = cf.Domain.open("test", PATIENCE)
p = cf.Pool.open(d, "p", PATIENCE)
p.subscribe()
print("subscribed", flush=True)
for n in range(10):
    i = int(input())
    with p[i].read() as a:
        assert (np.asarray(a) == n).all()
    p.give(i)
print("seen", flush=True)
""")
    assert other.line() == "subscribed" and len(pool) == 3
    for n in range(10):
        i = pool.hold(PATIENCE)
        with pool[i].write() as a:
            np.asarray(a)[...] = n
        assert pool.share(i) == 1
        pool.give(i)
        other.process.stdin.write(b"%d\n" % i)
        other.process.stdin.flush()
    assert other.line() == "seen"
    with pytest.raises(IndexError):
        pool[3]
    with pytest.raises(IndexError):
        pool[-4]
    for index in range(3):
        pool.hold(PATIENCE)
    with pytest.raises(Timeout):
        pool.hold(0)
    pool.give(0)
    with pytest.raises(Error):
        pool.give(0)
    assert pool.reclaimed == 0 and pool.hold(0) == 0


def test_a_surface_without_a_mutex_says_so(domain):
    with pytest.raises(Error, match="has no keyed mutex") as error:
        Surface(domain, shape=(4,), dtype="u8").mutex
    assert error.value.errno == 2  # ENOENT
