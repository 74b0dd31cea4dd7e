#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The running average of every picture of camera.py, as a PNG: what moves disappears.

average.py FILE.png
"""
import sys

import cv2
import numpy as np

from crossfence import Domain, Reader

if len(sys.argv) != 2:
    print("usage: average.py FILE.png", file=sys.stderr)
    sys.exit(2)
average = None
with Domain.open("camera") as domain, Reader(domain, "frames") as reader:
    for frame in reader:
        if average is None:
            average = np.zeros(frame.shape, np.float32)
            weight = 1.0
        cv2.accumulateWeighted(np.asarray(frame), average, weight)
        weight = 0.1
cv2.imwrite(sys.argv[1], average)
print(f"average.py: {sys.argv[1]} is the average of all pictures")
