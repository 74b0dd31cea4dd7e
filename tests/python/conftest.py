# SPDX-License-Identifier: MIT
"""A runtime folder for each test, and other processes that are ended by whoever started them."""
from __future__ import annotations

import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator

import pytest

import crossfence

PATIENCE = 60.0  # seconds: for what comes at once, on a machine that is busy with other things


class Peer:
    """Another process that runs `code`; what it prints comes by line()."""

    def __init__(self, code: str, *args: str, **options: object) -> None:
        prelude = "import os, sys, time\nimport crossfence as cf\nPATIENCE = 60.0\n"
        self.process = subprocess.Popen(
            [sys.executable, "-X", "dev", "-W", "error", "-c", prelude + code, *args],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, **options)
        self.text = b""

    def line(self) -> str:
        """The next line; an error if it ends or says nothing."""
        assert self.process.stdout
        fd = self.process.stdout.fileno()
        while b"\n" not in self.text:
            assert select.select([fd], [], [], PATIENCE)[0], "it says nothing"
            more = os.read(fd, 4096)
            assert more, f"it ended with {self.process.wait(PATIENCE)}, after {self.text!r}"
            self.text += more
        line, _, self.text = self.text.partition(b"\n")
        return line.decode()

    def go(self) -> None:
        """Lets its input() return."""
        assert self.process.stdin
        self.process.stdin.write(b"go\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)

    def end(self) -> int:
        """Its status, when it ends by itself."""
        status = self.process.wait(PATIENCE)
        self.close()
        return status

    def close(self) -> None:
        if self.process.poll() is None:
            self.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                try:
                    pipe.close()
                except BrokenPipeError:
                    pass


@pytest.fixture(autouse=True)
def runtime_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[pathlib.Path]:
    folder = tempfile.mkdtemp(prefix="xf")
    monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
    yield pathlib.Path(folder)
    shutil.rmtree(folder)


@pytest.fixture
def domain() -> Iterator[crossfence.Domain]:
    with crossfence.Domain() as d:
        yield d


@pytest.fixture
def named() -> Iterator[crossfence.Domain]:
    """A domain that peers find as "test"."""
    with crossfence.Domain.open_or_create("test") as d:
        yield d


@pytest.fixture
def peer() -> Iterator[Callable[..., Peer]]:
    peers: list[Peer] = []

    def start(code: str, *args: str, **options: object) -> Peer:
        peers.append(Peer(code, *args, **options))
        return peers[-1]

    yield start
    for each in peers:
        each.close()
