# SPDX-License-Identifier: MIT
"""Calls that another process answers, which is stopped: other threads run meanwhile."""
import signal
import threading

import pytest

from conftest import PATIENCE
from crossfence import Domain, Error

TRIES = 20


def is_answered(other, call):
    """
    Whether the call's answer comes by a thread that lets the other process go on. It waits for a second only,
    and this machine may be busy, so it is tried some times; with the GIL held it never does.
    """
    for _ in range(TRIES):
        began = threading.Event()
        other.process.send_signal(signal.SIGSTOP)

        def go_on():
            began.wait(PATIENCE)
            other.process.send_signal(signal.SIGCONT)

        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            began.set()  # who waits for that comes to run when the call lets him
            return call() or True
        except Error as error:
            assert error.errno == 110  # ETIMEDOUT: who was to answer is stopped
        finally:
            thread.join(PATIENCE)
    return False


CALLS = {
    "open": lambda: Domain.open("theirs", 0), "open_for_a_time": lambda: Domain.open("theirs", 0.5),
    "open_or_create": lambda: Domain.open_or_create("theirs"),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_a_server_that_is_stopped_stops_no_other_thread(peer, call):
    other = peer("""
d = cf.Domain.open_or_create("theirs")
print("serves", flush=True)
input()
""")
    assert other.line() == "serves"
    with is_answered(other, call) as domain:
        assert not domain.closed
