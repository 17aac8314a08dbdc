"""Real sequences with hidden frames to compare with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from moving_scenes import fill, psnr

from mpd_studio.core.inbetween import Quality
from mpd_studio.engines.registry import open_engine

SEQUENCES = ("cups", "rabbit", "car_overhead")


def decoded(folder: Path, name: str) -> list[np.ndarray]:
    """All frames of a sequence, (h, w, 3) uint8."""
    import av

    path = folder / "sequences" / f"{name}.mp4"
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def mean_psnr(
    engine_id: str, frames: list[np.ndarray], gap: int, starts: int, quality: Quality = Quality.NORMAL
) -> float:
    """Mean PSNR of all hidden frames, in dB, over gaps that begin evenly spread over the sequence."""
    return float(np.mean(list(_each(engine_id, frames, gap, starts, quality))))


def _each(engine_id: str, frames: list[np.ndarray], gap: int, starts: int, quality: Quality) -> Iterator[float]:
    for start in np.unique(np.linspace(0, len(frames) - gap - 2, starts).astype(int)):
        made = fill(open_engine(engine_id), frames[start], frames[start + gap + 1], gap, quality=quality)
        for offset, picture in enumerate(made):
            yield psnr(picture.pixels, frames[start + 1 + offset])
