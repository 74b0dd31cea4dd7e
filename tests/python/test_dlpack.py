# SPDX-License-Identifier: MIT
"""DLPack, both ways, against what the specification says of its structures."""
import ctypes as c
import gc
import threading

import numpy as np
import pytest

from conftest import PATIENCE
from crossfence import Error, Producer, Reader, Surface, Timeout


class Tensor(c.Structure):
    _fields_ = [("data", c.c_void_p), ("device_type", c.c_int32), ("device_id", c.c_int32), ("ndim", c.c_int32),
                ("code", c.c_uint8), ("bits", c.c_uint8), ("lanes", c.c_uint16), ("shape", c.POINTER(c.c_int64)),
                ("strides", c.POINTER(c.c_int64)), ("byte_offset", c.c_uint64)]


DELETER = c.CFUNCTYPE(None, c.c_void_p)


class Managed(c.Structure):
    _fields_ = [("tensor", Tensor), ("context", c.c_void_p), ("deleter", DELETER)]


class Versioned(c.Structure):
    _fields_ = [("major", c.c_uint32), ("minor", c.c_uint32), ("context", c.c_void_p), ("deleter", DELETER),
                ("flags", c.c_uint64), ("tensor", Tensor)]


KINDS = {b"dltensor": Managed, b"dltensor_versioned": Versioned}
get_pointer = c.pythonapi.PyCapsule_GetPointer
get_pointer.restype, get_pointer.argtypes = c.c_void_p, [c.py_object, c.c_char_p]
get_name = c.pythonapi.PyCapsule_GetName
get_name.restype, get_name.argtypes = c.c_char_p, [c.py_object]
set_name = c.pythonapi.PyCapsule_SetName
set_name.argtypes = [c.py_object, c.c_char_p]
USED = {b"dltensor": b"used_dltensor", b"dltensor_versioned": b"used_dltensor_versioned"}  # kept: names are not copied


def look(capsule):
    name = get_name(capsule)
    return KINDS[name].from_address(get_pointer(capsule, name))


def take(capsule):
    """As a consumer: the structure, whose deleter is to be called."""
    name, managed = get_name(capsule), look(capsule)
    assert set_name(capsule, USED[name]) == 0
    return managed


@pytest.fixture
def frames(domain):
    producer = Producer(domain, "s", width=6, height=4, format="P010")
    return producer, Reader(domain, "s", 0)


def test_a_tensor_says_what_the_array_is(frames):
    producer, reader = frames
    producer.hold().publish()
    with reader.next(PATIENCE) as f:
        assert f.__dlpack_device__() == f.planes[1].__dlpack_device__() == (1, 0)
        for plane in *f.planes, f.raw:
            capsule = plane.__dlpack__(max_version=(1, 3))
            v, array = look(capsule), np.asarray(plane)
            assert (v.major, v.minor, v.flags) == (1, 0, 1)  # read-only
            t = v.tensor
            assert (t.device_type, t.device_id, t.code, t.bits, t.lanes) == (1, 0, 1, array.itemsize * 8, 1)
            assert tuple(t.shape[:t.ndim]) == array.shape
            assert tuple(n * array.itemsize for n in t.strides[:t.ndim]) == array.strides
            assert t.data + t.byte_offset == array.__array_interface__["data"][0]
            del capsule, array
    with producer.hold() as f:
        assert look(f.raw.__dlpack__(max_version=(1, 0))).flags == 0


def test_old_consumers_are_not_given_what_is_read_only(domain, frames):
    producer, reader = frames
    with producer.hold() as f:
        assert get_name(f.raw.__dlpack__()) == get_name(f.raw.__dlpack__(max_version=(0, 8))) == b"dltensor"
        array = np.from_dlpack(f.planes[0])
        assert array.shape == (4, 6) and array.dtype == "u2"
        assert array.__array_interface__["data"][0] == np.asarray(f.planes[0]).__array_interface__["data"][0]
        del array
    with reader.next(PATIENCE) as f:
        for plane in f.planes:
            with pytest.raises(BufferError, match="old_dlpack"):
                np.from_dlpack(plane)
    reader.close()
    with Reader(domain, "s", 0, old_dlpack=True) as trusting, trusting.next(PATIENCE) as f:
        assert np.from_dlpack(f.planes[1]).shape == (2, 3, 2)


@pytest.mark.parametrize("version", [None, (1, 0)])
def test_a_tensor_keeps_the_frame(frames, version):
    producer, reader = frames
    for used in False, True:
        with producer.hold() as f:
            pass
        with pytest.raises(BufferError, match="1 array over"):
            with reader.next(PATIENCE) as f:
                capsule = f.raw.__dlpack__(max_version=(1, 0))
                managed = take(capsule) if used else None
        if used:
            del capsule
            gc.collect()
            with pytest.raises(Error):
                reader.next(0)
            managed.deleter(c.addressof(managed))
        else:
            del capsule
        with pytest.raises(Timeout):  # it was given back
            reader.next(0)


def test_a_deleter_may_come_from_any_thread(frames):
    """ctypes calls it without the GIL, and each thread is new to Python's C side."""
    producer, reader = frames
    with producer.hold() as f:
        managed = [take(f.raw.__dlpack__()) for _ in range(64)]
        threads = [threading.Thread(target=m.deleter, args=(c.addressof(m),)) for m in managed]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
    assert producer.info().sequence == 1


