# SPDX-License-Identifier: MIT
"""Snapshots: what inspect() and Stream.info() return. The extension fills them in by position.

They are values: to be compared, copied, put into sets and sent to other processes, never changed. What a
field is says `__slots__`, since help() shows that.
"""
from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class _Snapshot:
    __slots__ = ()

    def __reduce__(self) -> tuple[type[_Snapshot], tuple[object, ...]]:
        # Without it copy and pickle would set the fields one by one, which cannot be set.
        return type(self), tuple(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True)
class StreamInfo(_Snapshot):
    """A stream, as it was when somebody asked; see Stream.info()."""

    __slots__ = {
        "sequence": "The newest frame's number, counted from 1; 0: none was published yet.",
        "lost": "How many frames readers of every frame have missed, all readers together.",
        "producer_pid": "The producer's process id, as it sees that itself; 0: nobody produces.",
        "producer_name": "The producer's command name, its first 15 bytes; empty: nobody produces.",
        "every": "How many processes read every frame.",
        "latest": "How many processes read the newest frame each time.",
        "frames": "How many surfaces go round.",
        "ended": "Whether the producer has said that nothing comes any more.",
        "generation": "The newest format's number, counted from 1: it changes with set_format().",
    }
    sequence: int
    lost: int
    producer_pid: int
    producer_name: str
    every: int
    latest: int
    frames: int
    ended: bool
    generation: int


@dataclass(frozen=True)
class MemberInfo(_Snapshot):
    """A process of a domain, as it was when somebody asked; see inspect()."""

    __slots__ = {
        "slot": "Its place in the domain's table, from 0: nobody else's while it lives.",
        "pid": "Its process id, as it sees that itself: in a container another one than outside.",
        "name": "Its command name, the first 15 bytes.",
        "dead": "Whether it has died, and its process is not gone yet.",
    }
    slot: int
    pid: int
    name: str
    dead: bool


@dataclass(frozen=True)
class ObjectInfo(_Snapshot):
    """An object of a domain, as it was when somebody asked; see inspect().

    Fields that are not of its type are 0, False, None or empty.
    """

    __slots__ = {
        "id": "What it is called in every process of the domain.",
        "type": 'What it is: "event", "timeline", "keyed mutex", "surface", "pool", "sync" or "stream".',
        "label": "What it can be opened by; empty: it has none.",
        "opened_by": "How many processes have it open.",
        "owner_pid": "Keyed mutex, stream: process id of its owner or producer, as that sees itself; 0: nobody.",
        "owner_name": "Keyed mutex, stream: command name of its owner or producer; empty: nobody.",
        "abandoned": "Whether an owner died while it owned it: waits for it raise Abandoned.",
        "signalled": "Event: whether it is signalled.",
        "ready": "Sync object: whether the producer is done with the use that `use` counts.",
        "counter": "Timeline: the value that it has reached.",
        "key": "Keyed mutex: the key that it carries, or was acquired with.",
        "fence": "Keyed mutex: what the last release named.",
        "use": "Sync object: the number of its use, counted from 1.",
        "waiters": "How many threads wait for it, as far as known: some that wait for another one may count too.",
        "holders": "Surface: how many processes hold it. Sync object: how many have still to release it.",
        "width": "Surface, pool, stream: width of its pictures in pixels; 0: tensors.",
        "height": "Surface, pool, stream: height of its pictures in pixels; 0: tensors.",
        "format": "Surface, pool, stream: the format's name, see formats(); None: it has no format.",
        "part_of": "Surface: id of the pool that it is of. Pool: id of its stream. 0: it is by itself.",
        "index": "Surface of a pool: which one it is, from 0.",
        "mutex": "Surface: id of its keyed mutex, which is listed too; 0: it has none.",
        "count": "Pool: how many surfaces it has.",
        "reclaimed": "Pool: how often surfaces were taken back from processes that died.",
        "newest": "Stream: the newest frame's number, counted from 1; 0: none was published yet.",
        "lost": "Stream: how many frames readers of every frame have missed, all readers together.",
        "every": "Stream: how many processes read every frame.",
        "latest": "Stream: how many processes read the newest frame each time.",
        "ended": "Stream: whether the producer has said that nothing comes any more.",
    }
    id: int
    type: str
    label: str
    opened_by: int
    owner_pid: int
    owner_name: str
    abandoned: bool
    signalled: bool
    ready: bool
    counter: int
    key: int
    fence: int
    use: int
    waiters: int
    holders: int
    width: int
    height: int
    format: str | None
    part_of: int
    index: int
    mutex: int
    count: int
    reclaimed: int
    newest: int
    lost: int
    every: int
    latest: int
    ended: bool


@dataclass(frozen=True)
class DomainInfo(_Snapshot):
    """A domain, as it was when somebody asked; see inspect(). Each object was looked at by itself."""

    __slots__ = {
        "name": "The name that it is published as; empty: none.",
        "max_objects": "How many objects it has room for.",
        "payload_bytes": "How many bytes of surfaces' memory it has room for.",
        "deaths": "How many processes of it have died so far.",
        "server_pid": "Process id of who serves its name, as that sees itself; 0: nobody.",
        "members": "Its processes, a tuple of MemberInfo.",
        "objects": "Its objects, a tuple of ObjectInfo, in no order.",
    }
    name: str
    max_objects: int
    payload_bytes: int
    deaths: int
    server_pid: int
    members: tuple[MemberInfo, ...]
    objects: tuple[ObjectInfo, ...]
