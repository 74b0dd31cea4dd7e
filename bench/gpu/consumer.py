#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Frames that one process writes with cupy and another reads with torch, compared by value.

consumer.py BUILD-FOLDER [FRAMES]

Neither copies: both look at the surface's own memory, found by the domain's name. Each waits for
the other on its own stream.
"""
import ctypes as c
import subprocess
import sys

WIDTH, HEIGHT, SURFACES = 1920, 1080, 4
NEVER = 2**63 - 1


class Desc(c.Structure):
    """As much of struct xf_surface_desc as is needed here; `size` says so."""
    _fields_ = [('size', c.c_size_t), ('width', c.c_uint32), ('height', c.c_uint32),
                ('fourcc', c.c_uint32), ('n_planes', c.c_uint32), ('modifier', c.c_uint64),
                ('planes', c.c_uint32 * 12), ('alignment', c.c_uint32), ('padded', c.c_uint32)]


def load(build):
    core = c.CDLL(f'{build}/src/libcrossfence.so', mode=c.RTLD_GLOBAL)
    cuda = c.CDLL(f'{build}/src/cuda/libcrossfence-cuda.so')
    core.xf_pool_surface.restype = c.c_void_p
    core.xf_last_message.restype = c.c_char_p
    core.xf_pool_id.restype = core.xf_timeline_id.restype = c.c_uint64
    return core, cuda


class Side:
    def __init__(self, build, stream):
        self.core, self.cuda = load(build)
        self.domain, self.pool, self.queue = c.c_void_p(), c.c_void_p(), c.c_void_p()
        self.timelines = [c.c_void_p(), c.c_void_p()]
        self.stream = stream

    def check(self, result):
        if result:
            sys.exit(self.core.xf_last_message(result).decode())

    def find(self, type_, label):
        ident = c.c_uint64()
        while self.core.xf_domain_find(self.domain, type_, label, c.byref(ident)):
            pass
        return ident

    def finish_setup(self):
        self.check(self.cuda.xf_queue_create_cuda(c.c_void_p(self.stream), c.byref(self.queue)))

    def pointer(self, index):
        ptr = c.c_ulonglong()
        surface = c.c_void_p(self.core.xf_pool_surface(self.pool, index))
        self.check(self.cuda.xf_cuda_map(surface, -1, c.byref(ptr)))
        return ptr.value

    def wait(self, which, value):
        self.check(self.core.xf_queue_wait(self.queue, self.timelines[which], c.c_uint64(value)))

    def signal(self, which, value):
        self.check(self.core.xf_queue_signal(self.queue, self.timelines[which], c.c_uint64(value)))

    def finish(self):
        self.check(self.core.xf_queue_finish(self.queue, c.c_int64(NEVER)))


class View:
    """What torch and cupy take for an array on the device."""
    def __init__(self, ptr):
        self.__cuda_array_interface__ = {'shape': (HEIGHT, WIDTH, 4), 'typestr': '|u1',
                                         'data': (ptr, False), 'version': 3}


def producer(build, frames):
    import cupy
    stream = cupy.cuda.Stream(non_blocking=True)
    s = Side(build, stream.ptr)
    s.check(s.core.xf_domain_open_or_create(b'gpu-consumer', None, c.byref(s.domain)))
    desc = Desc(size=c.sizeof(Desc), width=WIDTH, height=HEIGHT, fourcc=int.from_bytes(b'AB24', 'little'))
    for i, label in enumerate((b'written', b'read')):
        s.check(s.core.xf_timeline_create(s.domain, c.c_uint64(0), 0, label, c.byref(s.timelines[i])))
    s.check(s.cuda.xf_cuda_pool_create(s.domain, c.byref(desc), SURFACES, 0, b'frames', 0, c.byref(s.pool)))
    s.finish_setup()
    pixel = cupy.arange(HEIGHT * WIDTH * 4, dtype=cupy.uint32).reshape(HEIGHT, WIDTH, 4)
    cupy.cuda.Device().synchronize()
    with stream:
        views = [cupy.asarray(View(s.pointer(i))) for i in range(SURFACES)]
        for n in range(1, frames + 1):
            if n > SURFACES:
                s.wait(1, n - SURFACES)
            views[n % SURFACES][...] = ((pixel * 31 + n * 7) & 0xff).astype(cupy.uint8)
            s.signal(0, n)
    s.check(s.core.xf_timeline_wait(s.timelines[1], c.c_uint64(frames), c.c_int64(NEVER)))
    s.finish()


def consumer(build, frames):
    import torch
    stream = torch.cuda.Stream()
    s = Side(build, stream.cuda_stream)
    s.check(s.core.xf_domain_open(b'gpu-consumer', 0, c.c_int64(NEVER), c.byref(s.domain)))
    s.check(s.core.xf_pool_open(s.domain, s.find(5, b'frames'), c.byref(s.pool)))
    for i, label in enumerate((b'written', b'read')):
        s.check(s.core.xf_timeline_open(s.domain, s.find(2, label), c.byref(s.timelines[i])))
    s.finish_setup()
    with torch.cuda.stream(stream):
        views = [torch.as_tensor(View(s.pointer(i)), device='cuda') for i in range(SURFACES)]
        pixel = torch.arange(HEIGHT * WIDTH * 4, dtype=torch.int64, device='cuda').reshape(HEIGHT, WIDTH, 4)
        wrong = torch.zeros((), dtype=torch.int64, device='cuda')
        for n in range(1, frames + 1):
            s.wait(0, n)
            expected = ((pixel * 31 + n * 7) & 0xff).to(torch.uint8)
            wrong += (views[n % SURFACES] != expected).sum()
            s.signal(1, n)
        s.finish()
        print(f'torch {torch.__version__} read {frames} frames that cupy wrote in another process: '
              f'{int(wrong)} of {frames * HEIGHT * WIDTH * 4} bytes differ')
    return int(wrong) != 0


def main():
    build, frames = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 200
    if len(sys.argv) > 3:
        sys.exit({'producer': producer, 'consumer': consumer}[sys.argv[3]](build, frames))
    sides = [subprocess.Popen([sys.executable, __file__, build, str(frames), role])
             for role in ('producer', 'consumer')]
    sys.exit(max(side.wait(timeout=200) for side in sides))


main()
