# SPDX-License-Identifier: MIT
"""The examples in examples/python and in docs/python.md, run as they are."""
import pathlib
import re
import subprocess
import sys

import cv2
import numpy as np
import pytest

from conftest import PATIENCE

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples/python"
PAGE = (ROOT / "docs/python.md").read_text()
STRICT = [sys.executable, "-X", "dev", "-W", "error"]


def end(process):
    out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, out
    return out


@pytest.fixture
def film(tmp_path):
    """Two seconds of a square that goes from left to right over a grey wall."""
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 25, (160, 120))
    assert writer.isOpened()
    for n in range(50):
        picture = np.full((120, 160, 3), 90, np.uint8)
        picture[40:80, 2 * n:2 * n + 40] = 250
        writer.write(picture)
    writer.release()
    return path


@pytest.fixture
def start():
    """Programs; those that still run at the end are killed."""
    started = []

    def run(path, *args):
        started.append(subprocess.Popen([*STRICT, path, *map(str, args)], stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True))
        return started[-1]

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_a_camera_and_its_two_consumers(film, tmp_path, start):
    result = tmp_path / "average.png"
    consumers = [start(EXAMPLES / "edges.py"), start(EXAMPLES / "average.py", result)]
    camera = start(EXAMPLES / "camera.py", film, 2)
    assert end(camera) == ""
    seen = re.findall(r"^(\d\.\d{3}) s: (\d+\.\d)% edge", end(consumers[0]), re.M)
    assert seen and all(0.4 < float(share) < 2 for _, share in seen)  # the outline of the square
    assert [float(time) for time, _ in seen] == sorted(float(time) for time, _ in seen)
    assert "average" in end(consumers[1])
    average = cv2.imread(str(result)).astype(int)
    assert average.shape == (120, 160, 3)
    assert abs(average[10, 10] - 90).max() < 8  # the wall
    assert average[60, 120].min() > 150 > average[60, 40].max()  # where the square is now, and was


def test_the_examples_are_short():
    for name in "camera.py", "edges.py", "average.py":
        lines = (EXAMPLES / name).read_text().splitlines()
        code = [line for line in lines[lines.index("import cv2") if "import cv2" in lines else 0:] if line.strip()]
        assert len(code) <= 30, name


BLOCKS = {name: code for name, code in re.findall(r"```python\n# (\w+\.py)\n(.*?)```", PAGE, re.S)}
RUNS = re.findall(r"<!-- run: (.*?) -->", PAGE)


def test_every_block_of_the_page_is_run():
    assert PAGE.count("```python\n") == len(BLOCKS) > 5
    assert sorted(BLOCKS) == sorted(name for run in RUNS for name in run.split(", "))


@pytest.mark.parametrize("run", RUNS)
def test_the_pages_examples_do_what_they_say(run, tmp_path, monkeypatch, start):
    """Those of one line at the same time; what they print is what the comments behind print() say."""
    monkeypatch.chdir(tmp_path)
    started = []
    for name in run.split(", "):
        (tmp_path / name).write_text(BLOCKS[name])
        started.append((name, start(name)))
    for name, process in started:
        said = end(process).splitlines()
        wanted = re.findall(r"#: (.*)$", BLOCKS[name], re.M)
        assert said == wanted, name


@pytest.mark.parametrize("words", [["camera.py"], ["camera.py", "film", "abc"], ["camera.py", "film", "1", "2"],
                                   ["average.py"], ["average.py", "a", "b"]])
def test_nonsense_is_answered_with_the_usage(words, start):
    process = start(EXAMPLES / words[0], *words[1:])
    said = process.communicate(timeout=60)[0]
    assert said.startswith(f"usage: {words[0]} ") and process.returncode == 2
