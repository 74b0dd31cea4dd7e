# SPDX-License-Identifier: MIT
"""Snapshots: what inspect() and Stream.info() return. The extension fills them in by position."""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StreamInfo:
    """A stream, as it was when somebody asked."""

    sequence: int  #: of the newest frame; 0: none yet
    lost: int  #: frames that readers of every frame missed, together
    producer_pid: int  #: as it sees itself; 0: nobody produces
    producer_name: str
    every: int  #: readers of every frame
    latest: int  #: readers of the newest one
    frames: int  #: surfaces that go round
    ended: bool
    generation: int  #: of the newest format


@dataclass(frozen=True)
class MemberInfo:
    """A process of a domain."""

    slot: int
    pid: int  #: as it sees itself
    name: str
    dead: bool  #: died, and is not gone yet


@dataclass(frozen=True)
class ObjectInfo:
    """An object of a domain; what its type does not have is 0, False or None."""

    id: int
    type: str  #: "event", "timeline", "keyed mutex", "surface", "pool", "sync" or "stream"
    label: str
    opened_by: int  #: processes with a handle
    owner_pid: int  #: keyed mutex, stream
    owner_name: str
    abandoned: bool
    signalled: bool  #: event
    ready: bool  #: sync
    counter: int  #: timeline
    key: int  #: keyed mutex
    fence: int  #: keyed mutex
    use: int  #: sync
    waiters: int
    holders: int  #: surface
    width: int
    height: int
    format: str | None  #: surface, pool, stream
    part_of: int  #: surface: its pool's id
    index: int  #: surface: in its pool
    mutex: int  #: surface: its keyed mutex' id
    count: int  #: pool
    reclaimed: int  #: pool
    newest: int  #: stream
    lost: int  #: stream
    every: int  #: stream
    latest: int  #: stream
    ended: bool  #: stream


@dataclass(frozen=True)
class DomainInfo:
    """A domain, as it was when somebody asked."""

    name: str  #: that it is published as, or ""
    max_objects: int
    payload_bytes: int
    deaths: int  #: of processes, so far
    server_pid: int  #: who serves the name; 0: nobody
    members: tuple[MemberInfo, ...]
    objects: tuple[ObjectInfo, ...]
