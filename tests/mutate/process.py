"""A test that runs, and whatever it starts."""
import os
import re
import signal
import subprocess
import tempfile
import time

SKIPPED = 77
TAG = 'XFM_PROCESS' # in the environment of all that a test starts


def kill_tagged(tag):
    """What has left the test's session too, and would have the machine to itself."""
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{pid}/environ', 'rb') as file:
                if f'{TAG}={tag}'.encode() in file.read().split(b'\0'):
                    os.kill(int(pid), signal.SIGKILL)
        except OSError: # it is gone, or is no process of ours
            pass


class Process:
    def __init__(self, name, command, env, folder, seconds):
        self.name, self.begun = name, time.monotonic()
        self.deadline = self.begun + seconds
        self.out = tempfile.TemporaryFile()
        self.tag = f'{os.getpid()}.{id(self)}.{self.begun}'
        self.child = subprocess.Popen(command, env={**env, TAG: self.tag}, cwd=folder, stdin=subprocess.DEVNULL,
                                      stdout=self.out, stderr=subprocess.STDOUT, start_new_session=True)
        self.fd = os.pidfd_open(self.child.pid)

    def fileno(self):
        """Readable when it has ended."""
        return self.fd

    def end(self, killed):
        """Whether it passed; it and what it left are gone then."""
        self.took = time.monotonic() - self.begun
        os.killpg(self.child.pid, signal.SIGKILL) # there is its zombie, at least
        kill_tagged(self.tag)
        _, status, used = os.wait4(self.child.pid, 0)
        self.child.returncode = None if killed else os.waitstatus_to_exitcode(status)
        self.used = used.ru_utime + used.ru_stime
        os.close(self.fd)
        self.out.seek(0)
        said = self.out.read()
        self.out.close()
        self.said = f'{"no end" if killed else self.child.returncode}: ' + said[-2000:].decode(errors='replace')
        return not killed and (self.child.returncode == SKIPPED or self.child.returncode == 0 and not re.search(rb'^not ok', said, re.M))
