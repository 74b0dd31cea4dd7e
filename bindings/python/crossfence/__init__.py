# SPDX-License-Identifier: MIT
"""Hands frames and other surfaces to other processes without copying, and survives their deaths.

    with Domain.open_or_create("demo") as domain:           # one process draws
        with Producer(domain, "frames", width=1920, height=1080, format="BGR") as producer:
            with producer.hold() as frame:
                numpy.asarray(frame)[...] = picture

    with Domain.open("demo") as domain:                     # others look
        for frame in Reader(domain, "frames"):
            look(numpy.asarray(frame))

A domain is one shared-memory file that processes find by name; everything else lives in one.
Whatever waits takes `timeout` in seconds, lets other threads run, ends with Ctrl-C, and either
succeeds or raises: Timeout, Abandoned (an owner died while it owned the object), Ended (of a
stream), or Error, an OSError whose errno and strerror say what is wrong.

After os.fork() a child holds nothing: what its parent had opened raises Error (ECHILD), and it
opens domains of its own. One interpreter of a process can use crossfence, with its GIL.
"""
from __future__ import annotations

import sysconfig as _sysconfig

if _sysconfig.get_config_var("Py_GIL_DISABLED"):
    raise ImportError("crossfence needs a Python with a GIL: this one is free-threaded")

from ._core import (
    Abandoned, Access, Domain, Ended, Error, Event, Frame, Frames, Hold, KeyedMutex, Plane, Pool, Producer, Reader,
    Stream, Surface, Timeline, Timeout, __version__, formats, inspect, names, wait_all, wait_any,
)
from ._info import DomainInfo, MemberInfo, ObjectInfo, StreamInfo

__all__ = [
    "Abandoned", "Access", "Domain", "DomainInfo", "Ended", "Error", "Event", "Frame", "Frames", "Hold", "KeyedMutex",
    "MemberInfo", "ObjectInfo", "Plane", "Pool", "Producer", "Reader", "Stream", "StreamInfo", "Surface", "Timeline",
    "Timeout", "__version__", "formats", "inspect", "names", "wait_all", "wait_any",
]
