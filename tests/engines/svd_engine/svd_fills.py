"""The tiny model through the whole of a run: from two files to a folder of frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from functools import wraps
from pathlib import Path
from typing import Any

import numpy as np

from mpd_studio.core.guidance import Guidance
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest
from mpd_studio.core.media_ref import FrameRef
from mpd_studio.core.progress import Reporter, SilentReporter
from mpd_studio.media.probe import probe
from mpd_studio.workflow.engine_holder import EngineHolder
from mpd_studio.workflow.inbetween import Run, run

Said = str | float | bool
NOTHING_DRAWN = Guidance()


def ends_in(folder: Path, seed: int = 3) -> tuple[Path, Path]:
    """Two PNG files of 64 × 48."""
    import cv2

    random = np.random.default_rng(seed)
    paths = folder / "a.png", folder / "b.png"
    for path in paths:
        noise = random.integers(0, 256, (48, 64, 3)).astype(np.float32)
        assert cv2.imwrite(str(path), cv2.GaussianBlur(noise, (0, 0), 3).astype(np.uint8))
    return paths


def file_request(
    first: Path, last: Path, weights: Path | str, new_frames: int, seed: int = 0, **options: Said
) -> InbetweenRequest:
    a, b = probe(first), probe(last)
    said = {"weights": str(weights), "sampler": "vibid", "steps": 2, "size": "32x32", **options}
    settings = EngineSettings(options=tuple(sorted(said.items())))
    return InbetweenRequest(
        FrameRef(a, 0), FrameRef(b, 0), Fraction(24), new_frames, a.size, engine_id="svd", settings=settings, seed=seed
    )


def fill_files(
    first: Path,
    last: Path,
    out: Path,
    weights: Path | str,
    new_frames: int,
    reporter: Reporter | None = None,
    engines: EngineHolder | None = None,
    seed: int = 0,
    drawn: Guidance = NOTHING_DRAWN,
    **options: Said,
) -> Run:
    request = replace(file_request(first, last, weights, new_frames, seed, **options), guidance=drawn)
    return run(request, out, reporter or SilentReporter(), engines=engines)


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Of the frames in a folder, by name."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("frame_*.png"))}


@contextmanager
def counted_calls(owner: type, method: str, before: Callable[[int], None] = lambda call: None) -> Iterator[list[int]]:
    """How often a method of a class is called meanwhile, in [0]. before: gets the call's number, from 1; may raise."""
    calls = [0]
    whole = getattr(owner, method)

    @wraps(whole)
    def counting(*arguments: Any, **named: Any) -> Any:
        calls[0] += 1
        before(calls[0])
        return whole(*arguments, **named)

    setattr(owner, method, counting)
    try:
        yield calls
    finally:
        setattr(owner, method, whole)
