#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Looks at the newest picture of camera.py whenever it is free, for edges; never slows the camera.

edges.py          prints the time of each picture that it saw, and how much of it is edge
"""
import cv2
import numpy as np

from crossfence import Domain, Reader


def edges(frame):
    grey = cv2.cvtColor(np.asarray(frame), cv2.COLOR_BGR2GRAY)
    return cv2.Canny(grey, 50, 150)


with Domain.open("camera") as domain, Reader(domain, "frames", latest=True) as reader:
    for frame in reader:  # given back when the next one is asked for
        share = np.count_nonzero(edges(frame)) / (frame.width * frame.height)
        print(f"{frame.pts:.3f} s: {share:.1%} edge, {frame.missed} pictures passed meanwhile", flush=True)
