"""Frames that the flow engine makes, beside the truth: confidence, what it was judged from, and the real error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2  # noqa: TID253 - a test measures with it at once
import numpy as np
from moving_scenes import request_for

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.picture import Picture
from mpd_studio.engines.flow.scene import build_scene
from mpd_studio.motion.between import motion_at
from mpd_studio.motion.expected_error import Evidence, gather
from mpd_studio.motion.warp import grid, sample


@dataclass(frozen=True, eq=False)
class MadeFrame:
    """All at the working size. error: absolute, mean of the channels, in code values of 255."""

    confidence: np.ndarray
    evidence: Evidence
    error: np.ndarray


def made_with_truth(frames: Sequence[np.ndarray]) -> Iterator[MadeFrame]:
    """The first, the middle and the last new frame between the ends of `frames`, whose others are the truth."""
    first, last, count = frames[0], frames[-1], len(frames) - 2
    pictures = BoundaryPictures(Picture(first.copy()), Picture(last.copy()))
    scene = build_scene(request_for(first, count), pictures, lambda: None)
    for index in sorted({0, count // 2, count - 1}):
        time = (index + 1) / (count + 1)
        pixels, confidence = scene.frame_at(time, lambda: None)
        motion = motion_at(scene.field, time)
        here = grid(*motion.sees_first.shape)
        early = sample(scene.looks[0], here - np.float32(time) * motion.velocity)
        late = sample(scene.looks[1], here + np.float32(1 - time) * motion.velocity)
        evidence = gather(motion, early, late)
        size = evidence.unlike.shape[::-1]
        error = np.abs(pixels.astype(np.float32) - frames[1 + index]).mean(axis=2)
        small = [cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in (confidence, error)]
        yield MadeFrame(small[0], evidence, small[1])


def rank_correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Spearman's, with equal values at their middle rank."""
    return float(np.corrcoef(_ranks(one), _ranks(other))[0, 1])


def _ranks(values: np.ndarray) -> np.ndarray:
    _, place, counts = np.unique(values.ravel(), return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts + 1) / 2)[place]
