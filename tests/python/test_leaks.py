# SPDX-License-Identifier: MIT
"""
Nothing of ours is left behind, says the leak sanitizer.

Python itself leaves some kilobytes (what is interned, its types), and everything of ours is called by
Python: to suppress what Python's program is in the stack of would suppress all. So the report is read:
no stack in it may name a function of ours. That it would is shown first.
"""
import os
import re
import subprocess
import sys

USE = """
import asyncio, gc, sys, threading
import numpy as np
import crossfence as cf

async def wait(event):
    await event

for n in range(20):
    d = cf.Domain()
    p = cf.Producer(d, "s", width=8, height=8, format="NV12", blob=b"blob", rate=(25, 1))
    r = cf.Reader(d, "s", 0, max_held=2)
    for _ in range(3):
        with p.hold() as f:
            [plane.fill(np.zeros(plane.shape, "u1")) for plane in f.planes]
            f.pts, f.data, f.crop = 1.5, b"data", (1, 2, 3, 4)
    with r.next() as f:
        taken = f.planes[0].__dlpack__(max_version=(1, 0)), np.asarray(f.planes[1]), bytes(f.raw)
        del taken
    try:
        with r.next() as f:
            kept = np.asarray(f.raw)
    except BufferError:
        del kept
    p.end()
    assert [f.sequence for f in r] == [3]
    e, t, m = cf.Event(d, "e"), cf.Timeline(d), cf.KeyedMutex(d)
    e.set()
    asyncio.run(wait(e))
    threading.Timer(0.01, e.set).start()
    asyncio.run(wait(e))
    with m.hold(0, then=1):
        m.data = b"data"
    cf.wait_any((m, 1)), cf.inspect(d), p.info(), cf.names(), cf.formats()
    for wrong in lambda: e.wait(0), lambda: t.signal(-1), lambda: cf.Event(d, "x" * 40), lambda: cf.Surface(d), lambda: t.wait(1, 0.06):
        try:
            wrong()
        except (cf.Timeout, cf.Error, ValueError, OverflowError):
            pass
    s = cf.Surface(d, "t", shape=(4,), dtype="f32", keyed=True)
    with s.mutex.hold(0, then=0), s.write() as a:
        a.fill(np.zeros(4, "f4"))
    pool = cf.Pool(d, 2, shape=(4,), dtype="u8")
    pool.hold(), pool[0], len(pool)
    d.leave()
"""
LEAK = """
import ctypes, crossfence
ctypes.pythonapi.Py_IncRef(ctypes.py_object(crossfence.Timeline(crossfence.Domain())))
"""


def report(code):
    folder = os.path.dirname(sys.modules["crossfence"].__file__) if "crossfence" in sys.modules else ""
    env = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=1:fast_unwind_on_malloc=0:abort_on_error=0",
           "LSAN_OPTIONS": "exitcode=0:max_leaks=0", "LD_LIBRARY_PATH": os.path.join(folder, "../../../src")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stderr


def ours(text):
    return [stack for stack in text.split("\n\n") if re.search(r" in (xf|xfp|xfi|xfc)_|/bindings/python/", stack)]


def test_nothing_of_ours_is_left():
    import crossfence  # where it is

    assert crossfence.__version__
    assert ours(report(LEAK)), "the sanitizer does not look"
    assert not ours(report(USE))
