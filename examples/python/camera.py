#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A camera made of a film: decodes it with OpenCV, in its own time, straight into shared frames.

camera.py FILM [READERS]     waits for so many readers before it begins (0)
"""
import sys
import time

import cv2
import numpy as np

from crossfence import Domain, Producer

if len(sys.argv) not in (2, 3) or not all(each.isdigit() for each in sys.argv[2:]):
    print("usage: camera.py FILM [READERS]", file=sys.stderr)
    sys.exit(2)
film = cv2.VideoCapture(sys.argv[1])
if not film.isOpened():
    sys.exit(f"camera: cannot open {sys.argv[1]}")
width, height, rate = (film.get(p) for p in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_FPS))
with Domain.open_or_create("camera") as domain:
    with Producer(domain, "frames", width=int(width), height=int(height), format="BGR", rate=(int(rate), 1)) as producer:
        producer.wait_readers(int(sys.argv[2]) if len(sys.argv) > 2 else 0)
        shutter = time.monotonic()
        while film.grab():
            with producer.hold() as frame:  # published when the block ends
                film.retrieve(np.asarray(frame))
                frame.pts = film.get(cv2.CAP_PROP_POS_MSEC) / 1000
            shutter += 1 / rate
            time.sleep(max(0, shutter - time.monotonic()))
        producer.drain(timeout=5)
        producer.end()
