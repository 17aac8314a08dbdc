"""Runs of the engine on the tiny model."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from moving_scenes import request_for

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Progress, Reporter, SilentReporter
from mpd_studio.engines.svd.engine import SvdEngine

# Four calls of the denoisers on a quarter of the tiny model's own pixels: the least that goes through everything.
QUICK = {"sampler": "vibid", "steps": 2, "size": "32x32"}


def svd_request(
    folder: Path | str, first: np.ndarray, new_frames: int, seed: int = 0, **options: str | float | bool
) -> InbetweenRequest:
    said = {"weights": str(folder), **QUICK, **options}
    request = request_for(first, new_frames, seed=seed)
    return dataclasses.replace(request, settings=EngineSettings(options=tuple(sorted(said.items()))))


def fill_svd(
    engine: SvdEngine,
    folder: Path | str,
    ends: tuple[np.ndarray, np.ndarray],
    new_frames: int,
    reporter: Reporter | None = None,
    seed: int = 0,
    **options: str | float | bool,
) -> list[np.ndarray]:
    """The new frames' pixels."""
    first, last = (Picture(end.copy()) for end in ends)
    request = svd_request(folder, first.pixels, new_frames, seed, **options)
    made = engine.generate(request, BoundaryPictures(first, last), reporter or SilentReporter())
    return [picture.pixels for picture in made]


class Listener(Reporter):
    """Keeps the progress and counts the questions; may do something at the n-th."""

    def __init__(self, at: int = 0, then: BaseException | None = None) -> None:
        self.progress: list[Progress] = []
        self.questions = 0
        self._at, self._then = at, then

    def report(self, progress: Progress) -> None:
        self.progress.append(progress)
        self.raise_if_cancelled()

    def raise_if_cancelled(self) -> None:
        self.questions += 1
        if self._then is not None and self.questions == self._at:
            raise self._then

    def stage(self, name: str) -> list[Progress]:
        return [progress for progress in self.progress if progress.stage == name]
