#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""See bench/python/gpu. gpu.py [FRAMES]"""
import importlib.util
import subprocess
import sys
import time

from crossfence import Domain, Producer, Reader

SHAPE = (3, 1080, 1920)
FRAMES = int(sys.argv[-1]) if sys.argv[-1].isdigit() else 200
PATIENCE = 120.0
DTYPES = ("u8", "f16", "bf16")


def expected(torch, n, dtype):
    pixel = torch.arange(3 * 1080 * 1920, dtype=torch.int64, device="cuda").reshape(SHAPE)
    return ((pixel * 31 + n * 7) & 0x7f).to(getattr(torch, dtype))


def produce(dtype):
    """torch writes by a stream of its own, and nothing here waits for it."""
    import torch

    name = {"u8": "uint8", "f16": "float16", "bf16": "bfloat16"}[dtype]
    stream = torch.cuda.Stream()
    with Domain.open("gpu", PATIENCE) as domain, torch.cuda.stream(stream):
        with Producer(domain, dtype, shape=SHAPE, dtype=dtype, frames=6, device=0) as producer:
            producer.wait_readers(1, PATIENCE)
            for n in range(FRAMES):
                picture = expected(torch, n, name)
                with producer.hold(PATIENCE) as frame:
                    tensor = torch.from_dlpack(frame)
                    assert tensor.is_cuda and tuple(tensor.shape) == SHAPE and tensor.dtype == picture.dtype
                    tensor.copy_(picture)
                    del tensor
            producer.drain(PATIENCE)
            producer.end()
        stream.synchronize()


def by_torch(reader, dtype):
    import torch

    name = {"u8": "uint8", "f16": "float16", "bf16": "bfloat16"}[dtype]
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        wrong = torch.zeros((), dtype=torch.int64, device="cuda")
        for n, frame in enumerate(reader.frames(PATIENCE)):
            wrong += (torch.from_dlpack(frame) != expected(torch, n, name)).sum()
        return n + 1, int(wrong)


def by_cupy(reader, dtype):
    import cupy

    stream, wrong = cupy.cuda.Stream(non_blocking=True), 0
    with stream:
        pixel = cupy.arange(3 * 1080 * 1920, dtype=cupy.int64).reshape(SHAPE)
        for n, frame in enumerate(reader.frames(PATIENCE)):
            wanted = ((pixel * 31 + n * 7) & 0x7f).astype({"u8": "uint8", "f16": "float16"}[dtype])
            wrong += int((cupy.from_dlpack(frame) != wanted).sum())
    reader.close()  # before its stream ends
    return n + 1, wrong


def by_jax(reader, dtype):
    import jax
    import jax.numpy as jnp

    wrong = 0
    pixel = jnp.arange(3 * 1080 * 1920, dtype=jnp.int32).reshape(SHAPE)
    for n, frame in enumerate(reader.frames(PATIENCE)):
        wanted = ((pixel * 31 + n * 7) & 0x7f).astype({"u8": "uint8", "f16": "float16", "bf16": "bfloat16"}[dtype])
        array = jax.dlpack.from_dlpack(frame)
        wrong += int((array != wanted).sum())
        del array
    return n + 1, wrong


READERS = {"torch": by_torch, "cupy": by_cupy, "jax": by_jax}


def main():
    if sys.argv[1:2] == ["produce"]:
        return produce(sys.argv[2])
    if importlib.util.find_spec("torch") is None:
        sys.exit("gpu.py: torch writes the frames, and is not there")
    failed = False
    for library, read in READERS.items():
        if importlib.util.find_spec(library) is None:
            print(f"{library}: not there")
            continue
        for dtype in DTYPES:
            if (library, dtype) == ("cupy", "bf16"):
                continue  # which it does not know
            with Domain.open_or_create("gpu") as domain:
                producer = subprocess.Popen([sys.executable, __file__, "produce", dtype, str(FRAMES)])
                reader = Reader(domain, dtype, PATIENCE, old_dlpack=True)
                began = time.monotonic()
                frames, wrong = read(reader, dtype)
                spent = time.monotonic() - began
                status = producer.wait(PATIENCE)
            failed |= bool(wrong or status or frames != FRAMES)
            print(f"torch to {library}, {dtype}: {frames} of {FRAMES} frames, {wrong} elements differ, "
                  f"{frames / spent:,.0f} frames/s with the comparison")
    return failed


sys.exit(main())
