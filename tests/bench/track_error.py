"""How far tracks end from where pixels truly are, on rendered clips; and frame-to-frame flow that is only chained.

Run:  python tests/bench/track_error.py [--frames 16 40] [--only turning covering]
"""

from __future__ import annotations

import argparse
import sys
import time
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]
scenes = import_module("tests.motion.tracked_scenes")
flow = import_module("mpd_studio.motion.flow")
tracks = import_module("mpd_studio.motion.tracks")
warp = import_module("mpd_studio.motion.warp")

SCENES = {"turning": scenes.turning, "covering": scenes.covering}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, nargs="+", default=[16, 40], help="of the clips, the first among them")
    parser.add_argument("--only", nargs="+", choices=SCENES, default=list(SCENES))
    options = parser.parse_args()
    print("mean error in pixels at the last frame, of pixels that are seen there")
    print(f"{'scene':<10} frames  chained  tracks  known  seen  s/frame")
    for name in options.only:
        for frames in options.frames:
            _print_row(name, frames)


def _print_row(name: str, frames: int) -> None:
    scene = SCENES[name](frames - 1)
    began = time.perf_counter()
    found = tracks.dense_tracks(scene.frames)
    seconds = (time.perf_counter() - began) / (frames - 1)
    truly, known = scene.seen[-1], scene.seen[-1] & found.seen[-1]
    chained, tracked = _error(scene, _chained(scene.frames)), _error(scene, found.motion.px[-1])
    figures = f"{chained[truly].mean():7.2f} {tracked[truly].mean():7.2f} {tracked[known].mean():6.2f}"
    print(f"{name:<10} {frames:6} {figures} {known.sum() / truly.sum():5.0%} {seconds:8.2f}")


def _chained(frames: list[np.ndarray]) -> np.ndarray:
    """(h, w, 2): flow from frame to frame, one after the other, and nothing else."""
    height, width = frames[0].shape[:2]
    way = np.zeros((height, width, 2), np.float32)
    for before, here in pairwise(frames):
        link = flow.two_way_flow(before, here, tracks.LINK)
        way = way + warp.sample(link.forward, warp.grid(height, width) + way)
    return way


def _error(scene: object, way: np.ndarray) -> np.ndarray:
    """(h, w)"""
    off = way - scene.ways[-1]  # type: ignore[attr-defined] - a TrackedScene of a module imported by name
    return np.hypot(off[..., 0], off[..., 1])


if __name__ == "__main__":
    main()
