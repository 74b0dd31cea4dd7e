#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a frame costs in Python, beside C and beside multiprocessing.

bench.py C-PROGRAM [SECONDS]     see bench/python/run; SECONDS for each line of the second table (2)
"""
import gc
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from multiprocessing import shared_memory

import numpy as np

from crossfence import Domain, Producer, Reader

SHAPE = (1080, 1920, 3)
ROUNDS, STEPS = 51, 200
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 2.0
NEVER = 60.0


def pair(domain):
    producer = Producer(domain, "s", width=1920, height=1080, format="BGR")
    return producer, Reader(domain, "s")


def step():
    """ns of next + asarray + done, as bench/python/step.c measures C's."""
    now, rounds = time.perf_counter_ns, []
    with Domain() as domain:
        producer, reader = pair(domain)
        for _ in range(ROUNDS):
            spent = 0
            for _ in range(STEPS):
                with producer.hold():
                    pass
                began = now()
                with reader.next(timeout=NEVER) as frame:
                    np.asarray(frame)
                spent += now() - began
            rounds.append(spent / STEPS)
    return statistics.median(rounds)


def growth(frames):
    """KiB that the process is larger after so many frames than after the first thousands."""
    with Domain() as domain:
        producer, reader = pair(domain)
        for n in range(frames):
            if n == 20000:
                gc.collect()
                before = resident()
                objects = len(gc.get_objects())
            with producer.hold():
                pass
            with reader.next(timeout=NEVER) as frame:
                np.asarray(frame)
        gc.collect()
        return resident() - before, len(gc.get_objects()) - objects


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() // 1024


class Other:
    """A process that runs `body` until it ends; what it counts is frames a second."""

    def __init__(self, body, *args):
        self.process = multiprocessing.get_context("fork").Process(target=body, args=args)
        self.process.start()

    def end(self):
        self.process.join(NEVER)
        if self.process.exitcode:
            sys.exit(f"a process ended with {self.process.exitcode}")


def until(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield


def ours(copied):
    """Two processes; the producer copies a picture into each frame, or leaves it as it is."""
    picture = np.zeros(SHAPE, np.uint8)

    def produce():
        with Domain.open("bench", NEVER) as domain:
            with Producer(domain, "s", width=1920, height=1080, format="BGR") as producer:
                producer.wait_readers(1, NEVER)
                for _ in until(SECONDS):
                    with producer.hold(NEVER) as frame:
                        if copied:
                            frame.fill(picture)
                producer.drain(NEVER)
                producer.end()

    with Domain.open_or_create("bench") as domain:
        other = Other(produce)
        count, began = 0, time.monotonic()
        for frame in Reader(domain, "s", NEVER):
            np.asarray(frame)[0, 0]
            count += 1
        spent = time.monotonic() - began
        del frame
        other.end()
    return count / spent


def queue():
    """multiprocessing.Queue of arrays."""
    context = multiprocessing.get_context("fork")
    channel = context.Queue(4)

    def produce():
        picture = np.zeros(SHAPE, np.uint8)
        for _ in until(SECONDS):
            channel.put(picture)
        channel.put(None)

    other = Other(produce)
    count, began = 0, time.monotonic()
    while (picture := channel.get()) is not None:
        picture[0, 0]
        count += 1
    spent = time.monotonic() - began
    other.end()
    return count / spent


def blocks(copied):
    """multiprocessing.shared_memory: four blocks, whose numbers go to and fro by queues."""
    context = multiprocessing.get_context("fork")
    free, full = context.SimpleQueue(), context.SimpleQueue()
    memory = [shared_memory.SharedMemory(create=True, size=int(np.prod(SHAPE))) for _ in range(4)]
    arrays = [np.ndarray(SHAPE, np.uint8, block.buf) for block in memory]

    def produce():
        picture = np.zeros(SHAPE, np.uint8)
        for _ in until(SECONDS):
            number = free.get()
            if copied:
                arrays[number][...] = picture
            full.put(number)
        full.put(None)

    for number in range(4):
        free.put(number)
    other = Other(produce)
    count, began = 0, time.monotonic()
    while (number := full.get()) is not None:
        arrays[number][0, 0]
        free.put(number)
        count += 1
    spent = time.monotonic() - began
    other.end()
    arrays.clear()
    for block in memory:
        block.close()
        block.unlink()
    return count / spent


def main():
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(dir="/dev/shm")
    try:
        c = [int(subprocess.run([sys.argv[1]], capture_output=True, check=True).stdout) for _ in range(3)]
        python = [step() for _ in range(3)]
        print(f"1080p next + asarray + done: {min(python) / 1000:.2f} us; in C {min(c) / 1000:.2f} us: "
              f"{(min(python) - min(c)) / 1000:.2f} us more (target: at most 5)")
        rows = {"crossfence": lambda: ours(False), "crossfence, each picture copied in": lambda: ours(True),
                "multiprocessing.Queue of arrays": queue, "shared_memory and two queues": lambda: blocks(False),
                "the same, each picture copied in": lambda: blocks(True)}
        results = {name: statistics.median(row() for _ in range(3)) for name, row in rows.items()}
        for name, result in results.items():
            times = result / results["multiprocessing.Queue of arrays"]
            print(f"{name}: {result:,.0f} frames/s, {times:.1f} x the Queue")
        kib, objects = growth(1_000_000)
        print(f"1,000,000 frames: {kib} KiB and {objects} objects more than after 20,000")
    finally:
        os.rmdir(os.environ["XDG_RUNTIME_DIR"])


main()