def test_what_is_asked_for_and_not_given(frames):
    producer, _ = frames
    with producer.hold() as f:
        plane = f.planes[0]
        for wrong in {"copy": True}, {"copy": 1}, {"copy": np.True_}, {"dl_device": (2, 0)}, {"dl_device": (1, 1)}:
            with pytest.raises(BufferError):
                plane.__dlpack__(**wrong)
        plane.__dlpack__(copy=False, dl_device=(1, 0), stream=None)
        for wrong in {"max_version": 1}, {"max_version": ("a", 0)}, {"dl_device": 5}, {"dl_device": (1,)}, {"nonsense": 1}:
            with pytest.raises((TypeError, SystemError)):
                plane.__dlpack__(**wrong)
        with pytest.raises(ValueError):
            plane.__dlpack__(stream=1)  # of the host's memory
        with pytest.raises(BufferError, match="planes"):
            f.__dlpack__()
    with pytest.raises(ValueError, match="closed"):
        plane.__dlpack__()
    with pytest.raises(ValueError, match="closed"):
        plane.__dlpack_device__()


class Foreign:
    """A tensor of somebody else's, with and without knowledge of version 1."""

    def __init__(self, array, versions, strides=True):
        self.array, self.versions, self.deleted = array, versions, 0
        self.shape = (c.c_int64 * array.ndim)(*array.shape)
        self.strides = (c.c_int64 * array.ndim)(*(n // array.itemsize for n in array.strides)) if strides else None
        tensor = Tensor(array.ctypes.data, 1, 0, array.ndim, {"u": 1, "f": 2, "i": 0}[array.dtype.kind],
                        array.itemsize * 8, 1, self.shape, self.strides, 0)
        self.deleter = DELETER(self.delete)
        self.managed = (Versioned(1, 0, None, self.deleter, 0, tensor) if versions
                        else Managed(tensor, None, self.deleter))

    def delete(self, pointer):
        assert pointer == c.addressof(self.managed)
        self.deleted += 1

    def __dlpack__(self, **kw):
        if kw and not self.versions:
            raise TypeError("unexpected keyword")
        self.name = b"dltensor_versioned" if self.versions else b"dltensor"
        new = c.pythonapi.PyCapsule_New
        new.restype, new.argtypes = c.py_object, [c.c_void_p, c.c_char_p, c.c_void_p]
        return new(c.addressof(self.managed), self.name, None)


@pytest.mark.parametrize("versions", [False, True])
@pytest.mark.parametrize("strides", [False, True])
def test_others_tensors_are_copied_in(domain, versions, strides):
    array = np.arange(24, dtype="f4").reshape(2, 3, 4)
    with Surface(domain, shape=(2, 3, 4), dtype="f32").write() as a:
        foreign = Foreign(array, versions, strides)
        a.fill(foreign)
        assert (np.asarray(a) == array).all() and foreign.deleted == 1
        transposed = Foreign(np.arange(24, dtype="f4").reshape(4, 3, 2).T, versions)
        a.fill(transposed)
        assert (np.asarray(a) == transposed.array).all()
        wrong = Foreign(array.astype("f8"), versions)
        with pytest.raises(ValueError):
            a.fill(wrong)
        assert wrong.deleted == 1
        foreign = Foreign(array, versions)
        foreign.managed.tensor.device_type = 2
        with pytest.raises(BufferError, match="device"):
            a.fill(foreign)
        foreign.managed.tensor.device_type = 1
        foreign.managed.tensor.ndim = 9
        with pytest.raises(BufferError):
            a.fill(foreign)
        assert foreign.deleted == 2


def test_others_that_misbehave(domain):
    surface = Surface(domain, shape=(4,), dtype="u1" if False else "u8")

    class Wrong:
        def __dlpack__(self, **kw):
            return self.answer()

    wrong = Wrong()
    with surface.write() as a:
        for answer, error in [(lambda: 5, BufferError), (lambda: 1 / 0, ZeroDivisionError)]:
            wrong.answer = answer
            with pytest.raises(error):
                a.fill(wrong)
        used = Foreign(np.zeros(4, "u1"), True)
        capsule = used.__dlpack__()
        take(capsule)
        wrong.answer = lambda: capsule
        with pytest.raises(BufferError):
            a.fill(wrong)
        foreign = Foreign(np.ones(4, "u1"), True)

        def close():
            a.close()
            return foreign.__dlpack__()

        wrong.answer = close
        with pytest.raises(ValueError, match="closed"):
            a.fill(wrong)
        assert foreign.deleted == 1 and used.deleted == 0


def test_a_pair_is_a_pair(domain):
    with Surface(domain, shape=(4,), dtype="u8").write() as a:
        for wrong in {"max_version": 1}, {"dl_device": 1}:
            with pytest.raises(TypeError):
                a.__dlpack__(**wrong)


def test_arrays_that_numpy_asks_for_by_name(domain):
    """By __array__(): the memory, unless a copy is wanted, in whatever way that is said."""
    with Producer(domain, "a", shape=(4,), dtype="u8") as producer, producer.hold() as f:
        shared, copies = f.__array__(), [f.__array__(copy=yes) for yes in (True, 1, np.True_)]
        copies.append(f.__array__(np.float32))
        shared[...] = 7
        assert np.asarray(f).tolist() == [7] * 4 and f.__array__(copy=None).tolist() == [7] * 4
        assert [copy.tolist() for copy in copies] == [[0] * 4] * 4 and copies[3].dtype == np.float32
        with pytest.raises(TypeError):
            f.__array__("no such type")
        del shared
