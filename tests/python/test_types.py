# SPDX-License-Identifier: MIT
"""What the stubs and docstrings say is what is there."""
import inspect
import subprocess
import sys

import crossfence
from crossfence import _core


def mypy(*args, **options):
    done = subprocess.run([sys.executable, "-m", *args], capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_package_is_strictly_typed(tmp_path):
    use = tmp_path / "use.py"
    use.write_text("""
import crossfence as cf
with cf.Domain.open_or_create("x") as d, cf.Event(d, "e") as e:
    e.wait(timeout=0.5)
    number: int = e.id
""")
    mypy("mypy", "--strict", "--cache-dir", str(tmp_path), "-p", "crossfence")
    mypy("mypy", "--strict", "--cache-dir", str(tmp_path), str(use))


def test_a_wrong_use_is_found(tmp_path):
    use = tmp_path / "use.py"
    use.write_text("import crossfence\ncrossfence.Domain.open(5).publish()\n")
    done = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), str(use)],
                          capture_output=True, text=True)
    assert done.returncode == 1 and done.stdout.count("error:") == 2, done.stdout


def test_every_method_tells_its_signature():
    lacking = []
    for name, value in vars(_core).items():
        if not isinstance(value, type) or issubclass(value, BaseException):
            continue
        for member, what in vars(value).items():
            if callable(what) and not member.startswith("_"):
                try:
                    inspect.signature(what if not isinstance(what, classmethod) else what.__func__)
                except (TypeError, ValueError):
                    lacking.append(f"{name}.{member}")
    assert not lacking
